// Where the visitor is: their address and title, told again whenever one of them is another. The site's own
// functions are left as they are; what the browser tells by itself is enough.

import { MAX_TITLE_BYTES, type Whereabouts } from "../wire/peer";
import { cut } from "./cut";

/** An address without what may be secret in it. */
export type CleanAddress = Pick<Whereabouts, "url" | "omitted" | "redacted">;

// How soon after a change it is told: sites set the title just after the address. Units: milliseconds.
const SETTLE_MS = 20;

// How long after one report the next comes at the soonest. Units: milliseconds. Some sites write every scroll
// into the address; a helper can follow four changes a second and no more.
const PACE_MS = 250;

// How often the address is looked at in browsers that tell nothing of `pushState`. Units: milliseconds.
const POLL_MS = 1000;

// Part of every browser we support but the oldest, and not of TypeScript's list of what a window has.
type WithNavigation = { navigation?: EventTarget };

/**
 * Tells where the visitor is, by cleaned addresses alone, and where they go within this document until the signal.
 */
export function watchNavigation(
  clean: (address: string) => CleanAddress,
  told: (page: Whereabouts) => void,
  signal: AbortSignal,
): void {
  if (signal.aborted) return;
  let last = "";
  let lastAt = -Infinity;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let poll: ReturnType<typeof setInterval> | undefined;

  function changed(): void {
    timer ??= setTimeout(look, Math.max(SETTLE_MS, lastAt + PACE_MS - performance.now()));
  }

  function look(): void {
    timer = undefined;
    const place = { ...clean(location.href), title: cut(document.title, MAX_TITLE_BYTES) };
    const key = JSON.stringify(place);
    if (key === last) return;
    last = key;
    lastAt = performance.now();
    told({
      ...place,
      viewport: { width: innerWidth, height: innerHeight },
      scroll: { x: Math.round(scrollX), y: Math.round(scrollY) },
    });
  }

  const { navigation } = globalThis as WithNavigation;
  if (navigation) navigation.addEventListener("currententrychange", changed, { signal });
  else poll = setInterval(changed, POLL_MS);
  for (const type of ["popstate", "hashchange", "pageshow"]) addEventListener(type, changed, { signal });
  const titles = new MutationObserver(changed);
  titles.observe(document.head ?? document.documentElement, { childList: true, subtree: true, characterData: true });
  signal.onabort = () => {
    titles.disconnect();
    clearInterval(poll);
    clearTimeout(timer);
  };
  look();
}
