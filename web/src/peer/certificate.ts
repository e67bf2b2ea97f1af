// The helper certificate: a JWT by which a team's key vouches for a helper's keys and name.
//
// Source: RFC 7519 (JWT), RFC 8037 (EdDSA), RFC 7800 (`cnf`). `agent/proto/PROTOCOL.md`, section *Identity*.

import { decode } from "../wire/base64url";
import type { UnverifiedCode } from "../wire/peer";
import {
  CERTIFICATE_GRACE_S,
  MAX_CERTIFICATE_BYTES,
  MAX_CERTIFICATE_LIFETIME_S,
  type TeamId,
} from "../wire/signaling";

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
  const claims = readCertificate(jwt);
  const key = decode(team);
  if (claims === null || key?.length !== 32) return { ok: false, code: "certificate-invalid" };
  const end = jwt.lastIndexOf(".");
  const signature = decode(jwt.slice(end + 1));
  const signed = new TextEncoder().encode(jwt.slice(0, end));
  const { subtle } = globalThis.crypto;
  try {
    const imported = await subtle.importKey("raw", key, "Ed25519", false, ["verify"]);
    if (!(await subtle.verify("Ed25519", imported, signature ?? new Uint8Array(), signed))) throw null;
  } catch {
    return { ok: false, code: "certificate-foreign" };
  }
  const valid = claims.iat - CERTIFICATE_GRACE_S <= nowS && nowS <= claims.exp + CERTIFICATE_GRACE_S;
  return valid ? { ok: true, value: claims } : { ok: false, code: "certificate-expired" };
}

/** Reads a certificate without believing it; `null` when it is none. */
export function readCertificate(jwt: string): Claims | null {
  if (jwt.length > MAX_CERTIFICATE_BYTES) return null;
  const [head, body, signature, more] = jwt.split(".").map(decode);
  if (!head || !body || signature?.length !== 64 || more !== undefined) return null;
  try {
    const header = object(head);
    const claims = object(body);
    const jwk = (claims["cnf"] as { jwk?: Record<string, unknown> } | null)?.jwk;
    const { jti, sub, iat, exp, noise, origins = null, automated = false } = claims;
    const key = decode(text(jwk?.["x"]));
    const noiseKey = decode(text(noise));
    const fits =
      header["alg"] === "EdDSA" &&
      header["typ"] === "alongside-helper+jwt" &&
      jwk?.["kty"] === "OKP" &&
      jwk["crv"] === "Ed25519" &&
      key?.length === 32 &&
      noiseKey?.length === 32 &&
      typeof automated === "boolean" &&
      (origins === null || (Array.isArray(origins) && origins.every((origin) => typeof origin === "string"))) &&
      Number.isSafeInteger(iat) &&
      Number.isSafeInteger(exp) &&
      (iat as number) >= 0 &&
      (exp as number) >= (iat as number) &&
      (exp as number) - (iat as number) <= MAX_CERTIFICATE_LIFETIME_S;
    if (!fits) return null;
    return {
      jti: text(jti),
      sub: text(sub),
      iat: iat as number,
      exp: exp as number,
      noise: noiseKey as Uint8Array,
      key: key as Uint8Array,
      origins: origins as string[] | null,
      automated: automated as boolean,
    };
  } catch {
    return null;
  }
}

function object(bytes: Uint8Array): Record<string, unknown> {
  const value: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new TypeError("no object");
  return value as Record<string, unknown>;
}

function text(value: unknown): string {
  if (typeof value !== "string" || value === "") throw new TypeError("no text");
  return value;
}
