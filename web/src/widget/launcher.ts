// The Help button, the shadow root it stands in, and the small card that speaks before the chat is there.

import * as words from "../locales/launcher-en";
import { button, dress, h, icon } from "./element";
import style from "./launcher.css";

/** How often a page may throw the launcher out before it is left out: a page that insists has its way. */
const MAX_RETURNS = 20;
let returns = 0;

/** The launcher on the page. */
export interface Launcher {
  readonly host: HTMLElement;
  readonly root: ShadowRoot;
  readonly frame: HTMLElement;
  /** The button. */
  readonly main: HTMLElement;
  /** Says something, with one thing to do about it. */
  say(text: string, label?: string, action?: () => void): void;
  /** Takes what was said away. */
  hush(): void;
}

/**
 * Draws the launcher as the tag's attributes ask for. `press` is called when a person presses it, `revive` when
 * the page has thrown away all that was listened to, and only a new launcher can help.
 */
export function drawLauncher(
  { label, position, theme }: DOMStringMap,
  press: () => void,
  revive: () => void,
): Launcher {
  const host = document.createElement("alongside-help");
  const root = host.attachShadow({ mode: "open" });
  dress(root, style);

  const main = button(
    label || words.help,
    "launcher primary",
    press,
    icon("M21 11.5a8.5 8.5 0 0 1-12.4 7.6L3 21l1.9-5.6A8.5 8.5 0 1 1 21 11.5ZM8.5 13c1.7 2.2 5.3 2.2 7 0"),
    label || words.help,
  );
  const text = h("p", { role: "status" });
  const action = button("", "primary", () => act?.());
  let act: (() => void) | undefined;
  const card = h(
    "div",
    { className: "card", role: "dialog", ariaLabel: words.help, tabIndex: -1, hidden: true },
    text,
    action,
    button(words.close, "plain", hush),
  );
  const frame = h("div", { className: "frame", lang: words.language, dir: words.direction }, card, main);
  root.append(frame);

  // Text typed here is not for the page's own keyboard shortcuts, nor focus here for its focus traps.
  for (const type of ["keydown", "keypress", "keyup", "focusin"]) root.addEventListener(type, (event) => event.stopPropagation());
  card.onkeydown = ({ key }) => {
    if (key === "Escape") hush();
  };

  if (theme === "dark" || theme === "light") frame.style.colorScheme = theme;
  if (/left/.test(position ?? "")) host.dataset.side = "left";
  host.dataset.state = "idle";
  host.popover = "manual";
  const watch = new MutationObserver(place);
  let listening = false;
  root.addEventListener("probe", () => (listening = true));
  place();
  function place() {
    if (host.isConnected || returns++ > MAX_RETURNS) return;
    root.dispatchEvent(new Event("probe"));
    if (!listening) {
      watch.disconnect();
      return revive();
    }
    // `document.open()` takes the listeners from all that was in the document: the next probe tells.
    listening = false;
    document.documentElement.append(host);
    // The top layer is above every z-index. Browsers too old for it are told so when Help is pressed.
    host.showPopover?.();
    for (const parent of [document, document.documentElement]) watch.observe(parent, { childList: true });
  }

  function hush() {
    card.hidden = true;
    main.focus();
  }

  return {
    host,
    root,
    frame,
    main,
    say(what, label, does) {
      text.textContent = what;
      action.textContent = label ?? "";
      action.hidden = !label;
      act = does;
      card.hidden = false;
      card.focus();
    },
    hush,
  };
}
