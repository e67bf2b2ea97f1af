// The lab: what a session survives between real processes behind real routers. `node lab.mjs [ROW…]`, as root of its own
// network and mount namespaces (`tests/run lab` sees to that). Prints each fault with its figures beside the targets.

import { faults } from "./faults.mjs";
import { story, settle } from "./measure.mjs";
import { restore, whyNot } from "./network.mjs";
import { processes } from "./processes.mjs";
import { pair, part } from "./sides.mjs";
import { openWorld } from "./world.mjs";

const reason = whyNot();
if (reason !== null) {
  console.log(`no network can be made on this machine: ${reason}`);
  process.exit(77);
}

const chosen = process.argv.slice(2);
const world = await openWorld();
const table = [];
let isWell = true;

for (const [name, { meet = pair, act, lacks = null }] of Object.entries({ ...faults, ...processes })) {
  if (chosen.length && !chosen.some((word) => name.includes(word))) continue;
  if (lacks !== null) {
    console.log(`left out ${name}: there is no ${lacks} here`);
    continue;
  }
  const began = Date.now();
  let both = null;
  try {
    both = await meet?.(world);
    const fault = { at: Date.now() };
    const figures = await act(world, both, fault);
    const wrong = both ? await settle(both) : [];
    const counts = both ? `${both.visitor.said.length} + ${both.helper.said.length}` : "nobody talks";
    const exact = wrong.length ? wrong.join("; ") : counts;
    const isFine = !wrong.length && figures.every(isMet);
    table.push({ name, figures, exact });
    console.log(`${isFine ? "ok    " : "FAILED"} ${name}: ${figures.map(told).join(", ")}; messages ${exact}`);
    if (!isFine && both) console.log(story(both, fault.at).join("\n"));
    isWell &&= isFine;
  } catch (error) {
    isWell = false;
    table.push({ name, figures: [], exact: error.message.split("\n")[0].slice(0, 120) });
    console.log(`FAILED ${name}: ${error.stack}`);
    if (both) console.log(story(both, began).join("\n"));
  }
  if (both) await part(both);
  restore();
}
await world.close();

console.log(`\n${row("fault", "figure", "measured", "target", "messages of both, each once and in order")}`);
for (const { name, figures, exact } of table) {
  const [first = {}, ...more] = figures;
  console.log(row(name, first.what, time(first), goal(first), exact));
  for (const figure of more) console.log(row("", figure.what, time(figure), goal(figure), ""));
}
process.exit(isWell ? 0 : 1);

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

function row(name, what = "", took = "", target = "", exact = "") {
  return `${name.padEnd(48)} ${what.padEnd(48)} ${took.padStart(8)}  ${target.padEnd(9)} ${exact}`.trimEnd();
}
