// Page loads while somebody waits: the place in the queue, what was written and what was being written go along, in the
// tab where Help was pressed and nowhere else. And a page that is loaded anew as a part of asking.

import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";

import { CUT, LEFT } from "./browser-words.mjs";
import { endAll, HelperHand, startBrowsers, VisitorHand } from "./people.mjs";
import { startServer } from "./server.mjs";
import { html, snippet, startSite } from "./site.mjs";

let server, site, theirs, ours;
before(async () => {
  server = await startServer();
  const tag = await snippet(server.origin);
  const other = `<a href="/other">Other</a>`;
  site = await startSite({
    "/": { html: html("A page", tag, `${other}<form method="post" action="/other"><button>Post</button></form>`) },
    "/other": { html: html("Another page", tag) },
    "/without": { html: html("A page without the tag", "") },
    "/refreshing": { html: html("A page that is loaded again", tag.replace("data-team=", "data-refresh data-team=")) },
  });
  [theirs, ours] = await startBrowsers();
});
afterEach(async () => {
  await Promise.all([theirs.leave(), ours.leave()]);
});
after(async () => {
  await endAll(theirs.close([LEFT, CUT]), ours.close(), site.stop(), server.stop());
});

async function visit(path = "/") {
  const page = await theirs.window();
  await page.goto(site.origin + path);
  return new VisitorHand(page);
}

async function waits(path = "/") {
  const visitor = await visit(path);
  await visitor.button("Help").click();
  await inQueue(visitor);
  return visitor;
}

/** Waits until the visitor is in the queue, whether or not somebody is there. */
const inQueue = ({ page }) =>
  page.locator("alongside-help:is([data-state=waiting], [data-state=unavailable])").waitFor({ state: "attached" });

const texts = ({ log }) => log.getByRole("article").locator("p").allTextContents();
const kept = ({ page }) => page.evaluate(() => Object.keys(sessionStorage));

test("reloads, a link, a form and the way back keep the place and every word", async () => {
  const helper = await HelperHand.at(await ours.window(), server.console);
  const first = await waits();
  await first.is("waiting");
  const second = await waits();
  await second.is("waiting");

  await first.say("one");
  await first.page.reload();
  await first.is("waiting");
  await first.say("two");
  await first.page.getByRole("link", { name: "Other" }).click();
  await first.page.waitForURL(/other/, { waitUntil: "commit" });
  await first.is("waiting");
  await first.say("three");
  assert.deepEqual(await texts(first), ["one", "two", "three"]);
  // The page that comes back from the back/forward cache has not heard of what was written since.
  await first.page.goBack({ waitUntil: "commit" });
  await first.reads("three");
  await first.is("waiting");
  assert.deepEqual(await texts(first), ["one", "two", "three"]);
  await first.box.fill("half a");
  await first.page.getByRole("button", { name: "Post" }).click();
  await first.page.waitForURL(/other/, { waitUntil: "commit" });
  await first.is("waiting");
  assert.equal(await first.box.inputValue(), "half a");
  assert.deepEqual(await kept(first), [], "nothing lies about while the page is there");

  // The first is still before the second, and there is one of each.
  const accept = helper.waiting.getByRole("button", { name: "Accept" });
  await accept.nth(1).waitFor();
  assert.equal(await accept.count(), 2);
  await helper.accept();
  await first.is("connected");
  await second.is("waiting");
  await helper.reads("three");
  assert.match(await helper.log.innerText(), /one[^]*two[^]*three/);
  for (const text of ["one", "two", "three"]) assert.equal(await helper.log.getByText(text, { exact: true }).count(), 1);
});

test("who is quicker than the chat can be loaded loses nothing", async () => {
  const visitor = await waits();
  await visitor.say("still here");
  await visitor.page.addInitScript(() => {
    window.Alongside = [["on", "message", () => (window.told = true)]];
  });
  const chat = /chat[^/]*\.js/;
  await visitor.page.route(chat, () => {});
  for (let load = 0; load < 3; load++) {
    const wanted = visitor.page.waitForRequest(chat);
    await visitor.page.reload({ waitUntil: "commit" });
    await wanted;
  }
  await visitor.page.unroute(chat);
  await visitor.page.reload();
  await visitor.reads("still here");
  await inQueue(visitor);
  // The site heard of it when it was written.
  assert.equal(await visitor.page.evaluate(() => window.told), undefined);
  await visitor.say("and here");
  assert.equal(await visitor.page.evaluate(() => window.told), true);
});

test("a folded panel stays folded, and the page keeps the focus", async () => {
  const visitor = await waits();
  await visitor.button("Close").click();
  await visitor.page.reload();
  await inQueue(visitor);
  assert.equal(await visitor.panel.isVisible(), false);
  assert.equal(await visitor.page.evaluate(() => document.activeElement === document.body), true);
});

test("who has taken the ask back, or sees a copy of the tab, is not asked for", async () => {
  const visitor = await waits();
  const copied = visitor.page.waitForEvent("popup");
  // A window of one's own begins with a copy of what the tab keeps, as a duplicated tab does.
  await visitor.page.evaluate(() => void window.open("/other"));
  const copy = new VisitorHand(await copied);
  await copy.is("idle");
  assert.deepEqual(await kept(copy), []);
  await visitor.button("Cancel").click();
  await visitor.page.reload();
  await visitor.is("idle");
});

test("an ask that went on elsewhere is not taken up by the page that comes back", async () => {
  const visitor = await waits();
  await visitor.page.getByRole("link", { name: "Other" }).click();
  await visitor.page.waitForURL(/other/, { waitUntil: "commit" });
  await visitor.button("Cancel").click();
  await visitor.page.goBack({ waitUntil: "commit" });
  await visitor.is("idle");
  assert.equal(await visitor.panel.isVisible(), false);
  await visitor.button("Help").click();
  await visitor.panel.waitFor();
});

test("what some script has put there is no reason to ask, and none to fail", async () => {
  for (const planted of ["{", "{}", JSON.stringify({ at: 1, place: "AAECAwQFBgcICQoLDA0ODw" }), `{"at":${Date.now()},"place":7}`]) {
    const visitor = await visit("/without");
    await visitor.page.evaluate(
      ([team, planted]) => sessionStorage.setItem(`alongside ${team}`, planted),
      [await teamOf(), planted],
    );
    await visitor.page.goto(`${site.origin}/`);
    await visitor.is("idle");
    assert.deepEqual(await kept(visitor), []);
    await visitor.button("Help").click();
    await visitor.panel.waitFor();
  }
});

test("where the site wants it, the page is loaded again before anybody is asked", async () => {
  const helper = await HelperHand.at(await ours.window(), server.console);
  const visitor = await visit("/refreshing");
  await visitor.page.evaluate(() => (window.before = true));
  const loads = site.asked.filter((path) => path === "/refreshing").length;
  await visitor.button("Help").click();
  await visitor.is("waiting");
  assert.equal(await visitor.page.evaluate(() => window.before), undefined);
  assert.equal(site.asked.filter((path) => path === "/refreshing").length, loads + 1);
  await helper.accept();
  await visitor.is("connected");
  await helper.sees("A page that is loaded again", `${site.origin}/refreshing`);
});

async function teamOf() {
  const tag = await snippet(server.origin);
  return /data-team="([^"]+)"/.exec(tag)[1];
}
