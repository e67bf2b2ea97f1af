import assert from "node:assert/strict";
import { test } from "node:test";
import { words } from "../locales/widget/en";
import type { State } from "../wire/peer";
import { type Facts, standing } from "./standing";

const facts: Facts = {
  state: "idle",
  position: 1,
  helper: null,
  endedBy: "lost",
  problem: "That did not work.",
  away: false,
  back: false,
  slow: false,
  elsewhere: false,
};
const say = (changes: Partial<Facts>) => standing(words, { ...facts, ...changes }).join(" ");
const mira = { name: "Mira", automated: false };

test("every state has a title and a sentence", () => {
  const states: State[] = ["idle", "unavailable", "asking", "waiting", "connecting", "connected", "reconnecting", "ended", "failed"];
  for (const state of states) {
    for (const helper of [null, mira]) {
      const said = standing(words, { ...facts, state, helper });
      assert.equal(said.length, 2, state);
      assert.ok(said.every((text) => text.length > 3), state);
    }
  }
});

test("the helper's name is said as soon as it is known", () => {
  for (const state of ["connecting", "connected", "reconnecting"] as const) assert.match(say({ state, helper: mira }), /Mira/);
  assert.match(say({ state: "ended", endedBy: "helper", helper: mira }), /Mira/);
});

test("a program is called one", () => {
  assert.match(say({ state: "connected", helper: { name: "Nook bot", automated: true } }), /program/);
  assert.doesNotMatch(say({ state: "connected", helper: mira }), /program/);
});

test("the place in the queue is said", () => {
  assert.match(say({ state: "waiting", position: 1 }), /next/);
  assert.match(say({ state: "waiting", position: 7 }), /number 7/);
});

test("a server that does not answer is told of", () => {
  assert.match(say({ state: "asking", slow: true }), /does not answer/);
});

test("who is away, who is back, and where the session is", () => {
  assert.match(say({ state: "reconnecting", helper: mira, away: true }), /Mira.s computer went away/);
  assert.match(say({ state: "connected", helper: mira, back: true }), /is back/);
  assert.match(say({ state: "idle", elsewhere: true }), /another tab/);
});
