import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { cleanAddress, mayOpen } from "./address";

type Vectors = {
  clean: { name: string; href: string; urls: "clean" | "path" | "full"; url: string; omitted: number; redacted: boolean }[];
  open: { name: string; url: string; origin: string; opens: boolean }[];
};

const vectors = JSON.parse(
  readFileSync(new URL("../../../tests/vectors/address.json", import.meta.url), "utf8"),
) as Vectors;

test("addresses are cleaned as the table says", () => {
  for (const { name, href, urls, ...expected } of vectors.clean) {
    assert.deepEqual(cleanAddress(href, urls), expected, name);
  }
});

test("addresses are opened as the table says", () => {
  for (const { name, url, origin, opens } of vectors.open) assert.equal(mayOpen(url, origin), opens, name);
});

test("what a browser serializes is taken, and what is cleaned stays an address", () => {
  for (const { name, href, url } of vectors.clean) {
    // An empty user is never serialized, but written all the same.
    if (url === "" || href.includes("//@")) continue;
    assert.equal(new URL(href).href, href, `${name}: the case is serialized`);
    // `…` stands raw for a segment that is left out; all else survives a browser unchanged.
    assert.equal(new URL(url).href, url.replaceAll("…", "%E2%80%A6"), name);
  }
});

test("a page that may be opened is of the session's origin for a browser too", () => {
  for (const { name, url, origin, opens } of vectors.open) {
    if (opens) assert.equal(new URL(url).origin, origin, name);
  }
});
