import assert from "node:assert/strict";
import { test } from "node:test";

import { decode, encode } from "./base64url";

test("bytes go there and back as Node writes them", () => {
  for (let length = 0; length < 70; length++) {
    const bytes = Uint8Array.from({ length }, (_, at) => (at * 89 + length * 31) & 255);
    assert.equal(encode(bytes), Buffer.from(bytes).toString("base64url"));
    assert.deepEqual(decode(encode(bytes)), bytes);
  }
});

test("there is one way to write bytes, and every other is refused", () => {
  for (const text of ["A", "AAAAA", "AB==", "AB=", "AB", "AAB", "A+AA", "A/AA", "AA AA", "ÄAAA", "AA\n"]) {
    assert.equal(decode(text), null, text);
  }
  assert.deepEqual(decode("AA"), Uint8Array.of(0));
});
