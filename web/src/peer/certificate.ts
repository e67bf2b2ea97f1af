// The helper certificate: a JWT by which a team's key vouches for a helper's keys and name.
//
// Source: RFC 7519 (JWT), RFC 8037 (EdDSA), RFC 7800 (`cnf`). `agent/proto/PROTOCOL.md`, section *Identity*.

import { decode } from "../wire/base64url";
import { decodeObject } from "../wire/decode";
import type { UnverifiedCode } from "../wire/peer";
import {
  CERTIFICATE_GRACE_S,
  MAX_CERTIFICATE_BYTES,
  MAX_CERTIFICATE_LIFETIME_S,
  MAX_ORIGIN_BYTES,
  type TeamId,
} from "../wire/signaling";
import { readText } from "./text";

/** What a certificate says. */
export type Claims = {
  /** The certificate's id, by which it can be denied. */
  jti: string;
  /** The name that a visitor sees. */
  sub: string;
  /** When it was made. Units: seconds since 1970. */
  iat: number;
  /** When it ends. Units: seconds since 1970. */
  exp: number;
  /** The helper's X25519 static key. */
  noise: Uint8Array;
  /** The helper's Ed25519 key. */
  key: Uint8Array;
  /** The page origins it is good for; `null` for all. */
  origins: string[] | null;
  /** Whether the helper is a program. */
  automated: boolean;
};

/**
 * Verifies a certificate against a team key, at a time.
 *
 * Errors: `certificate-invalid`, `certificate-foreign`, `certificate-expired`.
 */
export async function verifyCertificate(
  jwt: string,
  team: TeamId,
  nowS: number,
): Promise<{ ok: true; value: Claims } | { ok: false; code: UnverifiedCode }> {
  const parts = split(jwt);
  const key = decode(team);
  if (parts === null || key?.length !== 32) return { ok: false, code: "certificate-invalid" };
  const signed = new TextEncoder().encode(jwt.slice(0, jwt.lastIndexOf(".")));
  const { subtle } = globalThis.crypto;
  // A key that is none has signed nothing.
  const good = await subtle.importKey("raw", key, "Ed25519", false, ["verify"]).then(
    (imported) => subtle.verify("Ed25519", imported, parts.signature, signed),
    () => false,
  );
  if (!good) return { ok: false, code: "certificate-foreign" };
  const claims = read(parts.body);
  if (claims === null) return { ok: false, code: "certificate-invalid" };
  const valid = claims.iat - CERTIFICATE_GRACE_S <= nowS && nowS <= claims.exp + CERTIFICATE_GRACE_S;
  return valid ? { ok: true, value: claims } : { ok: false, code: "certificate-expired" };
}

/** Reads a certificate without believing it; `null` when it is none. */
export function readCertificate(jwt: string): Claims | null {
  const parts = split(jwt);
  return parts && read(parts.body);
}

function split(jwt: string) {
  if (jwt.length > MAX_CERTIFICATE_BYTES) return null;
  const [head, body, signature, more] = jwt.split(".").map(decode);
  if (!head || !body || signature?.length !== 64 || more !== undefined) return null;
  try {
    const { alg, typ, crit } = object(head);
    // What is critical has to be understood, and there is nothing here that would be (RFC 7515 section 4.1.11).
    return alg === "EdDSA" && typ === "alongside-helper+jwt" && crit === undefined ? { body, signature } : null;
  } catch {
    return null;
  }
}

function read(body: Uint8Array): Claims | null {
  try {
    const { jti, sub, iat, exp, cnf, noise, origins = null, automated = false } = object(body);
    const { kty, crv, x } = (cnf as { jwk: Record<string, unknown> }).jwk;
    const claims = { jti: text(jti), sub: text(sub), iat, exp, noise: publicKey(noise), key: publicKey(x), origins, automated };
    const [from, until] = [iat as number, exp as number];
    const fits =
      kty === "OKP" &&
      crv === "Ed25519" &&
      typeof automated === "boolean" &&
      (origins === null || (Array.isArray(origins) && origins.every(isOrigin))) &&
      [from, until].every(Number.isSafeInteger) &&
      from >= 0 &&
      until >= from &&
      until - from <= MAX_CERTIFICATE_LIFETIME_S;
    return fits ? (claims as Claims) : null;
  } catch {
    return null;
  }
}

// Each of these throws when it is something else.

function object(bytes: Uint8Array): Record<string, unknown> {
  const decoded = decodeObject(readText(bytes), MAX_CERTIFICATE_BYTES);
  if (decoded.ok && decoded.value) return decoded.value;
  throw new TypeError();
}

function text(value: unknown): string {
  if (typeof value === "string" && value) return value;
  throw new TypeError();
}

function publicKey(value: unknown): Uint8Array {
  const bytes = decode(text(value));
  if (bytes?.length === 32) return bytes;
  throw new TypeError();
}

function isOrigin(value: unknown): boolean {
  const origin = text(value);
  return origin.length <= MAX_ORIGIN_BYTES && origin.startsWith("http") && new URL(origin).origin === origin;
}
