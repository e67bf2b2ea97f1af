// Keys that press what is on the screen. A key is one letter, alone: no browser and no screen reader has those, and
// while somebody types none of them does anything.

import { words } from "../locales/console-en";

/** Every key, in the order in which they are shown, with what it does in words. */
export const shortcuts = Object.keys(words.shortcuts.does) as readonly Shortcut[];

/** A key, as it stands on the keyboard. */
export type Shortcut = keyof typeof words.shortcuts.does;

type Pressed = Pick<KeyboardEvent, "key" | "code" | "ctrlKey" | "altKey" | "metaKey" | "shiftKey" | "isComposing" | "repeat">;

/** The shortcut that was pressed; `null` when it is none. */
export function shortcutOf(event: Pressed): Shortcut | null {
  if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing || event.repeat) return null;
  // Two of the keyboards that have another question mark.
  if (event.key === "?" || event.key === "؟" || event.key === "？") return "?";
  if (event.shiftKey || event.key.length !== 1) return null;
  // A keyboard of another script has Latin letters by their place only.
  const letter = event.key > "\x7f" ? (/^Key([A-Z])$/.exec(event.code)?.[1] ?? "") : event.key.toUpperCase();
  return shortcuts.find((key) => key === letter) ?? null;
}

/** Whether keys go to what has the focus: a place to write, a dialog or a sheet. */
export function isTaken(focused: Element | null): boolean {
  const isWriting = focused?.matches("textarea, input:not([type=checkbox]), select");
  return isWriting || document.querySelector("dialog[open], :popover-open") !== null;
}

/** Does what a shortcut says by the control that names it: a text field gets the focus, and so does what ends something. */
export function press(key: Shortcut): void {
  const control = document.querySelector<HTMLElement>(`[aria-keyshortcuts="${key}"]`);
  if (control === null) return;
  if (control.matches("textarea, .parting")) control.focus();
  else control.click();
}
