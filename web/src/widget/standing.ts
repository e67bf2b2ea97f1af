// What is said about where an ask stands, and what can be done about it. Pure: facts in, words out.

import type { Words } from "../locales/widget/words";
import type { EndedBy, State } from "../wire/peer";

/** All that decides what is said. */
export interface Facts {
  readonly state: State;
  /** The place in the queue, from 1. */
  readonly position: number;
  readonly helper: { readonly name: string; readonly automated: boolean } | null;
  readonly endedBy: EndedBy;
  /** What went wrong, in words. */
  readonly problem: string;
  /** Whether the helper is nowhere. */
  readonly away: boolean;
  /** Whether the connection has just come back. */
  readonly back: boolean;
  /** Whether nobody has answered for a while. */
  readonly slow: boolean;
  /** Whether the session is in another tab. */
  readonly elsewhere: boolean;
}

/** A title, and a sentence under it. */
export type Standing = readonly string[];

/** Puts the facts into words. */
export function standing(words: Words, { state, position, helper, endedBy, problem, away, back, slow, elsewhere }: Facts): Standing {
  const name = helper?.name ?? words.helper;
  switch (state) {
    case "idle":
      return elsewhere ? words.elsewhere : words.asking;
    case "asking":
      return slow ? words.slow : words.asking;
    case "waiting":
      return position > 1 ? words.inLine(position) : words.next;
    case "connected":
      return [name, back ? words.back : helper?.automated ? words.program : words.verified];
    case "connecting":
      return words.connecting(name);
    case "reconnecting":
      return away ? words.away(name) : words.reconnecting(name);
    case "ended":
      return endedBy === "elsewhere" ? words.elsewhere : [words.ended[endedBy](name), words.over];
    case "failed":
      return [words.failed, problem];
    case "unavailable":
      return words.unavailable;
  }
}
