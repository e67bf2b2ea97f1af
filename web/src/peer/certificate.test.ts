// The same cases as the native side's: `tests/vectors/certificates.json`, made by it.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { verifyCertificate } from "./certificate";

type Case = { name: string; jwt: string; team: string; nowS: number; refused: string | null };
const vectors = new URL("../../../tests/vectors/certificates.json", import.meta.url);
const cases = JSON.parse(readFileSync(vectors, "utf8")) as Case[];

for (const { name, jwt, team, nowS, refused } of cases) {
  test(`certificate: ${name}`, async () => {
    const verified = await verifyCertificate(jwt, team, nowS);
    assert.equal(typeof verified === "string" ? verified : null, refused);
  });
}
