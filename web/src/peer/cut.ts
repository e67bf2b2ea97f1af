// Cuts texts to a length in bytes.

import { utf8Length } from "../wire/utf8";

/** Cuts a text to at most this many bytes of UTF-8, between characters; an ellipsis shows that it was cut. */
export function cut(text: string, maxBytes: number): string {
  const whole = text.toWellFormed();
  if (utf8Length(whole) <= maxBytes) return whole;
  const { read } = new TextEncoder().encodeInto(whole, new Uint8Array(maxBytes - 3));
  return `${whole.slice(0, read)}…`;
}
