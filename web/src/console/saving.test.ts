import assert from "node:assert/strict";
import { test } from "node:test";

import { messageList } from "../conversation/message-list";
import { moment } from "../conversation/saved";
import { savedSession } from "./saving";
import type { Visit, Visited } from "./visit";

const BEGAN = new Date(2026, 10, 28, 12, 5).getTime();
const when = moment(BEGAN);

function visit(visited: Visited[], endedAt: number | null, end = false): Visit {
  const messages = messageList("helper");
  messages.handle({ event: "message", from: "visitor", seq: 1, at: BEGAN, text: "Hello" });
  messages.handle({ event: "message", from: "helper", seq: 1, at: BEGAN, text: "Hi" });
  messages.handle({ event: "delivered", seq: 1 });
  messages.handle({ event: "message", from: "helper", seq: 2, at: BEGAN, text: "Are you there?" });
  if (end) messages.handle({ event: "state", state: "ended" });
  return { session: { origin: "https://nook.example", began: BEGAN }, messages, visited, pagesSince: null, endedAt } as unknown as Visit;
}

const page = (path: string, title: string, after: string | null): Visited => ({
  at: BEGAN,
  page: { url: `https://nook.example${path}`, title },
  after,
});

test("who wrote what when, and the pages between", () => {
  const pages = [page("/", "Home", null), page("/lamp", "", "visitor-1"), page("/cart", "Cart", "helper-2"), page("/old", "Old", "visitor-0")];
  const { name, text } = savedSession(visit(pages, BEGAN, true), "Dana", BEGAN);
  assert.equal(name, "conversation 2026-11-28 nook.example.txt");
  const [top, ...entries] = text.slice(1).trimEnd().split("\n\n");
  assert.match(top ?? "", /nook\.example\nHelper: Dana\nBegan: .* (UTC|GMT)[^ ]*\nEnded: /);
  assert.deepEqual(entries, [
    `Page ${when}\n    Home\n    https://nook.example/`,
    `Page ${when}\n    Old\n    https://nook.example/old`,
    `Visitor ${when}\n    Hello`,
    `Page ${when}\n    https://nook.example/lamp`,
    `Dana ${when}\n    Hi`,
    `Dana (not delivered) ${when}\n    Are you there?`,
    `Page ${when}\n    Cart\n    https://nook.example/cart`,
  ]);
  assert.doesNotMatch(text, /known since/);
});

test("a console that was loaded anew knows no pages from before, and says so", () => {
  const again = Object.assign(visit([page("/cart", "Cart", null)], BEGAN, true), { pagesSince: BEGAN });
  assert.match(savedSession(again, "Dana", BEGAN).text, /^Pages known since: .*12:05:00/m);
});

test("a session that goes on says so, and so does one whose beginning is not known", () => {
  const going = visit([], null);
  assert.match(savedSession(going, "Dana", BEGAN).text, /Saved while it went on: /);
  Object.assign(going.session, { began: null });
  assert.match(savedSession(going, "Dana", BEGAN).text, /Began: not known/);
});
