// The native side's answers to real requests are tried in `tests/browser/request.test.mjs`.

import assert from "node:assert/strict";
import { test } from "node:test";

import { encode } from "../wire/base64url";
import { InviteError } from "./invite";
import { isAnswer, isFor, isRequest, makeKeys, type OwnKeys, readAnswer, requestLine } from "./request";

const NOW_S = 1_800_000_000;
const { subtle } = globalThis.crypto;
const utf8 = new TextEncoder();
const part = (value: object) => encode(utf8.encode(JSON.stringify(value)));

const team = (await subtle.generateKey("Ed25519", true, ["sign", "verify"])) as CryptoKeyPair;
const teamId = encode(new Uint8Array(await subtle.exportKey("raw", team.publicKey)));

async function answer(keys: OwnKeys, more: object = {}): Promise<string> {
  const [x, noise] = [keys.signPublic, keys.noiseKey.publicKey].map(encode);
  const claims = { jti: "c-1", sub: "Dana", iat: NOW_S, exp: NOW_S + 3600, cnf: { jwk: { kty: "OKP", crv: "Ed25519", x } }, noise, ...more };
  const signed = `${part({ alg: "EdDSA", typ: "alongside-helper+jwt" })}.${part(claims)}`;
  const signature = new Uint8Array(await subtle.sign("Ed25519", team.privateKey, utf8.encode(signed)));
  return `alongside-certificate.1.${teamId}.${signed}.${encode(signature)}`;
}

const refused = (text: string, keys: OwnKeys | null, code: string, nowS = NOW_S) =>
  assert.rejects(readAnswer(text, keys, nowS), (error) => error instanceof InviteError && error.code === code);

test("a request is one line of public keys, and never are the private ones to be had", async () => {
  const keys = await makeKeys();
  assert.match(requestLine(keys), /^alongside-request\.1\.[\w-]{43}\.[\w-]{43}$/);
  assert.notEqual(requestLine(await makeKeys()), requestLine(keys));
  for (const key of [keys.signKey, keys.noiseKey.privateKey]) {
    assert.equal(key.extractable, false);
    await assert.rejects(subtle.exportKey("pkcs8", key));
  }
});

test("the answer makes a helper with the keys that were made here, also after they were kept", async () => {
  const keys = await makeKeys();
  const identity = await readAnswer(await answer(keys), structuredClone(keys), NOW_S);
  assert.deepEqual([identity.team, identity.claims.sub, isFor(keys, identity.claims)], [teamId, "Dana", true]);
  const probe = new Uint8Array(8);
  const publicKey = await subtle.importKey("raw", keys.signPublic as Uint8Array<ArrayBuffer>, "Ed25519", false, ["verify"]);
  assert.ok(await subtle.verify("Ed25519", publicKey, await subtle.sign("Ed25519", identity.signKey, probe), probe));
});

test("an answer is read as mail programs leave it", async () => {
  const keys = await makeKeys();
  const text = await answer(keys);
  const broken = text.match(/.{1,60}/g)?.join("\n  ") ?? "";
  for (const way of [` ${text}\n`, broken, `Here you are:\n${broken}\n\nBye, Sam`]) {
    assert.equal((await readAnswer(way, keys, NOW_S)).claims.sub, "Dana");
  }
});

test("an answer of no use says why", async () => {
  const keys = await makeKeys();
  const text = await answer(keys);
  await refused(text, null, "others");
  await refused(text, await makeKeys(), "others");
  await refused(await answer(keys, { noise: encode(new Uint8Array(32)) }), keys, "others");
  await refused(text.slice(0, -20), keys, "cut");
  await refused("alongside-certificate.1.", keys, "cut");
  await refused("alongside-certificate.", keys, "cut");
  await refused(text.replace(".1.", ".2."), keys, "version");
  await refused(text, keys, "expired", NOW_S + 7200);
  await refused(text, keys, "early", NOW_S - 7200);
  const forged = text.replace(/\.[\w-]{86}$/, (signature) => `.${signature[1] === "A" ? "B" : "A"}${signature.slice(2)}`);
  await refused(forged, keys, "forged");
});

test("a request is told from its answer", () => {
  assert.ok(isRequest(" alongside-request.1.a.b"));
  assert.ok(isAnswer("Sam writes: alongside-certificate.1.a"));
  assert.ok(!isAnswer("alongside-request.1.a.b"));
});
