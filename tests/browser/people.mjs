// Two people with a browser each: what they press and read goes by role and accessible name, as a person's does.
//
// Whatever else their browsers do is watched: a request to a foreign host, a STUN server among them, an error in a page
// or a violation of a policy fails the test (invariant I11).

import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { chromium } from "playwright-core";

import { launchFirefox } from "./firefox.mjs";
import { heard } from "./talkers.mjs";

/** Of every browser of a test. */
export const FLAGS = [
  "--no-sandbox",
  "--disable-dev-shm-usage",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--no-first-run",
  "--disable-quic",
];

/**
 * A flag: beyond these rules no name of the world outside is ever found, whatever a page or the browser itself asks for;
 * `.local` names are how two browsers hide their addresses from each other's pages.
 */
export const names = (...rules) => `--host-resolver-rules=${[...rules, "MAP * ~NOTFOUND", "EXCLUDE *.local"].join(" , ")}`;

/** Starts a browser that finds what these rules name and nothing else. */
export function launch(rules, more = [], executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium") {
  return chromium.launch({
    executablePath,
    args: [...FLAGS, names(...rules), ...more],
    // Pages that are left must be able to come back, as at home.
    ignoreDefaultArgs: ["--disable-back-forward-cache"],
  });
}

/** Attaches to a browser that listens there. */
export const attach = (endpoint) => chromium.connectOverCDP(endpoint);

/** Runs in every page before its own scripts: says which foreign hosts a peer connection is told to ask. */
function tellIceServers(known) {
  const tell = ({ iceServers = [] } = {}) => {
    for (const url of iceServers.flatMap(({ urls }) => urls)) {
      const [, host] = /^\w+:([^:?]+)/.exec(url) ?? [];
      if (!known.includes(host)) console.error(`asked a foreign host: ${url}`);
    }
  };
  window.RTCPeerConnection = class extends RTCPeerConnection {
    constructor(...configuration) {
      tell(...configuration);
      super(...configuration);
    }
    setConfiguration(...configuration) {
      tell(...configuration);
      super.setConfiguration(...configuration);
    }
  };
}

/**
 * Runs in every page of Firefox before its own scripts: whatever drives it counts as a person's press to it, for as long as
 * it likes. Here only a press does, and for as long as Firefox takes one for a reason.
 */
function tellPresses() {
  const LASTING_MS = 5_000;
  let pressed = -Infinity;
  const press = ({ isTrusted }) => {
    if (isTrusted) pressed = performance.now();
  };
  for (const type of ["pointerdown", "pointerup", "keydown"]) addEventListener(type, press, true);
  Object.defineProperties(UserActivation.prototype, {
    isActive: { configurable: true, get: () => performance.now() - pressed < LASTING_MS },
    hasBeenActive: { configurable: true, get: () => pressed > -Infinity },
  });
}

/** Starts the visitor's browser and the helper's, each of the kind that VISITOR and HELPER name: `chromium`, or `firefox`. */
export const startBrowsers = () => {
  const { VISITOR: theirs, HELPER: ours } = process.env;
  return Promise.all([startBrowser({ kind: theirs }), startBrowser({ kind: ours })]);
};

/**
 * Starts a browser of somebody's own; with a port, others may attach to its DevTools there. Firefox may be set by
 * `preferences`.
 *
 * One that runs on another host than its pages' servers, by an `executable` that sees to that, is told at which address
 * `localhost` is: pages of no other name without TLS may do what ours do.
 */
export async function startBrowser({ kind = "chromium", port = null, executable, localhost = null, preferences = {} } = {}) {
  const known = ["localhost", "127.0.0.1", ...(localhost === null ? [] : [localhost])];
  const own = localhost === null ? "EXCLUDE localhost" : `MAP localhost ${localhost}`;
  const more = port === null ? [] : [`--remote-debugging-port=${port}`];
  const downloads = kind === "firefox" ? mkdtempSync(join(tmpdir(), "alongside-saved-")) : null;
  const browser = await (downloads ? launchFirefox({ downloads, preferences }) : launch([own, "EXCLUDE 127.0.0.1"], more, executable));
  const complaints = [];
  const watch = (page) => {
    page.on("pageerror", (error) => complaints.push(`${page.url()}: ${error.message}`));
    page.on("console", (message) => {
      if (message.type() === "error" || message.type() === "warning") complaints.push(`${page.url()}: ${message.text()} (${message.location().url})`);
    });
    const tap = (request) => {
      const { protocol, hostname } = new URL(request.url());
      if (/^(http|ws)/.test(protocol) && !known.includes(hostname)) complaints.push(`asked a foreign host: ${request.url()}`);
    };
    page.on("request", tap);
    // A WebSocket is no request to Playwright.
    page.on("websocket", (socket) => tap({ url: () => socket.url() }));
  };
  return {
    kind,
    complaints,
    /** Where files are saved that Playwright does not tell of. */
    downloads,
    endpoint: port === null ? null : `http://127.0.0.1:${port}`,
    /** Closes all windows, as at the end of a test. */
    async leave() {
      await Promise.all(browser.contexts().map((context) => context.close()));
    },
    /** A window that shares nothing with the others: another person, or the same one elsewhere. */
    async window(options = {}) {
      const context = await browser.newContext(options);
      context.setDefaultTimeout(15_000);
      context.on("page", watch);
      await context.addInitScript(tellIceServers, known);
      if (kind === "firefox") await context.addInitScript(tellPresses);
      return context.newPage();
    },
    /** Closes it; fails when anything was wrong that the test did not expect. */
    async close(expected = []) {
      await browser.close();
      if (downloads) rmSync(downloads, { recursive: true });
      const unexpected = complaints.filter((complaint) => !expected.some((pattern) => pattern.test(complaint)));
      assert.deepEqual(unexpected, []);
    },
  };
}

/** Runs in a tab before its page's own scripts: puts there what a browser copies with a tab. A blank page keeps nothing. */
export function copyTab(entries) {
  if (origin === "null" || sessionStorage.length > 0) return;
  for (const [name, value] of entries) sessionStorage.setItem(name, value);
}

/** Ends everything, whatever goes wrong on the way, and then says what did. */
export async function endAll(...endings) {
  const outcomes = await Promise.allSettled(endings);
  const wrong = outcomes.find((outcome) => outcome.status === "rejected");
  if (wrong) throw wrong.reason;
}

/** Somebody who needs help on the page they have open. */
export class VisitorHand {
  /** Takes a page with the tag in it; where it speaks another language, with what the English names are in it. */
  constructor(page, names = {}) {
    this.page = page;
    this.name = (name) => names[name] ?? name;
    this.host = page.locator("alongside-help");
    this.panel = page.getByRole("dialog", { name: this.name("Help"), exact: true });
    this.status = this.panel.getByRole("status");
    this.log = this.panel.getByRole("log", { name: this.name("Conversation") });
    this.box = this.panel.getByRole("textbox", { name: this.name("Message") });
  }

  /** A button of the panel, or the launcher. */
  button(name) {
    return this.page.getByRole("button", { name: this.name(name), exact: true });
  }

  /** Presses what has this name, in the page or in the widget over it. */
  async press(name) {
    await this.page.getByRole("link", { name, exact: true }).or(this.button(name)).click();
  }

  async say(text) {
    await this.box.fill(text);
    await this.button("Send").click();
  }

  /** Waits for what the host says of its state. */
  async is(state) {
    await this.page.locator(`alongside-help[data-state="${state}"]`).waitFor({ state: "attached" });
  }

  /** Waits until the page could be loaded again: the helper has left a way back. */
  async hasWayBack() {
    await this.page.waitForFunction(() => /"offer":"v=0/.test(Object.values(sessionStorage).join()));
  }

  async reads(text) {
    await this.log.getByText(text, { exact: true }).waitFor();
  }

  /** The messages of somebody that stand in the conversation, in order. */
  heard(name) {
    return heard(this.log, name);
  }
}

/** Somebody who helps at a console. */
export class HelperHand {
  /** Takes a page with the console in it. */
  constructor(page) {
    this.page = page;
    this.waiting = page.getByRole("list", { name: "Waiting" });
    this.sessions = page.getByRole("list", { name: "Sessions" });
    this.log = page.getByRole("log", { name: "Conversation" });
    this.box = page.getByRole("textbox", { name: "Message" });
    this.region = page.getByRole("region", { name: "Page", exact: true });
    this.visitor = page.getByRole("region", { name: "Visitor", exact: true });
  }

  /** Opens the console by an invite and is at work. */
  static async at(page, invite) {
    await page.goto(invite);
    const helper = new HelperHand(page);
    await page.getByRole("switch", { name: "Available" }).waitFor();
    return helper;
  }

  button(name) {
    return this.page.getByRole("button", { name, exact: true });
  }

  /** Proposes to go to an address. */
  async propose(url) {
    await this.button("Go to…").click();
    await this.page.getByRole("textbox", { name: "Address" }).fill(url);
    await this.button("Propose").click();
  }

  async accept() {
    await this.waiting.getByRole("button", { name: "Accept" }).first().click();
  }

  async say(text) {
    await this.box.fill(text);
    await this.button("Send").click();
  }

  async is(state) {
    await this.page.locator(`[data-state="${state}"]`).first().waitFor();
  }

  async reads(text) {
    await this.log.getByText(text, { exact: true }).waitFor();
  }

  /** Waits until the page region shows this title, if one is given, and this address. */
  async sees(title, url) {
    if (title !== null) await this.region.getByRole("heading", { name: title, exact: true }).waitFor();
    const link = this.region.getByRole("link", { name: url, exact: true });
    await link.waitFor();
    assert.equal(await link.getAttribute("href"), url);
  }
}

/** Brings a visitor of the demo shop and a helper together; the console's window may be another than a fresh one. */
export async function meet({ theirs, ours, server, desk }) {
  const helper = await HelperHand.at(desk ?? (await ours.window()), server.console);
  const page = await theirs.window();
  await page.goto(server.demo);
  const visitor = new VisitorHand(page);
  await visitor.button("Help").click();
  await helper.accept();
  await visitor.is("connected");
  await helper.is("connected");
  await helper.sees(null, server.demo);
  return { helper, visitor, page };
}
