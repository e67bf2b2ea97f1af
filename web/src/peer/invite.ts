// An invite: a helper's keys and the certificate for them, in the fragment of a link. Once imported, the keys
// can be used in this browser and never read again.

import { decode } from "../wire/base64url";
import type { TeamId } from "../wire/signaling";
import { type Claims, readCertificate, verifyCertificate } from "./certificate";
import type { KeyPair } from "./key-pair";

/** A helper in this browser. Can be stored by structured clone. */
export type Identity = {
  team: TeamId;
  /** The certificate, a JWT. */
  certificate: string;
  claims: Claims;
  /** The Ed25519 private key, non-extractable. */
  signKey: CryptoKey;
  /** The X25519 static key, its private half non-extractable. */
  noiseKey: KeyPair;
};

/** Why an invite cannot be used. */
export type InviteErrorCode = "unreadable" | "cut" | "version" | "forged" | "expired" | "early" | "browser" | "others";

/** A text that is no invite, or one of no use. */
export class InviteError extends Error {
  /** Names the reason. */
  constructor(
    readonly code: InviteErrorCode,
    cause?: unknown,
  ) {
    super(code, { cause });
  }
}

/**
 * Reads an invite: a whole link, its fragment, or what stands behind `invite=`.
 *
 * Shape: `1.TEAM.SEED.STATIC.JWT`, the JWT being of three parts itself.
 * Errors: `InviteError`.
 */
export async function parseInvite(text: string, nowS = Math.floor(Date.now() / 1000)): Promise<Identity> {
  const parts = (/invite=([^&\s]*)/.exec(text)?.[1] ?? text.trim()).split(".");
  const [version = "", team = "", seed = "", noise = ""] = parts;
  if (!/^\d+$/.test(version) || parts.length < 2) throw new InviteError("unreadable");
  if (version !== "1") throw new InviteError("version");
  if (parts.length !== 7 || parts[6]?.length !== 86) throw new InviteError("cut");
  const certificate = parts.slice(4).join(".");
  const [teamKey, seedBytes, noiseBytes] = [team, seed, noise].map(decode);
  if (teamKey?.length !== 32 || seedBytes?.length !== 32 || noiseBytes?.length !== 32) {
    throw new InviteError("unreadable");
  }
  const claims = await certified(certificate, team, nowS);
  let signKey: CryptoKey;
  let privateKey: CryptoKey;
  try {
    signKey = await importPrivate(ED25519, seedBytes, ["sign"]);
    privateKey = await importPrivate(X25519, noiseBytes, ["deriveBits"]);
  } catch (error) {
    throw new InviteError("browser", error);
  }
  const identity = { team, certificate, claims, signKey, noiseKey: { privateKey, publicKey: keyBytes(claims.noise) } };
  if (!(await fits(identity).catch(() => false))) throw new InviteError("forged");
  return identity;
}

/**
 * Verifies a certificate that is to be used here, and gives what it says.
 *
 * Errors: `InviteError`.
 */
export async function certified(certificate: string, team: TeamId, nowS: number): Promise<Claims> {
  const claims = await verifyCertificate(certificate, team, nowS);
  if (typeof claims !== "string") return claims;
  throw new InviteError(claims === "certificate-expired" ? isEarly(certificate, nowS) : "forged");
}

function keyBytes(text: string): Uint8Array<ArrayBuffer> {
  return decode(text) ?? new Uint8Array();
}

function isEarly(certificate: string, nowS: number): "early" | "expired" {
  return (readCertificate(certificate)?.iat ?? 0) > nowS ? "early" : "expired";
}

// PKCS#8 around 32 bytes of key, which WebCrypto wants for a private one. Source: RFC 8410 section 7.
type Algorithm = { name: string; oid: number };
const ED25519: Algorithm = { name: "Ed25519", oid: 0x70 };
const X25519: Algorithm = { name: "X25519", oid: 0x6e };

function importPrivate({ name, oid }: Algorithm, key: Uint8Array, usages: KeyUsage[]): Promise<CryptoKey> {
  const head = [0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, oid, 4, 0x22, 4, 0x20];
  return globalThis.crypto.subtle.importKey("pkcs8", Uint8Array.from([...head, ...key]), name, false, usages);
}

// Whether the private keys are those that the certificate names: a link put together from two would fail later,
// and nobody would know why.
async function fits({ signKey, noiseKey, claims }: Identity): Promise<boolean> {
  const { subtle } = globalThis.crypto;
  const probe = new Uint8Array(32);
  const publicKey = await subtle.importKey("raw", keyBytes(claims.cnf.jwk.x), "Ed25519", false, ["verify"]);
  if (!(await subtle.verify("Ed25519", publicKey, await subtle.sign("Ed25519", signKey, probe), probe))) return false;
  const other = (await subtle.generateKey("X25519", false, ["deriveBits"])) as CryptoKeyPair;
  const named = await subtle.importKey("raw", keyBytes(claims.noise), "X25519", false, []);
  const [ours, theirs] = await Promise.all([
    subtle.deriveBits({ name: "X25519", public: other.publicKey }, noiseKey.privateKey, 256),
    subtle.deriveBits({ name: "X25519", public: named }, other.privateKey, 256),
  ]);
  const expected = new Uint8Array(theirs);
  return new Uint8Array(ours).every((byte, at) => byte === expected[at]);
}
