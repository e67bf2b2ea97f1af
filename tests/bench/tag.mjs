// What the tag costs a page before anybody presses Help: the same page with and without it take turns, at the machine's own
// speed and on a processor made four times slower, about a phone's. Prints medians; ends with 1 where the page is shifted or
// made to ask for anything but the script, and where the tag brings a long task at the machine's own speed. What the slow one
// shows is to be read: there the page's own work differs more from run to run than all of ours.
//
//     node tag.mjs [--rounds N] [--profile debug]

import { parseArgs } from "node:util";

import { endAll, startBrowser, VisitorHand } from "../browser/people.mjs";
import { startServer } from "../browser/server.mjs";
import { html, snippet, startSite } from "../browser/site.mjs";

// A task that is longer is felt. Units: milliseconds. Source: W3C Long Tasks API.
const LONG_MS = 50;

// How much slower the processor is made. Four times is what Lighthouse takes for a phone.
const SPEEDS = [1, 4];

// How long a page is watched after it has loaded. Units: milliseconds.
const WATCH_MS = 1_500;

const { values } = parseArgs({
  options: { rounds: { type: "string", default: "15" }, profile: { type: "string", default: "release" } },
});
const rounds = Number(values.rounds);

const body = Array.from({ length: 120 }, (_, n) => `<section><h2>Part ${n}</h2><p>${"Some words to lay out. ".repeat(12)}</p></section>`).join("");
const server = await startServer({ profile: values.profile });
const tag = await snippet(server.origin);
const site = await startSite({ "/with": { html: html("With", tag, body) }, "/without": { html: html("Without", "", body) } });
const browser = await startBrowser();

/** Loads a page by a fresh person: what it asked for, and what the browser says of it. Units: milliseconds. */
async function load(path, slower) {
  const page = await browser.window();
  const session = await page.context().newCDPSession(page);
  await session.send("Emulation.setCPUThrottlingRate", { rate: slower });
  await page.addInitScript(() => {
    window.seen = { long: [], shifted: 0 };
    new PerformanceObserver((list) => list.getEntries().forEach(({ duration }) => window.seen.long.push(duration))).observe({ type: "longtask", buffered: true });
    new PerformanceObserver((list) => list.getEntries().forEach(({ value }) => (window.seen.shifted += value))).observe({ type: "layout-shift", buffered: true });
  });
  const asked = [];
  page.on("request", (request) => asked.push(new URL(request.url()).pathname));
  await page.goto(site.origin + path);
  if (path === "/with") await new VisitorHand(page).button("Help").waitFor();
  await page.waitForTimeout(WATCH_MS);
  const seen = await page.evaluate(() => {
    const [{ loadEventEnd, domInteractive }] = performance.getEntriesByType("navigation");
    return { ...window.seen, loaded: loadEventEnd, interactive: domInteractive };
  });
  await browser.leave();
  return { ...seen, asked: asked.filter((path) => path !== "/favicon.ico" && path !== "/with" && path !== "/without") };
}

const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];
const paths = ["/with", "/without"];
const runs = Object.fromEntries(SPEEDS.map((slower) => [slower, { "/with": [], "/without": [] }]));
try {
  // The first of each warms up.
  for (let round = 0; round <= rounds; round++) {
    for (const slower of SPEEDS) {
      for (const path of paths) {
        const seen = await load(path, slower);
        if (round > 0) runs[slower][path].push(seen);
      }
    }
  }
} finally {
  await endAll(browser.close(), site.stop(), server.stop());
}

/** Of the same page with and without the tag, at one speed. */
const both = (slower, figure) => paths.map((path) => figure(runs[slower][path]));
const middle = (of) => (seen) => median(seen.map(of));
const said = ([tagged, plain]) => `${tagged.toFixed(0)} (without ${plain.toFixed(0)})`;
const tagged = SPEEDS.flatMap((slower) => runs[slower]["/with"]);
const shifted = Math.max(...tagged.map((run) => run.shifted));
const asked = new Set(tagged.flatMap((run) => run.asked));
const [more, less] = both(1, middle(({ long }) => long.length));

console.log(`the tag on a page, median of ${rounds}: layout shift ${shifted}; asked for ${[...asked].join(", ")}`);
for (const slower of SPEEDS) {
  const many = both(slower, middle(({ long }) => long.length));
  // What Lighthouse calls total blocking time: how long a press would have waited, beyond what nobody feels.
  const blocked = both(slower, middle(({ long }) => long.reduce((sum, took) => sum + took - LONG_MS, 0)));
  const longest = both(slower, (seen) => Math.max(0, ...seen.flatMap(({ long }) => long)));
  console.log(`  ${slower === 1 ? "at the machine's own speed" : `${slower} times slower`}: interactive after ${said(both(slower, middle((run) => run.interactive)))} ms, loaded after ${said(both(slower, middle((run) => run.loaded)))} ms`);
  console.log(`    long tasks ${said(many)}, blocked for ${said(blocked)} ms, the longest of all ${said(longest)} ms`);
}
process.exit(shifted > 0 || asked.size !== 1 || more > less ? 1 : 0);
