// How a helper proves to a server that the certificate is theirs.

import { decode, encode } from "../wire/base64url";
import type { Nonce, Signature } from "../wire/signaling";
import type { Identity } from "./invite";

/**
 * Signs a server's nonce for the server at this origin, and no other: a server that passes on another's nonce
 * gets a signature that the other refuses.
 *
 * Shape: `"alongside/1 enlist\0"` ‖ nonce ‖ SHA-256(certificate) ‖ the origin of the address dialled.
 */
export async function signEnlist(identity: Identity, nonce: Nonce, origin: string): Promise<Signature> {
  const utf8 = new TextEncoder();
  const { subtle } = globalThis.crypto;
  const certificate = await subtle.digest("SHA-256", utf8.encode(identity.certificate));
  const parts = [utf8.encode("alongside/1 enlist\0"), decode(nonce) ?? [], new Uint8Array(certificate), utf8.encode(origin)];
  const message = Uint8Array.from(parts.flatMap((part) => [...part]));
  return encode(new Uint8Array(await subtle.sign("Ed25519", identity.signKey, message)));
}
