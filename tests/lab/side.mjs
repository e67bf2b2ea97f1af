// One of the two who talk through a fault, in whatever form: says `name 0001`, `name 0002`, … without pause, and
// remembers when, and when what was heard.

import { until } from "./measure.mjs";

// Seven messages a second, so that no outbox is full after the longest fault. Units: milliseconds.
const EVERY = 150;

// A message is made longer by these, which no writer and no reader trims away.
const FILLER = ".";

/** A message, made so long. */
export const lengthened = (text, size) => text.padEnd(size, FILLER);

/** A message as it was before it was made longer. */
export const shortened = (text) => text.replace(/\.+$/, "");

/** What every form has. Each adds `start`, `say`, `drain`, `signal`, `crash`, `forget`, `texts` and `close`. */
export class Side {
  #talking;
  /** When each message was said; what was heard, and when; and what else happened. */
  said = [];
  heard = [];
  log = [];

  constructor(name) {
    this.name = name;
  }

  /** Keeps what happened, to be told if something goes wrong. */
  note(name, details = {}, at = Date.now()) {
    this.log.push({ at, name, details });
  }

  /** When it first happened at or after a time, or null. */
  when(name, since) {
    return this.log.find((entry) => entry.name === name && entry.at >= since)?.at ?? null;
  }

  /** Waits until it has happened; gives when. */
  async until(name, since = 0) {
    if (!(await until(() => this.when(name, since) !== null))) throw new Error(`the ${this.name} is not ${name}`);
    return this.when(name, since);
  }

  /** Talks without pause; `size` makes each message so long. */
  talk({ every = EVERY, size = 0 } = {}) {
    this.hush();
    this.#talking = setInterval(() => this.say(size), every);
  }

  hush() {
    clearInterval(this.#talking);
  }

  /** Dies without a word. What it was told and has not taken is no longer anybody's, so that is waited for. */
  async kill() {
    this.hush();
    await this.drain();
    this.note("killed");
    await this.crash();
  }
}
