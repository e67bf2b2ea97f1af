// What the page before has kept, read: any script of the site could have written it.

import { base64url, decoder, filled, flag, integer, list, nullable, record, text, time } from "../wire/check";
import { MAX_TEXT_BYTES } from "../wire/peer";
import type { Chat } from "../wire/peer";
import { PLACE_LIFETIME_MS, type Place } from "../wire/signaling";

/** How somebody waited when the page was left. Without a place, the page was loaded again before asking. */
export type Waited = {
  at: number;
  place: Place | null;
  written: Chat[] | null;
  /** What stood in the text field. */
  draft: string | null;
  /** Whether the panel was folded. */
  folded: boolean | null;
};

// Browsers keep a few megabytes at most.
const decodeWaited = decoder<Waited>(
  Infinity,
  record({
    at: time,
    place: nullable(base64url(16)),
    written: nullable(list(record({ seq: integer(1, 2 ** 32 - 1), at: time, text: filled(MAX_TEXT_BYTES) }))),
    draft: nullable(text()),
    folded: nullable(flag),
  }),
);

/** Reads what was kept; `null` when it is none, or so old that the place is gone and nobody expects to be asked for. */
export function readWaited(kept: string, now: number): Waited | null {
  const waited = decodeWaited(kept);
  return waited && typeof waited !== "string" && Math.abs(now - waited.at) < PLACE_LIFETIME_MS ? waited : null;
}
