// What the helper has before them: the desk's queue, and every session of theirs until it is closed.

import { messageList } from "../conversation/message-list";
import type { Desk, HelperSession } from "../peer/desk";
import type { EndedBy, Event, SessionErrorCode, State } from "../wire/peer";
import type { SessionId } from "../wire/signaling";
import { Following } from "./following";

// How long a visitor who is lost still counts as there. Units: milliseconds. Who only opens another page is back before
// anybody could read that they were gone.
const BLINK_MS = 250;

// How long what a press on Accept changes waits to be drawn. Units: milliseconds. Sooner than a person takes for a delay.
const HOLD_MS = 80;

/** One session as the helper sees it; readable after its end, until it is closed. */
export class Visit {
  /** What was said. */
  readonly messages = messageList("helper");
  /** What is written and not yet sent. */
  draft = "";
  /** Who ended the session. */
  endedBy: EndedBy | null = null;
  /** Whether the helper has given the visitor back to the queue. */
  gaveBack = false;
  /** Since when the two have lost each other. Units: milliseconds since 1970. */
  lostAt: number | null = null;
  /** What went wrong last. */
  error: SessionErrorCode | null = null;
  /** The helper's own window on the visitor's page. */
  readonly following: Following;
  #said = "";
  #blink: ReturnType<typeof setTimeout> | undefined;

  /** Follows a session; `number` tells visitors of the same site apart. */
  constructor(
    readonly session: HelperSession,
    readonly number: number,
    changed: () => void,
  ) {
    this.following = new Following(session.id, session.origin, changed);
    for (const event of session.events) this.#handle(event);
    if (session.state === "reconnecting") this.lostAt = Date.now();
    session.on((event) => {
      this.#handle(event);
      if (event.event === "state") this.#turned(changed);
      changed();
    });
  }

  /** Where the session is. */
  get state(): State {
    return this.#blink === undefined ? this.session.state : "connected";
  }

  /** Whether nothing more will come. */
  get over(): boolean {
    return this.session.over;
  }

  /** Gives the visitor back to the queue. */
  giveBack(): void {
    this.gaveBack = true;
    this.session.giveBack();
  }

  /** Sends what the helper wrote; when it is not taken, it is back in the draft. */
  say(text: string): void {
    this.draft = "";
    this.error = null;
    this.#said = text;
    this.session.say(text);
  }

  #handle(event: Event): void {
    this.messages.handle(event);
    if (event.event === "page") this.following.moved(event.page);
    if (event.event === "ended") this.endedBy = event.by;
    if (event.event !== "error") return;
    this.error = event.code;
    if (event.code === "not-sent" && this.draft === "") this.draft = this.#said;
  }

  #turned(changed: () => void): void {
    const isLost = this.session.state === "reconnecting";
    this.lostAt = isLost ? Date.now() : null;
    clearTimeout(this.#blink);
    this.#blink = undefined;
    if (!isLost) return;
    this.#blink = setTimeout(() => {
      this.#blink = undefined;
      changed();
    }, BLINK_MS);
  }
}

/** The queue, the sessions, and which of them fills the screen. */
export class Workspace {
  #visits: Visit[] = [];
  #selected: Visit | null = null;
  #listeners = new Set<() => void>();
  /** What has changed is told when this is over. */
  #hold: ReturnType<typeof setTimeout> | undefined;

  /** Works at a desk. */
  constructor(readonly desk: Desk) {
    desk.on(() => {
      this.#takeUp();
      this.#changed();
    });
  }

  /** Every session that has not been closed, oldest first. */
  get visits(): readonly Visit[] {
    return this.#visits;
  }

  /** The one that fills the screen. */
  get selected(): Visit | null {
    return this.#selected;
  }

  /** Takes a visitor who waits, and turns to them. */
  accept(ticket: SessionId): void {
    // The two connect first: to draw a session takes as long as that. Not where there is another on the screen, and somebody
    // could still write to that one.
    if (this.#selected === null) this.#hold ??= setTimeout(() => this.#release(), HOLD_MS);
    const session = this.desk.accept(ticket);
    const known = this.#visits.find((visit) => visit.session === session);
    if (known !== undefined) return this.select(known);
    this.select(this.#add(session));
  }

  #add(session: HelperSession): Visit {
    const numbers = this.#visits.filter((visit) => visit.session.origin === session.origin).map((visit) => visit.number);
    const visit = new Visit(session, Math.max(0, ...numbers) + 1, () => this.#changed());
    this.#visits = [...this.#visits, visit];
    return visit;
  }

  /** Sessions that the page before has left to this one. */
  #takeUp(): void {
    for (const session of this.desk.sessions) {
      if (session.state !== "reconnecting" || this.#visits.some((visit) => visit.session === session)) continue;
      const visit = this.#add(session);
      this.#selected ??= visit;
    }
  }

  /** Turns to one session, or to none. */
  select(visit: Visit | null): void {
    this.#selected = visit;
    this.#changed();
  }

  /** Puts an ended session away, and turns to the one beside it. */
  close(visit: Visit): void {
    this.desk.release(visit.session);
    visit.following.end();
    const place = this.#visits.indexOf(visit);
    this.#visits = this.#visits.filter((other) => other !== visit);
    if (this.#selected === visit) this.#selected = this.#visits[Math.min(place, this.#visits.length - 1)] ?? null;
    this.#changed();
  }

  /** Marks what the selected session has on the screen as read. */
  seen(visit: Visit): void {
    const seq = visit.messages.markSeen();
    if (seq === null) return;
    if (!visit.over) visit.session.seen(seq);
    this.#changed();
  }

  /** Ends everything: the helper leaves. */
  leave(): void {
    for (const visit of this.#visits) if (!visit.over) visit.session.end();
    this.desk.close();
  }

  /** Calls back after every change, until the returned function is called. */
  on(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  #release(): void {
    clearTimeout(this.#hold);
    this.#hold = undefined;
    this.#changed();
  }

  #changed(): void {
    if (this.#hold === undefined) for (const listener of [...this.#listeners]) listener();
    else if (this.#selected?.state === "connected" || this.#selected?.over) this.#release();
  }
}
