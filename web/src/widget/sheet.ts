// What can be looked at in the place of the conversation, one at a time.

import style from "./sheet.css";
import { button as makeButton, dress, h, words } from "./toolkit";

/** The one that is open. */
let open: { button: HTMLElement; close(): void } | undefined;
let isDressed = false;

/**
 * Shows what is drawn in the place of the conversation, until the button is pressed again, another is, Escape, or something
 * is said. Gives what brings it up to date with the number of messages that nobody has looked at, and says whether it hides
 * them; `closed` is called when it does no more.
 */
export function toggleSheet(
  button: HTMLElement,
  log: HTMLElement,
  draw: () => HTMLElement,
  closed: () => void,
): (unread: number) => boolean {
  const before = open?.button;
  open?.close();
  if (before === button) return () => false;
  if (!isDressed) dress(button.getRootNode() as ShadowRoot, style);
  isDressed = true;
  const listening = new AbortController();
  const { textContent: ariaLabel } = button;
  const back = () => {
    close();
    log.focus();
  };
  const news = h("p", { className: "news", role: "status" });
  const body = h("div");
  const region = h("div", { className: "scroll sheet", role: "region", ariaLabel, tabIndex: 0 }, news, body);
  log.after(region);
  show(true);
  const close = () => {
    open = undefined;
    listening.abort();
    region.remove();
    show(false);
    closed();
  };
  open = { button, close };
  // Before the panel, which Escape would fold, and before a dialog around it.
  log.parentElement?.addEventListener(
    "keydown",
    (event) => {
      if (event.key !== "Escape" || event.isComposing) return;
      event.stopPropagation();
      event.preventDefault();
      close();
      button.focus();
    },
    { capture: true, signal: listening.signal },
  );

  function show(on: boolean) {
    log.hidden = on;
    button.ariaExpanded = `${on}`;
  }

  // What was said is a line of the log: whoever has written looks for it there.
  const lines = log.querySelectorAll(".own").length;

  function update(unread: number) {
    if (open?.button !== button) return false;
    if (log.querySelectorAll(".own").length > lines) {
      close();
      return false;
    }
    const drawn = draw();
    // What is the same stays, with what somebody has selected in it.
    if (drawn.textContent !== body.textContent) body.replaceChildren(drawn);
    const said = unread ? words.unread(unread) : "";
    if (news.textContent !== said) news.replaceChildren(...(said ? [makeButton(said, "primary", back)] : []));
    return true;
  }
  update(0);
  return update;
}
