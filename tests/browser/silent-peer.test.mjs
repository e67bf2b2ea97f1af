// A peer connection in a real browser whose other side takes nothing: what piles up has an end, and nothing is thrown at
// whoever sends.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { endAll, startBrowser } from "./people.mjs";
import { moduleOf } from "./project.mjs";
import { html, startSite } from "./site.mjs";

let site, browser, page;
before(async () => {
  site = await startSite({ "/": { html: html("A page", "") } });
  browser = await startBrowser();
  page = await browser.window();
  await page.goto(site.origin);
  await page.evaluate(async (module) => {
    const { offeringConnection, peerConnection } = await import(module);
    /** Two who are connected; each with what it was told. */
    window.pair = async () => {
      const sides = [offeringConnection([]), peerConnection()].map((side) => ({ ...side, told: [], heard: 0 }));
      const opened = sides.map(
        (side) =>
          new Promise((resolve) =>
            side.listen({
              found: () => {},
              opened: resolve,
              closed: () => side.told.push("closed"),
              disturbed: () => {},
              received: () => (side.heard += 1),
            }),
          ),
      );
      const [one, other] = sides;
      await one.gathered(5_000);
      await other.answer(await one.offer());
      while (other.connection.iceGatheringState !== "complete") await new Promise((resolve) => setTimeout(resolve, 10));
      await one.accept(other.connection.localDescription.sdp);
      await Promise.all(opened);
      return sides;
    };
    window.until = async (what) => {
      for (const end = Date.now() + 15_000; !what(); await new Promise((resolve) => setTimeout(resolve, 10))) {
        if (Date.now() > end) throw new Error(`it does not come: ${what}`);
      }
    };
  }, await moduleOf("peer/offering-connection", "peer/peer-connection"));
});
after(() => endAll(browser?.close(), site?.stop()));

test("a whole outbox of the longest messages may wait, and arrives", async () => {
  const told = await page.evaluate(async () => {
    const [one, other] = await window.pair();
    // Lines that are empty: each byte is two on the way.
    for (let n = 0; n < 500; n++) one.send(JSON.stringify({ type: "chat", seq: n, at: Date.now(), text: "\n".repeat(4096) }));
    await window.until(() => other.heard === 500);
    return [...one.told, ...other.told];
  });
  assert.deepEqual(told, []);
});

test("beyond that the connection counts as lost, once, and whoever sends goes on", async () => {
  const { waited, one, other } = await page.evaluate(async () => {
    const [one, other] = await window.pair();
    let waited = 0;
    // All in one turn: the other side can take nothing meanwhile, as one that wants to take nothing.
    for (let n = 0; n < 2_000; n++) {
      one.send("x".repeat(32_000));
      waited = Math.max(waited, one.channel.bufferedAmount);
    }
    await window.until(() => other.told.length > 0);
    return { waited, one: one.told, other: other.told };
  });
  assert.deepEqual([one, other], [["closed"], ["closed"]]);
  assert.ok(waited < 7_000_000, `${waited} bytes waited`);
});

test("a channel that throws counts as lost as well", async () => {
  const told = await page.evaluate(async () => {
    const [one] = await window.pair();
    // Longer than this browser takes at all.
    one.send("x".repeat(300_000_000));
    return one.told;
  });
  assert.deepEqual(told, ["closed"]);
});
