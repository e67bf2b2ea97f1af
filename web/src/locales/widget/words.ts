// What a visitor reads, in whichever language the page has it: the shape that every language fills.

/** A text that says a helper's name. */
type OfName = (name: string) => string;

/** A title, and a sentence under it. */
type Standing = readonly [title: string, detail: string];

/**
 * All that the widget says once somebody has pressed Help.
 *
 * Numbers stand at the end of a text or in words that fit any number: languages count in more ways than two.
 */
export interface Words {
  /** The language by its code: times are written in it too. */
  readonly code: string;

  readonly cancel: string;
  readonly end: string;
  readonly send: string;
  readonly message: string;
  readonly placeholder: string;
  readonly conversation: string;
  readonly you: string;
  /** Who helps, before they are known by name. */
  readonly helper: string;
  readonly typing: OfName;
  readonly tooLong: (count: number) => string;
  readonly unread: (count: number) => string;
  readonly marks: Readonly<Record<"sending" | "delivered" | "read" | "unsent", string>>;

  // For each state a title, and a sentence under it.
  readonly asking: Standing;
  readonly slow: Standing;
  readonly next: Standing;
  readonly inLine: (position: number) => Standing;
  readonly unavailable: Standing;
  readonly connecting: (name: string) => Standing;
  /** Under the name of a verified helper, and of a program. */
  readonly verified: string;
  readonly program: string;
  readonly back: string;
  readonly reconnecting: (name: string) => Standing;
  readonly away: (name: string) => Standing;
  readonly elsewhere: Standing;
  readonly ended: Readonly<Record<"visitor" | "helper" | "lost", OfName>>;
  readonly over: string;
  readonly failed: string;
  /** What went wrong and what to do, by code; `else` where nobody knows better. */
  readonly errors: Readonly<Record<ErrorWord | "else", string>>;

  /** Before an address at which the site can be reached when nobody is there. */
  readonly contact: string;

  /** What a helper asks for. */
  readonly address: OfName;
  readonly refresh: OfName;
  /** What loading a page means for what is on it now. */
  readonly loads: string;
  readonly stays: string;
  readonly allow: string;
  readonly decline: string;

  /** The button, and what stands under it. */
  readonly shared: string;
  readonly nothing: string;
  readonly lead: string;
  readonly omitted: (count: number) => string;
  readonly never: string;
  /** What a helper is told, by its name on the wire. */
  readonly fields: Readonly<Record<Field, string>>;

  /** The button, and what stands under it. */
  readonly record: string;
  readonly blank: string;
  readonly joined: OfName;
  readonly proposed: OfName;
  readonly proposedRefresh: OfName;
  readonly allowed: string;
  readonly declined: string;

  readonly save: string;
}

/** What can go wrong and has words of its own. */
export type ErrorWord =
  | "unverified"
  | "seal-broken"
  | "unsupported"
  | "insecure-context"
  | "webrtc"
  | "unknown-team"
  | "queue-full"
  | "blocked"
  | "connect-timeout"
  | "not-sent"
  | "load-failed";

type Field = "url" | "title" | "viewport" | "scroll" | "browser" | "platform" | "language" | "timeZone" | "screen";
