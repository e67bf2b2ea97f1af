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
  readonly error: SessionErrorCode;
}

/** A title, and a sentence under it. */
export type Standing = readonly string[];

/** Says in words what went wrong. */
export function explain(error: SessionErrorCode, { errors }: WidgetWords): string {
  const codes = typeof error === "string" ? [error] : [...Object.keys(error), flatCode(error)];
  // What is known by its inner code has its own words; else the kind of error may have some.
  const known = codes.reverse().find((code) => Object.hasOwn(errors, code)) as keyof typeof errors | undefined;
  return errors[known ?? "other"];
}

/** Puts the facts into words. */
export function standing({ state, position, helper, endedBy, error }: Facts, words: WidgetWords): Standing {
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
      return [words.failed, explain(error, words)];
    case "unavailable":
      return words[state];
  }
}
