// What a screen reader meets: the tree of roles and names of a part of a page, as it was when somebody last read it.
//
// UPDATE=1 writes the trees anew, for somebody to read.

import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";

/** Compares the tree of a part of a page with the one that is kept, but for what is another each time. */
export async function sameTree(locator, name) {
  const tree = `${await locator.ariaSnapshot()}\n`
    .replace(/\b\d{1,2}:\d\d(\s?[AP]M)?/g, "TIME")
    .replace(/localhost:\d+/g, "localhost:PORT")
    .replace(/(Chrome|Firefox|HeadlessChrome) [\d.]+/g, "BROWSER")
    .replace(/definition: (Linux|macOS|Windows)\b/, "definition: SYSTEM");
  const file = new URL(`trees/${name}.txt`, import.meta.url);
  if (process.env.UPDATE) await writeFile(file, tree);
  assert.equal(tree, await readFile(file, "utf8"), name);
}
