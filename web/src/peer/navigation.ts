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

/** Watches where the visitor goes within one document. */
export class Navigation {
  #clean: (address: string) => CleanAddress;
  #told: (page: Whereabouts) => void;
  #last = "";
  #lastAt = -Infinity;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #watching = new AbortController();
  #titles = new MutationObserver(() => this.#changed());

  /** Makes a watcher that does not watch yet; it tells nothing but cleaned addresses. */
  constructor(clean: (address: string) => CleanAddress, told: (page: Whereabouts) => void) {
    this.#clean = clean;
    this.#told = told;
  }

  /** Tells where the visitor is, and from now on where they go. In a frame, nothing: it is not the page. */
  start(): void {
    if (top !== window) return;
    const { signal } = this.#watching;
    const { navigation } = globalThis as WithNavigation;
    const changed = (): void => this.#changed();
    if (navigation) navigation.addEventListener("currententrychange", changed, { signal });
    else {
      const poll = setInterval(changed, POLL_MS);
      signal.onabort = () => clearInterval(poll);
    }
    for (const type of ["popstate", "hashchange", "pageshow"]) addEventListener(type, changed, { signal });
    this.#titles.observe(document.head ?? document.documentElement, {
      childList: true,
      subtree: true,
      characterData: true,
    });
    this.#look();
  }

  /** Watches no more. */
  stop(): void {
    this.#watching.abort();
    this.#titles.disconnect();
    clearTimeout(this.#timer);
  }

  #changed(): void {
    this.#timer ??= setTimeout(
      () => this.#look(),
      Math.max(SETTLE_MS, this.#lastAt + PACE_MS - performance.now()),
    );
  }

  #look(): void {
    this.#timer = undefined;
    const place = { ...this.#clean(location.href), title: cut(document.title, MAX_TITLE_BYTES) };
    const key = JSON.stringify(place);
    if (key === this.#last) return;
    this.#last = key;
    this.#lastAt = performance.now();
    this.#told({
      ...place,
      viewport: { width: innerWidth, height: innerHeight },
      scroll: { x: Math.round(scrollX), y: Math.round(scrollY) },
    });
  }
}
