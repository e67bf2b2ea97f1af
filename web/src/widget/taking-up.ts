// Taking up what the page before has left, by one tab alone.

import { now } from "../peer/clock";
import type { Event, Snapshot } from "../wire/peer";
import type { TeamId } from "../wire/signaling";
import { forget, readKept } from "./kept";
import { readLeft, type Left, type Told } from "./left";
import { lockTab } from "./tab-lock";

// How long a page that comes back looks for what the one before it has kept, and how often. Units: milliseconds. A
// browser may show the one before it has hidden the other.
const LOOK_MS = 50;
const LOOKS = 10;

/** Takes up what was left: `null` when there is nothing, `elsewhere` when another tab has the session. */
export async function takeUp(team: TeamId): Promise<Left | "elsewhere" | null> {
  for (let look = 0; !readKept(team) && look < LOOKS; look++) await new Promise((done) => setTimeout(done, LOOK_MS));
  const left = read(team);
  if (!left?.session) {
    forget(team);
    return left;
  }
  const locked = lockTab(left.session.place ?? "");
  // A copy of a tab is made of a page that is there, and has it still. The lock may take longer than all the rest.
  if (left.free) return left;
  if (!(await locked)) return "elsewhere";
  // The page that has just let go may have written, or ended, since.
  return read(team);
}

function read(team: TeamId): Left | null {
  return readLeft(readKept(team) ?? "", now());
}

/**
 * Puts on the screen what was there before; gives which part it ends with, what of that nobody has looked at, and how much
 * of the visitor's is delivered.
 */
export function redraw(
  told: Told[],
  { seen, delivered, read }: Snapshot,
  handle: (event: Event, name: string | null) => void,
): { part: number; last: number; unread: number; delivered: number } {
  const part = told.at(-1)?.part ?? 0;
  let shown = told[0]?.part;
  for (const message of told) {
    if (shown !== message.part) {
      // What is still told of a conversation before was delivered in it: else it would be told again.
      handle({ event: "delivered", seq: Infinity }, null);
      handle({ event: "anew" }, null);
    }
    shown = message.part;
    handle({ event: "message", ...message }, message.name);
  }
  handle({ event: "delivered", seq: delivered }, null);
  handle({ event: "read", seq: read }, null);
  const theirs = told.filter((message) => message.from === "helper" && message.part === part);
  return { part, last: theirs.at(-1)?.seq ?? 0, unread: theirs.filter(({ seq }) => seq > seen).length, delivered };
}
