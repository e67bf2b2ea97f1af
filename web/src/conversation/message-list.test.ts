import assert from "node:assert/strict";
import { test } from "node:test";
import { MAX_ENTRIES, messageList } from "./message-list";

const said = (from: "visitor" | "helper", seq: number, text = `${from} ${seq}`) =>
  ({ event: "message", from, seq, at: 1000 + seq, text }) as const;

test("keeps the order in which messages came, each once", () => {
  const list = messageList("visitor");
  for (const event of [said("visitor", 1), said("helper", 1), said("helper", 1), said("visitor", 2), said("visitor", 1)]) {
    list.handle(event);
  }
  assert.deepEqual(
    list.entries.map((entry) => entry.key),
    ["visitor-1", "helper-1", "visitor-2"],
  );
});

test("marks rise and never fall", () => {
  const list = messageList("helper");
  list.handle(said("helper", 1));
  list.handle(said("helper", 2));
  list.handle(said("visitor", 1));
  const marks = () => list.entries.map((entry) => ("mark" in entry ? entry.mark : null));
  assert.deepEqual(marks(), ["sending", "sending", null]);
  list.handle({ event: "delivered", seq: 2 });
  list.handle({ event: "read", seq: 1 });
  list.handle({ event: "delivered", seq: 1 });
  assert.deepEqual(marks(), ["read", "delivered", null]);
});

test("a read message counts as delivered, also before it is written down", () => {
  const list = messageList("visitor");
  list.handle({ event: "read", seq: 1 });
  list.handle(said("visitor", 1));
  assert.deepEqual(list.entries.map((entry) => "mark" in entry && entry.mark), ["read"]);
});

test("what was not delivered before the end is unsent", () => {
  const list = messageList("visitor");
  list.handle(said("visitor", 1));
  list.handle(said("visitor", 2));
  list.handle({ event: "delivered", seq: 1 });
  list.handle({ event: "typing", on: true });
  list.handle({ event: "state", state: "ended" });
  assert.deepEqual(
    list.entries.map((entry) => ("mark" in entry ? entry.mark : null)),
    ["delivered", "unsent"],
  );
  assert.equal(list.typing, false);
});

test("counts as unread what the other side wrote and nobody saw", () => {
  const list = messageList("visitor");
  assert.equal(list.markSeen(), null);
  list.handle(said("visitor", 1));
  list.handle(said("helper", 1));
  list.handle(said("helper", 2));
  assert.equal(list.unread, 2);
  assert.equal(list.markSeen(), 2);
  assert.equal(list.unread, 0);
  assert.equal(list.markSeen(), null);
});

test("what the page before had on its screen stays seen", () => {
  const list = messageList("helper");
  for (const seq of [1, 2, 3]) list.handle(said("visitor", seq));
  assert.equal(list.markSeen(2), 2);
  assert.equal(list.unread, 1);
  assert.equal(list.markSeen(1), null);
  assert.equal(list.markSeen(9), 3);
  assert.equal(list.unread, 0);
});

test("a message ends the other side's typing", () => {
  const list = messageList("visitor");
  list.handle({ event: "typing", on: true });
  assert.equal(list.typing, true);
  list.handle(said("helper", 1));
  assert.equal(list.typing, false);
});

test("a flood leaves the newest messages only", () => {
  const list = messageList("visitor");
  for (let seq = 1; seq <= MAX_ENTRIES + 5; seq++) list.handle(said("helper", seq));
  assert.equal(list.entries.length, MAX_ENTRIES);
  assert.equal(list.entries[0]?.key, "helper-6");
});

test("entries are a new array after each change and the same one otherwise", () => {
  const list = messageList("visitor");
  list.handle(said("visitor", 1));
  const before = list.entries;
  list.handle({ event: "waiting", helpers: 1, position: 1 });
  assert.equal(list.entries, before);
  list.handle({ event: "delivered", seq: 1 });
  assert.notEqual(list.entries, before);
});

test("a proposal and its answer stand where they came, and take nothing from messages", () => {
  const list = messageList("helper");
  list.handle(said("visitor", 1));
  list.handle({ event: "proposing", id: 1, url: "https://shop.example/cart" });
  list.handle({ event: "proposing", id: 2, url: null });
  list.handle(said("visitor", 2));
  list.handle({ event: "declined", id: 1 });
  list.handle({ event: "withdrawn", id: 2 });
  assert.deepEqual(
    list.entries.map((entry) => ("note" in entry ? [entry.note, entry.url] : entry.seq)),
    [
      1,
      ["proposing", "https://shop.example/cart"],
      ["proposing", null],
      2,
      ["declined", "https://shop.example/cart"],
      ["withdrawn", null],
    ],
  );
  assert.equal(list.unread, 2);
  assert.equal(new Set(list.entries.map((entry) => entry.key)).size, 6);
});
