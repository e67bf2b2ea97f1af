import assert from "node:assert/strict";
import { test } from "node:test";

import { shortcutOf, shortcuts } from "./shortcuts";

const pressed = (key: string, more: object = {}) => ({
  key,
  code: "",
  ctrlKey: false,
  altKey: false,
  metaKey: false,
  shiftKey: false,
  isComposing: false,
  repeat: false,
  ...more,
});

test("each key is one letter or the question mark", () => {
  for (const key of shortcuts) assert.match(key, /^[A-Z?]$/);
});

test("a letter is a shortcut, with Caps Lock too, and nothing with another key is", () => {
  assert.equal(shortcutOf(pressed("a")), "A");
  assert.equal(shortcutOf(pressed("A")), "A");
  assert.equal(shortcutOf(pressed("?", { shiftKey: true })), "?");
  for (const held of ["ctrlKey", "altKey", "metaKey", "shiftKey", "isComposing", "repeat"]) {
    assert.equal(shortcutOf(pressed("a", { [held]: true })), null, held);
  }
  for (const key of ["Enter", " ", "Tab", "ArrowDown", "/", "'", "1", "Dead", "é"]) assert.equal(shortcutOf(pressed(key)), null, key);
});

test("a keyboard of another script has the keys at the same places", () => {
  assert.equal(shortcutOf(pressed("ф", { code: "KeyA" })), "A");
  assert.equal(shortcutOf(pressed("؟", { shiftKey: true, code: "Slash" })), "?");
  // French: what is pressed is the letter that stands on the key.
  assert.equal(shortcutOf(pressed("a", { code: "KeyQ" })), "A");
});
