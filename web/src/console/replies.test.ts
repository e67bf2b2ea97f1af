import assert from "node:assert/strict";
import { test } from "node:test";

import { callAt, MAX_NAME, MAX_REPLIES, readReplies, type Reply, withReply } from "./replies";

const reply = (name: string, text = `Text of ${name}`): Reply => ({ name, text });
const three = [reply("bye"), reply("greeting"), reply("hello")];

test("a reply is added in its place by name, and edited under another name too", () => {
  assert.deepEqual(withReply([reply("bye"), reply("hello")], reply("greeting"), null), three);
  assert.deepEqual(withReply(three, { name: "hi", text: "Hi" }, "hello"), [reply("bye"), reply("greeting"), { name: "hi", text: "Hi" }]);
  assert.deepEqual(withReply(three, reply("hello", "New"), "hello"), [reply("bye"), reply("greeting"), reply("hello", "New")]);
  // As people write it, with its slash and blanks around.
  assert.deepEqual(withReply([], { name: " /hi ", text: " Hi \n" }, null), [{ name: "hi", text: "Hi" }]);
});

test("what cannot be kept is refused with its reason", () => {
  for (const [name, text, problem] of [
    ["", "x", "no-name"],
    ["  /", "x", "no-name"],
    ["two words", "x", "name-space"],
    ["a/b", "x", "name-space"],
    ["a\x00b", "x", "name-space"],
    ["x".repeat(MAX_NAME + 1), "x", "name-long"],
    ["HELLO", "x", "name-taken"],
    ["new", " \n ", "no-text"],
    ["new", "é".repeat(2049), "text-long"],
  ] as const) {
    assert.equal(withReply(three, { name, text }, null), problem, name);
  }
  assert.equal(withReply(three, reply("bye"), "hello"), "name-taken");
  const full = Array.from({ length: MAX_REPLIES }, (_, at) => reply(`r${at}`));
  assert.equal(withReply(full, reply("one-more"), null), "full");
  assert.equal(typeof withReply(full, reply("one-more"), "r7"), "object");
});

test("what was kept is read again, and survives whatever else stands there", () => {
  assert.deepEqual(readReplies(JSON.stringify(three)), three);
  for (const broken of [null, "", "nonsense", "{", "null", "7", '"text"', "{}", "[null, 1, [], {}]", '[{"name":1,"text":"x"}]']) {
    assert.deepEqual(readReplies(broken), [], String(broken));
  }
  const mixed = [null, reply("hello"), { name: "x y", text: "z" }, { name: "hello", text: "twice" }, { name: "long", text: "x".repeat(5000) }, reply("bye")];
  assert.deepEqual(readReplies(JSON.stringify(mixed)), [reply("bye"), reply("hello")]);
  const many = Array.from({ length: 3 * MAX_REPLIES }, (_, at) => reply(`r${at}`));
  assert.equal(readReplies(JSON.stringify(many)).length, MAX_REPLIES);
  assert.deepEqual(readReplies('[{"name":"\\ud800","text":"a\\udc00"}]'), [{ name: "\ufffd", text: "a\ufffd" }]);
});

test("a slash at the beginning of a word calls replies up", () => {
  const call = (draft: string, caret = draft.length) => callAt(draft, caret, three);
  assert.deepEqual(call("/")?.replies.map(({ name }) => name), ["bye", "greeting", "hello"]);
  assert.deepEqual(call("/HE"), { from: 0, to: 3, replies: [reply("hello")] });
  assert.deepEqual(call("Well, /he"), { from: 6, to: 9, replies: [reply("hello")] });
  assert.deepEqual(call("/he and more", 3)?.replies, [reply("hello")]);
  // What begins so comes before what only has it in it.
  assert.deepEqual(callAt("/e", 2, [reply("bye"), reply("ends")])?.replies.map(({ name }) => name), ["ends", "bye"]);
});

test("a slash elsewhere is a slash", () => {
  for (const draft of ["", "he", "and/or", "https://shop.example/he", "/ he", "/etc", "//he", "/he/"]) {
    assert.equal(callAt(draft, draft.length, three), null, draft);
  }
  assert.equal(callAt("/", 1, []), null);
});
