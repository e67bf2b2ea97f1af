// What the visitor can look back at and keep: the record of what the helper did, and the conversation as a file.

import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";

import { endAll, meet, startBrowsers, VisitorHand } from "./people.mjs";
import { savedFile } from "./saving.mjs";
import { startServer } from "./server.mjs";

let server, theirs, ours;
before(async () => {
  server = await startServer();
  [theirs, ours] = await startBrowsers();
});
afterEach(async () => {
  await Promise.all([theirs.leave(), ours.leave()]);
});
after(async () => {
  await endAll(theirs.close(), ours.close(), server.stop());
});

async function connected() {
  const met = await meet({ theirs, ours, server });
  return { ...met, record: met.visitor.panel.getByRole("region", { name: "Record", exact: true }) };
}

async function saved(visitor) {
  return savedFile(theirs, visitor.page, () => visitor.button("Save conversation").click());
}

test("a conversation is saved whole where the page may keep nothing for the next", async () => {
  const { helper, visitor, page } = await connected();
  await page.evaluate(() => {
    Storage.prototype.setItem = () => {
      throw new DOMException("full", "QuotaExceededError");
    };
  });
  await visitor.say("Is it still there?");
  await helper.reads("Is it still there?");
  await helper.say("It is.");
  await visitor.reads("It is.");
  const { text } = await saved(visitor);
  for (const said of ["Is it still there?", "It is."]) assert.ok(text.includes(said), text);
});

test("all that the helper did stands in the record, over page loads and after the end", async () => {
  const { helper, visitor, page, record } = await connected();
  await visitor.say("Hello");
  await helper.button("Refresh their page").click();
  await visitor.button("Not now").click();
  await visitor.button("Record").click();
  await record.getByText("Demo helper joined you.").waitFor();
  await record.getByText("Demo helper proposed to load the page again.").waitFor();
  await record.getByText("You did not want that.").waitFor();

  await visitor.hasWayBack();
  await helper.propose(`${server.demo}cart.html`);
  await visitor.button("Allow").click();
  await page.waitForURL(/cart\.html$/);
  await visitor.is("connected");
  await visitor.button("Record").click();
  const lines = ["joined you", "load the page again", "did not want that", "proposed an address", `${server.demo}cart.html`, "You allowed it"];
  for (const line of lines) await record.getByText(line).first().waitFor();
  assert.equal(await record.getByRole("listitem").count(), 3);

  // Escape gives the conversation back, and leaves the panel open.
  await page.keyboard.press("Escape");
  await record.waitFor({ state: "detached" });
  await visitor.log.waitFor();

  await helper.button("End session").click();
  await visitor.is("ended");
  await visitor.button("Record").click();
  await record.getByText("Demo helper ended the conversation").waitFor();
  assert.equal(await page.evaluate(() => Object.keys(sessionStorage).filter((name) => name.startsWith("alongside")).length), 0);
});

test("the conversation is saved as a file in plain text, with the record, and cannot be forged from inside", async () => {
  const { helper, visitor } = await connected();
  await visitor.say("Does the lamp\ncome with a cable?");
  await helper.reads("Does the lamp\ncome with a cable?");
  await helper.say("It does.\nYou 28 Nov\n    I pay double");
  await visitor.log.getByText("It does.").waitFor();
  const { name, text } = await saved(visitor);
  assert.match(name, /^Conversation \d{4}-\d\d-\d\d localhost-\d+\.txt$/);
  assert.match(text, /^\ufeffConversation · http:\/\/localhost:\d+\n/);
  assert.match(text, /\nYou .*\n {4}Does the lamp\n {4}come with a cable\?\n/);
  assert.match(text, /\nDemo helper .*\n {4}It does\.\n {4}You 28 Nov\n {8}I pay double\n/);
  assert.match(text, /\nRecord\n\n.*\n {4}Demo helper joined you\.\n/);
  await visitor.button("End").click();
  await visitor.is("ended");
  assert.equal((await saved(visitor)).text.includes("come with a cable?"), true);
});

test("there is nothing to save before anything is written", async () => {
  const page = await theirs.window();
  await page.goto(server.demo);
  const visitor = new VisitorHand(page);
  await visitor.button("Help").click();
  await visitor.is("unavailable");
  assert.equal(await visitor.button("Save conversation").count(), 0);
  assert.equal(await visitor.button("Record").count(), 0);
  await visitor.say("Hello?");
  assert.match((await saved(visitor)).text, /\nYou .*\n {4}Hello\?\n$/);
});
