import assert from "node:assert/strict";
import { mock, test } from "node:test";

import { now } from "./clock";

test("runs on when the wall clock is set back", () => {
  mock.timers.enable({ apis: ["Date"], now: 5_000_000 });
  assert.equal(now(), 5_000_000);
  mock.timers.setTime(1_000_000);
  assert.equal(now(), 5_000_000);
  mock.timers.setTime(1_000_700);
  assert.equal(now(), 5_000_700);
  mock.timers.setTime(9_000_000);
  assert.equal(now(), 13_000_000);
  mock.timers.reset();
});
