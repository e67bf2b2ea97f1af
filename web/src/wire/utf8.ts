// How a text is on the wire.

// Part of every browser and of Node.js, though not of the language.
declare class TextEncoder {
  encode(text: string): Uint8Array<ArrayBuffer>;
}

/** Writes a text in UTF-8; half of a surrogate pair becomes what replaces it. */
export function utf8(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

/** Counts the bytes of a text in UTF-8. */
export function utf8Length(text: string): number {
  return utf8(text).length;
}
