// A person with Chromium, behind their router: a visitor with the widget in the page, or a helper at the console.

import { setTimeout as pause } from "node:timers/promises";

import { numbered, sendIn } from "../browser/talkers.mjs";
import { browserIn } from "./chromium.mjs";
import * as places from "./page-watch.mjs";
import { lengthened, shortened, Side } from "./side.mjs";

// A page behind a bad line may take long. Units: milliseconds.
const PATIENCE = 60_000;

/** What both have: one page, and what can be seen and written in it. */
class BrowserSide extends Side {
  #folder;
  #places;
  #browser;
  #saying = null;
  /** The size of a message of which nobody knows yet whether it was sent. */
  #begun = null;
  #state = null;
  /** What was heard by who was there before. */
  #before = [];

  constructor(name, world, places) {
    super(name);
    this.#folder = world.folder;
    this.#places = places;
  }

  /** Opens a page in a window of their own. */
  async open(url) {
    this.#browser = await browserIn(this.name, this.#folder);
    this.page = await this.#browser.window();
    const context = this.page.context();
    context.setDefaultTimeout(PATIENCE);
    await context.exposeBinding("tellLab", ({ page }, news) => page === this.page && this.#take(news));
    await context.addInitScript(places.watch, this.#places);
    await this.page.goto(url);
  }

  #take({ at, state, connection, path, asked, from, texts }) {
    if (path) this.note(path, {}, at);
    if (asked) this.note("asked", {}, at);
    if (connection) this.note(connection, {}, at);
    if (state) this.#turned(state, at);
    texts?.forEach((text, index) => this.#hear(this.#before.length + from + index, shortened(text), at));
  }

  #turned(state, at) {
    const isBack = state === "connected" && this.#state === "reconnecting";
    this.#state = state;
    this.note(isBack ? "resumed" : state === "unavailable" ? "waiting" : state, {}, at);
  }

  // A page shows first what the page before it has shown. Whatever else stands in a place is new, even if it was
  // heard before: then it was heard twice.
  #hear(place, text, at) {
    if (this.heard[place]?.text !== text) this.heard.push({ text, at });
  }

  /** Writes the next message into the box, if the one before is on its way. */
  say(size) {
    this.#saying ??= this.#send(size).finally(() => (this.#saying = null));
  }

  async #send(size) {
    const again = this.#begun !== null;
    this.#begun = { size };
    const text = lengthened(numbered(this.name, this.said.length + 1), size);
    try {
      const at = await this.page.evaluate(sendIn, [this.#places.host, text, again]);
      if (!at) return;
      this.said.push(at);
      this.#begun = null;
    } catch {
      // The page was left meanwhile: what was sent stands in the next one, or is sent there.
    }
  }

  /** Falls silent; done when what was begun is written. */
  async hush() {
    super.hush();
    await this.#saying;
    // The page tells, once it has drawn it.
    while (this.#begun !== null && !this.page.isClosed()) {
      await this.#send(this.#begun.size);
      await pause(20);
    }
  }

  /** Waits until what was written is on its way. */
  drain() {
    return this.hush();
  }

  /** What stands in the conversation in the end. */
  async texts() {
    const shown = await this.page.evaluate(
      ({ host, heard }) => {
        const root = host ? document.querySelector(host).shadowRoot : document;
        return [...root.querySelectorAll(heard)].map((line) => line.textContent);
      },
      this.#places,
    );
    return [...this.#before, ...shown.map(shortened)];
  }

  /** Sends a signal to the whole browser. */
  signal(name) {
    this.#browser.signal(name);
  }

  crash() {
    return this.#browser.kill();
  }

  /** Is somebody else from now on, who has heard nothing. */
  forget() {
    this.#before = this.heard.map(({ text }) => text);
    this.#state = null;
  }

  async close() {
    // Who was killed has nothing left to close.
    if (this.#browser?.isAlive()) await this.page?.context().close();
    await this.#saying;
  }
}

/** A visitor who has pressed Help in the demo shop. */
export class WidgetSide extends BrowserSide {
  #url;

  constructor(world) {
    super("visitor", world, places.widget);
    this.#url = world.page;
  }

  async start() {
    await this.open(this.#url);
    await this.page.getByRole("button", { name: "Help", exact: true }).click();
  }
}

/** A helper at the console, who takes whoever comes. */
export class ConsoleSide extends BrowserSide {
  #invite;

  constructor(world) {
    super("helper", world, places.console);
    this.#invite = world.invite;
  }

  start() {
    return this.open(this.#invite);
  }
}
