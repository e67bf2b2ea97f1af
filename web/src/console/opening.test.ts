import assert from "node:assert/strict";
import { test } from "node:test";

import { opening } from "./opening";

const SITE = "https://shop.example.org";
const at = (url: string, redacted = false) => opening({ url, redacted }, SITE);

test("the session's own site opens at once", () => {
  assert.deepEqual(at("https://shop.example.org/a?b=c#d"), { to: "same-site", href: "https://shop.example.org/a?b=c#d" });
});

test("another site, scheme or port is named before it opens", () => {
  for (const [url, host] of [
    ["https://other.example/", "other.example"],
    ["https://shop.example.org.evil.example/", "shop.example.org.evil.example"],
    ["http://shop.example.org/", "shop.example.org"],
    ["https://shop.example.org:8443/", "shop.example.org:8443"],
  ] as const) {
    assert.deepEqual(at(url), { to: "elsewhere", href: url, host });
  }
});

test("a redacted address is only shown", () => {
  assert.deepEqual(at("https://shop.example.org/reset/…/new", true), { to: "redacted" });
  assert.deepEqual(at("https://shop.example.org/reset/…/new", false), { to: "redacted" });
});

test("whatever is not a plain web address is only shown", () => {
  for (const url of [
    "javascript:alert(1)",
    "data:text/html,hi",
    "blob:https://shop.example.org/0",
    "file:///etc/passwd",
    "about:blank",
    "//shop.example.org/",
    "/path",
    "",
    "https://",
    "https://shop.example.org@evil.example/",
    "https://user:word@shop.example.org/",
    "java\nscript:alert(1)",
    "https:\\\\shop.example.org\\a",
    " https://shop.example.org/",
  ]) {
    assert.deepEqual(at(url), { to: "nowhere" }, url);
  }
});
