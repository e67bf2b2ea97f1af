// What axe finds in a page as it stands: nothing. It sees into open shadow roots.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** Fails when axe finds anything but by the rules that are `off`; `state` says where. */
export async function clean(page, state, off = []) {
  // Not by a script tag: the page's own policy would refuse it, as it should.
  await page.evaluate(axe);
  await page.evaluate(() => document.getAnimations({ subtree: true }).forEach((animation) => animation.finish()));
  const rules = Object.fromEntries(off.map((rule) => [rule, { enabled: false }]));
  const { violations } = await page.evaluate((rules) => window.axe.run(document, { resultTypes: ["violations"], rules }), rules);
  const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target.join(" ")).join(", ")}`);
  assert.deepEqual(found, [], state);
}
