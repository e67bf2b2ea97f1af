import assert from "node:assert/strict";
import { test } from "node:test";
import { replay } from "./queue";

function calls(stub: unknown): unknown[][] {
  const made: unknown[][] = [];
  replay(stub, (...call) => made.push(call));
  return made;
}

test("an array of calls", () => {
  assert.deepEqual(calls([["open"], ["identify", { plan: "pro" }]]), [["open"], ["identify", { plan: "pro" }]]);
});

test("a function that keeps its arguments", () => {
  const stub = function (..._values: unknown[]) {
    (stub.q ||= []).push(arguments);
  } as { (...values: unknown[]): void; q?: unknown[] };
  stub("on", "state", 1);
  stub("open");
  assert.deepEqual(calls(stub), [["on", "state", 1], ["open"]]);
});

test("anything else is no call", () => {
  for (const stub of [undefined, null, 1, "open", {}, { q: "open" }, () => undefined]) assert.deepEqual(calls(stub), []);
});
