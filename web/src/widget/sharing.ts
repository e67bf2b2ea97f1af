// What is shared: the list of all that the helper was told, word for word.

import { words } from "../locales/sharing-en";
import type { Shared } from "../peer/visitor";
import type { Toolkit } from "./toolkit";

/** Takes it off the screen, if it is there. */
let close: (() => void) | undefined;

/**
 * Shows what is shared in the place of the conversation, until it is called again or Escape is pressed. Gives what
 * brings it up to date.
 */
export function toggleSharing(h: Toolkit["h"], button: HTMLElement, log: HTMLElement, shared: () => Shared): () => void {
  if (close) {
    close();
    return () => {};
  }
  const open = new AbortController();
  const { textContent: ariaLabel } = button;
  const region = h("div", { className: "scroll sharing", role: "region", ariaLabel, tabIndex: 0 });
  log.after(region);
  show(true);
  close = () => {
    close = undefined;
    open.abort();
    region.remove();
    show(false);
  };
  // Before the panel, which Escape would fold.
  log.parentElement?.addEventListener(
    "keydown",
    (event) => {
      if (event.key !== "Escape" || event.isComposing) return;
      event.stopPropagation();
      close?.();
      button.focus();
    },
    { capture: true, signal: open.signal },
  );

  function show(on: boolean) {
    log.hidden = on;
    button.ariaExpanded = `${on}`;
  }

  function update() {
    const list = draw(h, shared());
    // What is the same stays, with what somebody has selected in it.
    if (list.textContent !== region.textContent) region.replaceChildren(list);
  }
  update();
  return update;
}

function draw(h: Toolkit["h"], { page, client }: Shared): HTMLElement {
  const fields: Record<string, string> = words.fields;
  const rows = Object.entries({ ...page, ...client }).flatMap(([name, value]): [string, unknown][] =>
    fields[name] ? [[fields[name], value]] : [],
  );
  rows.push(...Object.entries(client?.attributes ?? {}));
  return h(
    "div",
    {},
    h("p", {}, page ? words.lead : words.nothing),
    h(
      "dl",
      {},
      ...rows.flatMap(([name, value]) => [
        h("dt", {}, name),
        // An address in a panel of the other direction keeps its own order, and the panel's side.
        h("dd", {}, h("bdi", {}, typeof value === "object" && value ? Object.values(value).join(" × ") : String(value))),
      ]),
    ),
    h("p", {}, page?.omitted ? `${words.omitted(page.omitted)}. ` : "", words.never),
  );
}
