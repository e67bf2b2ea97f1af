import assert from "node:assert/strict";
import { test } from "node:test";

import type { Desk, HelperSession } from "../peer/desk";
import type { Event } from "../wire/peer";
import { Workspace } from "./workspace";

// What the workspace asks of a desk, without a network: a browser story runs it on the real one.
function setup() {
  const seen: number[] = [];
  const emitters: ((event: Event) => void)[] = [];
  let over = false;
  let state = "connecting";
  const accept = (ticket: string): HelperSession => {
    const [id, origin] = ticket.split(" ");
    const session = {
      id,
      origin,
      events: [{ event: "state", state: "connecting" }],
      seenBefore: 0,
      page: null,
      client: null,
      get state() {
        return state;
      },
      get over() {
        return over;
      },
      seen: (seq: number) => void seen.push(seq),
      end: () => {},
      say: () => {},
      on: (listener: (event: Event) => void) => void emitters.push(listener),
    };
    return session as unknown as HelperSession;
  };
  const desk = { accept, release: () => {}, on: () => () => {}, close: () => {}, block: async () => "blocked" } as unknown as Desk;
  const workspace = new Workspace(desk, "Dana");
  return {
    workspace,
    emitters,
    seen,
    end: () => void (over = true),
    connect() {
      state = "connected";
      for (const emit of emitters) emit({ event: "state", state: "connected" });
    },
  };
}

const message = (seq: number): Event => ({ event: "message", from: "visitor", seq, at: 0, text: "Hi" });

test("visitors of one site are told apart, and the accepted one is selected", () => {
  const { workspace } = setup();
  workspace.accept("1 https://a.example");
  workspace.accept("2 https://a.example");
  workspace.accept("3 https://b.example");
  assert.deepEqual(workspace.visits.map((visit) => visit.number), [1, 2, 1]);
  assert.equal(workspace.selected?.session.id, "3");
});

test("closing turns to the session beside it, or to none", () => {
  const { workspace } = setup();
  for (const id of ["1", "2", "3"]) workspace.accept(`${id} https://a.example`);
  const [first, second, third] = workspace.visits;
  assert.ok(first && second && third);
  workspace.select(second);
  workspace.close(second);
  assert.equal(workspace.selected, third);
  workspace.close(first);
  assert.equal(workspace.selected, third);
  workspace.close(third);
  assert.equal(workspace.selected, null);
});

test("a message is unread until it was seen, and the visitor is told once", () => {
  const { workspace, emitters, seen } = setup();
  workspace.accept("1 https://a.example");
  const visit = workspace.selected;
  assert.ok(visit);
  emitters[0]?.(message(1));
  emitters[0]?.(message(2));
  assert.equal(visit.messages.unread, 2);
  workspace.seen(visit);
  workspace.seen(visit);
  assert.deepEqual([visit.messages.unread, seen], [0, [2]]);
});

test("an ended session keeps its conversation and tells nobody", () => {
  const { workspace, emitters, seen, end } = setup();
  workspace.accept("1 https://a.example");
  const visit = workspace.selected;
  assert.ok(visit);
  emitters[0]?.(message(1));
  end();
  emitters[0]?.({ event: "ended", by: "visitor" });
  workspace.seen(visit);
  assert.deepEqual([visit.over, visit.endedBy, visit.messages.entries.length, seen], [true, "visitor", 1, []]);
});

test("sessions keep their places, whatever is written in them", () => {
  const { workspace, emitters } = setup();
  for (const id of ["1", "2", "3"]) workspace.accept(`${id} https://a.example`);
  emitters[1]?.(message(1));
  assert.deepEqual(workspace.visits.map((visit) => visit.session.id), ["1", "2", "3"]);
});

test("keys go through the sessions in their order, around the ends, and to what has been unread for longest", () => {
  const { workspace, emitters } = setup();
  for (const id of ["1", "2", "3"]) workspace.accept(`${id} https://a.example`);
  assert.ok(workspace.willWrite);
  const turned = (by: 1 | -1) => (workspace.turn(by), workspace.selected?.session.id);
  assert.deepEqual([turned(1), turned(1), turned(-1), turned(-1)], ["1", "2", "1", "3"]);
  assert.equal(workspace.willWrite, false);
  workspace.select(null);
  assert.equal(turned(-1), "3");
  workspace.select(null);
  assert.equal(turned(1), "1");
  workspace.turnToUnread();
  assert.equal(workspace.selected?.session.id, "1", "nothing is unread");
  emitters[2]?.(message(1));
  workspace.turnToUnread();
  assert.equal(workspace.selected?.session.id, "3");
});

test("without sessions keys lead nowhere", () => {
  const { workspace } = setup();
  workspace.turn(1);
  workspace.turn(-1);
  workspace.turnToUnread();
  assert.equal(workspace.selected, null);
});

test("a visitor is kept away, and what came of it is told", async () => {
  const { workspace } = setup();
  workspace.accept("1 https://a.example");
  const visit = workspace.selected;
  assert.ok(visit);
  const done = workspace.block(visit);
  assert.equal(visit.block, "asked");
  await done;
  assert.equal(visit.block, "blocked");
});

test("the pages of a visitor are kept once each, under the title that came last", () => {
  const { workspace, emitters } = setup();
  workspace.accept("1 https://a.example");
  const page = (url: string, title: string) => emitters[0]?.({ event: "page", page: { url, title } } as Event);
  page("https://a.example/", "");
  page("https://a.example/", "Home");
  emitters[0]?.(message(1));
  page("https://a.example/lamp", "Lamp");
  page("https://a.example/", "Home");
  assert.deepEqual(
    workspace.selected?.visited.map(({ page, after }) => [page.url, page.title, after]),
    [
      ["https://a.example/", "Home", null],
      ["https://a.example/lamp", "Lamp", "visitor-1"],
      ["https://a.example/", "Home", "visitor-1"],
    ],
  );
});

test("listeners hear of every change until they leave", () => {
  const { workspace, emitters, connect } = setup();
  workspace.accept("1 https://a.example");
  connect();
  let changes = 0;
  const leave = workspace.on(() => void changes++);
  emitters[0]?.(message(1));
  workspace.select(null);
  const heard = changes;
  assert.ok(heard >= 2);
  leave();
  emitters[0]?.(message(2));
  assert.equal(changes, heard);
});

test("an accepted visitor is drawn when they are there, or soon", async () => {
  for (const isQuick of [true, false]) {
    const { workspace, connect } = setup();
    let changes = 0;
    workspace.on(() => void changes++);
    workspace.accept("1 https://a.example");
    assert.equal(changes, 0);
    if (isQuick) connect();
    else await new Promise((done) => setTimeout(done, 200));
    assert.equal(changes, 1);
  }
});

test("where a session is on the screen, the next takes its place at once", () => {
  const { workspace, connect } = setup();
  workspace.accept("1 https://a.example");
  connect();
  let changes = 0;
  workspace.on(() => void changes++);
  workspace.accept("2 https://a.example");
  assert.ok(changes > 0);
});

test("a message that was not taken is back in the draft, unless something new is there", () => {
  const { workspace, emitters } = setup();
  workspace.accept("1 https://a.example");
  const visit = workspace.selected;
  assert.ok(visit);
  visit.say("Hello");
  assert.equal(visit.draft, "");
  emitters[0]?.({ event: "error", code: "not-sent" });
  assert.equal(visit.draft, "Hello");
  visit.say("Hello");
  visit.draft = "And";
  emitters[0]?.({ event: "error", code: "not-sent" });
  assert.equal(visit.draft, "And");
});
