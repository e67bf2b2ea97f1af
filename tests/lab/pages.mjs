// What a person does to the page they are helped on: loads it again, leaves it and comes back, copies its tab.

import assert from "node:assert/strict";

import { VisitorHand } from "../browser/people.mjs";
import { flowing } from "./faults.mjs";
import { pause, recovery, stall } from "./measure.mjs";

const LOADS = 100;

const inBrowser = ({ visitor }) => visitor === "widget";

// So that after all loads no log is longer than what stays on a screen. Units: milliseconds.
const CALM = { every: 250 };

// In the moment in which the page before is taken down, Chromium refuses the order, and no load begins.
async function loadAgain(page) {
  for (;;) {
    try {
      return await page.reload({ waitUntil: "commit" });
    } catch (error) {
      if (!error.message.includes("Not attached to an active page")) throw error;
      await pause(50);
    }
  }
}

export const pages = {
  [`visitor loads the page again ${LOADS} times`]: {
    fits: inBrowser,
    async act(world, both, fault) {
      await flowing(both, CALM);
      fault.at = Date.now();
      const times = [];
      for (let count = 0; count < LOADS; count++) {
        const start = Date.now();
        await loadAgain(both.visitor.page);
        const took = await recovery(both, start);
        if (took === null) return [{ what: `talk goes on, after load ${count + 1}`, took, target: 2000 }];
        times.push(took);
      }
      times.sort((a, b) => a - b);
      return [{ what: "talk goes on, 19 of 20 times", took: times[Math.floor(times.length * 0.95)], target: 2000 }];
    },
  },
  "visitor leaves the page, and comes back to it": {
    fits: inBrowser,
    async act(world, both, fault) {
      const { visitor } = both;
      const { page } = visitor;
      await flowing(both);
      fault.at = Date.now();
      // Where they go, nobody can be written to.
      await visitor.hush();
      await page.evaluate(() => addEventListener("pageshow", ({ persisted }) => (window.isSame = persisted)));
      const team = await page.evaluate(() => document.querySelector("script[data-team]").dataset.team);
      await page.goto(`${world.origin}/snippet?team=${team}`);
      visitor.note("elsewhere");
      await pause(3000);
      const start = Date.now();
      await page.evaluate(() => void setTimeout(() => history.back()));
      await page.waitForURL(world.page, { waitUntil: "commit" });
      visitor.note("returned");
      visitor.talk();
      const took = await recovery(both, start);
      assert.equal(await page.evaluate(() => window.isSame), true, "the page that comes back is the one that was left");
      return [{ what: "talk goes on, after the way back", took, target: 2000 }];
    },
  },
  "visitor copies the tab": {
    fits: inBrowser,
    async act(world, both, fault) {
      const { visitor, helper } = both;
      await flowing(both);
      const kept = await visitor.page.evaluate(() => Object.entries({ ...sessionStorage }));
      fault.at = Date.now();
      const page = await visitor.page.context().newPage();
      await page.addInitScript((kept) => {
        for (const [name, value] of kept) sessionStorage.setItem(name, value);
      }, kept);
      await page.goto(world.page);
      const copy = new VisitorHand(page);
      await copy.status.getByText("Your conversation is open in another tab").waitFor();
      const told = Date.now();
      await copy.is("idle");
      await recovery(both, Date.now());
      assert.equal(visitor.when("reconnecting", fault.at) ?? helper.when("reconnecting", fault.at), null, "the session is left alone");
      assert.equal(helper.when("asked", fault.at), null, "there is one session");
      return [
        { what: "the copy says where the session is", took: told - fault.at, target: 5000 },
        { what: "longest silence", took: stall(both, fault.at), target: 1000 },
      ];
    },
  },
};
