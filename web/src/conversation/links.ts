// Finds web addresses in what people write.
//
// Only `http` and `https` become links; all else stays text. What stands on the screen is always what was
// written; where it leads is what the URL parser made of it.

/** A piece of a message: plain text, or a link to `href`. */
export type Segment = { readonly text: string } | { readonly text: string; readonly href: string };

// Ends at white space, at quotes and brackets that enclose addresses in prose, and at control and format
// characters, so that no invisible or direction-changing character is part of what looks like an address.
const CANDIDATE = /\bhttps?:\/\/[^\s<>"“”«»`\p{Cc}\p{Cf}]+/giu;

/** Cuts a message into text and links; joined again, the pieces are the message. */
export function segments(text: string): Segment[] {
  const pieces: Segment[] = [];
  let from = 0;
  for (const found of text.matchAll(CANDIDATE)) {
    const shown = withoutPunctuation(found[0]);
    const href = safeAddress(shown);
    if (href === null) continue;
    if (found.index > from) pieces.push({ text: text.slice(from, found.index) });
    pieces.push({ text: shown, href });
    from = found.index + shown.length;
  }
  if (from < text.length) pieces.push({ text: text.slice(from) });
  return pieces;
}

/** The address as the browser understands it, or `null` where it should not be pressed. */
function safeAddress(text: string): string | null {
  if (!URL.canParse(text)) return null;
  const url = new URL(text);
  if (url.protocol !== "https:" && url.protocol !== "http:") return null;
  // `https://bank.example@evil.example/` reads as the one and leads to the other.
  if (url.username !== "" || url.password !== "") return null;
  return url.href;
}

/** Leaves out the punctuation of the sentence around an address; a bracket stays if it was opened inside. */
function withoutPunctuation(address: string): string {
  let open = 0;
  for (const letter of address) open += letter === "(" ? 1 : letter === ")" ? -1 : 0;
  let end = address.length;
  for (; end > 0; end--) {
    const letter = address.charAt(end - 1);
    if (letter === ")" && open < 0) open++;
    else if (!".,;:!?'’*_]}…".includes(letter)) break;
  }
  return address.slice(0, end);
}
