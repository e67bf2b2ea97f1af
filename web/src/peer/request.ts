// A request: a console makes its keys where they stay, shows their public halves, and imports the certificate that the
// team's owner signs for them. `agent/proto/PROTOCOL.md`, section *Identity*.

import { decode, encode } from "../wire/base64url";
import type { Claims } from "./certificate";
import { certified, type Identity, InviteError } from "./invite";
import type { KeyPair } from "./key-pair";

/** A console's own keys, their private halves non-extractable from the start. Can be stored by structured clone. */
export type OwnKeys = {
  signKey: CryptoKey;
  /** The public half of `signKey`, 32 bytes. */
  signPublic: Uint8Array;
  noiseKey: KeyPair;
};

/**
 * Makes keys.
 *
 * Errors: `InviteError` `browser` when this browser has no such keys.
 */
export async function makeKeys(): Promise<OwnKeys> {
  const { subtle } = globalThis.crypto;
  const raw = async (key: CryptoKey) => new Uint8Array(await subtle.exportKey("raw", key));
  try {
    const sign = (await subtle.generateKey("Ed25519", false, ["sign", "verify"])) as CryptoKeyPair;
    const noise = (await subtle.generateKey("X25519", false, ["deriveBits"])) as CryptoKeyPair;
    return {
      signKey: sign.privateKey,
      signPublic: await raw(sign.publicKey),
      noiseKey: { privateKey: noise.privateKey, publicKey: await raw(noise.publicKey) },
    };
  } catch (error) {
    throw new InviteError("browser", error);
  }
}

/** Writes the request for these keys: one line without any secret. */
export const requestLine = ({ signPublic, noiseKey }: OwnKeys): string =>
  `alongside-request.1.${encode(signPublic)}.${encode(noiseKey.publicKey)}`;

/** Whether a certificate is for these keys. */
export const isFor = (keys: OwnKeys, claims: Claims): boolean =>
  claims.cnf.jwk.x === encode(keys.signPublic) && claims.noise === encode(keys.noiseKey.publicKey);

/** Whether a text is a request itself, and not yet its answer. */
export const isRequest = (text: string): boolean => /^\s*alongside-request\./.test(text);

/** Whether a text is meant as the answer to a request. */
export const isAnswer = (text: string): boolean => text.includes("alongside-certificate.");

/**
 * Reads the answer to a request, with whatever white space and words came with it on its way.
 *
 * Shape: `alongside-certificate.1.TEAM.JWT`.
 * Errors: `InviteError`; `others` when it was signed for other keys than these, or when there are none.
 */
export async function readAnswer(text: string, keys: OwnKeys | null, nowS = Math.floor(Date.now() / 1000)): Promise<Identity> {
  const [, version, rest = ""] = /alongside-certificate\.(\d+)\.(.*)/.exec(text.replace(/\s/g, "")) ?? [];
  if (version === undefined) throw new InviteError("cut");
  if (version !== "1") throw new InviteError("version");
  const [, team = "", certificate = ""] = /^([\w-]{43})\.([\w-]+\.[\w-]+\.[\w-]{86})/.exec(rest) ?? [];
  if (decode(team)?.length !== 32) throw new InviteError("cut");
  const claims = await certified(certificate, team, nowS);
  if (keys === null || !isFor(keys, claims)) throw new InviteError("others");
  return { team, certificate, claims, signKey: keys.signKey, noiseKey: keys.noiseKey };
}
