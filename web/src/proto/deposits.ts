// The ways back that a helper has given in one session: the last that the visitor is known to have stored, and those after
// it.
//
// A deposit retires when a successor is stored, not when it is used or one is made: a page can be loaded again before it has
// got the next, and what it has got may be told when it knocks.

import { DEPOSIT_FRESH_MS, type KeptDeposit, type Psk } from "../wire/peer";
import type { SessionId } from "../wire/signaling";

// How many may be unacknowledged. The channel carries one after the other, and each is a connection's coming up or a changed
// network later: more than two are on their way only to who acknowledges nothing.
const MAX_PENDING = 2;

/** One deposit; with the peer connection that waits for its answer, and since when, until that is used or gone. */
export type Given = { id: SessionId; psk: Psk; waiting: { generation: number; since: number } | null };

/** The deposits of one session. */
export function deposits() {
  let stored: Given | null = null;
  /** Oldest first; a peer connection waits for the last alone. */
  let pending: Given[] = [];
  /** The peer connection that is being made for the next one. */
  let making: number | null = null;

  const all = (): Given[] => (stored ? [stored, ...pending] : pending);

  /** Takes out the peer connection that waits. */
  function takeOut(given: Given): number[] {
    const { waiting } = given;
    given.waiting = null;
    return waiting ? [waiting.generation] : [];
  }

  return {
    /** Those that may be resumed from, oldest first. */
    all,

    /** Takes up what was kept, without peer connections; oldest first. */
    restore(kept: readonly KeptDeposit[]): void {
      [stored = null, ...pending] = kept.slice(0, 1 + MAX_PENDING).map(({ id, psk }): Given => ({ id, psk, waiting: null }));
    },

    /** Begins the next one, with a peer connection of this generation; gives that of the one it takes the place of. */
    make(generation: number): number[] {
      const old = making === null ? [] : [making];
      making = generation;
      return old;
    },

    /**
     * It is made; gives the peer connections of those before it that are not known to be stored. `null` where none is being
     * made.
     */
    made(generation: number, { id, psk }: { id: SessionId; psk: Psk }, now: number): number[] | null {
      if (making !== generation) return null;
      making = null;
      const old = pending.flatMap(takeOut);
      if (pending.length === MAX_PENDING) pending.shift();
      pending.push({ id, psk, waiting: { generation, since: now } });
      return old;
    },

    /** The visitor has this one: what came before it is void. Gives the peer connections of that; `null` where there is no such deposit. */
    stored(id: SessionId): number[] | null {
      if (stored?.id === id) return [];
      const at = pending.findIndex((given) => given.id === id);
      if (at < 0) return null;
      const known = [...(stored ? [stored] : []), ...pending.splice(0, at + 1)];
      stored = known.pop() ?? null;
      return known.flatMap(takeOut);
    },

    /** Takes the peer connection of this one for use; and says whether what it gathered is still to be believed. */
    useUp(id: SessionId, now: number): { generation: number; isFresh: boolean } | null {
      const given = all().find((given) => given.id === id);
      const waiting = given?.waiting;
      if (!given || !waiting) return null;
      given.waiting = null;
      return { generation: waiting.generation, isFresh: now < waiting.since + DEPOSIT_FRESH_MS };
    },

    /** Forgets a peer connection that is gone; says whether it was one of these. */
    lost(generation: number): boolean {
      if (making === generation) {
        making = null;
        return true;
      }
      return all().some((given) => given.waiting?.generation === generation && takeOut(given));
    },

    /** Lets go of every peer connection, and gives them: what they gathered is not true any more. */
    letGo(): number[] {
      const gone = all().flatMap(takeOut);
      if (making !== null) gone.push(making);
      making = null;
      return gone;
    },

    /** Forgets them all. */
    clear(): void {
      stored = null;
      pending = [];
    },
  };
}
