// The conversation as a person sees it: what was written, by whom, and how far it has come.
//
// It decides order, marks and what is unread. It draws nothing and sends nothing: widget and console feed it
// the events of a session and draw `entries`.

import type { Event, Role } from "../wire/peer";

/**
 * How far one's own message has come; `unsent` when the session was over before it was delivered.
 */
export type Mark = "sending" | "delivered" | "read" | "unsent";

/** One message. */
export interface Entry {
  /** Unique in its list, and the same for as long as the message is in it. */
  readonly key: string;
  /** Its writer's count, from 1. */
  readonly seq: number;
  /** Who wrote it. */
  readonly from: Role;
  /** What they wrote. */
  readonly text: string;
  /** When, by the writer's clock. Units: milliseconds since 1970. */
  readonly at: number;
  /** How far it has come; `null` for a message of the other side. */
  readonly mark: Mark | null;
}

/**
 * How many messages are kept. At the longest that is 8 MiB of text: a peer that floods fills no more, and no
 * person scrolls further back.
 */
export const MAX_ENTRIES = 2000;

/** The messages of one session, in the order in which they came. */
export class MessageList {
  readonly #own: Role;
  #entries: readonly Entry[] = [];
  #typing = false;
  /** The last message of the other side, and the last of it that was seen. */
  #last = 0;
  #seen = 0;
  /** The last of one's own messages, and how far they have come. */
  #written = 0;
  #delivered = 0;
  #read = 0;
  #over = false;

  constructor(own: Role) {
    this.#own = own;
  }

  /** A new array after each change, so that it can be compared by identity. */
  get entries(): readonly Entry[] {
    return this.#entries;
  }

  /** Whether the other side is writing. */
  get typing(): boolean {
    return this.#typing;
  }

  /** How many messages of the other side nobody has looked at. */
  get unread(): number {
    return this.#last - this.#seen;
  }

  /** Takes in one event of the session; those that are not about the conversation change nothing. */
  handle(event: Event): void {
    switch (event.event) {
      case "message":
        this.#add(event.from, event.seq, event.at, event.text);
        break;
      case "delivered":
        this.#delivered = Math.max(this.#delivered, event.seq);
        this.#remark();
        break;
      case "read":
        this.#read = Math.max(this.#read, event.seq);
        this.#remark();
        break;
      case "typing":
        this.#typing = event.on && !this.#over;
        break;
      case "state":
        if (event.state === "ended" || event.state === "failed") {
          this.#over = true;
          this.#typing = false;
          this.#remark();
        }
        break;
    }
  }

  /** Notes that all is on a screen somebody looks at. Gives what the other side is to be told, or `null`. */
  markSeen(): number | null {
    if (this.#seen === this.#last) return null;
    this.#seen = this.#last;
    return this.#last;
  }

  #add(from: Role, seq: number, at: number, text: string): void {
    const own = from === this.#own;
    // Numbers only rise: what comes again, after a resume say, is already here.
    if (seq <= (own ? this.#written : this.#last)) return;
    if (own) {
      this.#written = seq;
    } else {
      this.#last = seq;
      this.#typing = false;
    }
    const entry: Entry = { key: `${from}-${seq}`, seq, from, text, at, mark: own ? this.#markOf(seq) : null };
    this.#entries = [...this.#entries, entry].slice(-MAX_ENTRIES);
  }

  #markOf(seq: number): Mark {
    if (seq <= this.#read) return "read";
    if (seq <= this.#delivered) return "delivered";
    return this.#over ? "unsent" : "sending";
  }

  #remark(): void {
    this.#entries = this.#entries.map((entry) => {
      if (entry.from !== this.#own) return entry;
      const mark = this.#markOf(entry.seq);
      return mark === entry.mark ? entry : { ...entry, mark };
    });
  }
}
