import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { readUserAgent } from "./client-information";
import { cut } from "./cut";

// The same cases as the native side's.
const cases: { text: string; browser: string; platform: string }[] = JSON.parse(
  readFileSync(new URL("../../../tests/vectors/user-agents.json", import.meta.url), "utf8"),
);

for (const { text, browser, platform } of cases) {
  test(`reads ${browser || "nothing"} on ${platform || "nothing"} in ${text || "nothing"}`, () => {
    assert.deepEqual(readUserAgent(text), { browser, platform });
  });
}

test("cuts between characters, and marks it", () => {
  assert.equal(cut("short", 8), "short");
  assert.equal(cut("exactly8", 8), "exactly8");
  assert.equal(cut("nine char", 8), "nine …");
  assert.equal(cut("ééééé", 8), "éé…");
  assert.equal(cut("👋👋👋", 9), "👋…");
  for (const text of ["a".repeat(50), "ü".repeat(50), "👋".repeat(50), "a👋".repeat(20)]) {
    for (let limit = 8; limit < 40; limit += 1) {
      const bytes = new TextEncoder().encode(cut(text, limit));
      assert.ok(bytes.length <= limit && bytes.length > limit - 7, `${text} at ${limit}`);
    }
  }
});

test("a broken half of a character becomes a whole one", () => {
  assert.equal(cut("a\ud800b", 8), "a\ufffdb");
});
