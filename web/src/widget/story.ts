// The session as the next page of this tab finds it: what it goes on with, and what is on the screen.

import { keptList } from "../peer/kept-list";
import { decoder, filled, integer, nullable, oneOf, record, text, time } from "../wire/check";
import { MAX_TEXT_BYTES, type Snapshot } from "../wire/peer";
import type { TeamId } from "../wire/signaling";
import type { Deed } from "./deed";
import { forget, keep, key } from "./kept";
import type { Told } from "./left";

const u32 = integer(0, 2 ** 32 - 1);

const decodeTold = decoder<Told>(
  Infinity,
  record({ from: oneOf("visitor helper"), seq: u32, at: time, text: filled(MAX_TEXT_BYTES), name: nullable(text()), part: u32 }),
);

// A page has one Help, and so one story.
let list: ReturnType<typeof keptList<Told>> | undefined;
/** How many of the oldest there was no room for. */
let left = 0;
const listOf = (team: TeamId) => (list ??= keptList(key(team), decodeTold));

/** Reads so many messages of what was on the screen of the page before. */
export function readStory(team: TeamId, count: number): Told[] {
  left = 0;
  return listOf(team).read(count);
}

/** Forgets the session with all that was said in it. */
export function forgetSession(team: TeamId): void {
  forget(team);
  // Whatever is kept next is written from its beginning.
  list = undefined;
  left = 0;
}

/** Keeps the session, and of what is on the screen as much as there is room for. */
export function keepSession(
  team: TeamId,
  facts: { session: Snapshot; free: boolean; record: readonly Deed[]; draft: string; folded: boolean },
  story: Told[],
): void {
  for (;;) {
    const told = story.slice(left);
    try {
      listOf(team).keep(told);
      if (keep(team, { ...facts, told: told.length })) return;
    } catch {
      // Full: the newest half may have room.
    }
    if (!told.length) return;
    left += Math.ceil(told.length / 2);
  }
}
