import assert from "node:assert/strict";
import { test } from "node:test";

import { MAX_WAITING_PER_TEAM } from "../wire/signaling";
import { arrivals } from "./arrivals";

const waiting = (...tickets: string[]) => tickets.map((ticket) => ({ ticket, origin: "https://a.example", since: 0 }));

test("each who comes is told once, also after the queue was empty for a moment", () => {
  const look = arrivals();
  const seen = (...tickets: string[]) => look(waiting(...tickets)).map(({ ticket }) => ticket);
  assert.deepEqual(seen("a"), ["a"]);
  assert.deepEqual(seen("a", "b", "c"), ["b", "c"]);
  assert.deepEqual(seen(), []);
  assert.deepEqual(seen("a", "b", "d"), ["d"]);
});

test("a flood is forgotten from its oldest end", () => {
  const look = arrivals();
  for (let at = 0; at < 3 * MAX_WAITING_PER_TEAM; at++) look(waiting(`t${at}`));
  assert.deepEqual(look(waiting(`t${3 * MAX_WAITING_PER_TEAM - 1}`)), []);
  assert.equal(look(waiting("t0")).length, 1);
});
