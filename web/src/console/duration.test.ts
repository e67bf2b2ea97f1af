import assert from "node:assert/strict";
import { test } from "node:test";

import { clock, machineDuration } from "./duration";

test("a clock shows seconds, minutes and hours", () => {
  assert.equal(clock(0), "0:00");
  assert.equal(clock(7_999), "0:07");
  assert.equal(clock(61_000), "1:01");
  assert.equal(clock(3_723_000), "1:02:03");
});

test("a clock that was set back shows nothing odd", () => {
  assert.equal(clock(-5_000), "0:00");
  assert.equal(machineDuration(-5_000), "PT0S");
});
