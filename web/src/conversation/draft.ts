// What a person has written and not sent yet: whether it may go, and how much is too much.

import { MAX_TEXT_BYTES } from "../wire/peer";
import { utf8Length } from "../wire/utf8";

/** A draft, looked at. */
export interface Draft {
  /** What would be sent: without the white space around it, and free of halves of characters. */
  readonly text: string;
  /** How many bytes it is too long; below zero, how many there is room for. */
  readonly over: number;
  /** Whether it may be sent. */
  readonly ready: boolean;
}

/** Looks at what stands in the text field. */
export function look(written: string): Draft {
  // Half a surrogate pair has no UTF-8 form, and the other side would refuse it.
  const text = written.trim().toWellFormed();
  const over = utf8Length(text) - MAX_TEXT_BYTES;
  return { text, over, ready: text !== "" && over <= 0 };
}
