import assert from "node:assert/strict";
import { test } from "node:test";

import { mayBeOneSite } from "./one-site";

test("hosts under one name can be of one site", () => {
  const pairs = [
    ["help.example.org", "www.example.org"],
    ["example.org", "a.b.example.org"],
    ["localhost", "localhost"],
    ["127.0.0.1", "127.0.0.1"],
    ["[::1]", "[::1]"],
    // Two sites, which only a list of public suffixes knows: taken for one, no harm is done.
    ["help.co.uk", "shop.co.uk"],
  ] as const;
  for (const [one, other] of pairs) assert.equal(mayBeOneSite(one, other), true, `${one} ${other}`);
});

test("hosts that have nothing but an ending in common are of two", () => {
  const pairs = [
    ["help.example.org", "www.example.net"],
    ["example.org", "shop.org"],
    ["localhost", "127.0.0.1"],
    ["a.localhost", "b.localhost"],
    ["10.0.1.5", "192.168.1.5"],
    ["[::1]", "[::2]"],
  ] as const;
  for (const [one, other] of pairs) assert.equal(mayBeOneSite(one, other), false, `${one} ${other}`);
});
