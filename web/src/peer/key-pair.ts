// A key pair of the sealed handshakes: a helper's static one stays the same, and either side has a fresh one for each. A
// visitor makes theirs with each ask, before what opens the answer is there.

/** An X25519 key pair whose private half may be non-extractable. */
export type KeyPair = { privateKey: CryptoKey; publicKey: Uint8Array };

/** Makes a fresh one. */
export async function freshKey(): Promise<KeyPair> {
  const { subtle } = crypto;
  const { privateKey, publicKey } = (await subtle.generateKey("X25519", false, ["deriveBits"])) as CryptoKeyPair;
  return { privateKey, publicKey: new Uint8Array(await subtle.exportKey("raw", publicKey)) };
}
