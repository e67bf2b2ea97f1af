// Canned replies: texts that a helper writes every day, each under a short name. They are kept in this browser alone.

import { MAX_TEXT_BYTES } from "../wire/peer";
import { utf8Length } from "../wire/utf8";

/** One reply. */
export interface Reply {
  /** What it is called up by: no white space and no slash, so that `/name` in a draft is all of it. */
  readonly name: string;
  /** What it says. */
  readonly text: string;
}

/** How many replies are kept: more than anybody knows by name. With the longest texts they fill a tenth of what browsers keep. */
export const MAX_REPLIES = 100;

/** The longest name. Units: UTF-16 code units; typing more than that is writing the reply. */
export const MAX_NAME = 24;

/** Why a reply cannot be kept. */
export type ReplyProblem = "no-name" | "name-space" | "name-long" | "name-taken" | "no-text" | "text-long" | "full";

/** Reads what was kept: of what is broken, whatever still is a reply. */
export function readReplies(kept: string | null): readonly Reply[] {
  let all: unknown;
  try {
    all = JSON.parse(kept ?? "[]");
  } catch {
    // Written by somebody else, or cut: there is none to be saved.
    return [];
  }
  let replies: readonly Reply[] = [];
  for (const one of Array.isArray(all) ? all : []) {
    const { name, text } = Object(one) as Record<string, unknown>;
    if (typeof name !== "string" || typeof text !== "string") continue;
    const next = withReply(replies, { name, text }, null);
    if (typeof next !== "string") replies = next;
  }
  return replies;
}

/** Puts a reply into the list, in the place of the one called `instead`; gives what is wrong when it cannot be. */
export function withReply(replies: readonly Reply[], written: Reply, instead: string | null): readonly Reply[] | ReplyProblem {
  const name = written.name.trim().toWellFormed().replace(/^\//, "");
  const text = written.text.trim().toWellFormed();
  const others = replies.filter((reply) => reply.name !== instead);
  if (name === "") return "no-name";
  if (/[\s/\p{Cc}]/u.test(name)) return "name-space";
  if (name.length > MAX_NAME) return "name-long";
  if (others.some((reply) => isSame(reply.name, name))) return "name-taken";
  if (text === "") return "no-text";
  if (utf8Length(text) > MAX_TEXT_BYTES) return "text-long";
  if (others.length >= MAX_REPLIES) return "full";
  return [...others, { name, text }].sort((one, other) => one.name.localeCompare(other.name));
}

/** What is being called up at the caret of a draft. */
export interface Call {
  /** From where to where the slash and the name stand in the draft. */
  readonly from: number;
  readonly to: number;
  /** The replies whose names begin so, or have it in them; never none. */
  readonly replies: readonly Reply[];
}

/** Finds a slash with the beginning of a name behind it, up to the caret; `null` where nothing is called up. */
export function callAt(draft: string, caret: number, replies: readonly Reply[]): Call | null {
  const [, typed] = /(?:^|\s)(\/[^\s/]*)$/.exec(draft.slice(0, caret)) ?? [];
  if (typed === undefined) return null;
  const wanted = typed.slice(1).toLowerCase();
  const begins = replies.filter(({ name }) => name.toLowerCase().startsWith(wanted));
  const holds = replies.filter((reply) => reply.name.toLowerCase().includes(wanted) && !begins.includes(reply));
  const found = [...begins, ...holds].slice(0, MAX_SHOWN);
  return found.length === 0 ? null : { from: caret - typed.length, to: caret, replies: found };
}

// As many as are looked through sooner than another letter is typed.
const MAX_SHOWN = 6;

const isSame = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase();
