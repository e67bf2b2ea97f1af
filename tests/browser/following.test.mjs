// The helper's own window on the visitor's page: opened by a press, taken along by Follow, and never a way to steer the
// console.

import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";

import { LEFT } from "./browser-words.mjs";
import { endAll, HelperHand, startBrowsers, VisitorHand } from "./people.mjs";
import { startServer } from "./server.mjs";
import { html, snippet, startSite } from "./site.mjs";

// The server is at `localhost`, and so is the site, at another port; under its other name it is another site's to a browser.
let server, site, elsewhere, theirs, ours;
before(async () => {
  server = await startServer();
  // The copy speaks to the console at the very address that the tag names.
  const tag = await snippet(new URL(server.console).origin);
  const steer = ["opener.location", "opener.top.location", "opener.parent.location"]
    .map((target) => `try { ${target} = "about:blank#stolen" } catch {}`)
    .join(";");
  site = await startSite({
    "/": { html: html("A page", tag, `<a href="/other">Other</a>`) },
    "/other": { html: html("Another page", tag) },
    "/app": { html: html("An app", tag, `<button onclick="history.pushState({}, '', '/app/part')">Part</button>`) },
    "/app/part": { html: html("An app", tag) },
    "/without": { html: html("A page without the tag", "") },
    "/hostile": { html: html("A hostile page", tag, `<script>if (opener) { ${steer} }</script>`) },
    "/apart": { html: html("A page apart", tag), headers: { "cross-origin-opener-policy": "same-origin" } },
  });
  elsewhere = site.origin.replace("localhost", "127.0.0.1");
  [theirs, ours] = await startBrowsers();
});
afterEach(async () => {
  await Promise.all([theirs.leave(), ours.leave()]);
});
after(async () => {
  const left = [LEFT, /Cross-Origin-Opener-Policy/, /Unsafe attempt to initiate navigation/];
  await endAll(theirs.close(left), ours.close(left), site.stop(), server.stop());
});

// In Firefox a window on the console's own site must not know who has opened it, and so cannot say where it is.
const MARK = { chromium: "yes", firefox: "unknown" };

/** A session on a page, and the helper's window on it. */
async function watching(path = "/", origin = elsewhere) {
  const helper = await HelperHand.at(await ours.window(), server.console);
  const page = await theirs.window();
  await page.goto(origin + path);
  const visitor = new VisitorHand(page);
  await visitor.button("Help").click();
  await visitor.is("waiting");
  await helper.accept();
  await visitor.is("connected");
  await visitor.hasWayBack();
  const [copy] = await Promise.all([helper.page.waitForEvent("popup"), helper.button("Open page").click()]);
  await copy.waitForURL(origin + path);
  const follow = helper.region.getByRole("checkbox", { name: "Follow" });
  const same = (mark) => helper.region.getByRole("status").getByText(`Same page: ${mark}`, { exact: true }).waitFor();
  return { helper, visitor, copy, follow, same };
}

test("the window goes along: a link, a page within the page, the way back", async () => {
  const { helper, visitor, copy, follow, same } = await watching();
  assert.equal(await follow.isChecked(), true);
  await same("yes");
  assert.equal(await copy.locator("alongside-help").count(), 0, "nobody asks for help in the copy");
  await visitor.page.getByRole("link", { name: "Other" }).click();
  await copy.waitForURL(`${elsewhere}/other`);
  await same("yes");
  await visitor.page.goBack({ waitUntil: "commit" });
  await copy.waitForURL(`${elsewhere}/`);
  await visitor.page.goto(`${elsewhere}/app`);
  await copy.waitForURL(`${elsewhere}/app`);
  await visitor.page.getByRole("button", { name: "Part" }).click();
  await copy.waitForURL(`${elsewhere}/app/part`);
  await same("yes");
  // The helper looks elsewhere, and comes along again with the next page.
  await copy.goto(`${elsewhere}/other`);
  await same("no");
  await visitor.page.goto(`${elsewhere}/`);
  await copy.waitForURL(`${elsewhere}/`);
  await same("yes");
  await visitor.page.goto(`${elsewhere}/without`);
  await helper.is("reconnecting");
});

test("without Follow the window stays, and with it comes along at once", async () => {
  const { helper, visitor, copy, follow, same } = await watching();
  await follow.uncheck();
  await visitor.page.goto(`${elsewhere}/other`);
  await helper.sees("Another page", `${elsewhere}/other`);
  await same("no");
  assert.equal(copy.url(), `${elsewhere}/`);
  await follow.check();
  await copy.waitForURL(`${elsewhere}/other`);
  await same("yes");
});

test("Follow alone opens the window, by the keyboard too; who closes it does not follow", async () => {
  const { helper, copy, follow } = await watching();
  await copy.close();
  await helper.page.getByText(/^Your window is closed/).waitFor();
  assert.equal(await follow.isChecked(), false);
  await follow.focus();
  const [again] = await Promise.all([helper.page.waitForEvent("popup"), helper.page.keyboard.press("Space")]);
  await again.waitForURL(`${elsewhere}/`);
  assert.equal(await follow.isChecked(), true);
});

for (const [name, origin] of [
  ["another site", () => elsewhere],
  ["the console's own site", () => site.origin],
]) {
  test(`what a visited page of ${name} does with its opener leaves the console where it is`, async () => {
    const { helper, visitor, copy } = await watching("/hostile", origin());
    await copy.waitForLoadState("load");
    await copy.waitForTimeout(500);
    assert.match(helper.page.url(), /\/console\//);
    await visitor.say("Are you still there?");
    await helper.reads("Are you still there?");
  });
}

test("on the console's own site the window goes along as well, and is not said to be elsewhere", async () => {
  const { helper, visitor, copy, follow, same } = await watching("/", site.origin);
  await same(MARK[ours.kind]);
  assert.equal(await copy.locator("alongside-help").count(), 0, "nobody asks for help in the copy");
  await visitor.page.getByRole("link", { name: "Other" }).click();
  await copy.waitForURL(`${site.origin}/other`);
  await same(MARK[ours.kind]);
  await follow.uncheck();
  await visitor.page.goto(`${site.origin}/app`);
  await helper.sees("An app", `${site.origin}/app`);
  // The same window, whatever it knows of the console.
  await helper.button("Open page").click();
  await copy.waitForURL(`${site.origin}/app`);
  assert.equal(helper.page.context().pages().length, 2);
  assert.equal(await follow.isChecked(), true);
  await copy.close();
  await helper.page.getByText(/^Your window is closed/).waitFor();
});

test("a page that keeps itself apart is said to, and opens by a press", async () => {
  const { helper, visitor, follow } = await watching();
  await visitor.page.goto(`${elsewhere}/apart`);
  await helper.page.getByText(/keeps it apart/).waitFor();
  assert.equal(await follow.isChecked(), false);
  const [copy] = await Promise.all([helper.page.context().waitForEvent("page"), helper.button("Open page").click()]);
  await copy.waitForURL(`${elsewhere}/apart`);
});

test("the copy tells nobody but the console, and the console believes nobody but the copy", async () => {
  const { helper, copy, same } = await watching();
  await same("yes");
  // A message of another origin, or of no window of ours.
  await helper.page.evaluate((url) => frames[0].postMessage({ alongside: url }, "*"), `${elsewhere}/other`);
  await copy.evaluate(() => opener.postMessage({ alongside: 7 }, "*"));
  await helper.page.waitForTimeout(300);
  await same("yes");
});

test("what has the focus beside the page keeps it when the page's title changes", async () => {
  const { helper, visitor } = await watching("/app");
  const heading = (title) => helper.region.getByRole("heading", { name: title, exact: true }).waitFor();
  for (const [at, beside] of [helper.region.getByRole("link"), helper.button("Open page")].entries()) {
    await beside.focus();
    await visitor.page.evaluate((title) => (document.title = title), `Title ${at}`);
    await heading(`Title ${at}`);
    assert.equal(await beside.evaluate((element) => element === document.activeElement), true);
  }
});
