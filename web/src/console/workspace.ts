// What the helper has before them: the desk's queue, and every session of theirs until it is closed.

import type { Desk, HelperSession } from "../peer/desk";
import type { SessionId } from "../wire/signaling";
import { SELECTED, takeLeft } from "./handover";
import { Visit } from "./visit";

// How long what a press on Accept changes waits to be drawn. Units: milliseconds. Sooner than a person takes for a delay.
const HOLD_MS = 80;

/** The queue, the sessions, and which of them fills the screen. */
export class Workspace {
  #visits: Visit[] = [];
  #selected: Visit | null = null;
  #willWrite = true;
  /** Whose session was on the screen of the page before. */
  #before = takeLeft(SELECTED);
  #listeners = new Set<() => void>();
  /** What has changed is told when this is over. */
  #hold: ReturnType<typeof setTimeout> | undefined;

  /** Works at a desk, under the helper's name. */
  constructor(
    readonly desk: Desk,
    readonly name: string,
  ) {
    desk.on(() => {
      this.#takeUp();
      this.#changed();
    });
  }

  /** Every session that has not been closed, oldest first: each keeps its place, whatever is written in it. */
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

  /** Whether whoever has turned to the selected one is about to write there: not who goes through them by keys. */
  get willWrite(): boolean {
    return this.#willWrite;
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
      // Who was on the screen is there again. What somebody begins to type must reach nobody else.
      if (session.id === this.#before) this.select(visit);
      else if (this.#selected === null) {
        this.#selected = visit;
        this.#willWrite = false;
      }
    }
  }

  /** Turns to one session, to write there, or to none. */
  select(visit: Visit | null): void {
    this.#turnTo(visit, true);
  }

  /** Turns to the session below the selected one, or above it, around the ends. */
  turn(by: 1 | -1): void {
    const { length } = this.#visits;
    const at = this.#selected === null ? (by === 1 ? -1 : length) : this.#visits.indexOf(this.#selected);
    this.#turnTo(this.#visits[(at + by + length) % length] ?? null, false);
  }

  /** Turns to the session that has had something unread for longest, if any has. */
  turnToUnread(): void {
    const unread = this.#visits.filter((visit) => visit.messages.unread > 0 && visit !== this.#selected);
    const [longest] = unread.sort((one, other) => (one.unreadSince ?? 0) - (other.unreadSince ?? 0));
    if (longest) this.#turnTo(longest, false);
  }

  /** Takes whoever has waited longest, if anybody waits. */
  acceptLongest(): void {
    const [longest] = this.desk.available ? this.desk.waiting : [];
    if (longest) this.accept(longest.ticket);
  }

  /** Ends a session and has its visitor kept away from the team for a while. */
  async block(visit: Visit): Promise<void> {
    visit.block = "asked";
    this.#changed();
    visit.block = await this.desk.block(visit.session);
    this.#changed();
  }

  #turnTo(visit: Visit | null, willWrite: boolean): void {
    this.#selected = visit;
    this.#willWrite = willWrite;
    this.#before = "";
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
    visit.unreadSince = null;
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
