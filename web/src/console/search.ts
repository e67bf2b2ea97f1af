// Finds words in a conversation.

import type { Entry, Note } from "../conversation/message-list";

/** One place where the words stand: of which message, and from where to where in its text. */
export interface Hit {
  readonly key: string;
  readonly from: number;
  readonly to: number;
}

/** How many places are found at the most: nobody goes through more, and a peer may have sent millions of one letter. */
export const MAX_HITS = 1000;

/** The places where a text stands in the messages, oldest first; capitals and small letters are alike. */
export function hits(entries: readonly (Entry | Note)[], wanted: string): Hit[] {
  const found: Hit[] = [];
  if (wanted.trim() === "") return found;
  const pattern = new RegExp(wanted.trim().replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&").replace(/\s+/g, "\\s+"), "giu");
  for (const entry of entries) {
    if ("note" in entry) continue;
    for (const { 0: { length }, index } of entry.text.matchAll(pattern)) {
      if (found.push({ key: entry.key, from: index, to: index + length }) === MAX_HITS) return found;
    }
  }
  return found;
}

/** A piece of a text, with the hit that it belongs to. */
export interface Piece {
  readonly text: string;
  readonly hit: Hit | null;
}

/** Cuts the part of a message that begins at `start` where hits begin and end; joined again, the pieces are the part. */
export function pieces(text: string, start: number, found: readonly Hit[]): Piece[] {
  const cut: Piece[] = [];
  let at = 0;
  for (const hit of found) {
    const from = Math.max(hit.from - start, at);
    const to = Math.min(hit.to - start, text.length);
    if (from >= to) continue;
    if (from > at) cut.push({ text: text.slice(at, from), hit: null });
    cut.push({ text: text.slice(from, to), hit });
    at = to;
  }
  if (at < text.length) cut.push({ text: text.slice(at), hit: null });
  return cut;
}
