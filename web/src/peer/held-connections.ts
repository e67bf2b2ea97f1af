// Peer connections that a helper holds in hand, each by its generation, until one of them is knocked at.

import type { PeerConnection } from "./peer-connection";

/** The connections of one session. */
export type HeldConnections = ReturnType<typeof heldConnections>;

/** Holds none yet. `closed` is told of one that is lost meanwhile. */
export function heldConnections(closed: (generation: number) => void) {
  const held = new Map<number, PeerConnection>();

  function take(generation: number): PeerConnection | undefined {
    const connection = held.get(generation);
    held.delete(generation);
    return connection;
  }

  return {
    /** Holds one: until it is taken, it tells nothing but its end. */
    hold(generation: number, connection: PeerConnection): void {
      held.set(generation, connection);
      connection.listen({
        found() {},
        opened() {},
        closed: () => closed(generation),
        disturbed() {},
        received() {},
      });
    },

    /** Gives one up to be used, if it is there. */
    take,

    /** Closes one. */
    close: (generation: number): void => take(generation)?.close(),

    /** Closes all of them. */
    drop(): void {
      for (const connection of held.values()) connection.close();
      held.clear();
    },
  };
}
