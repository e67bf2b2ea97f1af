// A key pair for one handshake. A visitor makes one with each ask, before anything that it opens is there.

/** An X25519 key pair whose private half may be non-extractable. */
export type EphemeralKey = { privateKey: CryptoKey; publicKey: Uint8Array };

/** Makes a fresh one. */
export async function freshKey(): Promise<EphemeralKey> {
  const { subtle } = crypto;
  const { privateKey, publicKey } = (await subtle.generateKey("X25519", false, ["deriveBits"])) as CryptoKeyPair;
  return { privateKey, publicKey: new Uint8Array(await subtle.exportKey("raw", publicKey)) };
}
