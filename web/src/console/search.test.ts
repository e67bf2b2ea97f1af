import assert from "node:assert/strict";
import { test } from "node:test";

import type { Entry, Note } from "../conversation/message-list";
import { hits, MAX_HITS, pieces } from "./search";

const said = (seq: number, text: string): Entry => ({ key: `visitor-${seq}`, seq, from: "visitor", text, at: 0, mark: null });
const note: Note = { key: "proposing-1", note: "proposing", url: "https://shop.example/lamp", at: 0 };

const found = (texts: string[], wanted: string) =>
  hits(texts.map((text, at) => said(at + 1, text)), wanted).map(({ key, from, to }) => `${key} ${from}-${to}`);

test("finds every place, in order, whatever its capitals", () => {
  assert.deepEqual(found(["A lamp and a LAMP", "none", "lamps"], "Lamp"), ["visitor-1 2-6", "visitor-1 13-17", "visitor-3 0-4"]);
  assert.deepEqual(found(["ÄPFEL äpfel", "İstanbul"], "äpfel"), ["visitor-1 0-5", "visitor-1 6-11"]);
  assert.deepEqual(found(["🙂 ok 🙂"], "🙂"), ["visitor-1 0-2", "visitor-1 6-8"]);
});

test("what is looked for is text and no pattern", () => {
  for (const wanted of ["a.c", "(", "[x]", "\\d", "a|b", "^", "$1", "{2}", "*", "+", "?", "/", "-"]) {
    assert.deepEqual(found([`before ${wanted} after`, "abc 1 aa"], wanted), [`visitor-1 7-${7 + wanted.length}`], wanted);
  }
});

test("nothing is found for nothing, and notes are not searched", () => {
  assert.deepEqual(found(["a b"], "  "), []);
  assert.deepEqual(hits([note], "lamp"), []);
});

test("words stand together over a line's end", () => {
  assert.deepEqual(found(["three\nmetres"], "three metres"), ["visitor-1 0-12"]);
});

test("joined again, the pieces are the part, also where a hit begins before it or ends after it", () => {
  const text = "see https://a.example now";
  const all = hits([said(1, text)], "e");
  for (const [from, to] of [[0, 25], [4, 21], [0, 3], [3, 3]] as const) {
    const part = text.slice(from, to);
    const cut = pieces(part, from, all);
    assert.equal(cut.map((piece) => piece.text).join(""), part);
    for (const piece of cut) assert.equal(piece.hit !== null, piece.text === "e");
  }
  const [whole] = hits([said(1, text)], "see https");
  assert.ok(whole);
  assert.deepEqual(pieces("https://a.example", 4, [whole]).map(({ text, hit }) => [text, hit !== null]), [["https", true], ["://a.example", false]]);
});

test("a long hostile text takes no noticeable time", () => {
  const start = performance.now();
  const flood = Array.from({ length: 2000 }, (_, at) => said(at, "a".repeat(4096)));
  assert.equal(hits(flood, `${"a".repeat(40)}b`).length, 0);
  assert.equal(hits(flood, "a").length, MAX_HITS);
  assert.ok(performance.now() - start < 3000);
});
