import assert from "node:assert/strict";
import { test } from "node:test";
import { look } from "../conversation/draft";
import { MAX_TEXT_BYTES } from "../wire/peer";
import { roomLeft } from "./room";

for (const [letter, count, left] of [
  ["", 0, MAX_TEXT_BYTES],
  ["a", MAX_TEXT_BYTES - 399, 399],
  ["a", MAX_TEXT_BYTES, 0],
  ["é", MAX_TEXT_BYTES / 2 - 10, 10],
  // Rounded down: so many fit.
  ["灯", Math.floor((MAX_TEXT_BYTES - 399) / 3), 133],
  ["灯", Math.floor(MAX_TEXT_BYTES / 3), 0],
] as const) {
  test(`behind ${count} of ${JSON.stringify(letter)} there is room for ${left}, and for no more`, () => {
    const written = letter.repeat(count);
    assert.equal(roomLeft(look(written)), left);
    if (letter !== "") assert.ok(look(written + letter.repeat(left)).over <= 0);
  });
}
