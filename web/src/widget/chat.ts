// The chat: loaded when somebody presses Help, and tied to one ask at a time.

import { flatCode } from "../conversation/error-code";
import * as words from "../locales/widget-en";
import { now } from "../peer/clock";
import { makeVisitor } from "../peer/visitor";
import type { EndedBy, Event, SessionErrorCode } from "../wire/peer";
import { hasKept, keep, takeKept } from "./kept";
import { drawPanel } from "./panel";
import style from "./panel.css";
import { readWaited, type Waited } from "./restored";
import type { Chat, Shell } from "./shell";
import { standing } from "./standing";
import { dress, h, take } from "./toolkit";

type Seldom = typeof import("./seldom");

// How long a page that comes back looks for what the one before it has kept, and how often. Units: milliseconds. A
// browser may show the one before it has hidden the other.
const LOOK_MS = 50;
const LOOKS = 10;

/** Puts the chat into the launcher's shell. */
export function mount({ config, toolkit, load, root, frame, emit, setState, main, attributes }: Shell): Chat {
  take(toolkit);
  const team = config.teams[0] ?? "";
  let loading: Promise<Seldom> | undefined;
  let visitor = fresh();
  let position = 1;
  let endedBy: EndedBy = "lost";
  let problem = "";
  /** Whether what is told was told to the site before, on another page. */
  let again = false;
  /** The helper's last message, how many of theirs nobody has looked at, and how many were told. */
  let last = 0;
  let unread = 0;
  let told = 0;
  let refresh = () => {};
  let origin: Element | null = null;

  const panel = drawPanel({
    ask: () => ask(),
    cancel() {
      visitor.end();
      close();
    },
    end,
    close,
    say: (text) => visitor.say(text),
    writing: (on) => visitor.writing(on),
    // An address that cannot be looked at stays text.
    link: (body, text) => void seldom().then(({ drawLinks }) => drawLinks(h, body, text), console.warn),
    shared: (button, log) =>
      void seldom().then(
        ({ toggleSharing }) => (refresh = toggleSharing(h, button, log, () => visitor.shared())),
        () => panel.note(words.error),
      ),
  });
  const { element } = panel;

  dress(root, style);
  frame.append(element);
  document.addEventListener("visibilitychange", update);
  // Before the visitor, who lets go of everything when the page is left.
  addEventListener("pagehide", () => {
    const waiting = visitor.waiting();
    if (waiting) keep(team, { ...waiting, draft: panel.draft(), folded: element.hidden });
  });
  addEventListener("pageshow", async ({ persisted }) => {
    if (!persisted || !visitor.waiting()) return;
    // The person has been on other pages of the site since, and may have written there, or taken the ask back.
    const left = visitor;
    visitor = fresh();
    left.end();
    for (let look = 0; !hasKept(team) && look < LOOKS; look++) await new Promise((done) => setTimeout(done, LOOK_MS));
    restore();
  });

  function fresh() {
    const made = makeVisitor(
      { ...config, attributes },
      (event) => {
        // Of an ask before this one, nothing is shown.
        if (made === visitor) handle(event);
        if (event.event === "proposed") {
          seldom().then(({ drawProposal }) => drawProposal(toolkit, frame, made, emit, event), console.warn);
        }
      },
      seldom,
    );
    return made;
  }

  function seldom() {
    return (loading ??= (load(SELDOM_FILE, SELDOM_INTEGRITY) as Promise<Seldom>).catch((error) => {
      loading = undefined;
      throw error;
    }));
  }

  function ask(waited?: Waited) {
    if (!["idle", "ended", "failed"].includes(visitor.state())) return;
    visitor = fresh();
    unread = 0;
    position = 1;
    panel.divide();
    again = !!waited;
    visitor.ask(waited);
    again = false;
    update();
    // Who has gone to another page is reading there.
    if (!waited) panel.focus();
  }

  function restore() {
    const waited = readWaited(takeKept(team) ?? "", now());
    panel.clear();
    element.hidden = waited?.folded ?? true;
    if (waited?.place) {
      panel.draft(waited.draft ?? "");
      ask(waited);
    } else if (waited) open(true);
    else update();
  }

  function handle(event: Event) {
    panel.handle(event, visitor.helper()?.name ?? words.helper);
    if (event.event === "waiting") ({ position } = event);
    if (event.event === "ended") endedBy = event.by;
    if (event.event === "message") {
      const { from, seq, text, at } = event;
      if (from === "helper") {
        last = seq;
        unread++;
      }
      if (!again) emit("message", { from, text, at });
    }
    if (event.event === "error") {
      emit("error", { code: flatCode(event.code) });
      tellProblem(event.code);
    }
    update();
  }

  async function tellProblem(code: SessionErrorCode) {
    problem = words.errors[(typeof code === "string" ? code : Object.keys(code)[0]) as keyof typeof words.errors] ?? "";
    // Most need words that are seldom needed; without them there is only one thing to say.
    problem ||= (await seldom().then(({ explain }) => explain(code), console.warn)) ?? words.error;
    panel.note(problem);
    update();
  }

  function update() {
    const state = visitor.state();
    const helper = visitor.helper();
    const held = !element.hidden && root.activeElement;
    panel.update({
      state,
      standing: standing({ state, position, helper, endedBy, problem }),
      helper: helper?.name ?? "",
    });
    refresh();
    // What had the focus may have gone with the state it belonged to.
    if (held && !root.activeElement?.checkVisibility()) panel.focus();

    if (unread && !element.hidden && !document.hidden) {
      unread = 0;
      visitor.seen(last);
    }
    if (told !== unread) {
      told = unread;
      emit("unread", { count: unread });
      seldom().then(({ drawUnread }) => drawUnread(toolkit, main, unread), console.warn);
    }
    setState(state);
  }

  function open(wanted: boolean) {
    if (element.hidden) {
      origin = root.activeElement ?? document.activeElement;
      element.hidden = false;
    }
    if (wanted) ask();
    update();
    panel.focus();
  }

  function close() {
    const held = root.activeElement;
    element.hidden = true;
    // Back to where the person came from, unless they have gone elsewhere already.
    if (held) (origin as HTMLElement | null)?.focus();
  }

  function end() {
    visitor.end();
  }

  return {
    open,
    restore,
    close,
    end,
    identify: () => visitor.identify(),
  };
}
