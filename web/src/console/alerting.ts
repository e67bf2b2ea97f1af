// What a helper who looks elsewhere is called by: a sound, a notification, each only if they have switched it on.
//
// A notification names the site and never what was written: it may stand on a screen that others see.

import { words } from "../locales/console-en";
import { arrivals } from "./arrivals";
import { chime, isAudible } from "./chime";
import { keep, readKept } from "./kept";
import { host } from "./origin";
import type { Visit } from "./visit";
import type { Workspace } from "./workspace";

// How long after a sound there is no other. Units: milliseconds. Ten who come at once are heard as one.
const PAUSE_MS = 3_000;

/** What has happened that somebody may want to be called for. */
export interface News {
  /** Who has come to wait: their sites. */
  readonly waiting: readonly string[];
  /** The sessions in which something was written that nobody has on the screen. */
  readonly written: readonly Visit[];
}

/** Makes a look-out over a workspace: a function that tells what is new, `shown` being the session on the screen. */
export function lookOut(): (workspace: Pick<Workspace, "desk" | "visits">, shown: Visit | null) => News {
  const come = arrivals();
  const unread = new WeakMap<Visit, number>();
  return ({ desk, visits }, shown) => {
    const waiting = come(desk.available ? desk.waiting : []).map(({ origin }) => origin);
    const written = visits.filter((visit) => {
      const before = unread.get(visit) ?? 0;
      unread.set(visit, visit.messages.unread);
      return visit.messages.unread > before && visit !== shown;
    });
    return { waiting, written };
  };
}

/** What can be said about notifications in this browser. */
export type Permission = NotificationPermission | "none";

/** The helper's two switches, and what is done when something happens. */
export class Alerts {
  #look = lookOut();
  #heardAt = 0;
  #shown = new Set<Notification>();
  #sound = readKept("sound") === "on";
  #notices = readKept("notifications") === "on";
  #isKept = true;

  /** Watches over a workspace. */
  constructor(
    readonly workspace: Workspace,
    readonly changed: () => void,
  ) {}

  /** Whether sounds are switched on. */
  get sound(): boolean {
    return this.#sound;
  }

  /** Whether notifications are switched on, and the browser lets them be shown. */
  get notices(): boolean {
    return this.#notices && this.permission === "granted";
  }

  /** Whether the browser keeps what is switched. */
  get isKept(): boolean {
    return this.#isKept;
  }

  /** Whether a sound would be heard: before a first press on the page most browsers play none. */
  get isMuted(): boolean {
    return this.#sound && !isAudible();
  }

  /** What the browser allows. */
  get permission(): Permission {
    return typeof Notification === "undefined" ? "none" : Notification.permission;
  }

  /** Switches sounds on, and lets one be heard; or off. */
  setSound(on: boolean): void {
    this.#sound = on;
    this.#isKept = keep("sound", on ? "on" : "off");
    if (on) chime("waiting");
    this.changed();
  }

  /** Switches notifications on, by a press: the browser asks the helper if it has not before; or off. */
  async setNotices(on: boolean): Promise<void> {
    if (on && this.permission === "default") await Notification.requestPermission();
    this.#notices = on && this.permission === "granted";
    this.#isKept = keep("notifications", this.#notices ? "on" : "off");
    this.changed();
  }

  /** Looks at what has changed. */
  look(): void {
    const isVisible = document.visibilityState === "visible";
    const { waiting, written } = this.#look(this.workspace, isVisible ? this.workspace.selected : null);
    if (waiting.length === 0 && written.length === 0) return;
    this.#play(waiting.length > 0 ? "waiting" : "message");
    if (isVisible && document.hasFocus()) return;
    const [first] = waiting;
    if (first !== undefined) {
      const count = this.workspace.desk.waiting.length;
      this.#show("waiting", count > 1 ? words.alerts.waiting(count) : words.waiting.arrived(host(first)), () => {});
    }
    for (const visit of written) {
      const name = words.sessions.numbered(host(visit.session.origin), visit.number);
      this.#show(visit.session.id, words.alerts.wrote(name), () => this.workspace.select(visit));
    }
  }

  /** The helper is back: what was shown has done its work. */
  dismiss(): void {
    for (const shown of this.#shown) shown.close();
    this.#shown.clear();
  }

  #play(kind: "waiting" | "message"): void {
    if (!this.#sound || Date.now() - this.#heardAt < PAUSE_MS) return;
    this.#heardAt = Date.now();
    chime(kind);
  }

  #show(about: string, text: string, pressed: () => void): void {
    if (!this.notices) return;
    try {
      // One for each matter: the next takes its place. The sound is ours, where there is one.
      const options = { body: text, tag: `alongside ${about}`, renotify: true, silent: this.#sound };
      const notice = new Notification(words.product, options);
      notice.onclick = () => {
        window.focus();
        pressed();
        notice.close();
      };
      notice.onclose = () => this.#shown.delete(notice);
      this.#shown.add(notice);
    } catch (error) {
      // Some browsers of phones have notifications, and none for a page.
      console.warn(error);
      void this.setNotices(false);
    }
  }
}
