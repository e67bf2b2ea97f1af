// What the tag costs a page before anybody presses Help: the same page with and without it take turns, on a processor made
// four times slower, about a phone's. Prints medians; ends with 1 where the page is shifted, held up or made to ask for
// anything but the script.
//
//     node tag.mjs [--rounds N] [--profile debug]

import { parseArgs } from "node:util";

import { endAll, startBrowser, VisitorHand } from "../browser/people.mjs";
import { startServer } from "../browser/server.mjs";
import { html, snippet, startSite } from "../browser/site.mjs";

// A task that is longer is felt. Units: milliseconds. Source: W3C Long Tasks API.
const LONG_MS = 50;

// How much slower the processor is made.
const SLOWER = 4;

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
async function load(path) {
  const page = await browser.window();
  const session = await page.context().newCDPSession(page);
  await session.send("Emulation.setCPUThrottlingRate", { rate: SLOWER });
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
const runs = { "/with": [], "/without": [] };
try {
  // The first of each warms up.
  for (let round = 0; round <= rounds; round++) {
    for (const path of Object.keys(runs)) {
      const seen = await load(path);
      if (round > 0) runs[path].push(seen);
    }
  }
} finally {
  await endAll(browser.close(), site.stop(), server.stop());
}
const of = (path, field) => median(runs[path].map((run) => run[field]));
const longest = (path) => Math.max(0, ...runs[path].flatMap(({ long }) => long));
const shifted = Math.max(...runs["/with"].map((run) => run.shifted));
const asked = new Set(runs["/with"].flatMap((run) => run.asked));
const long = (path) => median(runs[path].map(({ long }) => long.filter((took) => took > LONG_MS).length));

console.log(`the tag on a page, ${SLOWER} times slower, median of ${rounds}: interactive ${of("/with", "interactive").toFixed(0)} ms (without ${of("/without", "interactive").toFixed(0)}), loaded ${of("/with", "loaded").toFixed(0)} ms (without ${of("/without", "loaded").toFixed(0)})`);
console.log(`  long tasks ${long("/with")} (without ${long("/without")}), the longest ${longest("/with").toFixed(0)} ms (without ${longest("/without").toFixed(0)}); layout shift ${shifted}; asked for ${[...asked].join(", ")}`);
process.exit(shifted > 0 || asked.size !== 1 || long("/with") > long("/without") ? 1 : 0);
