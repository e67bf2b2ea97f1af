// The helper's side: one signaling socket, who waits, and every session.

import type { Client, Event, Page, State, UnsupportedCode } from "../wire/peer";
import type { ErrorCode, SessionId } from "../wire/signaling";
import type { Identity } from "./invite";

/** A visitor who waits. */
export type Waiting = {
  /** What to accept. */
  ticket: SessionId;
  /** The site they are on. */
  origin: string;
  /** When they asked, by this machine's clock. Units: milliseconds since 1970. */
  since: number;
};

/** Whether the server knows this helper. `refused` is for good: the identity has to be another. */
export type Connection = "connecting" | "enlisted" | "lost" | "refused";

/** Where a helper works: enlists, shows who waits, and holds the sessions. */
export class Desk {
  #listeners = new Set<() => void>();

  /** Whether the server knows this helper. */
  readonly connection: Connection = "connecting";
  /** Why the server refused; `null` while it has not. */
  readonly refusal: ErrorCode | null = null;
  /** What this browser lacks; with it, the connection is `refused`. */
  readonly unsupported: UnsupportedCode | null = null;
  /** Who waits, longest first. */
  readonly waiting: readonly Waiting[] = [];
  /** Every session accepted here, oldest first, ended ones included. */
  readonly sessions: readonly HelperSession[] = [];
  /** Whether visitors see this helper as there. */
  readonly available: boolean = true;

  /** Opens the desk: dials and enlists at once. */
  constructor(readonly options: { server: string; identity: Identity }) {}

  /** Sets whether visitors see this helper as there. */
  setAvailable(_on: boolean): void {}
  /** Takes a visitor who waits. */
  accept(_ticket: SessionId): HelperSession {
    throw new Error("not open");
  }
  /** Closes everything: every session ends, the server forgets this helper. */
  close(): void {}
  /** Calls back after every change of the properties, until the returned function is called. */
  on(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }
}

/** The helper's side of one session. */
export class HelperSession {
  #listeners = new Set<(event: Event) => void>();

  /** Where the session is. */
  readonly state: State = "idle";
  /** Where the visitor is. */
  readonly page: Page | null = null;
  /** What the visitor uses. */
  readonly client: Client | null = null;

  /** Made by `Desk.accept` alone. */
  constructor(
    readonly id: SessionId,
    readonly origin: string,
  ) {}

  /** Every event so far, oldest first: for who comes late. */
  get events(): readonly Event[] {
    return [];
  }
  /** Sends a chat message; an `error` event `not-sent` says when it was not taken. */
  say(_text: string): void {}
  /** Tells that the visitor's messages up to this one were on the helper's screen. */
  seen(_seq: number): void {}
  /** Tells that the helper is writing, or has stopped. */
  writing(_on: boolean): void {}
  /** Ends the session. */
  end(): void {}
  /** Calls back on every event, until the returned function is called. */
  on(listener: (event: Event) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }
}
