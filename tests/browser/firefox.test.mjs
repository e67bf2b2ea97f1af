// A visitor in a real Firefox whose session survives every way through a site, and a hundred reloads, while both write
// without pause: with a helper at the console, and with a native one.

import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";

import { FirefoxHand, startFirefox } from "./firefox.mjs";
import { endAgents, Native } from "./native.mjs";
import { endAll, HelperHand, startBrowser } from "./people.mjs";
import { startServer } from "./server.mjs";
import { snippet, startSite } from "./site.mjs";
import { all, heard, nativeTalker, numbered, talker } from "./talkers.mjs";
import { pagesToWalk } from "./walk.mjs";

let server, site, theirs, ours;
before(async () => {
  server = await startServer();
  site = await startSite(pagesToWalk(await snippet(server.origin)));
  [theirs, ours] = await Promise.all([startFirefox(), startBrowser()]);
});
afterEach(async () => {
  await Promise.all([ours.leave(), endAgents()]);
});
after(async () => {
  await endAll(theirs.close(), ours.close([/closed before the connection is established/]), site.stop(), server.stop());
});

/** A visitor who has asked. */
async function asking() {
  const page = await theirs.window();
  await page.goto(`${site.origin}/`);
  const visitor = new FirefoxHand(page);
  await visitor.press("Help");
  return visitor;
}

/** A helper at a console: what they hear, and what they see of the page. */
async function atConsole() {
  const hand = await HelperHand.at(await ours.window(), server.console);
  let talking;
  return {
    accept: () => hand.accept(),
    begins: () => (talking = talker(hand.page, "helper")),
    stops: () => talking.stop(),
    sees: (title, path) => hand.sees(title, site.origin + path),
    hears: (text) => hand.log.getByText(text).first().waitFor(),
    heard: (name) => heard(hand.log, name),
  };
}

/** A helper at a terminal. */
async function atTerminal() {
  const agent = new Native(["help", server.console, "--auto-accept", "--json"]);
  await agent.until("enlisted");
  let talking;
  return {
    accept: () => {},
    async begins() {
      const { session } = await agent.until("connected");
      talking = nativeTalker(agent, session, "helper");
    },
    stops: () => talking.stop(),
    sees: (title, path) => agent.until("page", { title, url: site.origin + path }),
    hears: (text) => agent.until("message", { text }),
    heard: () => agent.events.filter(({ event }) => event === "message").map(({ text }) => text),
  };
}

for (const [form, at] of [
  ["console", atConsole],
  ["native helper", atTerminal],
]) {
  /** Both write without pause while something happens; then each message stands once, in order, on both sides. */
  async function whileTalking(act) {
    const helper = await at();
    const visitor = await asking();
    await helper.accept();
    await visitor.is("connected");
    await visitor.hasWayBack();
    const talking = talker(visitor.page, "visitor", "alongside-help");
    await helper.begins();
    await act(visitor, helper);
    const [said, answered] = [await talking.stop(), await helper.stops()];
    assert.ok(said > 0 && answered > 0, `${said} and ${answered} were said`);
    await helper.hears(numbered("visitor", said));
    await visitor.reads(numbered("helper", answered));
    assert.deepEqual(await helper.heard("visitor"), all("visitor", said));
    assert.deepEqual(await visitor.heard("helper"), all("helper", answered));
    assert.deepEqual(await visitor.heard("visitor"), all("visitor", said));
  }

  test(`Firefox with ${form}: ten ways through a site while both write without pause`, async () => {
    await whileTalking(async (visitor, helper) => {
      const { page } = visitor;
      const back = () => page.evaluate(() => history.back());
      await visitor.press("Other");
      await helper.sees("Another page", "/other");
      await back();
      await helper.sees("A page", "/");
      await page.evaluate(() => history.forward());
      await helper.sees("Another page", "/other");
      await page.reload();
      await visitor.press("Back");
      await helper.sees("A page", "/");
      await visitor.press("Post");
      await helper.sees("Another page", "/other");
      await page.goto(`${site.origin}/app`);
      await helper.sees("An app", "/app");
      await visitor.press("There");
      await helper.sees("An app", "/app#there");
      await visitor.press("Part");
      await helper.sees("A part", "/app/part");
      await page.goto(`${site.origin}/`);
      await helper.sees("A page", "/");
    });
  });

  test(`Firefox with ${form}: a hundred reloads in a row while both write without pause`, { timeout: 240_000 }, async () => {
    const times = [];
    await whileTalking(async (visitor) => {
      for (let at = 0; at < 100; at++) {
        const began = Date.now();
        await visitor.page.reload();
        await visitor.is("connected");
        times.push(Date.now() - began);
      }
    });
    times.sort((a, b) => a - b);
    console.log(`reload to connected: median ${times[50]} ms, p95 ${times[95]} ms, longest ${times[99]} ms`);
  });
}
