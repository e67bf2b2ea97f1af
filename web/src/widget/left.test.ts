import assert from "node:assert/strict";
import { test } from "node:test";
import { PLACE_LIFETIME_MS } from "../wire/signaling";
import { readLeft } from "./left";

const NOW = 1_800_000_000_000;
const waited = { at: NOW, place: "AAECAwQFBgcICQoLDA0ODw", written: [{ seq: 1, at: 7, text: "Hello?" }], draft: "An", folded: true };
const session = {
  at: NOW - 3_000_000,
  deposits: [{ id: "AAECAwQFBgcICQoLDA0ODw", psk: "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE", offer: null }],
  attempt: 7,
  place: waited.place,
  helper: { name: "Mira", automated: false },
  iceServers: [],
  written: waited.written,
  last: 1,
  delivered: 0,
  read: 0,
  stored: 2,
  seen: 1,
  epoch: 4,
  proposal: 0,
};
const told = 1;
const record = [
  { what: "joined", name: "Mira", at: NOW, url: null, answer: null },
  { what: "proposed", name: "Mira", at: NOW, url: "https://nook.example/cart", answer: "allowed" },
];
const read = (changes: object, now = NOW) => readLeft(JSON.stringify({ ...waited, ...changes }), now);

test("what was kept is read", () => {
  assert.deepEqual(read({}), { ...waited, session: null, free: null, told: null, record: null });
  assert.deepEqual(readLeft(`{"at":${NOW}}`, NOW + 1), {
    at: NOW,
    session: null,
    free: null,
    told: null,
    record: null,
    place: null,
    written: null,
    draft: null,
    folded: null,
  });
});

test("nobody is asked for when the place is gone", () => {
  assert.ok(read({}, NOW + PLACE_LIFETIME_MS - 1));
  assert.equal(read({}, NOW + PLACE_LIFETIME_MS), null);
  assert.equal(read({}, NOW - PLACE_LIFETIME_MS), null);
});

test("how old a session may be, the session decides", () => {
  assert.deepEqual(read({ session, told }, NOW + 3_000_000)?.session, session);
  assert.deepEqual(read({ session, told })?.told, told);
  assert.deepEqual(read({ session, told, record })?.record, record);
});

test("what is none of ours is nothing", () => {
  for (const kept of ["", "null", "[]", "{}", "{", '"at"']) assert.equal(readLeft(kept, NOW), null, kept);
  const wrong = [{ at: "now" }, { place: "here" }, { written: [{ seq: 1, at: 7, text: "" }] }, { written: "Hello" }, { draft: 1 }, { folded: 1 }, { session: {} }, { session: { ...session, stored: -1 } }, { told: -1 }, { free: 1 }, { record: [{ ...record[0], what: "toString" }] }, { record: [{ ...record[1], answer: "perhaps" }] }];
  for (const changes of wrong) assert.equal(read(changes), null, JSON.stringify(changes));
});
