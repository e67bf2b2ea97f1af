// Where the launcher ends and the chat begins: the loader makes a shell, the chat, loaded later, lives in it.

import type { HeadStart } from "../peer/head-start";
import type { TeamId } from "../wire/signaling";
import type { Config } from "./config";
import type { Toolkit } from "./toolkit";

/** The events a site can listen to, and what they carry. */
export interface Events {
  /** The state has changed. */
  state: { state: string };
  /** A message was written or has come. */
  message: { from: "visitor" | "helper"; text: string; at: number };
  /** The number of messages nobody has looked at has changed. */
  unread: { count: number };
  /** The helper asks for something, and the visitor is asked whether they allow it. */
  consent: Proposed;
  /** What the visitor has allowed is being done. */
  action: Proposed;
  /** Something went wrong; the codes are stable. */
  error: { code: string };
}

/** What a helper asks for: to go to an address, or to load the page again, then without one. */
export interface Proposed {
  id: number;
  kind: "address" | "refresh";
  url: string | null;
}

/** Tells the site. */
export type Emit = <K extends keyof Events>(event: K, detail: Events[K]) => void;

/** What the launcher gives the chat. */
export interface Shell {
  readonly config: Config;
  readonly toolkit: Toolkit;
  /** Loads another part of the widget, if it is the one with this hash. */
  readonly load: (name: string, hash: string) => Promise<unknown>;
  /** Keeps something for the next page of this tab; says whether it could. */
  readonly keep: (team: TeamId, facts: object) => boolean;
  readonly root: ShadowRoot;
  /** The element in the shadow root that carries theme, side and language; all else goes into it. */
  readonly frame: HTMLElement;
  readonly emit: Emit;
  /** Shows a state on the host, and tells the site. */
  setState(state: string): void;
  /** The launcher's button. */
  readonly main: HTMLElement;
  /** What the site knows about the visitor; it may grow at any time. */
  readonly attributes: Readonly<Record<string, string>>;
  /** Whether the page before has left something to go on with: `restore` will be called next. */
  readonly again: boolean;
  /** What was begun ahead of that. */
  readonly start: HeadStart | undefined;
}

/** What the chat gives the launcher. */
export interface Chat {
  /** Shows the panel; with `ask`, also asks for help unless somebody is already asked. */
  open(ask: boolean): void;
  /**
   * Goes on where the page before was left, by what it has kept; without that, nothing is asked.
   *
   * Errors: rejects when a part that it takes cannot be loaded.
   */
  restore(): Promise<void>;
  /** Folds the panel. */
  close(): void;
  /** Ends the session or takes the ask back. */
  end(): void;
  /** Takes note that the site knows more about the visitor. */
  identify(): void;
  /** Lets go of everything for another chat in this page, as the next page would find it. */
  leave(): void;
}

/** The one export of the chat. */
export type Mount = (shell: Shell) => Chat;
