// The lab: what a session survives between real processes and browsers behind real routers, as root of its own network
// and mount namespaces (`tests/run lab` sees to that): `node lab.mjs [--with PAIRING]… [ROW…]`. Prints each fault with
// its figures beside the targets.

import { availableParallelism, loadavg } from "node:os";

import { closeBrowsers } from "./chromium.mjs";
import { faults } from "./faults.mjs";
import { story, settle } from "./measure.mjs";
import { restore, whyNot } from "./network.mjs";
import { pages } from "./pages.mjs";
import { pair, pairings, part } from "./pairings.mjs";
import { processes } from "./processes.mjs";
import { openWorld } from "./world.mjs";

const reason = whyNot();
if (reason !== null) {
  console.log(`no network can be made on this machine: ${reason}`);
  process.exit(77);
}

const wanted = [];
const chosen = [];
for (const words = process.argv.slice(2); words.length; ) {
  const word = words.shift();
  if (word === "--with") wanted.push(words.shift());
  else chosen.push(word);
}
for (const name of wanted) {
  if (pairings[name]) continue;
  console.log(`there is no pairing ${name}, only ${Object.keys(pairings).join(", ")}`);
  process.exit(2);
}

const world = await openWorld();
const table = [];
let isWell = true;

for (const [form, pairing] of Object.entries(pairings)) {
  if (wanted.length && !wanted.includes(form)) continue;
  for (const [name, fault] of Object.entries({ ...faults, ...processes, ...pages })) {
    if (chosen.length && !chosen.some((word) => name.includes(word))) continue;
    if (fault.fits && !fault.fits(pairing)) continue;
    if (fault.lacks) console.log(`left out ${name}: there is no ${fault.lacks} here`);
    else await suffer(form, name, fault);
  }
}
await closeBrowsers();
await world.close();

/** Does one thing to one pairing, and takes down what comes of it. */
async function suffer(form, name, { meet = pair, act }) {
  const began = Date.now();
  let both = null;
  try {
    both = await meet?.(world, pairings[form]);
    const fault = { at: Date.now() };
    const figures = await act(world, both, fault);
    const wrong = both ? await settle(both) : [];
    const counts = both ? `${both.visitor.said.length} + ${both.helper.said.length}` : "nobody talks";
    const exact = wrong.length ? wrong.join("; ") : counts;
    const isFine = !wrong.length && figures.every(isMet);
    table.push({ form, name, figures, exact });
    console.log(`${isFine ? "ok    " : "FAILED"} ${form}, ${name}: ${figures.map(told).join(", ")}; messages ${exact}`);
    if (!isFine && both) console.log([...story(both, fault.at), busy()].join("\n"));
    isWell &&= isFine;
  } catch (error) {
    isWell = false;
    table.push({ form, name, figures: [], exact: error.message.split("\n")[0].slice(0, 120) });
    console.log(`FAILED ${form}, ${name}: ${error.stack}`);
    if (both) console.log([...story(both, began), busy()].join("\n"));
  }
  if (both) await part(both);
  restore();
}

console.log(`\n${row("who", "fault", "figure", "measured", "target", "messages of both, each once and in order")}`);
for (const { form, name, figures, exact } of table) {
  const [first = {}, ...more] = figures;
  console.log(row(form, name, first.what, time(first), goal(first), exact));
  for (const figure of more) console.log(row("", "", figure.what, time(figure), goal(figure), ""));
}
process.exit(isWell ? 0 : 1);

// Whoever misses a target on a busy machine may have missed nothing.
function busy() {
  return `the machine's load was ${loadavg()[0].toFixed(1)} on ${availableParallelism()} processors`;
}

function isMet({ took, target }) {
  return took !== null && took <= target;
}

function told(figure) {
  return `${figure.what} ${time(figure)} (${goal(figure)})${isMet(figure) ? "" : " MISSED"}`;
}

function time({ took }) {
  return took === undefined ? "" : took === null ? "never" : `${(took / 1000).toFixed(2)} s`;
}

function goal({ target }) {
  return target === undefined ? "" : `<= ${(target / 1000).toFixed(1)} s`;
}

function row(form, name, what = "", took = "", target = "", exact = "") {
  return `${form.padEnd(14)} ${name.padEnd(48)} ${what.padEnd(48)} ${took.padStart(8)}  ${target.padEnd(9)} ${exact}`.trimEnd();
}
