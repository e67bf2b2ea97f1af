// A session that survives: page loads of the visitor, the console loaded again, the server gone and back. Both keep
// writing meanwhile, and nothing is lost, doubled or out of order.

import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";

import { endAll, HelperHand, startBrowser, VisitorHand } from "./people.mjs";
import { startServer } from "./server.mjs";
import { html, snippet, startSite } from "./site.mjs";

let server, site, theirs, ours;
before(async () => {
  server = await startServer();
  const tag = await snippet(server.origin);
  const other = `<a href="/other">Other</a>`;
  site = await startSite({
    "/": { html: html("A page", tag, `${other}<form method="post" action="/other"><button>Post</button></form>`) },
    "/other": { html: html("Another page", tag, `<a href="/">Back</a>`) },
    "/third": { html: html("A third page", tag) },
  });
  [theirs, ours] = await Promise.all([startBrowser(), startBrowser()]);
});
afterEach(async () => {
  await Promise.all([theirs.leave(), ours.leave()]);
});
after(async () => {
  await endAll(
    theirs.close([/closed before the connection is established/, /ERR_CONNECTION_REFUSED/]),
    ours.close([/closed before the connection is established/, /ERR_CONNECTION_REFUSED/]),
    site.stop(),
    server.stop(),
  );
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
  await hasWayBack(visitor);
  return { helper, visitor };
}

/** Waits until a deposit that nobody has used is kept. */
const hasWayBack = ({ page }) =>
  page.waitForFunction(() => /"offer":"v=0/.test(Object.values(sessionStorage).join()));

const texts = ({ log }) => log.getByRole("article").locator("p").allTextContents();

test("a reload, a link, a form and the way back: the conversation goes on", async () => {
  const { helper, visitor } = await pair();
  await visitor.say("one");
  await helper.reads("one");
  await helper.say("two");
  await visitor.reads("two");

  await visitor.page.reload();
  await visitor.is("connected");
  await helper.is("connected");
  await visitor.reads("two");
  await visitor.say("three");
  await helper.reads("three");

  await visitor.page.getByRole("link", { name: "Other" }).click();
  await visitor.page.waitForURL("**/other", { waitUntil: "commit" });
  await helper.say("four");
  await visitor.reads("four");
  await helper.sees("Another page", `${site.origin}/other`);
  assert.deepEqual(await texts(visitor), ["one", "two", "three", "four"]);

  await visitor.page.goBack({ waitUntil: "commit" });
  await visitor.is("connected");
  await helper.sees("A page", `${site.origin}/`);
  await visitor.say("five");
  await helper.reads("five");
  assert.deepEqual(await texts(visitor), ["one", "two", "three", "four", "five"]);
  assert.deepEqual(await texts(helper), ["one", "two", "three", "four", "five"]);
});
