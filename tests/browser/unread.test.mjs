// What nobody has looked at is counted and not told as read; what was looked at stays read.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, test } from "node:test";

import { endAll, HelperHand, meet, startBrowsers, VisitorHand } from "./people.mjs";
import { program, startServer } from "./server.mjs";
import { html, snippet, startSite } from "./site.mjs";

let server, theirs, ours, folder, other, site;
const agent = (...args) => execFileSync(program("alongside-agent"), ["team", ...args], { encoding: "utf8" }).trim();
before(async () => {
  folder = mkdtempSync(join(tmpdir(), "alongside-unread-"));
  other = join(folder, "other.pem");
  const key = agent("new", "--out", other);
  server = await startServer({ more: ["--team", key] });
  [theirs, ours] = await startBrowsers();
  const tag = await snippet(server.origin);
  site = await startSite({ "/both": { html: html("Two teams", tag.replace(/data-team="([^"]+)"/, `data-team="$1 ${key}"`)) } });
});
afterEach(async () => {
  await Promise.all([theirs.leave(), ours.leave()]);
});
after(async () => {
  rmSync(folder, { recursive: true, force: true });
  await endAll(theirs.close(), ours.close(), site.stop(), server.stop());
});

const marked = (helper, mark) => helper.log.getByText(mark, { exact: true });

test("what was read stays read on the next page", async () => {
  const { helper, visitor, page } = await meet({ theirs, ours, server });
  await helper.say("Hello");
  await visitor.reads("Hello");
  await marked(helper, "Read").waitFor();
  await visitor.button("Close").click();
  await visitor.hasWayBack();
  await page.goto(`${server.demo}cart.html`);
  await visitor.is("connected");
  await visitor.button("Help").waitFor();
  const badge = page.locator("alongside-help #unread");
  assert.equal(await badge.isVisible(), false);
  await helper.say("Are you there?");
  await badge.getByText("1", { exact: true }).waitFor();
});

test("what nobody has looked at is on the button of the next page", async () => {
  const { helper, visitor, page } = await meet({ theirs, ours, server });
  await visitor.button("Close").click();
  await helper.say("Look at this");
  const badge = page.locator("alongside-help #unread");
  await badge.getByText("1", { exact: true }).waitFor();
  await visitor.hasWayBack();
  await page.goto(`${server.demo}cart.html`);
  await visitor.is("connected");
  await badge.getByText("1", { exact: true }).waitFor();
  assert.equal(await badge.evaluate((badge) => getComputedStyle(badge).position), "absolute", "it stands at the button's edge");
  await helper.say("And at this");
  await badge.getByText("2", { exact: true }).waitFor();
  assert.deepEqual(theirs.complaints, []);
});

test("a second press in a row on the button ends nothing", async (t) => {
  if (theirs.kind === "firefox") return t.skip("Firefox counts presses in a row anew on each element");
  const { helper, visitor } = await meet({ theirs, ours, server });
  await visitor.button("Close").click();
  await visitor.button("Help").dblclick();
  await visitor.button("End").waitFor();
  await visitor.say("Still here");
  await helper.reads("Still here");
});

test("what comes while a list hides the conversation is read when the conversation is back", async () => {
  const { helper, visitor } = await meet({ theirs, ours, server });
  await visitor.button("What is shared").click();
  const list = visitor.panel.getByRole("region", { name: "What is shared", exact: true });
  await helper.say("Look at this");
  await visitor.button("New messages: 1").waitFor();
  await marked(helper, "Delivered").waitFor();
  assert.equal(await marked(helper, "Read").count(), 0);
  await visitor.button("New messages: 1").click();
  await list.waitFor({ state: "detached" });
  await visitor.reads("Look at this");
  await marked(helper, "Read").waitFor();
});

test("whoever says something sees it, whatever list is open", async () => {
  const { helper, visitor } = await meet({ theirs, ours, server });
  await visitor.button("What is shared").click();
  await visitor.say("I have a question");
  await visitor.log.getByText("I have a question").waitFor();
  await helper.reads("I have a question");
});

test("a helper of the second team who comes later is found", { timeout: 90_000 }, async () => {
  const page = await theirs.window();
  await page.goto(`${site.origin}/both`);
  const visitor = new VisitorHand(page);
  await visitor.button("Help").click();
  await visitor.is("unavailable");
  await page.evaluate(() => {
    window.told = [];
    Alongside("on", "state", ({ state }) => window.told.push(state));
  });
  const invite = agent("invite", "--team", other, "--name", "Robin", "--url", server.origin);
  const helper = await HelperHand.at(await ours.window(), invite);
  await helper.waiting.getByRole("button", { name: "Accept" }).waitFor({ timeout: 40_000 });
  // Nobody was told of the asking meanwhile.
  assert.deepEqual(await page.evaluate(() => window.told), ["waiting"]);
  await helper.accept();
  await visitor.is("connected");
});
