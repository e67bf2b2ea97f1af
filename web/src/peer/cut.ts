// Cuts texts to a length in bytes.

/** Cuts a text to at most this many bytes of UTF-8, between characters; an ellipsis shows that it was cut. */
export function cut(text: string, maxBytes: number): string {
  const bytes = new TextEncoder().encode(text);
  if (bytes.length <= maxBytes) return new TextDecoder().decode(bytes);
  let end = maxBytes - 3;
  // A byte 10xxxxxx continues a character.
  while (((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return `${new TextDecoder().decode(bytes.subarray(0, end))}…`;
}
