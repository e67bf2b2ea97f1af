// Taking up what the page before has left, by one tab alone.

import { now } from "../peer/clock";
import type { TeamId } from "../wire/signaling";
import { forget, readKept } from "./kept";
import { readLeft, type Left } from "./left";
import { lockTab } from "./tab-lock";

/** Takes up what was left: `null` when there is nothing, `elsewhere` when another tab has the session. */
export async function takeUp(team: TeamId): Promise<Left | "elsewhere" | null> {
  const left = read(team);
  if (!left?.session) {
    forget(team);
    return left;
  }
  if (!(await lockTab(left.session.place ?? ""))) return "elsewhere";
  // The page that has just let go may have written, or ended, since.
  return read(team);
}

function read(team: TeamId): Left | null {
  return readLeft(readKept(team) ?? "", now());
}
