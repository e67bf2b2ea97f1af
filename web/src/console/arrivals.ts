// Who has come to wait since it was last looked at. Each is told once, also when the server tells of all again.

import type { Waiting } from "../peer/desk";
import { MAX_WAITING_PER_TEAM } from "../wire/signaling";

/** Makes a look-out: a function that picks those out of the queue whom it has not seen before. */
export function arrivals(): (waiting: readonly Waiting[]) => Waiting[] {
  const known = new Set<string>();
  return (waiting) => {
    const fresh = waiting.filter(({ ticket }) => !known.has(ticket));
    for (const { ticket } of fresh) known.add(ticket);
    // A whole queue, twice: whoever is beyond has left long ago.
    for (const ticket of known) {
      if (known.size <= 2 * MAX_WAITING_PER_TEAM) break;
      known.delete(ticket);
    }
    return fresh;
  };
}
