// The helper certificate: a JWT by which a team's key vouches for a helper's keys and name.
//
// Source: RFC 7519 (JWT), RFC 8037 (EdDSA), RFC 7800 (`cnf`). `agent/proto/PROTOCOL.md`, section *Identity*.

import { decode } from "../wire/base64url";
import { base64url, decoder, ensure, filled, flag, list, nullable, oneOf, record, time, type Check, type Decoded } from "../wire/check";
import type { UnverifiedCode } from "../wire/peer";
import {
  CERTIFICATE_GRACE_S,
  MAX_CERTIFICATE_BYTES,
  MAX_CERTIFICATE_LIFETIME_S,
  MAX_ORIGIN_BYTES,
  type TeamId,
} from "../wire/signaling";
import { utf8 } from "../wire/utf8";
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
  /** The helper's X25519 static key. Shape: 43 characters of base64url. */
  noise: string;
  /** The helper's Ed25519 key. Shape: the same. */
  cnf: { jwk: { x: string } };
  /** The page origins it is good for; `null` for all. */
  origins: string[] | null;
  /** Whether the helper is a program. */
  automated: boolean;
};

const publicKey = base64url(32);

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

const readBody = decoder<Claims>(
  MAX_CERTIFICATE_BYTES,
  record({
    jti: filled(),
    sub: filled(),
    iat: time,
    exp: time,
    cnf: record({ jwk: record({ kty: oneOf("OKP"), crv: oneOf("Ed25519"), x: publicKey }) }),
    noise: publicKey,
    origins: nullable(list(origin)),
    automated: (value, note) => value !== undefined && flag(value, note),
  }),
);

/** Verifies a certificate against a team key, at a time: gives what it says, or the code of what is wrong. */
export async function verifyCertificate(jwt: string, team: TeamId, nowS: number): Promise<Claims | UnverifiedCode> {
  const parts = split(jwt);
  const key = decode(team);
  if (!parts || key?.length !== 32) return "certificate-invalid";
  const signed = utf8(jwt.slice(0, jwt.lastIndexOf(".")));
  const { subtle } = crypto;
  // A key that is none has signed nothing.
  const good = await subtle.importKey("raw", key, "Ed25519", false, ["verify"]).then(
    (imported) => subtle.verify("Ed25519", imported, parts.signature, signed),
    () => false,
  );
  if (!good) return "certificate-foreign";
  const claims = readClaims(parts.body);
  if (!claims) return "certificate-invalid";
  const { iat, exp } = claims;
  return iat - CERTIFICATE_GRACE_S <= nowS && nowS <= exp + CERTIFICATE_GRACE_S ? claims : "certificate-expired";
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
  const claims = read(body, readBody);
  if (!claims) return null;
  const lifetime = claims.exp - claims.iat;
  return lifetime >= 0 && lifetime <= MAX_CERTIFICATE_LIFETIME_S ? claims : null;
}

function read<T>(bytes: Uint8Array, decoded: (text: string) => Decoded<T>): T | null {
  try {
    const found = decoded(readText(bytes));
    return typeof found === "string" ? null : found;
  } catch {
    // Not UTF-8.
    return null;
  }
}
