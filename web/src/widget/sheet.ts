// What can be looked at in the place of the conversation, one at a time.

import style from "./sheet.css";
import { dress, h } from "./toolkit";

/** The one that is open. */
let open: { button: HTMLElement; close(): void } | undefined;
let isDressed = false;

/**
 * Shows what is drawn in the place of the conversation, until the button is pressed again, another is, or Escape. Gives
 * what brings it up to date.
 */
export function toggleSheet(button: HTMLElement, log: HTMLElement, draw: () => HTMLElement): () => void {
  const before = open?.button;
  open?.close();
  if (before === button) return () => {};
  if (!isDressed) dress(button.getRootNode() as ShadowRoot, style);
  isDressed = true;
  const listening = new AbortController();
  const { textContent: ariaLabel } = button;
  const region = h("div", { className: "scroll sheet", role: "region", ariaLabel, tabIndex: 0 });
  log.after(region);
  show(true);
  const close = () => {
    open = undefined;
    listening.abort();
    region.remove();
    show(false);
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

  function update() {
    const drawn = draw();
    // What is the same stays, with what somebody has selected in it.
    if (drawn.textContent !== region.textContent) region.replaceChildren(drawn);
  }
  update();
  return update;
}
