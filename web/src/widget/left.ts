// What the page before has left, read: any script of the site could have written it.

import { base64url, decoder, flag, integer, list, nullable, oneOf, record, text, time } from "../wire/check";
import { chat, snapshot } from "../wire/decode-resume";
import type { Chat, Role, Snapshot } from "../wire/peer";
import { PLACE_LIFETIME_MS, type Place } from "../wire/signaling";
import type { Deed } from "./deed";

/** One message on the screen. */
export type Told = {
  from: Role;
  seq: number;
  at: number;
  text: string;
  /** Who helped then. */
  name: string | null;
  /** Whose conversation it is of, if there was more than one helper. */
  part: number;
};

/** What the page before has left. */
export type Left = {
  at: number;
  /** What a session goes on with; `null` for somebody who waited. */
  session: Snapshot | null;
  /** Of a session: whether the page that had it has let go of it, so that nobody else in the world can have it. */
  free: boolean | null;
  /** Of a session: how many messages are on the screen. */
  told: number | null;
  /** Of a session: what was done in it. */
  record: Deed[] | null;
  /** Of somebody who waited. Without a place, the page was loaded again before asking. */
  place: Place | null;
  written: Chat[] | null;
  /** What stood in the text field. */
  draft: string | null;
  /** Whether the panel was folded. */
  folded: boolean | null;
};

const u32 = integer(0, 2 ** 32 - 1);
const deed = oneOf("joined proposed proposedRefresh ended");

// Browsers keep a few megabytes at most.
const decodeLeft = decoder<Left>(
  Infinity,
  record({
    at: time,
    session: nullable(snapshot),
    free: nullable(flag),
    told: nullable(u32),
    record: nullable(list(record({ what: deed, name: text(), at: time, url: nullable(text()), answer: nullable(oneOf("allowed declined")) }))),
    place: nullable(base64url(16)),
    written: nullable(list(record(chat))),
    draft: nullable(text()),
    folded: nullable(flag),
  }),
);

/** Reads what was kept; `null` when it is none, or when somebody waited so long ago that they do not expect to be asked for. */
export function readLeft(kept: string, now: number): Left | null {
  const left = decodeLeft(kept);
  if (!left || typeof left === "string") return null;
  return left.session || Math.abs(now - left.at) < PLACE_LIFETIME_MS ? left : null;
}
