// What axe finds in a page as it stands: nothing. It sees into open shadow roots.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** Fails when axe finds anything; `state` says where. */
export async function clean(page, state) {
  // Not by a script tag: the page's own policy would refuse it, as it should.
  await page.evaluate(axe);
  await page.evaluate(() => document.getAnimations({ subtree: true }).forEach((animation) => animation.finish()));
  const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
  const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target.join(" ")).join(", ")}`);
  assert.deepEqual(found, [], state);
}
