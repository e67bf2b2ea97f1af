// What is said about where an ask stands, and what can be done about it. Pure: facts in, words out.

import { flatCode } from "../conversation/error-code";
import type { WidgetWords } from "../locales";
import type { EndedBy, SessionErrorCode, State } from "../wire/peer";

/** All that decides what is said. */
export interface Facts {
  readonly state: State;
  /** The place in the queue, from 1. */
  readonly position: number;
  readonly helper: { readonly name: string; readonly automated: boolean } | null;
  readonly endedBy: EndedBy;
  /** What went wrong, in words. */
  readonly problem: string;
}

/** A title, and a sentence under it. */
export type Standing = readonly string[];

/** Says in words what went wrong, if there are any for it. */
export function explain(error: SessionErrorCode, errors: Record<string, string>): string | undefined {
  // What is known by its inner code has its own words; else the kind of error may have some.
  const code = [flatCode(error), ...Object.keys(error)].find((code) => Object.hasOwn(errors, code));
  return code && errors[code];
}

/** Puts the facts into words. */
export function standing({ state, position, helper, endedBy, problem }: Facts, words: WidgetWords): Standing {
  const name = helper?.name ?? words.helper;
  switch (state) {
    case "idle":
    case "asking":
      return words.asking;
    case "waiting":
      return position > 1 ? words.inLine(position) : words.next;
    case "connected":
      return helper?.automated ? words.automated(name) : words.connected(name);
    case "connecting":
    case "reconnecting":
      return words[state](name);
    case "ended":
      return [words.ended[endedBy](name), words.over];
    case "failed":
      return [words.failed, problem];
    case "unavailable":
      return words[state];
  }
}
