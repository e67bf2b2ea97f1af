// What a page of the console leaves to the next one of its tab: what was written and not sent, and who was on the screen. A
// console that is loaded anew has its sessions back. While the page is there, nothing of it lies about.

import { MAX_TEXT_BYTES } from "../wire/peer";

const PREFIX = "alongside draft ";

// How long a text is kept at most. Units: UTF-16 code units. What is to be sent in several messages, and no pasted book.
const MAX_LENGTH = 4 * MAX_TEXT_BYTES;

/** The name of who was on the screen. No session is called so. */
export const SELECTED = "";

/** Leaves the draft of a session, or the id of the one that is on the screen, to the next page. */
export function leaveBehind(name: string, text: string): void {
  if (text === "") return;
  try {
    sessionStorage.setItem(PREFIX + name, text.slice(0, MAX_LENGTH));
  } catch (error) {
    console.warn(error);
  }
}

/** Takes what the page before has left under a name. */
export function takeLeft(name: string): string {
  try {
    const text = sessionStorage.getItem(PREFIX + name);
    sessionStorage.removeItem(PREFIX + name);
    return text ?? "";
  } catch {
    // Storage is switched off: nothing was left.
    return "";
  }
}
