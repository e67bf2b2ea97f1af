// One tab has a session: a copy of a tab has copied what was kept as well, and must not take it from the tab it was
// copied from.

// How long a page waits for the one before it in the same tab to let go. Units: milliseconds. Browsers let the next
// page begin a moment before they hide the last; a person who has copied a tab waits as long for being told so.
const WAIT_MS = 1_000;

let release: (() => void) | undefined;

/** Takes a session for this tab, until the page is left; says whether no other tab has it. */
export function lockTab(name: string): Promise<boolean> {
  unlockTab();
  return new Promise((resolve) => {
    const patience = new AbortController();
    setTimeout(() => patience.abort(), WAIT_MS);
    navigator.locks
      .request(`alongside ${name}`, { signal: patience.signal }, () => {
        resolve(true);
        return new Promise<void>((done) => (release = done));
      })
      .catch(() => resolve(false));
  });
}

/** Lets go of the session that this tab has; held, it would keep the page out of the back/forward cache. */
export function unlockTab(): void {
  release?.();
  release = undefined;
}

addEventListener("pagehide", unlockTab);
