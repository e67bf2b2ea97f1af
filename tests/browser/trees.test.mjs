// What a screen reader meets in the main states: the tree of roles and names, as it was when somebody last read it.
//
// UPDATE=1 writes the trees anew, for somebody to read.

import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { after, before, test } from "node:test";

import { endAll, HelperHand, startBrowsers, VisitorHand } from "./people.mjs";
import { startServer } from "./server.mjs";
import { html, snippet, startSite } from "./site.mjs";

let server, theirs, ours, site;
before(async () => {
  server = await startServer();
  [theirs, ours] = await startBrowsers();
  site = await startSite({ "/": { html: html("Page", await snippet(server.origin)) } });
});
after(async () => {
  await endAll(theirs.close(), ours.close(), site.stop(), server.stop());
});

/** Compares a part of a page with what is kept, but for what is another each time. */
async function same(locator, name) {
  const tree = `${await locator.ariaSnapshot()}\n`
    .replace(/\b\d{1,2}:\d\d(\s?[AP]M)?/g, "TIME")
    .replace(/localhost:\d+/g, "localhost:PORT")
    .replace(/(Chrome|Firefox|HeadlessChrome) [\d.]+/g, "BROWSER")
    .replace(/definition: (Linux|macOS|Windows)\b/, "definition: SYSTEM");
  const file = new URL(`trees/${name}.txt`, import.meta.url);
  if (process.env.UPDATE) await writeFile(file, tree);
  assert.equal(tree, await readFile(file, "utf8"), name);
}

test("the widget", async () => {
  const page = await theirs.window({ locale: "en-GB", timezoneId: "Europe/Berlin", viewport: { width: 1280, height: 800 } });
  await page.goto(`${site.origin}/`);
  const visitor = new VisitorHand(page);
  await visitor.button("Help").waitFor();
  await same(page.locator("alongside-help"), "launcher");
  await visitor.button("Help").click();
  await visitor.is("unavailable");
  await same(page.locator("alongside-help"), "unavailable");
  await visitor.say("Hello?");
  const helper = await HelperHand.at(await ours.window(), server.console);
  await visitor.is("waiting");
  await same(page.locator("alongside-help"), "waiting");
  await helper.accept();
  await visitor.is("connected");
  await helper.reads("Hello?");
  await helper.say("Hello. See https://example.org/lamp");
  await visitor.panel.getByRole("link").waitFor();
  await visitor.log.getByText("Read").waitFor();
  await same(page.locator("alongside-help"), "connected");
  await visitor.button("What is shared").click();
  await visitor.panel.getByText(`${site.origin}/`).waitFor();
  await same(page.locator("alongside-help"), "shared");
  await visitor.button("What is shared").click();
  await helper.button("Go to…").click();
  await helper.page.getByRole("textbox", { name: "Address" }).fill(`${site.origin}/lamp`);
  await helper.page.keyboard.press("Enter");
  await page.getByRole("alertdialog").getByRole("button", { name: "Allow" }).waitFor();
  await same(page.locator("alongside-help"), "proposal");
  await visitor.button("Not now").click();
  await visitor.button("Record").click();
  await visitor.panel.getByText("You did not want that.").waitFor();
  await same(page.locator("alongside-help"), "record");
  await visitor.button("Record").click();
  await helper.button("End session").click();
  await visitor.is("ended");
  await same(page.locator("alongside-help"), "ended");
});
