// Proposals of the helper: each is shown to the visitor whole, and nothing happens without their word.

import type { Event, Output, PeerErrorCode, PeerMessage, Propose, Role } from "../wire/peer";
import { mayOpen } from "./address";

/** What the two say about proposals. */
export type ProposalMessage = Extract<PeerMessage, { type: "propose" | "allowed" | "declined" }>;

/** The proposals of one session. */
export type Proposals = ReturnType<typeof proposals>;

/** What is proposed in one session of this origin. */
export function proposals(own: Role, origin: string, out: (output: Output) => void) {
  /** The number of the last proposal, made or heard. */
  let last = 0;
  /** What is not answered: an address, and loading the page again. */
  const open: [address: Propose | null, refresh: Propose | null] = [null, null];
  const kind = (url: string | null): 0 | 1 => (url === null ? 1 : 0);

  const send = (message: PeerMessage): void => out({ output: "send", message });
  const tell = (event: Event): void => out({ output: "event", event });

  function keep(id: number, url: string | null): void {
    last = id;
    // A newer one takes the place of the older.
    open[kind(url)] = { id, url };
  }

  function close(id: number): Propose | null {
    const found = open.find((propose) => propose?.id === id) ?? null;
    if (found) open[kind(found.url)] = null;
    return found;
  }

  return {
    /** The number of the last proposal, made or heard. */
    last: (): number => last,

    /** Goes on behind the last proposal of before, of which nothing is open any more. */
    restore(before: number): void {
      last = before;
      open.fill(null);
    },

    /** Helper: nothing that is open will be answered, for the visitor's page may have gone with it. */
    withdraw(): void {
      for (const propose of open) {
        if (!propose) continue;
        close(propose.id);
        tell({ event: "withdrawn", id: propose.id });
      }
    },

    /** Helper: proposes; says whether it did. */
    propose(url: string | null): boolean {
      if (own === "visitor" || (url !== null && !mayOpen(url, origin))) return false;
      keep(last + 1, url);
      tell({ event: "proposing", id: last, url });
      send({ type: "propose", id: last, url });
      return true;
    },

    /** Visitor: answers a proposal that is open, and goes where it was allowed to. */
    answer(id: number, isAllowed: boolean): void {
      const found = own === "visitor" && close(id);
      if (!found) return;
      send({ type: isAllowed ? "allowed" : "declined", id });
      if (isAllowed) out({ output: "go", url: found.url });
    },

    /** Takes a proposal, or the answer to one; says what the other side is to be refused with, if it is. */
    take(message: ProposalMessage): PeerErrorCode | undefined {
      const { type, id } = message;
      if (type === "propose") {
        if (own === "helper") return "wrong-state";
        const { url } = message;
        if (url !== null && !mayOpen(url, origin)) return "bad-message";
        if (id <= last) return "wrong-sequence";
        keep(id, url);
        tell({ event: "proposed", id, url });
      } else {
        if (own === "visitor") return "wrong-state";
        if (id > last) return "wrong-sequence";
        // One that a newer has taken the place of may be answered meanwhile: that is old news.
        if (close(id)) tell({ event: type, id });
      }
      return;
    },
  };
}
