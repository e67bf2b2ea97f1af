// How an invite gets from the address bar to the console: it is read once and wiped at once, so that it is neither
// on the screen, nor in the history, nor in what a person copies from the address bar.

const INVITE = "#invite=";

/** Takes the invite out of the address bar; `null` when there is none. */
export function takeInvite(location: Pick<Location, "hash" | "pathname" | "search">, history: Pick<History, "replaceState">): string | null {
  if (!location.hash.startsWith(INVITE)) return null;
  const invite = location.hash;
  history.replaceState(null, "", location.pathname + location.search);
  return invite;
}
