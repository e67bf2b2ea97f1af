// The Help button, the shadow root it stands in, and the small card that speaks before the chat is there.

import type { LauncherWords } from "../locales/launcher";
import { button, dress, h } from "./element";
import { HOLD_MS } from "./hold";
import type { Language } from "./language";
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
 * Draws the launcher into its host as the tag's attributes ask for, a moment later where something goes on. `press` is called
 * when a person presses it, `revive` when the page has thrown away all that was listened to, and only a new launcher can help.
 */
export function drawLauncher(
  host: HTMLElement,
  { label, position, theme }: DOMStringMap,
  { code: lang, direction: dir }: Language,
  [help, close]: LauncherWords,
  goesOn: unknown,
  press: () => void,
  revive: () => void,
): Launcher {
  const root = host.attachShadow({ mode: "open" });
  dress(root, style);

  const name = label || help;
  // Its name stays the same when a number comes to stand on it.
  const main = button(name, "launcher primary", press, name);
  const text = h("p", { role: "status" });
  const action = button("", "primary");
  const card = h(
    "div",
    { className: "card", role: "dialog", ariaLabel: help, tabIndex: -1, hidden: true },
    text,
    action,
    button(close, "plain", hush),
  );
  const frame = h("div", { className: "frame", lang, dir }, card, main);
  if (!goesOn) root.append(frame);

  // Text typed here is not for the page's own keyboard shortcuts, nor focus here for its focus traps.
  for (const type of ["keydown", "keypress", "keyup", "focusin"]) root.addEventListener(type, (event) => event.stopPropagation());
  card.onkeydown = (event) => {
    if (event.key !== "Escape") return;
    // It would close a dialog around it as well.
    event.preventDefault();
    hush();
  };

  if (theme === "dark" || theme === "light") frame.style.colorScheme = theme;
  if (position?.includes("left")) host.dataset.side = "left";
  host.dataset.state = "idle";
  // A modal dialog makes all that is not in it inert, whatever its layer: help goes into it, and out when it closes. The
  // one that was opened last is on top. Browsers that do not know what is modal are too old for help, and told so when it is
  // pressed.
  const open = CSS.supports("selector(:modal)") ? "dialog:modal" : "_";
  const modals = new Set<Node>(document.querySelectorAll(open));
  const isOpen = (node: Node) => node.isConnected && (node as Element).matches(open);
  const openings = new MutationObserver((changes) => {
    for (const { target, type } of changes) {
      if (type !== "attributes") continue;
      modals.delete(target);
      if (isOpen(target)) modals.add(target);
    }
    place();
  });
  const watch = new MutationObserver(place);
  let soon = (act: () => void): unknown => setTimeout(act, goesOn ? HOLD_MS : 0);
  let listening = false;
  root.addEventListener("probe", () => (listening = true));
  // It stands in the page undrawn, and is placed as one that was thrown out.
  host.remove();
  place();
  function place() {
    const modal = [...modals].filter(isOpen).pop();
    const parent = modal ?? document.documentElement;
    if (host.isConnected ? host.parentNode === parent : returns++ > MAX_RETURNS) return;
    root.dispatchEvent(new Event("probe"));
    if (!listening) {
      watch.disconnect();
      openings.disconnect();
      return revive();
    }
    // `document.open()` takes the listeners from all that was in the document: the next probe tells.
    listening = false;
    const held = root.activeElement as HTMLElement | null;
    parent.appendChild(host);
    // The top layer is above every z-index. Browsers too old for it are told so when Help is pressed. First in a task of its
    // own, for it makes the browser work out the style of the page; later with a frame, which does that anyway.
    soon(() => {
      if (!frame.parentNode) root.append(frame);
      if (!host.isConnected) return;
      host.showPopover?.();
      held?.focus();
    });
    soon = requestAnimationFrame;
    for (const parent of [document, document.documentElement]) watch.observe(parent, { childList: true });
    // What a page draws anew in its dialog may throw help out with the rest.
    openings.observe(document, { attributeFilter: ["open"], subtree: true, childList: !!modal });
  }

  function hush() {
    const held = root.activeElement;
    card.hidden = true;
    // Back to the button, unless the person is elsewhere in the page.
    if (held) main.focus();
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
      action.onclick = does ?? null;
      card.hidden = false;
      card.focus();
    },
    hush,
  };
}
