// One session as the helper sees it: what was said, where the visitor was, and what is written and not yet sent.

import { messageList } from "../conversation/message-list";
import type { BlockOutcome, HelperSession } from "../peer/desk";
import type { EndedBy, Event, Page, SessionErrorCode, State } from "../wire/peer";
import { Following } from "./following";
import { takeLeft } from "./handover";

// How long a visitor who is lost still counts as there. Units: milliseconds. Who only opens another page is back before
// anybody could read that they were gone.
const BLINK_MS = 250;

/** A page that the visitor was on. */
export interface Visited {
  /** When they came there. Units: milliseconds since 1970. */
  readonly at: number;
  readonly page: Pick<Page, "url" | "title">;
  /** The last message or note before that, by its key; `null` when there was none. */
  readonly after: string | null;
}

// How many pages are kept of one session. Who opens more in one talk is a program, and the newest count.
const MAX_VISITED = 500;

/** One session as the helper sees it; readable after its end, until it is closed. */
export class Visit {
  /** What was said. */
  readonly messages = messageList("helper");
  /** What is written and not yet sent. */
  draft = "";
  /** Who ended the session. */
  endedBy: EndedBy | null = null;
  /** Whether the helper has given the visitor back to the queue. */
  gaveBack = false;
  /** Since when the two have lost each other. Units: milliseconds since 1970. */
  lostAt: number | null = null;
  /** What went wrong last. */
  error: SessionErrorCode | null = null;
  /** When nothing more would come. Units: milliseconds since 1970. */
  endedAt: number | null = null;
  /** Since when the visitor has been waiting for what they wrote to be read. Units: milliseconds since 1970. */
  unreadSince: number | null = null;
  /** The pages that the visitor was on, oldest first. */
  visited: readonly Visited[] = [];
  /** Since when pages are noted, where the console was loaded anew in between. Units: milliseconds since 1970. */
  pagesSince: number | null = null;
  /** What came of keeping the visitor away; `asked` until the server has said so. */
  block: BlockOutcome | "asked" | null = null;
  /** The helper's own window on the visitor's page. */
  readonly following: Following;
  #said = "";
  #blink: ReturnType<typeof setTimeout> | undefined;

  /** Follows a session; `number` tells visitors of the same site apart. */
  constructor(
    readonly session: HelperSession,
    readonly number: number,
    changed: () => void,
  ) {
    this.following = new Following(session.id, session.origin, changed);
    for (const event of session.events) this.#handle(event);
    this.messages.markSeen(session.seenBefore);
    if (this.messages.unread === 0) this.unreadSince = null;
    if (session.state === "reconnecting") {
      this.lostAt = this.pagesSince = Date.now();
      this.draft = takeLeft(session.id);
    }
    session.on((event) => {
      this.#handle(event);
      if (event.event === "state") this.#turned(changed);
      changed();
    });
  }

  /** Where the session is. */
  get state(): State {
    return this.#blink === undefined ? this.session.state : "connected";
  }

  /** Whether nothing more will come. */
  get over(): boolean {
    return this.session.over;
  }

  /** Gives the visitor back to the queue. */
  giveBack(): void {
    this.gaveBack = true;
    this.session.giveBack();
  }

  /** Sends what the helper wrote; when it is not taken, it is back in the draft. */
  say(text: string): void {
    this.draft = "";
    this.error = null;
    this.#said = text;
    this.session.say(text);
  }

  #handle(event: Event): void {
    this.messages.handle(event);
    if (event.event === "page") this.#moved(event.page);
    if (event.event === "message" && event.from === "visitor") this.unreadSince ??= Date.now();
    if (event.event === "ended") this.endedBy = event.by;
    if (event.event === "proposing") this.error = null;
    if (event.event !== "error") return;
    this.error = event.code;
    if (event.code === "not-sent" && this.draft === "") this.draft = this.#said;
  }

  #moved(page: Page): void {
    this.following.moved(page);
    const last = this.visited.at(-1);
    // A page's title often comes a moment after its address.
    if (last?.page.url === page.url) this.visited = [...this.visited.slice(0, -1), { ...last, page }];
    else {
      const after = this.messages.entries.at(-1)?.key ?? null;
      this.visited = [...this.visited, { at: Date.now(), page, after }].slice(-MAX_VISITED);
    }
  }

  #turned(changed: () => void): void {
    if (this.over) this.endedAt ??= Date.now();
    const isLost = this.session.state === "reconnecting";
    this.lostAt = isLost ? Date.now() : null;
    clearTimeout(this.#blink);
    this.#blink = undefined;
    if (!isLost) return;
    this.#blink = setTimeout(() => {
      this.#blink = undefined;
      changed();
    }, BLINK_MS);
  }
}
