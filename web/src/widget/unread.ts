// The number of messages that nobody has looked at, on the button.

import { dress, h, words } from "./toolkit";
import style from "./unread.css";

let badge: HTMLElement | undefined;

/** Puts the number on the button, or takes it off when it is 0. On a page that has just begun neither is drawn yet. */
export function drawUnread(root: ShadowRoot, main: HTMLElement, count: number): void {
  if (!badge) {
    badge = h("i", { id: "unread" });
    dress(root, style);
    main.setAttribute("aria-describedby", badge.id);
  }
  badge.hidden = !count;
  badge.textContent = `${count}`;
  badge.ariaLabel = words.unread(count);
  main.append(badge);
}
