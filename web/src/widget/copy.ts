// The helper's own copy of a page, in a window that their console has opened: nobody asks for help in it, and it tells
// the console alone where it is, unless it was opened without knowing by whom.

/** How the console names its windows: `web/src/console/following.ts`. */
const NAME = "alongside-follow ";

/** Whether this page is a helper's copy; if so, tells the console at that server where it is, now and later. */
export function isCopy(console: string): boolean {
  if (!window.name.startsWith(NAME)) return false;
  const tell = (): void => (window.opener as Window | null)?.postMessage({ alongside: location.href }, console);
  const { navigation } = window as { navigation?: EventTarget };
  navigation?.addEventListener("currententrychange", tell);
  for (const type of ["popstate", "hashchange", "pageshow"]) addEventListener(type, tell);
  tell();
  return true;
}
