// A session that survives: page loads of the visitor, the console loaded again, the server gone and back. Both keep
// writing meanwhile, and nothing is lost, doubled or out of order.

import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";

import { endAgents, Native } from "./native.mjs";
import { endAll, HelperHand, startBrowser, VisitorHand } from "./people.mjs";
import { startServer } from "./server.mjs";
import { snippet, startSite } from "./site.mjs";
import { all, heard, nativeTalker, numbered, talker } from "./talkers.mjs";
import { pagesToWalk } from "./walk.mjs";

let server, site, theirs, ours;
before(async () => {
  server = await startServer();
  const tag = await snippet(server.origin);
  site = await startSite(pagesToWalk(tag));
  [theirs, ours] = await Promise.all([startBrowser(), startBrowser()]);
});
afterEach(async () => {
  await Promise.all([theirs.leave(), ours.leave(), endAgents()]);
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
  await visitor.hasWayBack();
  return { helper, visitor };
}

const texts = async (hand) => (await hand.log.textContent()).match(/one|two|three|four|five/g);

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

/** Both write without pause while something happens; then each message stands once, in order, on both sides. */
async function whileTalking({ helper, visitor }, act) {
  const talkers = [
    { name: "visitor", at: talker(visitor.page, "visitor", "alongside-help"), ears: helper },
    { name: "helper", at: talker(helper.page, "helper"), ears: visitor },
  ];
  await act();
  for (const { name, at, ears } of talkers) {
    const count = await at.stop();
    assert.ok(count > 0, `${name} has said nothing`);
    const said = all(name, count);
    await ears.log.getByText(said.at(-1)).first().waitFor();
    assert.deepEqual(await heard(ears.log, name), said, `what the other side heard of the ${name}`);
  }
  for (const { name, at } of talkers) {
    const own = name === "visitor" ? visitor : helper;
    assert.deepEqual(await heard(own.log, name), all(name, at.count()), `what the ${name} sees of their own`);
  }
}

test("ten ways through a site while both write without pause", async () => {
  const both = await pair();
  const { helper, visitor } = both;
  const { page } = visitor;
  const sees = (title, path) => helper.sees(title, site.origin + path);
  await whileTalking(both, async () => {
    await page.getByRole("link", { name: "Other" }).click();
    await sees("Another page", "/other");
    await page.goBack({ waitUntil: "commit" });
    await sees("A page", "/");
    await page.goForward({ waitUntil: "commit" });
    await sees("Another page", "/other");
    await page.reload();
    await page.getByRole("link", { name: "Back" }).click();
    await sees("A page", "/");
    await page.getByRole("button", { name: "Post" }).click();
    await sees("Another page", "/other");
    await page.goto(`${site.origin}/app`);
    await sees("An app", "/app");
    await page.getByRole("link", { name: "There" }).click();
    await sees("An app", "/app#there");
    await page.getByRole("button", { name: "Part" }).click();
    await sees("A part", "/app/part");
    await page.goBack();
    await page.goBack();
    await sees("A part", "/app");
    await page.goto(`${site.origin}/`);
    await sees("A page", "/");
  });
});

test("a hundred reloads in a row while both write without pause", { timeout: 240_000 }, async () => {
  const both = await pair();
  const times = [];
  await whileTalking(both, async () => {
    for (let at = 0; at < 100; at++) {
      const began = Date.now();
      await both.visitor.page.reload();
      await both.visitor.is("connected");
      times.push(Date.now() - began);
    }
  });
  times.sort((a, b) => a - b);
  console.log(`reload to connected: median ${times[50]} ms, p95 ${times[95]} ms, longest ${times[99]} ms`);
});

test("a hundred reloads in a row with a native helper, while both write without pause", { timeout: 240_000 }, async () => {
  const helper = new Native(["help", server.console, "--auto-accept", "--json"]);
  await helper.until("enlisted");
  const page = await theirs.window();
  await page.goto(`${site.origin}/`);
  const visitor = new VisitorHand(page);
  await visitor.button("Help").click();
  await visitor.is("connected");
  await visitor.hasWayBack();
  const { session } = await helper.until("connected");
  const talking = talker(page, "visitor", "alongside-help");
  const saying = nativeTalker(helper, session, "helper");
  for (let at = 0; at < 100; at++) {
    await page.reload();
    await visitor.is("connected");
  }
  const [said, count] = [saying.stop(), await talking.stop()];
  await helper.until("message", { text: numbered("visitor", count) });
  await visitor.log.getByText(numbered("helper", said)).first().waitFor();
  const told = helper.events.filter(({ event }) => event === "message").map(({ text }) => text);
  assert.deepEqual(told, all("visitor", count));
  assert.deepEqual(await heard(visitor.log, "helper"), all("helper", said));
});
