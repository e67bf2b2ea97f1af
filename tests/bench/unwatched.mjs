// Browsers for a bench. What drives a browser in a test also listens to all that it does, and takes a good part of its time:
// ten milliseconds of every page load, most in what asks and hears most. So whoever measures drives it until all is
// ready, goes away, and comes back when it is over.

import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

import { attach, FLAGS, names, startBrowser } from "../browser/people.mjs";

// How long nobody looks. Units: milliseconds. Long enough for what is measured to begin after the last of who drove the browser
// is gone (`START_MS`), and to end.
const AWAY_MS = 3_000;

/** In how long from now whatever is measured begins by itself. Units: milliseconds. */
export const START_MS = 1_500;

// Nobody sees a window without a head; but the people whose time this is do see theirs.
const SHOWN = [
  "--disable-background-timer-throttling",
  "--disable-backgrounding-occluded-windows",
  "--disable-renderer-backgrounding",
];

const away = () => new Promise((done) => setTimeout(done, AWAY_MS));

/** Starts a browser that is left alone while something is measured. One person has it, with one page. */
export async function startUnwatched() {
  const folder = mkdtempSync(join(tmpdir(), "alongside-bench-"));
  const executable = process.env.CHROMIUM ?? "/usr/bin/chromium";
  const flags = [...FLAGS, ...SHOWN, names("EXCLUDE localhost", "EXCLUDE 127.0.0.1"), "--headless", "--remote-debugging-port=0"];
  const child = spawn(executable, [...flags, `--user-data-dir=${folder}`, "about:blank"], { stdio: ["ignore", "ignore", "pipe"] });
  process.once("exit", () => child.kill("SIGKILL"));
  const ended = new Promise((resolve) => child.on("exit", resolve));
  let endpoint;
  for await (const line of createInterface({ input: child.stderr })) {
    [, endpoint] = /listening on (ws:\S+)/.exec(line) ?? [];
    if (endpoint !== undefined) break;
  }
  // Whatever else it has to say is no figure; unread, it would stop it.
  child.stderr.resume();
  let driven;
  const context = async () => {
    driven ??= await attach(endpoint);
    return driven.contexts()[0];
  };
  const detach = async () => {
    await driven?.close();
    driven = undefined;
  };
  return {
    /** The page of this person, for the next round. */
    page: async () => (await context()).newPage(),
    /** Whoever drives it goes away, until what is measured is over; gives the page. */
    async alone() {
      await detach();
      await away();
      return (await context()).pages().find((page) => page.url().startsWith("http"));
    },
    /** Closes the page. */
    async leave() {
      for (const page of (await context()).pages()) if (page.url().startsWith("http")) await page.close();
      await detach();
    },
    async close() {
      child.kill();
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Starts a browser that is listened to all the time: on another host than ours nobody could come back to it. */
export async function startWatched(options) {
  const browser = await startBrowser(options);
  let page;
  return {
    page: async () => (page = await browser.window()),
    async alone() {
      await away();
      return page;
    },
    leave: () => browser.leave(),
    // What the pages of either complained of is no figure.
    close: () => browser.close([/./]),
  };
}
