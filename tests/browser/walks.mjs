// A session that survives every way through a site, and a hundred reloads, while both write without pause: told of a
// visitor's browser, with a helper at the console and with a native one.

import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";

import { LEFT } from "./browser-words.mjs";
import { endAgents, Native } from "./native.mjs";
import { endAll, HelperHand, startBrowser } from "./people.mjs";
import { startServer } from "./server.mjs";
import { html, snippet, startSite } from "./site.mjs";
import { all, heard, nativeTalker, numbered, talker } from "./talkers.mjs";

// How many messages a screen keeps: `web/src/conversation/message-list.ts`.
const MAX_ENTRIES = 2000;

// A small site with every way from page to page: links, a form, `pushState`, a hash.
const pagesWith = (tag) => ({
  "/": { html: html("A page", tag, `<a href="/other">Other</a><form method="post" action="/other"><button>Post</button></form>`) },
  "/other": { html: html("Another page", tag, `<a href="/">Back</a>`) },
  "/app": {
    html: html(
      "An app",
      tag,
      `<button onclick="history.pushState({}, '', '/app/part'); document.title = 'A part'">Part</button><a href="#there">There</a>`,
    ),
  },
  // For who opens the address of the part; nobody reads this one as a page within the page.
  "/app/part": { html: html("A part", tag) },
});

/** Tells the stories of a browser with a helper of some form: its name, how it is started, and the hand of somebody at a page. */
export function tellWalks(name, start, Hand, forms) {
  let server, site, theirs, ours;
  before(async () => {
    server = await startServer();
    // The helper's copy speaks to the console at the very address that the tag names.
    site = await startSite(pagesWith(await snippet(new URL(server.console).origin)));
    [theirs, ours] = await Promise.all([start(), startBrowser()]);
  });
  afterEach(() => Promise.all([theirs.leave(), ours.leave(), endAgents()]));
  after(async () => {
    const left = [LEFT];
    await endAll(theirs.close(left), ours.close(left), site.stop(), server.stop());
  });

  /** A helper at a console, whose own window goes along: what they hear, and what they see of the page. */
  async function atConsole() {
    const hand = await HelperHand.at(await ours.window(), server.console);
    let talking, copy;
    return {
      accept: () => hand.accept(),
      begins: () => (talking = talker(hand.page, "helper")),
      stops: () => talking.stop(),
      async follows() {
        [copy] = await Promise.all([hand.page.waitForEvent("popup"), hand.button("Open page").click()]);
        await copy.waitForURL(`${site.origin}/`);
      },
      async sees(title, path) {
        await hand.sees(title, site.origin + path);
        await copy.waitForURL(site.origin + path);
        await hand.region.getByRole("status").getByText("Same page: yes", { exact: true }).waitFor();
      },
      hears: (text) => hand.log.getByText(text).first().waitFor(),
      heard: (who) => heard(hand.log, who),
    };
  }

  /** A helper at a terminal: whose window goes along is who has `--open`, and the native agent's own tests see to that. */
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
      follows: () => {},
      sees: (title, path) => agent.until("page", { title, url: site.origin + path }),
      hears: (text) => agent.until("message", { text }),
      heard: (who) => agent.events.filter(({ event, text }) => event === "message" && text.startsWith(who)).map(({ text }) => text),
    };
  }

  const ways = { console: atConsole, "native helper": atTerminal };
  for (const form of forms) {
    const at = ways[form];
    /** Both write without pause while something happens; then each message stands once, in order, on both sides. */
    async function whileTalking(act) {
      const helper = await at();
      const page = await theirs.window();
      await page.goto(`${site.origin}/`);
      const visitor = new Hand(page);
      await visitor.press("Help");
      await helper.accept();
      await visitor.is("connected");
      await visitor.hasWayBack();
      const talking = talker(page, "visitor", "alongside-help");
      await helper.begins();
      await act(visitor, helper);
      const [said, answered] = [await talking.stop(), await helper.stops()];
      assert.ok(said > 0 && answered > 0, `${said} and ${answered} were said`);
      await helper.hears(numbered("visitor", said));
      await visitor.reads(numbered("helper", answered));
      const [asked, answers, own] = [await helper.heard("visitor"), await visitor.heard("helper"), await visitor.heard("visitor")];
      // On a slow machine more is said meanwhile than a screen keeps: then the last of it.
      const isMore = said + answered > MAX_ENTRIES;
      if (isMore) assert.equal(answers.length + own.length, MAX_ENTRIES);
      const shown = (heard, whole) => (isMore ? whole.slice(-heard.length) : whole);
      assert.deepEqual(asked, shown(asked, all("visitor", said)));
      assert.deepEqual(answers, shown(answers, all("helper", answered)));
      assert.deepEqual(own, shown(own, all("visitor", said)));
    }

    test(`${name} with ${form}: ten ways through a site while both write without pause`, async () => {
      await whileTalking(async (visitor, helper) => {
        const { page } = visitor;
        const go = (by) => page.evaluate((by) => history.go(by), by);
        await helper.follows();
        await visitor.press("Other");
        await helper.sees("Another page", "/other");
        await go(-1);
        await helper.sees("A page", "/");
        await go(1);
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
        await go(-2);
        await helper.sees("A part", "/app");
        await page.goto(`${site.origin}/`);
        await helper.sees("A page", "/");
      });
    });

    test(`${name} with ${form}: a hundred reloads in a row while both write without pause`, { timeout: 240_000 }, async () => {
      const times = [];
      await whileTalking(async (visitor, helper) => {
        await helper.follows();
        for (let at = 0; at < 100; at++) {
          const began = Date.now();
          await visitor.page.reload();
          await visitor.is("connected");
          times.push(Date.now() - began);
        }
        await visitor.press("Other");
        await helper.sees("Another page", "/other");
      });
      times.sort((a, b) => a - b);
      console.log(`reload to connected: median ${times[50]} ms, p95 ${times[95]} ms, longest ${times[99]} ms`);
    });
  }
}
