// What a helper has written and not sent, from one page of this tab to the next: a console that is loaded anew has its
// sessions back, and what was being written in them. While the page is there, nothing of it lies about.

import { MAX_TEXT_BYTES } from "../wire/peer";

const PREFIX = "alongside draft ";

// How long a draft is kept at most. Units: UTF-16 code units. What is to be sent in several messages, and no pasted book.
const MAX_DRAFT = 4 * MAX_TEXT_BYTES;

/** Leaves the draft of a session to the next page. */
export function leaveDraft(id: string, text: string): void {
  if (text === "") return;
  try {
    sessionStorage.setItem(PREFIX + id, text.slice(0, MAX_DRAFT));
  } catch (error) {
    console.warn(error);
  }
}

/** Takes what the page before has left of the draft of a session. */
export function takeDraft(id: string): string {
  try {
    const text = sessionStorage.getItem(PREFIX + id);
    sessionStorage.removeItem(PREFIX + id);
    return text ?? "";
  } catch {
    // Storage is switched off: nothing was left.
    return "";
  }
}
