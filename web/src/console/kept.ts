// What this browser keeps for the helper from one day to the next: switches and canned replies, nothing of a visitor.

// The console shares its storage with nobody, but a server's other pages are of the same origin.
const PREFIX = "alongside ";

/** Reads what is kept under a name; `null` when nothing is, or nothing may be. */
export function readKept(name: string): string | null {
  try {
    return localStorage.getItem(PREFIX + name);
  } catch {
    // Storage is switched off: nothing was kept.
    return null;
  }
}

/** Keeps a text under a name; says whether the browser did. */
export function keep(name: string, text: string): boolean {
  try {
    localStorage.setItem(PREFIX + name, text);
    return true;
  } catch (error) {
    console.warn(error);
    return false;
  }
}

/** Calls back when another tab of this console has kept something under a name, until the returned function is called. */
export function onKept(name: string, listener: () => void): () => void {
  const heard = ({ key }: StorageEvent): void => {
    // Without a key everything was cleared.
    if (key === null || key === PREFIX + name) listener();
  };
  addEventListener("storage", heard);
  return () => removeEventListener("storage", heard);
}
