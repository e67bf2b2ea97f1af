// The hands of src/chromium.rs: a visitor at the demo's widget, then a helper at the console.
//
// Line by line on standard input: the invite; "widget", and after each round "next"; "console". On standard output:
// how long each round at the console took, from the press on Accept to a session that is connected, in milliseconds.

import { createInterface } from "node:readline";

import { HelperHand, startBrowser, VisitorHand } from "../browser/people.mjs";

const [origin, rounds] = process.argv.slice(2);
const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const { value: invite } = await lines.next();
const browser = await startBrowser();

await lines.next();
for (let round = 0; round < Number(rounds); round += 1) {
  const page = await browser.window();
  await page.goto(`${origin}/demo/`);
  await new VisitorHand(page).button("Help").click();
  await lines.next();
  await browser.leave();
}

await lines.next();
const page = await browser.window();
await HelperHand.at(page, invite);
for (let round = 0; round < Number(rounds); round += 1) {
  await page.getByRole("list", { name: "Waiting" }).getByRole("button", { name: "Accept" }).first().waitFor();
  const took = await page.evaluate(async () => {
    const accept = [...document.querySelectorAll("button")].find((button) => button.textContent.trim() === "Accept");
    const connected = () => document.querySelectorAll('[data-state="connected"]').length;
    const before = connected();
    const began = performance.now();
    accept.click();
    await new Promise((resolve) => {
      const look = () => {
        if (connected() > before) resolve();
      };
      new MutationObserver(look).observe(document, { subtree: true, childList: true, attributes: true });
      look();
    });
    return performance.now() - began;
  });
  process.stdout.write(`${took}\n`);
  // The visitor leaves; the session is over before the next begins.
  await page.waitForFunction(() => document.querySelectorAll('[data-state="connected"]').length === 0);
}
await browser.close();
process.exit(0);
