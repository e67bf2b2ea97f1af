// A page with the tag in it can be left and come back to as fast as without: it stays fit for the back/forward cache,
// before Help is pressed and while somebody waits.

import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";

import { endAll, HelperHand, startBrowsers, VisitorHand } from "./people.mjs";
import { startServer } from "./server.mjs";
import { html, snippet, startSite } from "./site.mjs";

// Firefox keeps no page with a socket or a peer connection alive, and decides before the page can close it: such a page is
// loaded anew, and must go on as if it had come back.
const isKept = () => theirs.kind !== "firefox";

let server, site, theirs, ours;
before(async () => {
  server = await startServer();
  const tag = await snippet(server.origin);
  // A browser keeps no page that it cannot leave in peace: a listener for `unload` is one way to hinder it.
  site = await startSite({
    "/": { html: html("A page", tag) },
    "/other": { html: html("Another page", "") },
    "/hindered": { html: html("A hindered page", `${tag}<script>addEventListener("unload", () => {})</script>`) },
  });
  [theirs, ours] = await startBrowsers();
});
afterEach(async () => {
  await Promise.all([theirs.leave(), ours.leave()]);
});
after(async () => {
  await endAll(theirs.close(), ours.close(), site.stop(), server.stop());
});

/** Runs in a page before its own scripts: remembers who wants to hear that the page is left, and how it came back. */
function watchLeaving() {
  const { addEventListener } = EventTarget.prototype;
  window.leaving = [];
  EventTarget.prototype.addEventListener = function (type, ...more) {
    if (type === "unload" || type === "beforeunload") window.leaving.push(type);
    return addEventListener.call(this, type, ...more);
  };
  addEventListener.call(window, "pageshow", ({ persisted }) => (window.cameBack = persisted));
}

async function visit(path) {
  const page = await theirs.window();
  await page.addInitScript(watchLeaving);
  await page.goto(site.origin + path);
  return new VisitorHand(page);
}

/** Leaves the page for another one, and comes back; whether it is the same as before. */
async function leaveAndComeBack({ page }) {
  await page.evaluate(() => (window.cameBack = "not yet"));
  await page.goto(`${site.origin}/other`);
  await page.evaluate(() => void setTimeout(() => history.back()));
  // The page is asked, and not Playwright: it does not hear of a page that comes back alive in Firefox.
  await page.waitForFunction(() => location.pathname !== "/other" && window.cameBack !== "not yet" && window.cameBack !== undefined);
  return page.evaluate(() => window.cameBack);
}

/** Presses where Help stands; Playwright takes a page that came back alive in Firefox for one that is still on its way. */
async function pressHelp({ page }) {
  const [x, y] = await page.evaluate(() => {
    const buttons = document.querySelector("alongside-help").shadowRoot.querySelectorAll("button");
    const launcher = [...buttons].find((button) => button.checkVisibility());
    const { left, top, width, height } = launcher.getBoundingClientRect();
    return [left + width / 2, top + height / 2];
  });
  await page.mouse.click(x, y);
}

const listeners = ({ page }) => page.evaluate(() => [...window.leaving, window.onunload, window.onbeforeunload].filter(Boolean));

test("a page that hinders it does not come back alive: so the tests below can fail", async () => {
  const visitor = await visit("/hindered");
  await visitor.button("Help").waitFor();
  assert.deepEqual(await listeners(visitor), ["unload"]);
  assert.equal(await leaveAndComeBack(visitor), false);
});

test("before Help", async () => {
  const visitor = await visit("/");
  await visitor.button("Help").waitFor();
  assert.equal(await leaveAndComeBack(visitor), true);
  assert.deepEqual(await listeners(visitor), []);
  await pressHelp(visitor);
  await visitor.page.waitForFunction(() => document.querySelector("alongside-help").dataset.state === "unavailable");
});

test("while waiting: the visitor leaves the list, is on it again when they are back, and is helped", async () => {
  const helper = await HelperHand.at(await ours.window(), server.console);
  const accept = helper.waiting.getByRole("button", { name: "Accept" });
  const visitor = await visit("/");
  await visitor.button("Help").click();
  await visitor.is("waiting");
  await visitor.say("Written before I left");
  await accept.waitFor();
  assert.equal(await leaveAndComeBack(visitor), isKept());
  await visitor.is("waiting");
  await accept.waitFor();
  assert.equal(await accept.count(), 1);
  await accept.click();
  await visitor.is("connected");
  await helper.reads("Written before I left");
  assert.deepEqual(await listeners(visitor), []);
  assert.deepEqual(await helper.page.evaluate(() => [window.onunload, window.onbeforeunload].filter(Boolean)), []);
});

test("while being helped: left in the middle, and connected again when the visitor is back", async () => {
  const helper = await HelperHand.at(await ours.window(), server.console);
  const visitor = await visit("/");
  await visitor.button("Help").click();
  await visitor.is("waiting");
  await helper.accept();
  await visitor.is("connected");
  await visitor.hasWayBack();
  await visitor.say("Back in a moment.");
  await helper.reads("Back in a moment.");
  assert.equal(await leaveAndComeBack(visitor), isKept(), "the page is the same as before");
  assert.deepEqual(await listeners(visitor), []);
  await visitor.is("connected");
  await visitor.reads("Back in a moment.");
  await helper.say("Welcome back!");
  await visitor.reads("Welcome back!");
  await visitor.say("Here I am.");
  await helper.reads("Here I am.");
});
