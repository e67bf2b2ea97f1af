// The same cases as the native side's: `tests/vectors/invites.json`, made by it.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { encode } from "../wire/base64url";
import { signEnlist } from "./enlist";
import { InviteError, parseInvite } from "./invite";
import { initiate, prologue, respond } from "./seal";

type Case = { name: string; text: string; refused: string | null };
type Vectors = { nowS: number; team: string; nonce: string; origin: string; signature: string; cases: Case[] };
const vectors = new URL("../../../tests/vectors/invites.json", import.meta.url);
const { nowS, team, nonce, origin, signature, cases } = JSON.parse(readFileSync(vectors, "utf8")) as Vectors;
const good = cases[0]?.text ?? "";

for (const { name, text, refused } of cases) {
  test(`invite: ${name}`, async () => {
    if (refused === null) {
      const identity = await parseInvite(text, nowS);
      assert.deepEqual([identity.team, identity.claims.sub], [team, "Dana"]);
    } else {
      await assert.rejects(parseInvite(text, nowS), (error) => error instanceof InviteError && error.code === refused);
    }
  });
}

test("a helper of an invite enlists as the native side does", async () => {
  assert.equal(await signEnlist(await parseInvite(good, nowS), nonce, origin), signature);
});

test("the private keys can be used and kept, and never be read again", async () => {
  const identity = await parseInvite(good, nowS);
  const kept = structuredClone(identity);
  for (const key of [kept.signKey, kept.noiseKey.privateKey]) {
    assert.equal(key.extractable, false);
    for (const format of ["pkcs8", "jwk"] as const) await assert.rejects(crypto.subtle.exportKey(format, key));
  }
  const seed = good.slice(good.indexOf("invite=")).split(".")[2] ?? "";
  assert.equal(JSON.stringify(identity).includes(seed), false);
  const said = prologue(team, "AAAAAAAAAAAAAAAAAAAAAA", "https://shop.example.org");
  const initiator = await initiate(said);
  const answered = await respond(said, initiator.message, kept.noiseKey as typeof identity.noiseKey, new Uint8Array(1));
  assert.equal(encode((await initiator.finish(answered.message)).remoteStatic), identity.claims.noise);
});
