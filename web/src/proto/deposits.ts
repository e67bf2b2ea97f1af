// The ways back that a helper has given in one session: the last that the visitor has stored, and the one after it.
//
// A deposit retires when its successor is stored, not when it is used: a page can be loaded again before it has got
// the next.

import { DEPOSIT_FRESH_MS, type KeptDeposit, type Psk } from "../wire/peer";
import type { SessionId } from "../wire/signaling";

/** One deposit; with the peer connection that waits for its answer, and since when, until that is used or gone. */
export type Given = { id: SessionId; psk: Psk; waiting: { generation: number; since: number } | null };

/** The deposits of one session. */
export function deposits() {
  let stored: Given | null = null;
  let pending: Given | null = null;
  /** The peer connection that is being made for the next one. */
  let making: number | null = null;

  const all = (): Given[] => [stored, pending].filter((given) => given !== null);

  /** Takes out the peer connection that waits. */
  function takeOut(given: Given | null | undefined): number[] {
    const waiting = given?.waiting;
    if (given) given.waiting = null;
    return waiting ? [waiting.generation] : [];
  }

  return {
    /** Those that may be resumed from, oldest first. */
    all,

    /** Takes up what was kept, without peer connections; oldest first. */
    restore(kept: readonly KeptDeposit[]): void {
      [stored = null, pending = null] = kept.map(({ id, psk }): Given => ({ id, psk, waiting: null }));
    },

    /** Begins the next one, with a peer connection of this generation; gives that of the one it takes the place of. */
    make(generation: number): number[] {
      const old = making === null ? [] : [making];
      making = generation;
      return old;
    },

    /** It is made; gives the peer connection of the one whose place it takes. `null` where none is being made. */
    made(generation: number, { id, psk }: { id: SessionId; psk: Psk }, now: number): number[] | null {
      if (making !== generation) return null;
      making = null;
      const old = takeOut(pending);
      pending = { id, psk, waiting: { generation, since: now } };
      return old;
    },

    /** The visitor has this one: what came before it is void. Gives the peer connection of that; `null` where there is no such deposit. */
    stored(id: SessionId): number[] | null {
      if (pending?.id === id) {
        const old = takeOut(stored);
        stored = pending;
        pending = null;
        return old;
      }
      return stored?.id === id ? [] : null;
    },

    /** Takes the peer connection of this one for use; `null` where it was used, is gone, or gathered too long ago. */
    useUp(id: SessionId, now: number): number | null {
      const given = all().find((given) => given.id === id);
      const waiting = given?.waiting;
      if (!given || !waiting || now >= waiting.since + DEPOSIT_FRESH_MS) return null;
      given.waiting = null;
      return waiting.generation;
    },

    /** Forgets a peer connection that is gone; says whether it was one of these. */
    lost(generation: number): boolean {
      if (making === generation) {
        making = null;
        return true;
      }
      return takeOut(all().find(({ waiting }) => waiting?.generation === generation)).length > 0;
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
      stored = pending = null;
    },
  };
}
