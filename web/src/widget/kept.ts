// What outlives a page load while somebody waits. It is kept in this tab alone, and only from one page to the next:
// whoever takes it up takes it out, so a copy of the tab finds nothing, and nobody waits twice in one place.

import type { TeamId } from "../wire/signaling";

const key = (team: TeamId): string => `alongside ${team}`;

/** Whether the page before has kept something for an ask of this team. */
export function hasKept(team: TeamId): boolean {
  try {
    return sessionStorage.getItem(key(team)) !== null;
  } catch {
    // Where nothing may be kept, nothing was.
    return false;
  }
}

/** Takes out what the page before has kept for an ask of this team; `null` when there is nothing. */
export function takeKept(team: TeamId): string | null {
  if (!hasKept(team)) return null;
  const kept = sessionStorage.getItem(key(team));
  sessionStorage.removeItem(key(team));
  return kept;
}

/** Keeps something for the next page; says whether it could. */
export function keep(team: TeamId, facts: object): boolean {
  try {
    sessionStorage.setItem(key(team), JSON.stringify({ at: Date.now(), ...facts }));
    return true;
  } catch {
    // Forbidden, or full: the next page begins anew.
    return false;
  }
}
