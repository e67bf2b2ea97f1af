// The conversation as a person sees it: what was written, by whom, and how far it has come.
//
// It decides order, marks and what is unread. It draws nothing and sends nothing: the console feeds it the events
// of a session and draws `entries`. The widget, which has one conversation and counts bytes, keeps its on the screen.

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

/** What became of a proposal by the helper. */
export interface Note {
  /** Unique in its list. */
  readonly key: string;
  /** Whether it was made, allowed, declined, or never answered. */
  readonly note: "proposing" | "allowed" | "declined" | "withdrawn";
  /** The address that was proposed; `null` for loading the page again. */
  readonly url: string | null;
  /** When, by our clock. Units: milliseconds since 1970. */
  readonly at: number;
}

/**
 * How many messages are kept. At the longest that is 8 MiB of text: a peer that floods fills no more, and no
 * person scrolls further back.
 */
export const MAX_ENTRIES = 2000;

/** The messages of one session, in the order in which they came. */
export type MessageList = ReturnType<typeof messageList>;

/** Makes the list of one side. */
export function messageList(own: Role) {
  let entries: readonly (Entry | Note)[] = [];
  let typing = false;
  let over = false;
  /** The last message of each side, and the last of the other's that was seen. */
  const last = { visitor: 0, helper: 0 };
  const other = own === "visitor" ? "helper" : "visitor";
  let seen = 0;
  /** How far one's own have come. */
  let delivered = 0;
  let read = 0;

  function markOf(seq: number): Mark {
    return seq <= read ? "read" : seq <= delivered ? "delivered" : over ? "unsent" : "sending";
  }

  function remark(): void {
    entries = entries.map((entry) => {
      if ("note" in entry) return entry;
      const mark = entry.mark && markOf(entry.seq);
      return mark === entry.mark ? entry : { ...entry, mark };
    });
  }

  function add(entry: Entry | Note): void {
    entries = [...entries, entry].slice(-MAX_ENTRIES);
  }

  return {
    /** A new array after each change, so that it can be compared by identity. */
    get entries(): readonly (Entry | Note)[] {
      return entries;
    },

    /** Whether the other side is writing. */
    get typing(): boolean {
      return typing;
    },

    /** How many messages of the other side nobody has looked at. */
    get unread(): number {
      return last[other] - seen;
    },

    /** Takes in one event of the session; those that are not about the conversation change nothing. */
    handle(event: Event): void {
      switch (event.event) {
        case "message": {
          const { from, seq, at, text } = event;
          // Numbers only rise: what comes again, after a resume say, is already here.
          if (seq <= last[from]) return;
          last[from] = seq;
          if (from !== own) typing = false;
          return add({ key: `${from}-${seq}`, seq, from, text, at, mark: from === own ? markOf(seq) : null });
        }
        case "proposing":
          return add({ key: `proposing-${event.id}`, note: "proposing", url: event.url, at: Date.now() });
        case "allowed":
        case "declined":
        case "withdrawn": {
          const made = entries.find((entry): entry is Note => entry.key === `proposing-${event.id}`);
          return add({ key: `${event.event}-${event.id}`, note: event.event, url: made?.url ?? null, at: Date.now() });
        }
        case "delivered":
          delivered = Math.max(delivered, event.seq);
          return remark();
        case "read":
          read = Math.max(read, event.seq);
          return remark();
        case "typing":
          typing = event.on && !over;
          return;
        case "state":
          if (event.state !== "ended" && event.state !== "failed") return;
          over = true;
          typing = false;
          remark();
      }
    },

    /** Notes that all, or what is up to a message, was on a screen somebody looks at. Gives what the other side is to be told, or `null`. */
    markSeen(upTo = last[other]): number | null {
      const isNew = seen < Math.min(upTo, last[other]);
      if (isNew) seen = Math.min(upTo, last[other]);
      return isNew ? seen : null;
    },
  };
}
