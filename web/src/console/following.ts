// The helper's own window on the visitor's page: opened by a press, and taken along wherever the visitor goes.
//
// It is opened from an inner frame of the console: what the visited page can reach as its opener is that frame, and no
// page can steer the console through it. Without the helper's press no window is opened, and none takes the focus.
//
// Firefox lets a page steer what lies over that frame when it is of the console's own site (`www.example.org` beside
// `help.example.org`). There such a window gets no opener at all: it goes along all the same, as the site is one, and
// cannot tell where it is.

import type { Page } from "../wire/peer";
import { mayBeOneSite } from "./one-site";
import { opening } from "./opening";
import { samePage, type SamePage } from "./same-page";

/** How the widget in the helper's copy of a page knows where it is: `web/src/widget/copy.ts`. */
const NAME = "alongside-follow ";

// How often it is looked whether the window is still there. Units: milliseconds.
const LOOK_MS = 1_000;

let frame: HTMLIFrameElement | undefined;
const windows = new Map<Window, (event: MessageEvent) => void>();

/** The inner frame that windows are opened from, and that they tell where they are. */
function opener(): Window | null {
  if (!frame) {
    frame = document.createElement("iframe");
    frame.hidden = true;
    const listen = (): void => {
      frame?.contentWindow?.addEventListener("message", (event) => {
        if (event.source) windows.get(event.source as Window)?.(event);
      });
    };
    // Some browsers put another document into a frame that has just been added.
    frame.addEventListener("load", listen);
    document.body.append(frame);
  }
  return frame.contentWindow;
}

/** Whether a page of this origin must not know who has opened it. One of the console's own can reach it anyway. */
function mustBeAlone(origin: string): boolean {
  if (!navigator.userAgent.includes("Firefox/") || origin === location.origin) return false;
  return mayBeOneSite(new URL(origin).hostname, location.hostname);
}

/** Opens a page that does not know by whom. Nobody finds it by its name any more, so that each has one of its own. */
function openAlone(href: string): Window | null {
  const opened = opener()?.open("", NAME + crypto.randomUUID()) ?? null;
  if (opened) {
    opened.opener = null;
    opened.location.href = href;
  }
  return opened;
}

/** Leads a window somewhere, if it is there and may be led: one that has gone to another site by itself may not. */
function go(there: Window, href: string): boolean {
  if (there.closed) return false;
  try {
    there.location.href = href;
    return true;
  } catch {
    return false;
  }
}

/** The window of one session. */
export class Following {
  #window: Window | null = null;
  #timer: ReturnType<typeof setInterval> | undefined;
  #shown: string | null = null;
  #told: string | null = null;
  #page: Page | null = null;

  /** Whether the window goes where the visitor goes. */
  on = false;
  /** What has come in the way. */
  problem: "blocked" | "closed" | null = null;

  /** Made for one session; `changed` is called after every change. */
  constructor(
    readonly session: string,
    readonly origin: string,
    readonly changed: () => void,
  ) {}

  /** Whether the helper's window is on the visitor's page. */
  get mark(): SamePage {
    return this.#window ? samePage(this.#page?.url ?? null, this.#told) : "unknown";
  }

  /** Opens the visitor's page, by a press of the helper, and goes along from now on. */
  open(href: string): void {
    const opened = this.#opened(href);
    if (this.#window && this.#window !== opened) windows.delete(this.#window);
    this.#window = opened;
    this.#shown = href;
    this.#told = null;
    this.on = opened !== null;
    this.problem = opened ? null : "blocked";
    if (opened) {
      windows.set(opened, (event) => this.#heard(event));
      clearInterval(this.#timer);
      this.#timer = setInterval(() => this.#look(), LOOK_MS);
    }
    this.changed();
  }

  #opened(href: string): Window | null {
    if (!mustBeAlone(this.origin)) return opener()?.open(href, NAME + this.session) ?? null;
    if (!this.#window || !go(this.#window, href)) return openAlone(href);
    this.#window.focus();
    return this.#window;
  }

  /** Goes along, or stays where it is. */
  follow(on: boolean): void {
    const way = this.#page && opening(this.#page, this.origin);
    if (on && !this.#window && way?.to === "same-site") return this.open(way.href);
    this.on = on && this.#window !== null;
    this.#go();
    this.changed();
  }

  /** The visitor is on another page. */
  moved(page: Page): void {
    this.#page = page;
    this.#go();
  }

  /** The session is over: the window is the helper's alone. */
  end(): void {
    clearInterval(this.#timer);
    if (this.#window) windows.delete(this.#window);
    this.#window = null;
    this.on = false;
  }

  #go(): void {
    const way = this.#page && opening(this.#page, this.origin);
    // What is elsewhere, or not whole, is never gone to by itself.
    if (!this.on || !this.#window || way?.to !== "same-site" || way.href === this.#shown) return;
    this.#shown = way.href;
    this.#told = null;
    if (!go(this.#window, way.href)) this.#lose();
  }

  #heard({ origin, data }: MessageEvent): void {
    const url: unknown = (data as { alongside?: unknown } | null)?.alongside;
    if (origin !== this.origin || typeof url !== "string" || !URL.canParse(url)) return;
    this.#told = url;
    this.changed();
  }

  #look(): void {
    if (this.#window?.closed) this.#lose();
  }

  /** Closed by the helper, or kept apart by the page (Cross-Origin-Opener-Policy): nobody can tell. */
  #lose(): void {
    this.end();
    this.problem = "closed";
    this.changed();
  }
}
