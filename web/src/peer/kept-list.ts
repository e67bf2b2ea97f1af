// A list that outlives the page, kept in this tab an item at a time: what is kept already is not written again, for a
// conversation is kept with every word that is said in it.

/** A list that is kept. */
export type KeptList<T> = ReturnType<typeof keptList<T>>;

/** Makes a list under a name that no other list's begins with; `decode` reads one item of it. */
export function keptList<T>(name: string, decode: (text: string) => T | string | null) {
  /** What is written. */
  const kept: T[] = [];
  const key = (index: number): string => `${name} ${index}`;

  function cut(from: number): void {
    for (let index = kept.length - 1; index >= from; index--) sessionStorage.removeItem(key(index));
    kept.length = Math.min(kept.length, from);
  }

  return {
    /**
     * Keeps this list in the place of what was kept.
     *
     * Errors: throws where nothing may be kept, or where there is no room for it.
     */
    keep(list: readonly T[]): void {
      const other = kept.findIndex((item, index) => item !== list[index]);
      if (other >= 0) cut(other);
      for (const item of list.slice(kept.length)) {
        sessionStorage.setItem(key(kept.length), JSON.stringify(item));
        kept.push(item);
      }
    },

    /** Reads the first so many items of what another page has kept, up to one that is none. */
    read(count: number): T[] {
      kept.length = 0;
      for (let index = 0; index < count; index++) {
        const item = decode(sessionStorage.getItem(key(index)) ?? "");
        if (item === null || typeof item === "string") break;
        kept.push(item);
      }
      return [...kept];
    },

    /** Forgets all of it. */
    forget: (): void => cut(0),
  };
}
