import assert from "node:assert/strict";
import { test } from "node:test";
import { PLACE_LIFETIME_MS } from "../wire/signaling";
import { readWaited } from "./restored";

const NOW = 1_800_000_000_000;
const waited = { at: NOW, place: "AAECAwQFBgcICQoLDA0ODw", written: [{ seq: 1, at: 7, text: "Hello?" }], draft: "An", folded: true };
const read = (changes: object, now = NOW) => readWaited(JSON.stringify({ ...waited, ...changes }), now);

test("what was kept is read", () => {
  assert.deepEqual(read({}), waited);
  assert.deepEqual(readWaited(`{"at":${NOW}}`, NOW + 1), { at: NOW, place: null, written: null, draft: null, folded: null });
});

test("nobody is asked for when the place is gone", () => {
  assert.ok(read({}, NOW + PLACE_LIFETIME_MS - 1));
  assert.equal(read({}, NOW + PLACE_LIFETIME_MS), null);
  assert.equal(read({}, NOW - PLACE_LIFETIME_MS), null);
});

test("what is none of ours is nothing", () => {
  for (const kept of ["", "null", "[]", "{}", "{", '"at"']) assert.equal(readWaited(kept, NOW), null, kept);
  const wrong = [{ at: "now" }, { place: "here" }, { written: [{ seq: 1, at: 7, text: "" }] }, { written: "Hello" }, { draft: 1 }, { folded: 1 }];
  for (const changes of wrong) assert.equal(read(changes), null, JSON.stringify(changes));
});
