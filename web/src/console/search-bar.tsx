// Looking for words in the conversation that is on the screen.

import { useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";

import type { Entry, Note } from "../conversation/message-list";
import { words } from "../locales/console-en";
import type { Found } from "./conversation-log";
import { Cross, Down, Up } from "./icons";
import { hits, MAX_HITS } from "./search";

const NOTHING: Found = { hits: [], at: null };

/** A search in one conversation. */
export interface Search {
  /** What is looked for; `null` while nobody does. */
  readonly wanted: string | null;
  readonly found: Found;
  /** Looks for a text from the beginning, or for nothing any more. */
  want(text: string | null): void;
  /** Goes on to the next place, or back, around the ends. */
  step(by: 1 | -1): void;
}

/** Searches these messages, also those that come while it is searched. */
export function useSearch(entries: readonly (Entry | Note)[]): Search {
  const [wanted, setWanted] = useState<string | null>(null);
  const [at, setAt] = useState(0);
  const places = useMemo(() => (wanted === null ? [] : hits(entries, wanted)), [entries, wanted]);
  const found = useMemo(() => (places.length === 0 ? NOTHING : { hits: places, at: places[at] ?? null }), [places, at]);
  return {
    wanted,
    found,
    want(text) {
      setWanted(text);
      setAt(0);
    },
    step: (by) => setAt((at + by + places.length) % Math.max(1, places.length)),
  };
}

/** The bar over the conversation. Enter goes on, Shift and Enter goes back, Escape closes it. */
export function SearchBar({ search, onClose }: { search: Search; onClose: () => void }) {
  const box = useRef<HTMLInputElement>(null);
  useLayoutEffect(() => box.current?.focus(), []);
  const { hits, at } = search.found;
  const said = words.search;
  const many = hits.length === MAX_HITS;
  return (
    <search class="search">
      <input
        ref={box}
        type="search"
        aria-label={said.label}
        placeholder={said.placeholder}
        autocomplete="off"
        spellcheck={false}
        dir="auto"
        value={search.wanted ?? ""}
        onInput={(event) => search.want(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.isComposing) return;
          if (event.key === "Enter") search.step(event.shiftKey ? -1 : 1);
          else if (event.key === "Escape") onClose();
          else return;
          event.preventDefault();
        }}
      />
      <p role="status">
        {at !== null ? said.count(hits.indexOf(at) + 1, hits.length, many) : search.wanted?.trim() ? said.none : ""}
      </p>
      <button type="button" class="round" aria-label={said.previous} title={said.previous} onClick={() => search.step(-1)}>
        <Up />
      </button>
      <button type="button" class="round" aria-label={said.next} title={said.next} onClick={() => search.step(1)}>
        <Down />
      </button>
      <button type="button" class="round" aria-label={said.close} title={said.close} onClick={onClose}>
        <Cross />
      </button>
    </search>
  );
}
