import assert from "node:assert/strict";
import { test } from "node:test";

import { lookOut } from "./alerting";
import type { Visit } from "./visit";
import type { Workspace } from "./workspace";

const visit = (unread: number) => ({ messages: { unread } }) as Visit;

function seen(waiting: string[], visits: Visit[], available = true) {
  const queue = waiting.map((ticket) => ({ ticket, origin: `https://${ticket}.example`, since: 0 }));
  return { desk: { available, waiting: queue }, visits } as unknown as Workspace;
}

test("whoever comes to wait is news once, and nobody is while the helper is away", () => {
  const look = lookOut();
  assert.deepEqual(look(seen(["a"], []), null).waiting, ["https://a.example"]);
  assert.deepEqual(look(seen(["a", "b"], []), null).waiting, ["https://b.example"]);
  assert.deepEqual(look(seen(["a", "b", "c"], [], false), null).waiting, []);
});

test("a message is news unless its session is on the screen", () => {
  const look = lookOut();
  const [one, other] = [visit(1), visit(1)];
  assert.deepEqual(look(seen([], [one, other]), one).written, [other]);
  assert.deepEqual(look(seen([], [one, other]), null).written, [], "each is told once");
  Object.assign(other.messages, { unread: 0 });
  look(seen([], [one, other]), null);
  Object.assign(other.messages, { unread: 1 });
  assert.deepEqual(look(seen([], [one, other]), null).written, [other]);
});
