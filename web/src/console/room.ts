// How much more can be written, in the letters of who writes.

import type { Draft } from "../conversation/draft";
import { MAX_TEXT_BYTES } from "../wire/peer";

/** How many more characters like those of a draft there is room for: a Japanese one takes three bytes, an English one one. */
export function roomLeft({ text, over }: Draft): number {
  const bytes = MAX_TEXT_BYTES + over;
  // What is not begun is taken for English.
  return Math.floor(((MAX_TEXT_BYTES - bytes) * (text.length || 1)) / (bytes || 1));
}
