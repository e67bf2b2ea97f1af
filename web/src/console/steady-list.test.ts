import assert from "node:assert/strict";
import { test } from "node:test";

import { type Row, steady } from "./steady-list";

const at = (...items: string[]): Row<string>[] => items.map((item) => ({ item, gone: false }));
const shown = (rows: readonly Row<string>[]) => rows.map(({ item, gone }) => (gone ? `(${item})` : item)).join(" ");
const same = (item: string) => item;

test("what has gone leaves its place empty, what has come stands at the end", () => {
  assert.equal(shown(steady(at("a", "b", "c"), ["x", "a", "c"], same)), "a (b) c x");
  assert.equal(shown(steady(at(), ["a", "b"], same)), "a b");
  assert.equal(shown(steady(at("a", "b"), [], same)), "(a) (b)");
});

test("what has gone and comes back is at its old place again", () => {
  const gone = steady(at("a", "b"), ["b"], same);
  assert.equal(shown(gone), "(a) b");
  assert.equal(shown(steady(gone, ["b", "a"], same)), "a b");
});

test("a row shows what its item is now", () => {
  const [row] = steady([{ item: { id: 1, text: "old" }, gone: false }], [{ id: 1, text: "new" }], ({ id }) => id);
  assert.equal(row?.item.text, "new");
});
