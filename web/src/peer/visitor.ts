// The visitor's side of one ask, from *Help* to *End*.

import type { Client, Event, Page, State } from "../wire/peer";
import type { TeamId } from "../wire/signaling";

/** How much of an address the helper sees: cleaned of what may be secret, the path alone, or all of it. */
export type Urls = "clean" | "path" | "full";

/** What a visitor needs to know before they can ask. */
export type VisitorOptions = {
  /** The signaling server's address, such as `https://help.example.org`. */
  server: string;
  /** The team keys that the page pins: one, or two during a rollover. */
  teams: TeamId[];
  /** How addresses are cleaned. */
  urls: Urls;
};

/** One ask by a visitor. A new ask needs a new visitor. */
export class Visitor {
  #listeners = new Set<(event: Event) => void>();

  /** Where the ask is. */
  readonly state: State = "idle";
  /** Who helps, verified; `null` until then. */
  readonly helper: { name: string; automated: boolean } | null = null;
  /** All that the helper was told; `null` for what has not been sent. */
  readonly shared: { page: Page | null; client: Client | null } = { page: null, client: null };

  /** Makes an ask without starting it: nothing is requested from anywhere. */
  constructor(readonly options: VisitorOptions) {}

  /** Asks for help. */
  ask(): void {}
  /** Ends the session, or takes the ask back. */
  end(): void {}
  /** Sends a chat message; an `error` event `not-sent` says when it was not taken. */
  say(_text: string): void {}
  /** Tells that the helper's messages up to this one were on the visitor's screen. */
  seen(_seq: number): void {}
  /** Tells that the visitor is writing, or has stopped. */
  writing(_on: boolean): void {}
  /** Adds what the site knows about the visitor; sent with the rest, once asked. */
  identify(_attributes: Record<string, string>): void {}
  /** Calls back on every event, until the returned function is called. */
  on(listener: (event: Event) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }
}
