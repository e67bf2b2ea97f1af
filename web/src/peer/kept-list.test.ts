// A list that is kept an item at a time.

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { keptList } from "./kept-list";

let stored = new Map<string, string>();
let room = Infinity;
let writes = 0;
beforeEach(() => {
  [stored, room, writes] = [new Map(), Infinity, 0];
  Object.assign(globalThis, {
    sessionStorage: {
      getItem: (name: string) => stored.get(name) ?? null,
      setItem(name: string, value: string) {
        if (stored.size >= room) throw new Error("full");
        writes++;
        stored.set(name, value);
      },
      removeItem: (name: string) => stored.delete(name),
    },
  });
});

const decode = (text: string) => (text === "" ? null : (JSON.parse(text) as { n: number }));
const list = () => keptList("list", decode);
const items = (...numbers: number[]) => numbers.map((n) => ({ n }));

test("what is kept is read by another page, as far as it was", () => {
  const said = items(1, 2, 3);
  list().keep(said);
  assert.deepEqual(list().read(3), said);
  assert.deepEqual(list().read(2), items(1, 2));
  assert.deepEqual(list().read(9), said, "no more than there is");
});

test("what is kept already is not written again, also by the page that has read it", () => {
  const said = items(1, 2);
  const kept = list();
  kept.keep(said);
  kept.keep([...said, ...items(3)]);
  assert.equal(writes, 3);
  const other = list();
  const read = other.read(3);
  other.keep([...read, ...items(4)]);
  assert.equal(writes, 4);
  assert.deepEqual(list().read(4), items(1, 2, 3, 4));
});

test("of a list that has changed, nothing is left of what was", () => {
  const said = items(1, 2, 3, 4);
  const kept = list();
  kept.keep(said);
  kept.keep(said.slice(0, 2));
  assert.deepEqual(list().read(9), items(1, 2));
  kept.keep([said[0]!, ...items(9)]);
  assert.deepEqual(list().read(9), items(1, 9));
  kept.forget();
  assert.equal(stored.size, 0);
  kept.keep(said);
  assert.deepEqual(list().read(9), said, "written from its beginning");
});

test("where there is no room it says so, and less of it still fits", () => {
  room = 3;
  const said = items(1, 2, 3, 4, 5);
  const kept = list();
  assert.throws(() => kept.keep(said), /full/);
  kept.keep(said.slice(3));
  assert.deepEqual(list().read(9), items(4, 5));
});
