// What the helper proposes: shown whole, and done only when the visitor allows it.

import type { Visitor } from "../peer/visitor";
import type { Event } from "../wire/peer";
import type { Deed } from "./deed";
import style from "./proposal.css";
import type { Emit, Proposed } from "./shell";
import { button, dress, h, words } from "./toolkit";

// How long *Allow* cannot be pressed where something else has just stood. Units: milliseconds. Whoever means to press
// what they have read must not press what has taken its place.
const GUARD_MS = 700;

// How long what was said last has to leave before the page does, which takes the connection with it. Units:
// milliseconds. A round trip, so that what is lost once is sent once more, and no longer than a click may take.
const LEAVE_MS = 200;

const places = new Map<Proposed["kind"], { id: number; dialog: HTMLElement }>();
let stack: HTMLElement | undefined;
/** What had the focus before the first was asked. */
let origin: Element | null = null;
/** Tells the site what was allowed last. */
let tell: (() => void) | undefined;

/**
 * Asks for a proposal; a newer one of its kind takes its place. `note` keeps that the helper did it, and `update` shows what
 * has come of it.
 */
export function drawProposal(
  frame: HTMLElement,
  visitor: Visitor,
  emit: Emit,
  { id, url }: Extract<Event, { event: "proposed" }>,
  note: (what: Deed["what"], url: string | null) => Deed,
  update: () => void,
): void {
  const done = note(url === null ? "proposedRefresh" : "proposed", url);
  update();
  // It may be over since.
  if (visitor.state() !== "connected") return;
  const root = frame.getRootNode() as ShadowRoot;
  const proposed: Proposed = { id, kind: url === null ? "refresh" : "address", url };
  if (!stack) dress(root, style);
  if (!stack?.isConnected) frame.append((stack = h("div")));
  if (!stack.firstChild) {
    origin = root.activeElement ?? document.activeElement;
    // By a text: the build takes a plain `.host` for the launcher's.
    followEnd(root["host"], visitor);
  }
  const wasOpen = !!stack.firstChild;
  places.get(proposed.kind)?.dialog.remove();

  const name = visitor.helper()?.name ?? "";
  const allow = button(words.allow, "primary", () => decide("allow"));
  const what = h("strong", { dir: "auto" }, words[proposed.kind](name));
  const why = h("p", { className: "why", id: `why-${id}` }, url !== null && staysHere(url) ? words.stays : words.loads);
  // Of an address every character is to be seen, in its own order; a long one is scrolled.
  const where = h("p", { className: "where", id: `where-${id}`, dir: "ltr", tabIndex: 0, hidden: url === null }, url ?? "");
  const dialog = h(
    "div",
    { role: "alertdialog", tabIndex: -1, ariaLabel: what.textContent },
    what,
    where,
    why,
    // Last is what does no harm: it stands where *End* has just been.
    h("div", { className: "answers" }, allow, button(words.decline, "plain", () => decide("decline"))),
  );
  dialog.setAttribute("aria-describedby", `${where.id} ${why.id}`);
  dialog.onkeydown = (event) => {
    if (event.key !== "Escape" || event.isComposing) return;
    // It would close a dialog around it as well.
    event.preventDefault();
    decide("decline");
  };

  function decide(is: "allow" | "decline"): void {
    if (is === "allow") tell = () => emit("action", proposed);
    const hadFocus = dialog.contains(root.activeElement);
    places.delete(proposed.kind);
    dialog.remove();
    const next = stack?.lastElementChild as HTMLElement | null | undefined;
    if (next) turnTo(next, true);
    // Back to where the person came from, unless they have gone elsewhere already.
    else if (hadFocus) (origin as HTMLElement | null)?.focus();
    done.answer = is === "allow" ? "allowed" : "declined";
    update();
    visitor.decide(id, is);
  }

  places.set(proposed.kind, { id, dialog });
  stack.append(dialog);
  // One question at a time: the one below is neither seen nor read aloud until this is answered.
  for (const other of places.values()) other.dialog.hidden = other.dialog !== dialog;
  turnTo(dialog, wasOpen);
  emit("consent", proposed);
}

/** Leads to what is asked. Its buttons have no focus: what somebody is typing must not answer. */
function turnTo(dialog: HTMLElement, guarded: boolean): void {
  dialog.hidden = false;
  const allow = dialog.querySelector<HTMLButtonElement>(".primary");
  if (allow && guarded) {
    allow.disabled = true;
    setTimeout(() => (allow.disabled = false), GUARD_MS);
  }
  dialog.focus();
}

/** Takes away what nobody may answer any more, when the two have lost each other or it is over. */
function followEnd(host: Element, visitor: Visitor): void {
  let left: number[] = [];
  const watch = new MutationObserver(() => {
    if (visitor.state() === "connected") {
      // Where the helper still waits for an answer, they are not to wait for ever.
      for (const id of left) visitor.decide(id, "decline");
      left = [];
      if (!places.size) watch.disconnect();
      return;
    }
    if (visitor.state() !== "reconnecting") watch.disconnect();
    left = [...left, ...[...places.values()].map(({ id }) => id)];
    places.clear();
    const held = stack?.contains((stack.getRootNode() as ShadowRoot).activeElement);
    stack?.replaceChildren();
    if (held) (origin as HTMLElement | null)?.focus();
  });
  watch.observe(host, { attributes: true, attributeFilter: ["data-state"] });
}

/** Whether an address leads to another place on the page that is open. */
function staysHere(url: string): boolean {
  const [here] = location.href.split("#");
  return url.includes("#") && url.split("#")[0] === here;
}

/** Goes where the visitor agreed to go, or loads the page again, once what was said before has left. */
export function go(url: string | null): void {
  setTimeout(() => {
    tell?.();
    if (url === null) location.reload();
    else location.assign(url);
  }, LEAVE_MS);
}
