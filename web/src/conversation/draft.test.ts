import assert from "node:assert/strict";
import { test } from "node:test";
import { MAX_TEXT_BYTES } from "../wire/peer";
import { look } from "./draft";

test("nothing but white space is not sent", () => {
  assert.equal(look(" \n\t ").ready, false);
  assert.deepEqual(look(" Hello \n"), { text: "Hello", over: 5 - MAX_TEXT_BYTES, ready: true });
});

test("the limit counts bytes, not characters", () => {
  assert.equal(look("a".repeat(MAX_TEXT_BYTES)).ready, true);
  assert.deepEqual(
    [look("ä".repeat(MAX_TEXT_BYTES)).ready, look("ä".repeat(MAX_TEXT_BYTES)).over],
    [false, MAX_TEXT_BYTES],
  );
});

test("half a character is replaced", () => {
  assert.equal(look("a\ud83db").text, "a\ufffdb");
  assert.equal(look("a🙂b").text, "a🙂b");
});
