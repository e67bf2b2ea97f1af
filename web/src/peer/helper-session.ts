// The helper's side of one session.

import { Session } from "../proto/session";
import type { Client, Event, Input, Page, Psk, Snapshot, State } from "../wire/peer";
import type { SessionId } from "../wire/signaling";
import { now } from "./clock";
import { drive, type Driver, type Surroundings } from "./driver";
import { heldConnections } from "./held-connections";
import { Outlet } from "./outlet";
import { forgetSession, keepSession, type KeptSession, type Said } from "./session-store";

// How many events are kept for who comes late: a long talk, and an end to what a hostile peer can pile up.
const MAX_EVENTS = 2000;

/** One visitor who is being helped. */
export class HelperSession {
  #events: Event[] = [];
  /** The messages among them, as they are kept. */
  #said: Said[] = [];
  #outlet = new Outlet<Event>();
  #state: State = "idle";
  #page: Page | null = null;
  #client: Client | null = null;
  #machine: Session;
  #began: number | null = now();
  #seenBefore = 0;

  /** What carries the session out; for the desk alone. */
  readonly driver: Driver;

  /** The connections that its deposits are of; for the desk alone. */
  readonly held = heldConnections((generation) => this.#input({ input: "channel-closed", generation }));

  /** Made by the desk alone. */
  constructor(
    readonly id: SessionId,
    readonly origin: string,
    around: Pick<Surroundings, "carryOut" | "signal">,
    told: () => void,
  ) {
    this.#machine = Session.helper(origin);
    this.driver = drive(this.#machine, {
      ...around,
      tell: (event) => {
        this.#tell(event);
        told();
      },
      sent: () => {},
      close: this.held.close,
    });
  }

  /** Goes on with what another page of this tab has kept. For the desk alone. */
  resume({ session, said, began }: KeptSession): void {
    this.#said = said;
    this.#began = began;
    this.#seenBefore = session.seen;
    for (const message of said) this.#events.push({ event: "message", ...message });
    this.#events.push({ event: "delivered", seq: session.delivered }, { event: "read", seq: session.read });
    this.#input({ input: "restore", snapshot: session });
  }

  /** Keeps what the next page of this tab needs to go on. For the desk alone. */
  keep(session: Snapshot): void {
    keepSession({ id: this.id, origin: this.origin, began: this.#began, session, said: this.#said });
  }

  /** Lets go of everything at once: the page is going away. For the desk alone. */
  drop(): void {
    this.driver.drop();
    this.held.drop();
  }

  /** Whether what the server says of this id is said of the session as it is. */
  isAbout(id: SessionId): boolean {
    return this.#machine.isAbout(id);
  }

  /** The key of a deposit of this session. */
  psk(deposit: SessionId): Psk | undefined {
    return this.#machine.psk(deposit);
  }

  /** When it was accepted; `null` when nobody has kept that. Units: milliseconds since 1970. */
  get began(): number | null {
    return this.#began;
  }

  /** The last message of the visitor's that was on the screen of the page before this one. */
  get seenBefore(): number {
    return this.#seenBefore;
  }

  /** Where the session is. */
  get state(): State {
    return this.#state;
  }

  /** Whether nothing more will come. */
  get over(): boolean {
    return this.#state === "ended" || this.#state === "failed";
  }

  /** Where the visitor is. */
  get page(): Page | null {
    return this.#page;
  }

  /** What the visitor uses. */
  get client(): Client | null {
    return this.#client;
  }

  /** The chat messages, marks, proposals, errors and the end so far, oldest first: for who comes late. */
  get events(): readonly Event[] {
    return this.#events;
  }

  /** Sends a chat message; an `error` event `not-sent` says when it was not taken. */
  say(text: string): void {
    this.#input({ input: "say", text });
  }

  /** Tells that the visitor's messages up to this one were on the helper's screen. */
  seen(seq: number): void {
    this.#input({ input: "seen", seq });
  }

  /** Tells that the helper is writing, or has stopped. */
  writing(on: boolean): void {
    this.#input({ input: "writing", on });
  }

  /** Proposes to go to an address of the session's site; an `error` event `not-proposed` says when that was not done. */
  propose(url: string): void {
    this.#input({ input: "propose", url });
  }

  /** Proposes to load the page again. */
  refresh(): void {
    this.#input({ input: "propose", url: null });
  }

  /** Gives the visitor back to the queue, for somebody else to help. */
  giveBack(): void {
    this.#input({ input: "return" });
  }

  /** Ends the session. */
  end(): void {
    this.#input({ input: "end" });
  }

  /** Calls back on every event, until the returned function is called. */
  on(listener: (event: Event) => void): () => void {
    return this.#outlet.on(listener);
  }

  #input(input: Input): void {
    this.driver.input(input);
  }

  #tell(event: Event): void {
    switch (event.event) {
      case "state":
        this.#state = event.state;
        if (this.over) forgetSession(this.id);
        break;
      case "page":
        this.#page = event.page;
        break;
      case "client":
        this.#client = event.client;
        break;
      case "message": {
        const { event: _, ...message } = event;
        this.#said.push(message);
        // Half at a time: each that goes moves all that are kept.
        if (this.#said.length > MAX_EVENTS) this.#said = this.#said.slice(MAX_EVENTS / 2);
        this.#note(event);
        break;
      }
      case "delivered":
      case "read":
      case "proposing":
      case "allowed":
      case "declined":
      case "withdrawn":
      case "ended":
      case "error":
        this.#note(event);
    }
    this.#outlet.emit(event);
  }

  #note(event: Event): void {
    this.#events.push(event);
    if (this.#events.length > MAX_EVENTS) this.#events.shift();
  }
}
