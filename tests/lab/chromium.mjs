// Chromium in a network namespace: started when somebody needs it, and kept for whoever needs it next.

import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { launch } from "../browser/people.mjs";
import { inside, SERVER } from "./network.mjs";

const browsers = new Map();

/** The browser of a namespace. */
export async function browserIn(space, folder) {
  const known = browsers.get(space);
  if (known?.isAlive()) return known;
  const browser = await start(space, folder);
  browsers.set(space, browser);
  return browser;
}

/** Ends all of them. */
export async function closeBrowsers() {
  await Promise.all([...browsers.values()].map((browser) => browser.close()));
}

async function start(space, folder) {
  // Playwright talks to its browser through pipes, which lead into any namespace. Each step of this becomes the next,
  // so that the number of the process stays the browser's.
  const program = join(folder, `chromium-${space}`);
  const command = inside(space, process.env.CHROMIUM ?? "/usr/bin/chromium");
  writeFileSync(program, `#!/bin/sh\necho $$ >"$0.pid"\nexec ${command.join(" ")} "$@"\n`, { mode: 0o755 });
  // The lab's certificate is nobody's whom a browser knows.
  const browser = await launch([`EXCLUDE ${SERVER}`], ["--ignore-certificate-errors"], program);
  const pid = Number(readFileSync(`${program}.pid`, "utf8"));
  return {
    isAlive: () => browser.isConnected(),
    /** A window that shares nothing with others. */
    async window() {
      const context = await browser.newContext();
      return context.newPage();
    },
    /** Sends a signal to the browser and to each of its processes, the outermost first. */
    signal(name) {
      for (const one of tree(pid)) {
        try {
          process.kill(one, name);
        } catch (error) {
          // It has ended by itself meanwhile.
          if (error.code !== "ESRCH") throw error;
        }
      }
    },
    /** Kills it, and waits until it is gone. */
    async kill() {
      const gone = new Promise((resolve) => browser.once("disconnected", resolve));
      this.signal("SIGKILL");
      await gone;
    },
    close: () => browser.close(),
  };
}

/** A process and all that come from it. */
function tree(root) {
  const children = new Map();
  for (const entry of readdirSync("/proc")) {
    if (!/^\d+$/.test(entry)) continue;
    try {
      // The name in brackets may hold anything; behind it stand the state and the parent.
      const parent = Number(/.*\) \S+ (\d+)/s.exec(readFileSync(`/proc/${entry}/stat`, "utf8"))[1]);
      children.set(parent, [...(children.get(parent) ?? []), Number(entry)]);
    } catch {
      // It has ended while we looked.
    }
  }
  const all = [root];
  for (const one of all) all.push(...(children.get(one) ?? []));
  return all;
}
