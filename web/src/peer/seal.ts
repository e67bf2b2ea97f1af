// The sealed handshake and the sealed channel that comes of it: `Noise_NX_25519_AESGCM_SHA256`, with WebCrypto.
//
// The visitor starts it and stays unknown; the helper answers with a static key that their certificate names.
// What the server carries is sealed by this, so it can neither read a description nor put in one of its own
// (invariants I1 and I2). Who has met before comes back by `resume-seal.ts`, to a channel of the same kind.
// Source: The Noise Protocol Framework, revision 34, sections 5 and 7.5.

import { decode } from "../wire/base64url";
import { utf8 } from "../wire/utf8";
import { type KeyPair, freshKey } from "./key-pair";

/** Bytes as WebCrypto takes them. */
export type Bytes = Uint8Array<ArrayBuffer>;

const subtle = globalThis.crypto?.subtle;
const KEY_BYTES = 32;
const TAG_BYTES = 16;
const COUNTER_BYTES = 8;
const EMPTY = new Uint8Array();

/** What both sides must agree on before they start: another team, session, origin or version, and nothing opens. */
export function prologue(team: string, session: string, origin: string): Bytes {
  const site = utf8(origin);
  return join(utf8("alongside/1\0"), decode(team) ?? [], decode(session) ?? [], [site.length >> 8, site.length & 255], site);
}

/** The visitor's half of a handshake. */
export type Initiator = {
  /** Message 1. */
  message: Bytes;
  /**
   * Opens message 2. One ephemeral serves one claim: whatever comes of it, this initiator is used up.
   *
   * Errors: rejects when it is not for us, not by who holds the static key in it, or not whole.
   */
  finish(message2: Bytes): Promise<{ payload: Bytes; remoteStatic: Bytes; channel: SealedChannel }>;
};

/** Makes message 1, by default with a fresh ephemeral key and, as this protocol has it, an empty payload. */
export async function initiate(prologue: Bytes, ephemeral?: KeyPair, payload = EMPTY): Promise<Initiator> {
  const { publicKey, privateKey } = ephemeral ?? (await freshKey());
  const said = transcript(prologue);
  said.mixHash(publicKey);
  said.mixHash(payload);
  return {
    message: join(publicKey, payload),
    async finish(message2) {
      const statics = KEY_BYTES + KEY_BYTES + TAG_BYTES;
      const remote = message2.slice(0, KEY_BYTES);
      said.mixHash(remote);
      await said.mixKey(await shared(privateKey, remote));
      const remoteStatic = await said.crypt("decrypt", message2.slice(KEY_BYTES, statics));
      await said.mixKey(await shared(privateKey, remoteStatic));
      const payload = await said.crypt("decrypt", message2.slice(statics));
      return { payload, remoteStatic, channel: sealedChannel(...said.split()) };
    },
  };
}

/**
 * Answers message 1 with message 2: the helper's half of a handshake.
 *
 * Errors: rejects when message 1 is none.
 */
export async function respond(
  prologue: Bytes,
  message1: Bytes,
  { publicKey, privateKey }: KeyPair,
  payload: Bytes,
  ephemeral?: KeyPair,
): Promise<{ message: Bytes; channel: SealedChannel }> {
  if (message1.length !== KEY_BYTES) throw new RangeError("message 1 has 32 bytes");
  const fresh = ephemeral ?? (await freshKey());
  // Both secrets at once: the visitor may be waiting for this.
  const [ephemeralSecret, staticSecret] = await Promise.all([shared(fresh.privateKey, message1), shared(privateKey, message1)]);
  const said = transcript(prologue);
  for (const data of [message1, EMPTY, fresh.publicKey]) said.mixHash(data);
  await said.mixKey(ephemeralSecret);
  const statics = await said.crypt("encrypt", join(publicKey));
  await said.mixKey(staticSecret);
  const message = join(fresh.publicKey, statics, await said.crypt("encrypt", payload));
  const [theirs, ours] = said.split();
  return { message, channel: sealedChannel(ours, theirs) };
}

/** Seals and opens frames after a handshake: u64be counter, then ciphertext. Counters rise; gaps are allowed. */
export type SealedChannel = ReturnType<typeof sealedChannel>;

/** Makes one side's channel: what it seals with, what it opens with. */
export function sealedChannel(sending: Promise<CryptoKey>, receiving: Promise<CryptoKey>) {
  let next = 0n;
  let last = -1n;
  let order: Promise<unknown> = Promise.resolve();

  function inOrder<T>(act: () => Promise<T>): Promise<T> {
    const done = order.then(act);
    order = done.catch(() => {});
    return done;
  }

  return {
    /** Seals one message; frames come in the order of the calls. */
    seal: (plain: Bytes): Promise<Bytes> =>
      inOrder(async () => {
        const iv = new Uint8Array(12);
        new DataView(iv.buffer).setBigUint64(4, next++);
        return join(iv.slice(-COUNTER_BYTES), await bytes(subtle.encrypt({ name: "AES-GCM", iv }, await sending, plain)));
      }),

    /**
     * Opens one frame; frames are opened in the order of the calls.
     *
     * Errors: rejects with `frame-replayed` when its counter is not above the last, and with any other reason when
     * it is not by our peer or not whole.
     */
    open: (frame: Bytes): Promise<Bytes> =>
      inOrder(async () => {
        // The AES-GCM nonce is four zero bytes and the counter, big-endian (Noise section 12.4).
        const iv = join([0, 0, 0, 0], frame.slice(0, COUNTER_BYTES));
        const counter = new DataView(iv.buffer).getBigUint64(4);
        if (counter <= last) throw new Error("frame-replayed");
        // Above 2^53 - 1 not every language tells two counters apart; nobody honest gets there.
        if (counter >> 53n) throw new RangeError("frame-invalid");
        const sealed = frame.slice(COUNTER_BYTES);
        const plain = await bytes(subtle.decrypt({ name: "AES-GCM", iv }, await receiving, sealed));
        last = counter;
        return plain;
      }),
  };
}

/**
 * The symmetric state of the Noise specification: what has been said so far, and the keys that come of it. The name
 * is the protocol's, filled up to the length of a hash. The hash is not needed before something is sealed or opened, and
 * is made beside the keys.
 */
export function transcript(prologue: Bytes, name = "Noise_NX_25519_AESGCM_SHA256\0\0\0\0") {
  let chain = utf8(name);
  let hash = Promise.resolve(chain);
  let material: Bytes;

  const mixHash = (data: ArrayLike<number>): void => {
    hash = hash.then((before) => bytes(subtle.digest("SHA-256", join(before, data))));
  };

  mixHash(prologue);
  return {
    mixHash,

    // Gives what the key is made of.
    mixKey: async (secret: Bytes): Promise<Bytes> => {
      const imported = await subtle.importKey("raw", secret, "HKDF", false, ["deriveBits"]);
      const algorithm = { name: "HKDF", hash: "SHA-256", salt: chain, info: EMPTY };
      const both = await bytes(subtle.deriveBits(algorithm, imported, 2 * 8 * KEY_BYTES));
      chain = both.slice(0, KEY_BYTES);
      return (material = both.slice(KEY_BYTES));
    },

    // In our handshakes each key is used once, so the counter in its nonce is always zero.
    crypt: async (mode: "encrypt" | "decrypt", data: Bytes): Promise<Bytes> => {
      const [key, additionalData] = await Promise.all([aesKey(material), hash]);
      const done = await bytes(subtle[mode]({ name: "AES-GCM", iv: new Uint8Array(12), additionalData }, key, data));
      mixHash(mode === "encrypt" ? done : data);
      return done;
    },

    // What the visitor seals with, and what the helper seals with: HKDF of an empty secret, by HMAC, for not every browser
    // imports that.
    split: (): [Promise<CryptoKey>, Promise<CryptoKey>] => {
      const secret = hmac(chain, EMPTY);
      const forth = secret.then((extracted) => hmac(extracted, join([1])));
      const back = Promise.all([secret, forth]).then(([extracted, first]) => hmac(extracted, join(first, [2])));
      return [forth.then(aesKey), back.then(aesKey)];
    },
  };
}

/**
 * The secret that two key pairs share.
 *
 * Errors: rejects a key of low order, with which the outcome would not depend on ours (RFC 7748 section 6.1).
 */
export async function shared(privateKey: CryptoKey, publicKey: Bytes): Promise<Bytes> {
  const remote = await subtle.importKey("raw", publicKey, "X25519", false, []);
  const secret = await bytes(subtle.deriveBits({ name: "X25519", public: remote }, privateKey, 8 * KEY_BYTES));
  if (secret.every((byte) => byte === 0)) throw new RangeError("zero shared secret");
  return secret;
}

async function hmac(key: Bytes, data: Bytes): Promise<Bytes> {
  const imported = await subtle.importKey("raw", key, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  return bytes(subtle.sign("HMAC", imported, data));
}

function aesKey(material: Bytes): Promise<CryptoKey> {
  return subtle.importKey("raw", material, "AES-GCM", false, ["encrypt", "decrypt"]);
}

async function bytes(buffer: Promise<ArrayBuffer>): Promise<Bytes> {
  return new Uint8Array(await buffer);
}

/** Puts bytes one after another. */
export function join(...parts: ArrayLike<number>[]): Bytes {
  return Uint8Array.from(parts.flatMap((part) => Array.from(part)));
}
