// Cuts texts to a length in bytes.

/** Cuts a text to at most this many bytes of UTF-8, between characters; an ellipsis shows that it was cut. */
export function cut(text: string, maxBytes: number): string {
  const encoder = new TextEncoder();
  const whole = text.toWellFormed();
  if (encoder.encode(whole).length <= maxBytes) return whole;
  const { read } = encoder.encodeInto(whole, new Uint8Array(maxBytes - 3));
  return `${whole.slice(0, read)}…`;
}
