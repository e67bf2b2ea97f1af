import assert from "node:assert/strict";
import { test } from "node:test";

import { localTime } from "./local-time";

const at = Date.UTC(2026, 10, 28, 22, 30);

test("the time there, for people and for machines", () => {
  const tokyo = localTime("Asia/Tokyo", at, "Europe/Berlin");
  assert.equal(tokyo?.machine, "2026-11-29T07:30");
  assert.match(tokyo?.text ?? "", /7:30/);
});

test("the day is theirs, seen from ours", () => {
  const days = (there: string, here: string) => localTime(there, at, here)?.days;
  assert.equal(days("Asia/Tokyo", "Europe/Berlin"), 1);
  assert.equal(days("Europe/Berlin", "Asia/Tokyo"), -1);
  assert.equal(days("Europe/Berlin", "Europe/Paris"), 0);
  // The two ends of the day: 26 hours apart.
  assert.equal(localTime("Pacific/Kiritimati", Date.UTC(2026, 11, 31, 10, 30), "Etc/GMT+12")?.days, 2);
});

test("a zone that does not exist has no time", () => {
  for (const zone of ["Mars/Olympus", "x".repeat(256), "<b>"]) assert.equal(localTime(zone, at), null, zone);
});
