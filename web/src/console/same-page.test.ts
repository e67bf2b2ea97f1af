import assert from "node:assert/strict";
import { test } from "node:test";

import { samePage } from "./same-page";

const SHOP = "https://shop.example";

test("two addresses are the same page however the site has cleaned the visitor's", () => {
  const ours = `${SHOP}/lamps?colour=red&token=abcdefghijklmnopqrstuvwxyz0123456789`;
  for (const theirs of [`${SHOP}/lamps?colour=red`, `${SHOP}/lamps`, ours]) assert.equal(samePage(theirs, ours), "yes", theirs);
  for (const theirs of [`${SHOP}/`, `${SHOP}/lamps?colour=blue`, `${SHOP}/lamps#size`]) assert.equal(samePage(theirs, ours), "no", theirs);
});

test("of what nobody has told, nothing is known", () => {
  assert.equal(samePage(null, `${SHOP}/`), "unknown");
  assert.equal(samePage(`${SHOP}/`, null), "unknown");
});
