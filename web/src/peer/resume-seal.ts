// The sealed handshake of two who have met before: `Noise_NNpsk0_25519_AESGCM_SHA256`, with WebCrypto.
//
// The helper has left a deposit with the visitor, and in it a secret of 32 random bytes, the psk. Who knocks with it
// is that visitor and who admits with it is that helper, so neither shows a certificate again. Message 1 can be sent
// a second time, and who gets hold of the psk can read it at any time: the caller sees to both. What comes after it
// stays sealed though the psk is lost later. Source: The Noise Protocol Framework, revision 34, section 9.

import { decode } from "../wire/base64url";
import { utf8 } from "../wire/utf8";
import { freshKey, type KeyPair } from "./key-pair";
import { type Bytes, join, type SealedChannel, sealedChannel, shared, transcript } from "./seal";

const KEY_BYTES = 32;

/** What both sides must agree on before they start: another deposit or version, and nothing opens. */
export function resumePrologue(deposit: string): Bytes {
  return join(utf8("alongside/1 resume\0"), decode(deposit) ?? []);
}

/** The visitor's half of a handshake. */
export type Knock = {
  /** Message 1. */
  message: Bytes;
  /**
   * Opens message 2. Whatever comes of it, this knock is used up.
   *
   * Errors: rejects when it is not for us, not by who has the psk, or not whole.
   */
  finish(message2: Bytes): Promise<{ payload: Bytes; channel: SealedChannel }>;
};

/** A message 1 by who has the psk, for the helper to answer or to drop. */
export type Heard = {
  /** The payload of message 1. */
  payload: Bytes;
  /**
   * Makes message 2, by default with a fresh ephemeral key. It is made once.
   *
   * Errors: rejects when the visitor's ephemeral key is of low order.
   */
  admit(payload: Bytes, ephemeral?: KeyPair): Promise<{ message: Bytes; channel: SealedChannel }>;
};

/**
 * Makes everything ready for a knock, by default with a fresh ephemeral key; gives what makes message 1 with a payload that
 * only who has the psk can read. It is called once.
 */
export async function approach(
  deposit: string,
  psk: Bytes,
  ephemeral?: KeyPair,
  prologue = resumePrologue(deposit),
): Promise<(payload: Bytes) => Promise<Knock>> {
  const [{ publicKey, privateKey }, said] = await Promise.all([ephemeral ?? freshKey(), sharing(psk, prologue)]);
  await said.ephemeral(publicKey);
  return async (payload) => ({
    message: join(publicKey, await said.crypt("encrypt", payload)),
    async finish(message2) {
      const remote = message2.slice(0, KEY_BYTES);
      await said.ephemeral(remote);
      await said.mixKey(await shared(privateKey, remote));
      const payload = await said.crypt("decrypt", message2.slice(KEY_BYTES));
      return { payload, channel: sealedChannel(...said.split()) };
    },
  });
}

/** Makes everything ready to hear one knock at a deposit. */
export const listen = (deposit: string, psk: Bytes, prologue = resumePrologue(deposit)): Promise<Listening> =>
  sharing(psk, prologue);

/** Who is ready to hear one knock. */
export type Listening = Awaited<ReturnType<typeof sharing>>;

/**
 * Opens message 1: the helper's half of a handshake.
 *
 * Errors: rejects when it is for another deposit, not by who has the psk, or not whole.
 */
export async function hear(said: Listening, message1: Bytes): Promise<Heard> {
  const remote = message1.slice(0, KEY_BYTES);
  await said.ephemeral(remote);
  return {
    payload: await said.crypt("decrypt", message1.slice(KEY_BYTES)),
    async admit(payload, ephemeral) {
      const { publicKey, privateKey } = ephemeral ?? (await freshKey());
      await said.ephemeral(publicKey);
      await said.mixKey(await shared(privateKey, remote));
      const message = join(publicKey, await said.crypt("encrypt", payload));
      const [theirs, ours] = said.split();
      return { message, channel: sealedChannel(ours, theirs) };
    },
  };
}

async function sharing(psk: Bytes, prologue: Bytes) {
  const said = transcript(prologue, "Noise_NNpsk0_25519_AESGCM_SHA256");
  // The token `psk`. It would make a key as well, of a third output, which the ephemeral key that follows replaces.
  said.mixHash(await said.mixKey(psk));
  return {
    ...said,
    // The token `e`: where there is a psk, no two handshakes may have the same key.
    ephemeral: async (publicKey: Uint8Array): Promise<void> => {
      said.mixHash(publicKey);
      await said.mixKey(join(publicKey));
    },
  };
}
