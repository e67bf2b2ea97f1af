// How long a text is on the wire.

/** Counts the bytes of a text in UTF-8; half of a surrogate pair counts as what replaces it. */
export function utf8Length(text: string): number {
  // Percent-encoding writes each byte that is not itself as three characters.
  return encodeURIComponent(text.toWellFormed()).replace(/%../g, "%").length;
}
