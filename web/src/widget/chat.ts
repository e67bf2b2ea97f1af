// The chat: loaded when somebody presses Help, and tied to one ask at a time.

import { flatCode } from "../conversation/error-code";
import type { ErrorWord } from "../locales/widget/words";
import type { HeadStart } from "../peer/head-start";
import { makeVisitor } from "../peer/visitor";
import type { EndedBy, Event, Snapshot } from "../wire/peer";
import { type Deed, MAX_DEEDS } from "./deed";
import { HOLD_MS } from "./hold";
import type { Later } from "./later";
import type { Left, Told } from "./left";
import { drawPanel } from "./panel";
import style from "./panel.css";
import type { Chat, Shell } from "./shell";
import { standing } from "./standing";
import { dress, take, words } from "./toolkit";

// How long it is said that the connection is back. Units: milliseconds. Long enough to be read twice.
const BACK_MS = 6_000;

// When it is said that the server does not answer. Units: milliseconds. On a slow line it answers within half of this.
const SLOW_MS = 2_000;

/** Puts the chat into the launcher's shell. */
export function mount({ config, toolkit, load, keep, root, frame, emit, setState, main, attributes, again, start }: Shell): Chat {
  take(toolkit);
  const team = config.teams[0] ?? "";
  let visitor = fresh(start);
  let position = 1;
  let endedBy: EndedBy = "lost";
  let problem = "";
  /**
   * Whether the helper is nowhere, the server does not answer, the session is in another tab, and the connection has
   * just come back.
   */
  let away = false;
  let slow = false;
  let elsewhere = false;
  let back = false;
  /** What the next page needs, and what is on the screen of this one: since when, by how many helpers. */
  let snapshot: Snapshot | null = null;
  let story: Told[] = [];
  let part = 0;
  /** What was said in conversations before this one, as far as it is on the screen. */
  let before: Told[] = [];
  /** What helpers did, and from which on they did it in this conversation. */
  let deeds: Deed[] = [];
  let since = 0;
  /** What an open chat can do without, once it is there. */
  let parts: Later | undefined;
  /** Whether what is told was told to the site before, on another page. */
  let wasTold = false;
  /** How many of the visitor's messages are delivered. */
  let delivered = 0;
  /** The helper's last message, how many of theirs nobody has looked at, and how many were told. */
  let last = 0;
  let unread = 0;
  let told = 0;
  let refresh = (_: number): unknown => 0;
  /** Draws what the page before has left. */
  let held: (() => void) | undefined;
  let origin: Element | null = null;
  // What the page before has left is looked for while the panel is drawn.
  const found = again ? find() : undefined;

  const panel = drawPanel({
    ask: () => ask(),
    cancel() {
      end();
      close();
    },
    end,
    close,
    say: (text) => visitor.say(text),
    writing: (on) => visitor.writing(on),
    // An address that cannot be looked at stays text.
    link: (body, text) => void soon(({ drawLinks }) => drawLinks(body, text)),
    shared: (button, log) => look(button, log, ({ drawSharing }) => drawSharing(visitor.shared())),
    record: (button, log) => look(button, log, ({ drawRecord }) => drawRecord(deeds)),
    save: () => attempt(({ saveConversation }) => saveConversation([...before, ...story], deeds)),
    contact: (place) => config.contact && soon(({ drawContact }) => drawContact(place, config.contact)),
  });
  const { element } = panel;

  dress(root, style);
  frame.append(element);
  // Who has gone sees nothing of it, and may be on the way to the next page.
  document.addEventListener("visibilitychange", () => document.hidden || update());
  // Before the visitor, who lets go of everything when the page is left.
  addEventListener("pagehide", keepAll);
  addEventListener("pageshow", ({ persisted }) => {
    if (!persisted || isFree()) return;
    // The person has been on other pages of the site since, and may have written there, or ended it.
    visitor = fresh();
    was = "";
    restore();
  });

  function fresh(start?: HeadStart) {
    const made = makeVisitor(
      { ...config, attributes },
      (event) => {
        // Of an ask before this one, nothing is shown.
        if (made === visitor) handle(event);
        if (event.event === "proposed") soon(({ drawProposal }) => drawProposal(frame, made, emit, event, note, update));
      },
      (kept) => {
        // For this tab from now on. Nobody else can have it, so nobody waits for that.
        if (!snapshot) parts?.lockTab(kept.place ?? "");
        snapshot = kept;
        keepSession();
      },
      later,
      start,
    );
    return made;
  }

  async function later() {
    if (!parts) {
      parts = ((await load("later", LATER_HASH)) as { later: Later }).later;
      parts.equip(toolkit);
      parts.fit(element);
    }
    return parts;
  }

  /** Does what can be left out when the part that it takes cannot be had. */
  function soon<T>(act: (parts: Later) => T): Promise<T | void> {
    return later().then(act, console.warn);
  }

  /** Does what a person has asked for, or says that it could not be done. */
  function attempt(act: (parts: Later) => void): void {
    later().then(act, () => panel.note(words.errors["load-failed"]));
  }

  /** Shows something in the place of the conversation, until it is pressed again. */
  function look(button: HTMLElement, log: HTMLElement, draw: (parts: Later) => HTMLElement): void {
    attempt((parts) => (refresh = parts.toggleSheet(button, log, () => draw(parts), update)));
  }

  const isFree = () => ["idle", "ended", "failed"].includes(visitor.state());

  function ask(left?: Left) {
    if (!isFree()) return;
    // Who goes on asking has a fresh one, made with the page.
    if (!left) visitor = fresh();
    elsewhere = false;
    before = [...before, ...story];
    story = [];
    since = deeds.length;
    unread = delivered = part = 0;
    position = 1;
    panel.divide();
    wasTold = !!left;
    visitor.ask(left);
    wasTold = false;
    update();
    // Who has gone to another page is reading there.
    if (!left) panel.focus();
  }

  /** Looks for what the page before has left. */
  function find() {
    return later().then(({ takeUp }) => takeUp(team));
  }

  async function restore(finding = find()) {
    const left = await finding;
    const loaded = await later();
    // Somebody was quicker.
    if (!isFree()) return;
    elsewhere = left === "elsewhere";
    panel.clear();
    before = [];
    deeds = [];
    since = 0;
    if (!left || elsewhere) {
      visitor.leave();
      element.hidden = !left;
      return update();
    }
    const { session, told, record, place, draft, folded } = left as Left;
    panel.draft(draft ?? "");
    if (session) {
      story = loaded.readStory(team, told ?? 0);
      deeds = record ?? [];
      snapshot = session;
      // The browser connects first: to draw what was said takes as long as that.
      held = () => {
        held = undefined;
        element.hidden = folded ?? true;
        ({ part, last, unread, delivered } = loaded.redraw(story, session, (event, name) => panel.handle(event, name ?? words.helper)));
        update();
        // It is this page's from now on: a copy of the tab must not take it for nobody's.
        keepSession();
      };
      setTimeout(() => held?.(), HOLD_MS);
      visitor.resume(session, loaded);
    } else if (place) {
      element.hidden = folded ?? true;
      ask(left as Left);
    } else open(true);
  }

  const looks = () => ({ draft: panel.draft(), folded: element.hidden as boolean });

  /** Keeps what the next page needs, whatever there is. */
  function keepAll() {
    held?.();
    const waiting = visitor.waiting();
    if (waiting) keep(team, { ...waiting, ...looks() });
    else keepSession(true);
  }

  /** Keeps the session for the next page, with whether this one has let go of it. */
  function keepSession(free = false) {
    // Who has a session has what it takes.
    if (snapshot && parts) parts.keepSession(team, { session: snapshot, free, record: deeds.slice(since), ...looks() }, story);
  }

  /** Takes note of something that the helper did. */
  function note(what: Deed["what"], url: string | null = null): Deed {
    const done: Deed = { what, name: visitor.helper()?.name ?? "", at: Date.now(), url, answer: null };
    if (deeds.push(done) > MAX_DEEDS) {
      deeds.shift();
      if (since) since--;
    }
    return done;
  }

  function handle(event: Event) {
    if (visitor.state() !== "reconnecting") held?.();
    const name = visitor.helper()?.name ?? words.helper;
    panel.handle(event, name);
    if (event.event === "state") turned(event.state);
    if (event.event === "away") away = true;
    if (event.event === "anew") {
      // Those that were not delivered are told again, to somebody else.
      story = story.filter((told) => told.from === "helper" || told.part < part || told.seq <= delivered);
      part++;
      unread = delivered = 0;
    }
    if (event.event === "delivered") delivered = event.seq;
    if (event.event === "waiting") ({ position } = event);
    if (event.event === "ended") {
      endedBy = event.by;
      if (endedBy === "helper") note("ended");
    }
    if (event.event === "message") {
      const { from, seq, text, at } = event;
      if (from === "helper") {
        last = seq;
        unread++;
      }
      story.push({ from, seq, at, text, name, part });
      if (!wasTold) emit("message", { from, text, at });
    }
    if (event.event === "error") {
      const code = flatCode(event.code);
      emit("error", { code });
      // What is known by its inner code has its own words; else the kind of error may have some.
      const known = [code, ...Object.keys(event.code)].find((code) => Object.hasOwn(words.errors, code));
      problem = words.errors[(known ?? "else") as ErrorWord];
      panel.note(problem);
    }
    update(event.event === "state");
  }

  /** The state before, none on a page that has just been opened; and whether the connection went while it was here. */
  let was = "";
  let lost = false;
  /** Takes note of another state. */
  function turned(state: string) {
    back = lost && state === "connected";
    if (back) setTimeout(() => update((back = false)), BACK_MS);
    // Whoever opens a page has not seen the connection go, and is not told of its coming back.
    lost = !!was && state === "reconnecting";
    if (state === "connected" && was !== "reconnecting") note("joined");
    was = state;
    slow = false;
    if (state === "asking") setTimeout(() => update((slow = was === "asking")), SLOW_MS);
    if (state !== "reconnecting") away = false;
    // Nothing is kept of what is over, and of who waits only once the page is left.
    if (state === "connected" || state === "reconnecting" || !snapshot) return;
    snapshot = null;
    parts?.forgetSession(team);
  }

  function update(hasTurned?: unknown) {
    const state = visitor.state();
    const helper = visitor.helper();
    // To ask where the focus is, makes the browser lay the page out.
    const held = hasTurned && !element.hidden && root.activeElement;
    panel.update({
      state,
      standing: standing(words, { state, position, helper, endedBy, problem, away, back, slow, elsewhere }),
      elsewhere,
      slow,
      helper: helper?.name ?? "",
      said: story.length + before.length > 0,
      done: deeds.length > 0,
    });
    // What hides the conversation tells of what comes meanwhile.
    const isHidden = refresh(unread);
    // What had the focus may have gone with the state it belonged to.
    if (held && !(root.activeElement as HTMLElement | null)?.offsetHeight) panel.focus();

    if (unread && !isHidden && !element.hidden && !document.hidden) {
      unread = 0;
      visitor.seen(last);
    }
    if (told !== unread) {
      told = unread;
      emit("unread", { count: unread });
      soon(({ drawUnread }) => drawUnread(root, main, unread));
    }
    setState(state);
  }

  function open(wanted: boolean) {
    held?.();
    if (element.hidden) {
      origin = root.activeElement ?? document.activeElement;
      element.hidden = false;
    }
    // Whose session is in another tab is told so first.
    if (wanted && !elsewhere) ask();
    update();
    panel.focus();
  }

  function close() {
    const held = root.activeElement;
    element.hidden = true;
    // Back to where the person came from, unless they have gone elsewhere already.
    if (held) ((origin ?? main) as HTMLElement).focus();
  }

  function end() {
    visitor.end();
  }

  return {
    open,
    restore: () => restore(found),
    close,
    end,
    identify: () => visitor.identify(),
    leave() {
      keepAll();
      visitor.leave();
      soon(({ unlockTab }) => unlockTab());
    },
  };
}
