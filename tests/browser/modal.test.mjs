// Help above what a page puts on top: a modal dialog makes all else inert, so help goes into it.

import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";

import { endAll, HelperHand, startBrowsers, VisitorHand } from "./people.mjs";
import { startServer } from "./server.mjs";
import { html, snippet, startSite } from "./site.mjs";

const BODY = `
  <button id="one">First</button>
  <dialog id="outer"><p>Outer</p><button id="two">Second</button><button id="away">Draw anew</button></dialog>
  <dialog id="inner"><p>Inner</p><form method="dialog"><button>Fine</button></form></dialog>
  <div style="position:fixed;inset:0;z-index:2147483647;pointer-events:none;background:#0002"></div>
  <script>
    const [outer, inner] = document.querySelectorAll("dialog");
    one.onclick = () => outer.showModal();
    two.onclick = () => inner.showModal();
    away.onclick = () => outer.replaceChildren("Drawn anew");
  </script>`;

let server, theirs, ours, site;
before(async () => {
  server = await startServer();
  [theirs, ours] = await startBrowsers();
  site = await startSite({ "/": { html: html("Modal", await snippet(server.origin), BODY) } });
});
afterEach(async () => {
  await Promise.all([theirs.leave(), ours.leave()]);
});
after(async () => {
  await endAll(theirs.close(), ours.close(), site.stop(), server.stop());
});

async function visit() {
  const page = await theirs.window();
  await page.goto(`${site.origin}/`);
  const visitor = new VisitorHand(page);
  await visitor.button("Help").waitFor();
  return { page, visitor, inside: () => page.locator("alongside-help").evaluate((host) => host.parentNode.id || host.parentNode.localName) };
}

test("help is asked for and given inside modal dialogs, one in another, and outside again", async () => {
  const { page, visitor, inside } = await visit();
  const helper = await HelperHand.at(await ours.window(), server.console);
  await visitor.button("First").click();
  await visitor.button("Help").click();
  await helper.accept();
  await visitor.is("connected");
  assert.equal(await inside(), "outer");
  await visitor.say("I cannot get past this window");
  await helper.reads("I cannot get past this window");
  await visitor.button("Close").click();
  await visitor.button("Second").click();
  await visitor.button("Help").click();
  assert.equal(await inside(), "inner");
  await helper.say("Press Fine");
  await visitor.reads("Press Fine");

  // Escape folds the panel, and leaves the page's own dialog as it is; a second one is the dialog's.
  await visitor.box.focus();
  await page.keyboard.press("Escape");
  await visitor.panel.waitFor({ state: "hidden" });
  assert.equal(await page.locator("#inner").evaluate((dialog) => dialog.open), true);
  await visitor.button("Fine").click();
  await visitor.button("Help").click();
  assert.equal(await inside(), "outer");
  await visitor.say("It is gone");
  await helper.reads("It is gone");

  // What a page draws anew in its dialog may throw help out with the rest.
  await visitor.button("Close").click();
  await visitor.button("Draw anew").click();
  await visitor.button("Help").click();
  assert.equal(await inside(), "outer");
  await visitor.button("Close").click();
  await page.locator("#outer").evaluate((dialog) => dialog.close());
  await visitor.button("Help").click();
  assert.equal(await inside(), "html");
  await visitor.log.getByText("It is gone").waitFor();
  await visitor.is("connected");
});

test("a dialog that is taken out of the page leaves help in it", async () => {
  const { page, visitor, inside } = await visit();
  await visitor.button("First").click();
  await visitor.button("Help").click();
  await visitor.is("unavailable");
  await page.locator("#outer").evaluate((dialog) => dialog.remove());
  await visitor.panel.waitFor();
  assert.equal(await inside(), "html");
  await visitor.button("Cancel").click();
});

test("a dialog that was open before the script came has help in it", async () => {
  const page = await theirs.window();
  let go;
  const held = new Promise((resolve) => (go = resolve));
  await page.route("**/alongside.*", async (route) => (await held, route.continue()));
  await page.goto(`${site.origin}/`, { waitUntil: "domcontentloaded" });
  await page.locator("#outer").evaluate((dialog) => dialog.showModal());
  go();
  const visitor = new VisitorHand(page);
  await visitor.button("Help").click();
  await visitor.is("unavailable");
  await visitor.button("Cancel").click();
});
