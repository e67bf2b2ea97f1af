// The helper certificate: a JWT by which a team's key vouches for a helper's keys and name.
//
// Source: RFC 7519 (JWT), RFC 8037 (EdDSA), RFC 7800 (`cnf`). `agent/proto/PROTOCOL.md`, section *Identity*.

import { decode } from "../wire/base64url";
import { decoder, ensure, flag, list, nullable, oneOf, record, time, type Check, type Decoded } from "../wire/check";
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

const name: Check = (value) => {
  ensure(typeof value === "string" && value);
  return value;
};

const publicKey: Check = (value) => {
  const bytes = typeof value === "string" && decode(value);
  ensure(bytes && bytes.length === 32);
  return bytes;
};

const origin: Check = (value) => {
  ensure(typeof value === "string" && value.length <= MAX_ORIGIN_BYTES && value.startsWith("http"));
  ensure(new URL(value).origin === value);
  return value;
};

const readHeader = decoder(
  MAX_CERTIFICATE_BYTES,
  record({
    alg: oneOf("EdDSA"),
    typ: oneOf("alongside-helper+jwt"),
    // What is critical has to be understood, and there is nothing here that would be (RFC 7515 section 4.1.11).
    crit: (value) => ensure(value === undefined),
  }),
);

const readBody = decoder<Omit<Claims, "key"> & { cnf: { jwk: { x: Uint8Array } } }>(
  MAX_CERTIFICATE_BYTES,
  record({
    jti: name,
    sub: name,
    iat: time,
    exp: time,
    cnf: record({ jwk: record({ kty: oneOf("OKP"), crv: oneOf("Ed25519"), x: publicKey }) }),
    noise: publicKey,
    origins: nullable(list(origin)),
    automated: (value, note) => value !== undefined && flag(value, note),
  }),
);

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
  const refuse = (code: UnverifiedCode) => ({ ok: false, code }) as const;
  const parts = split(jwt);
  const key = decode(team);
  if (!parts || key?.length !== 32) return refuse("certificate-invalid");
  const signed = new TextEncoder().encode(jwt.slice(0, jwt.lastIndexOf(".")));
  const { subtle } = crypto;
  // A key that is none has signed nothing.
  const good = await subtle.importKey("raw", key, "Ed25519", false, ["verify"]).then(
    (imported) => subtle.verify("Ed25519", imported, parts.signature, signed),
    () => false,
  );
  if (!good) return refuse("certificate-foreign");
  const claims = readClaims(parts.body);
  if (!claims) return refuse("certificate-invalid");
  const { iat, exp } = claims;
  return iat - CERTIFICATE_GRACE_S <= nowS && nowS <= exp + CERTIFICATE_GRACE_S
    ? { ok: true, value: claims }
    : refuse("certificate-expired");
}

/** Reads a certificate without believing it; `null` when it is none. */
export function readCertificate(jwt: string): Claims | null {
  const parts = split(jwt);
  return parts && readClaims(parts.body);
}

function split(jwt: string) {
  if (jwt.length > MAX_CERTIFICATE_BYTES) return null;
  const [head, body, signature, ...more] = jwt.split(".").map(decode);
  return head && body && signature?.length === 64 && !more.length && read(head, readHeader) ? { body, signature } : null;
}

function readClaims(body: Uint8Array): Claims | null {
  const found = read(body, readBody);
  if (!found) return null;
  const { cnf, ...claims } = found;
  const lifetime = claims.exp - claims.iat;
  return lifetime >= 0 && lifetime <= MAX_CERTIFICATE_LIFETIME_S ? { ...claims, key: cnf.jwk.x } : null;
}

function read<T>(bytes: Uint8Array, decoded: (text: string) => Decoded<T>): T | null {
  try {
    const result = decoded(readText(bytes));
    return result.ok ? result.value : null;
  } catch {
    // Not UTF-8.
    return null;
  }
}
