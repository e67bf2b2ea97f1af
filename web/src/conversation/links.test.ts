import assert from "node:assert/strict";
import { test } from "node:test";
import { segments } from "./links";

const links = (text: string) => segments(text).flatMap((piece) => ("href" in piece ? [[piece.text, piece.href]] : []));

test("finds addresses and leaves the sentence around them", () => {
  assert.deepEqual(segments("See https://nook.example/lamp, please."), [
    { text: "See " },
    { text: "https://nook.example/lamp", href: "https://nook.example/lamp" },
    { text: ", please." },
  ]);
});

test("a bracket opened inside an address belongs to it, one around it does not", () => {
  assert.deepEqual(links("(https://a.example/b_(c)) and https://a.example/b_(c)."), [
    ["https://a.example/b_(c)", "https://a.example/b_(c)"],
    ["https://a.example/b_(c)", "https://a.example/b_(c)"],
  ]);
});

test("only http and https become links", () => {
  for (const text of [
    "javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "file:///etc/passwd",
    "xhttps://a.example",
    "https://",
    "http:///",
    "vbscript:https:alert",
  ]) {
    assert.deepEqual(links(text), [], text);
  }
});

test("an address that reads as another is not a link", () => {
  assert.deepEqual(links("https://bank.example@evil.example/"), []);
  assert.deepEqual(links("https://user:secret@evil.example/"), []);
  // A right-to-left override ends the address.
  assert.deepEqual(links("https://a.example/\u202egnp.exe"), [["https://a.example/", "https://a.example/"]]);
});

test("what the browser would open is what href says", () => {
  assert.deepEqual(links("HTTPS://NOOK.example/ä"), [["HTTPS://NOOK.example/ä", "https://nook.example/%C3%A4"]]);
  assert.equal(links("https://аpple.example/")[0]?.[1], "https://xn--pple-43d.example/");
});

test("joined again, the pieces are the message", () => {
  for (const text of ["", "no link", "https://a.example", "a https://a.example b http://b.example/?q=1#x", "…https://x.example))))"]) {
    assert.equal(segments(text).map((piece) => piece.text).join(""), text);
  }
});

test("a long hostile text takes no noticeable time", () => {
  const start = performance.now();
  segments("https://a.example/" + "(".repeat(50_000) + ")".repeat(50_000) + ".".repeat(50_000));
  segments("http://".repeat(20_000));
  assert.ok(performance.now() - start < 1000);
});
