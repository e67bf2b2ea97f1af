// One session, one tab: a copy of the tab is told where the session lives, another tab of the site knows nothing of it,
// and a tab that was closed by mistake goes on when it is opened again.

import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";

import { LEFT } from "./browser-words.mjs";
import { copyTab, endAll, HelperHand, startBrowsers, VisitorHand } from "./people.mjs";
import { startServer } from "./server.mjs";
import { html, snippet, startSite } from "./site.mjs";

let server, site, theirs, ours;
before(async () => {
  server = await startServer();
  const tag = await snippet(server.origin);
  site = await startSite({ "/": { html: html("A page", tag) }, "/other": { html: html("Another page", tag) } });
  [theirs, ours] = await startBrowsers();
});
afterEach(async () => {
  await Promise.all([theirs.leave(), ours.leave()]);
});
after(async () => {
  const left = [LEFT];
  await endAll(theirs.close(left), ours.close(left), site.stop(), server.stop());
});

/** A visitor and a helper in a session, with a way back. */
async function pair() {
  const helper = await HelperHand.at(await ours.window(), server.console);
  const page = await theirs.window();
  await page.goto(`${site.origin}/`);
  const visitor = new VisitorHand(page);
  await visitor.button("Help").click();
  await visitor.is("waiting");
  await helper.accept();
  await visitor.is("connected");
  await visitor.hasWayBack();
  return { helper, visitor };
}

/** What a browser copies with a tab, and brings back with one that was closed. */
const kept = ({ page }) => page.evaluate(() => Object.entries({ ...sessionStorage }));

/** Another tab of the same browser, with this in its storage. */
async function tabWith(context, entries) {
  const page = await context.newPage();
  await page.addInitScript(copyTab, entries);
  await page.goto(`${site.origin}/`);
  return new VisitorHand(page);
}

test("a copy of the tab says where the session lives, and takes nothing from it", async () => {
  const { helper, visitor } = await pair();
  const copy = await tabWith(visitor.page.context(), await kept(visitor));
  await copy.status.getByText("Your conversation is open in another tab").waitFor();
  await copy.is("idle");
  await visitor.say("I am still here.");
  await helper.reads("I am still here.");
  // The copy goes through the site as well.
  await copy.page.goto(`${site.origin}/other`);
  await copy.status.getByText("Your conversation is open in another tab").waitFor();
  await visitor.page.reload();
  await visitor.is("connected");
  await helper.say("And so am I.");
  await visitor.reads("And so am I.");
  assert.equal(await helper.sessions.getByRole("button").count(), 1);
});

test("the copy may ask for itself", async () => {
  const { helper, visitor } = await pair();
  const copy = await tabWith(visitor.page.context(), await kept(visitor));
  await copy.button("Ask for help").click();
  await copy.is("waiting");
  await helper.accept();
  await copy.is("connected");
  await visitor.say("I am the first.");
  await helper.sessions.getByRole("button").first().click();
  await helper.reads("I am the first.");
});

test("a session that another browser takes up is told of as being elsewhere, and not as ended", async () => {
  const { helper, visitor } = await pair();
  const page = await theirs.window();
  const other = await tabWith(page.context(), await kept(visitor));
  // Neither browser knows of the other's tabs: who has found back last has it.
  const left = await Promise.race(
    [visitor, other].map(async (hand) => {
      await hand.status.getByText("Your conversation is open in another tab").waitFor();
      return hand;
    }),
  );
  const stays = left === visitor ? other : visitor;
  await stays.is("connected");
  await left.is("ended");
  await stays.say("Here I am.");
  await helper.reads("Here I am.");
});

test("another tab of the site begins with nothing", async () => {
  const { visitor } = await pair();
  const page = await visitor.page.context().newPage();
  await page.goto(`${site.origin}/`);
  const other = new VisitorHand(page);
  await other.button("Help").waitFor();
  assert.deepEqual(await kept(other), []);
  await visitor.is("connected");
});

test("a tab that was closed by mistake goes on when it is opened again", async () => {
  const { helper, visitor } = await pair();
  await visitor.say("Oh no.");
  await helper.reads("Oh no.");
  const entries = await kept(visitor);
  const context = visitor.page.context();
  await visitor.page.close();
  await helper.is("reconnecting");
  await helper.say("Are you there?");
  const again = await tabWith(context, entries);
  await again.is("connected");
  await again.reads("Oh no.");
  await again.reads("Are you there?");
  await again.say("Yes.");
  await helper.reads("Yes.");
});

test("a page that is written anew keeps the session", async () => {
  const { helper, visitor } = await pair();
  const tag = await snippet(server.origin);
  await visitor.page.evaluate((page) => {
    document.open();
    document.write(page);
    document.close();
  }, html("A page written anew", tag));
  await helper.sees("A page written anew", `${site.origin}/`);
  await visitor.is("connected");
  await visitor.say("Still me.");
  await helper.reads("Still me.");
});
