// What a person's browser saves when a page hands it a file.

import assert from "node:assert/strict";
import { readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

// How long a file may take. Units: milliseconds; as long as everything else that is waited for.
const PATIENCE = 15_000;

/** Presses for a file; gives the name that the browser was told, and the text. */
export async function savedFile(browser, page, press) {
  if (browser.downloads) return fileIn(browser.downloads, press);
  const [file] = await Promise.all([page.waitForEvent("download"), press()]);
  return { name: file.suggestedFilename(), text: await readFile(await file.path(), "utf8") };
}

/** Of a file that a page has made itself Firefox tells its driver without a number, and Playwright nobody: it is looked for. */
async function fileIn(folder, press) {
  await press();
  for (const until = Date.now() + PATIENCE; Date.now() < until; await pause(50)) {
    const [name, ...more] = await readdir(folder);
    // While it is written, a second one with another ending stands beside it.
    const text = name === undefined || more.length > 0 || name.endsWith(".part") ? "" : await readFile(join(folder, name), "utf8");
    if (text === "") continue;
    await rm(join(folder, name));
    return { name, text };
  }
  return assert.fail(`nothing was saved in ${PATIENCE} ms`);
}
