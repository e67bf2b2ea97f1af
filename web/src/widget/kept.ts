// What outlives a page load, kept in this tab alone.
//
// Of somebody who waits it is written when the page is left, and taken out by the next: a copy of the tab finds
// nothing, and nobody waits twice in one place. Of somebody who is being helped it is written with every change, for
// a page can crash as well; there a lock tells the copy of a tab apart.

import type { TeamId } from "../wire/signaling";

/** Under which name; what belongs to it is kept under names that begin with it. */
export const key = (team: TeamId): string => `alongside ${team}`;

/** Gives what was kept for this team; `null` when there is nothing. */
export function readKept(team: TeamId): string | null {
  try {
    return sessionStorage.getItem(key(team));
  } catch {
    // Where nothing may be kept, nothing was.
    return null;
  }
}

/** Keeps something in the place of what was; says whether it could. */
export function keep(team: TeamId, facts: object): boolean {
  try {
    sessionStorage.setItem(key(team), JSON.stringify({ at: Date.now(), ...facts }));
    return true;
  } catch {
    // Forbidden, or full: the next page begins anew.
    return false;
  }
}

/** Forgets what was kept. */
export function forget(team: TeamId): void {
  try {
    for (const name of Object.keys(sessionStorage)) if (name.startsWith(key(team))) sessionStorage.removeItem(name);
  } catch {
    // Where nothing may be kept, nothing was.
  }
}
