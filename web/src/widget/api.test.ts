import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate } from "node:timers/promises";
import { type Actions, installApi } from "./api";

type Api = Record<string, (...values: unknown[]) => void> & { (...call: unknown[]): void; state: string };

/** A page that has called before, the API in it, and what has been done behind the API. */
function page(stub?: unknown) {
  const window = { Alongside: stub };
  const errors: unknown[] = [];
  Object.assign(globalThis, { window, reportError: (error: unknown) => errors.push(error) });
  const done: unknown[][] = [];
  const does = (name: string) => (...given: unknown[]) => void done.push([name, ...given]);
  const actions: Record<keyof Actions, () => void> = {
    open: does("open"),
    close: does("close"),
    show: does("show"),
    hide: does("hide"),
    end: does("end"),
    identify: does("identify"),
  };
  let begin = () => {};
  const ready = new Promise<void>((resolve) => (begin = resolve));
  const emit = installApi(actions, () => "idle", ready);
  return { api: window.Alongside as Api, emit, begin, done, errors };
}

const given = { plan: "pro" };

test("what a site asks for waits until it can be done, in the order of the calls", async () => {
  const { api, begin, done } = page([["identify", given], ["open"]]);
  await setImmediate();
  api.hide!();
  api("show");
  api.push!(["close"]);
  await setImmediate();
  assert.equal(done.length, 0);
  begin();
  await setImmediate();
  assert.deepEqual(done, [["identify", given], ["open", undefined], ["hide", undefined], ["show", undefined], ["close", undefined]]);
  assert.equal(api.state, "idle");
});

test("listeners are told from the first moment", () => {
  const { api, emit, errors } = page();
  const told: unknown[] = [];
  const listener = (detail: unknown) => told.push(detail);
  const broken = () => {
    throw new Error("the site's");
  };
  api.on!("state", broken);
  api.on!("state", listener);
  emit("state", { state: "asking" });
  api.off!("state", listener);
  emit("state", { state: "waiting" });
  assert.deepEqual(told, [{ state: "asking" }]);
  assert.equal(errors.length, 2);
});
