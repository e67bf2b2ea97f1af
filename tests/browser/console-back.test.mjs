// The helper's side: the console loaded again, copied, closed and killed, with several sessions at once; and a visitor
// who is given back to the queue.

import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";

import { LEFT } from "./browser-words.mjs";
import { copyTab, endAll, HelperHand, startBrowsers, VisitorHand } from "./people.mjs";
import { savedFile } from "./saving.mjs";
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

const console = async () => HelperHand.at(await ours.window(), server.console);

async function asks() {
  const page = await theirs.window();
  await page.goto(`${site.origin}/`);
  const visitor = new VisitorHand(page);
  await visitor.button("Help").click();
  await page.locator("alongside-help:is([data-state=waiting], [data-state=unavailable])").waitFor({ state: "attached" });
  return visitor;
}

/** A visitor whom this helper takes. */
async function helped(helper) {
  const visitor = await asks();
  await helper.accept();
  await visitor.is("connected");
  await visitor.hasWayBack();
  return visitor;
}

test("the console is loaded again, with two sessions", async () => {
  const helper = await console();
  const first = await helped(helper);
  const second = await helped(helper);
  await first.say("I am the first.");
  await second.say("I am the second.");
  await helper.reads("I am the second.");
  await helper.box.fill("Half an answer to the second");
  await helper.sessions.getByRole("button").first().click();
  await helper.box.fill("Half an answer to the first");
  await helper.sessions.getByRole("button").nth(1).click();
  await helper.page.reload();
  // Whoever goes on typing types to the same visitor.
  await helper.page.waitForFunction(() => document.activeElement.value === "Half an answer to the second");
  await helper.page.locator("h2").getByText("(2)").waitFor();
  // Written while the helper was away.
  await first.say("Where are you?");
  await first.is("connected");
  await first.status.getByText("Your connection is back").waitFor();
  await second.is("connected");
  await helper.sessions.getByRole("button").first().click();
  await helper.reads("I am the first.");
  await helper.reads("Where are you?");
  // What was being written is there again, and nowhere else.
  assert.equal(await helper.box.inputValue(), "Half an answer to the first");
  const kept = await helper.page.evaluate(() => Object.keys(sessionStorage));
  assert.deepEqual(kept.filter((name) => name.includes("draft")), []);
  await helper.sees("A page", `${site.origin}/`);
  await helper.say("Back.");
  await first.reads("Back.");
  await helper.sessions.getByRole("button").nth(1).click();
  await helper.reads("I am the second.");
  assert.equal(await helper.box.inputValue(), "Half an answer to the second");
  await helper.say("To you as well.");
  await second.reads("To you as well.");
});

test("both are loaded again at the same time", async () => {
  const helper = await console();
  const visitor = await helped(helper);
  await helper.say("Hello.");
  await visitor.reads("Hello.");
  await Promise.all([helper.page.reload(), visitor.page.reload()]);
  await visitor.is("connected");
  // On a page that has just been opened nobody has seen it go.
  await visitor.status.getByText("Verified helper of this site").waitFor();
  await visitor.reads("Hello.");
  await visitor.say("Hello again.");
  await helper.reads("Hello again.");
});

test("a copy of the console's tab takes no session from it", async () => {
  const helper = await console();
  const visitor = await helped(helper);
  const entries = await helper.page.evaluate(() => Object.entries({ ...sessionStorage }));
  const page = await helper.page.context().newPage();
  await page.addInitScript(copyTab, entries);
  await page.goto(new URL(server.console).origin + "/console/");
  await page.getByRole("switch", { name: "Available" }).waitFor();
  await new Promise((done) => setTimeout(done, 1_500));
  const copy = new HelperHand(page);
  assert.equal(await copy.sessions.getByRole("button").count(), 0);
  await visitor.say("Still with you.");
  await helper.reads("Still with you.");
  await visitor.is("connected");
});

test("a helper who does not come back: the visitor keeps the place, and the next helper has every word", { timeout: 60_000 }, async () => {
  const helper = await console();
  const visitor = await helped(helper);
  await visitor.say("The first word.");
  await helper.reads("The first word.");
  await helper.say("And an answer.");
  await visitor.reads("And an answer.");
  const later = await asks();
  await helper.page.context().close();
  await visitor.is("reconnecting");
  await visitor.say("Nobody has read this.");
  await visitor.status.getByText("Demo helper’s computer went away").waitFor();
  await visitor.status.getByText("Keeping your place").waitFor();
  await visitor.page.locator("alongside-help[data-state=unavailable]").waitFor({ state: "attached" });
  const next = await console();
  await visitor.is("waiting");
  // Who was being helped stands before who has only waited.
  await visitor.status.getByText("You are next").waitFor();
  await later.status.getByText("You are number 2").waitFor();
  await next.accept();
  await visitor.is("connected");
  await next.reads("Nobody has read this.");
  await next.say("I have, now.");
  await visitor.reads("I have, now.");
  assert.equal(await next.log.getByText("The first word.").count(), 0, "what was said to somebody else stays with them");
  assert.equal(await visitor.log.getByText("The first word.").count(), 1);
  assert.equal(await visitor.log.getByText("Nobody has read this.").count(), 1);
});

test("a visitor is given back, and another helper takes them", async () => {
  const helper = await console();
  const visitor = await helped(helper);
  const other = await console();
  await visitor.say("Is it in stock?");
  await helper.reads("Is it in stock?");
  // Of what is proposed, each helper counts their own.
  await helper.button("Refresh their page").click();
  await visitor.page.getByRole("button", { name: "Not now" }).click();
  await helper.say("A colleague knows better.");
  await visitor.reads("A colleague knows better.");
  await helper.button("Return to waiting").click();
  await visitor.is("waiting");
  await helper.page.getByText(/^You have given them back/).waitFor();
  await other.accept();
  await visitor.is("connected");
  await other.say("Here I am.");
  await visitor.reads("Here I am.");
  await other.button("Refresh their page").click();
  await visitor.page.getByRole("button", { name: "Not now" }).click();
  await visitor.hasWayBack();
  await visitor.page.reload();
  await visitor.is("connected");
  // What was said to somebody else stays on the visitor's screen, and in what they save.
  for (const text of ["Is it in stock?", "A colleague knows better.", "Here I am."]) await visitor.reads(text);
  const { text } = await savedFile(theirs, visitor.page, () => visitor.button("Save conversation").click());
  for (const said of ["Is it in stock?", "A colleague knows better.", "Here I am."]) assert.ok(text.includes(said), text);
});

test("who is given back while they are away asks again, and is not told that it has ended", { timeout: 60_000 }, async () => {
  const helper = await console();
  const visitor = await helped(helper);
  // A page that takes its time: the helper cannot know where they are.
  await visitor.page.goto("about:blank");
  await helper.page.getByText("Opening the next page…").first().waitFor();
  await helper.button("Return to waiting").click();
  await visitor.page.goto(`${site.origin}/other`);
  await visitor.page.locator("alongside-help:is([data-state=waiting], [data-state=unavailable])").waitFor({ state: "attached" });
  await helper.accept();
  await visitor.is("connected");
});
