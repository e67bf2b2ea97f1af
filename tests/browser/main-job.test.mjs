// The main job: Help, Accept, talk, follow, End. The real server, a browser for each of the two.

import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";

import { endAll, HelperHand, startBrowser, startBrowsers, VisitorHand } from "./people.mjs";
import { startServer } from "./server.mjs";

let server, theirs, ours;
before(async () => {
  server = await startServer();
  [theirs, ours] = await startBrowsers();
});
after(async () => {
  const stopped = server.stop().then((status) => assert.equal(status, 0));
  await endAll(theirs.close(), ours.close(), stopped);
});

afterEach(async () => {
  await Promise.all([theirs.leave(), ours.leave()]);
});

async function two(path = "") {
  const helper = await HelperHand.at(await ours.window(), server.console);
  const page = await theirs.window();
  await page.goto(server.demo + path);
  return { helper, visitor: new VisitorHand(page), page };
}

async function connected(path) {
  const pair = await two(path);
  await pair.visitor.button("Help").click();
  await pair.helper.accept();
  await pair.visitor.is("connected");
  await pair.helper.is("connected");
  return pair;
}

test("help is asked for, given, and ended", async () => {
  const { helper, visitor, page } = await two("?q=lamp");
  await visitor.button("Help").click();
  await visitor.is("waiting");
  await visitor.status.getByText("You are next").waitFor();
  await helper.accept();
  await visitor.is("connected");
  // The helper's name, as their certificate has it: who they are comes before what they say.
  await visitor.status.getByText("Demo helper").waitFor();
  await visitor.say("Where do I pay?");
  await helper.reads("Where do I pay?");
  await helper.say("At the top right.");
  await visitor.reads("At the top right.");
  // A message starts with who wrote it, for those who cannot see where it stands.
  const first = await helper.log.getByRole("listitem").or(helper.log.getByRole("article")).first().textContent();
  assert.match(first, /^\s*Visitor/);
  await visitor.log.getByText(/Read/).waitFor();

  await helper.sees("Nook, good things for a small desk", `${server.demo}?q=lamp`);
  await helper.visitor.getByText("Linux").waitFor();
  await helper.visitor.getByText(/Chrom|Firefox/).waitFor();

  await page.evaluate(() => history.pushState({}, "", "?q=plant"));
  await helper.sees("Nook, good things for a small desk", `${server.demo}?q=plant`);
  await page.evaluate(() => (document.title = "Plants"));
  await helper.sees("Plants", `${server.demo}?q=plant`);
  // From here on the shop, told of a popstate, gives its own titles again.
  await page.evaluate(() => (location.hash = "fern"));
  await helper.sees(null, `${server.demo}?q=plant#fern`);
  await page.evaluate(() => history.replaceState({}, "", "?q=mug#cup"));
  await helper.sees(null, `${server.demo}?q=mug#cup`);
  await page.evaluate(() => history.back());
  await helper.sees(null, `${server.demo}?q=plant`);
  await page.evaluate(() => history.forward());
  await helper.sees(null, `${server.demo}?q=mug#cup`);

  const [opened] = await Promise.all([helper.page.context().waitForEvent("page"), helper.button("Open page").click()]);
  await opened.waitForLoadState();
  assert.equal(opened.url(), `${server.demo}?q=mug#cup`);
  // What it can reach is an inner frame of the console, and not the console.
  assert.equal(await opened.evaluate(() => opener === opener.top), false);
  await opened.close();

  await visitor.button("End").click();
  await visitor.is("ended");
  await visitor.status.getByText("You ended the conversation").waitFor();
  await helper.is("ended");
  await helper.page.getByRole("status").getByText("The visitor has ended the session.").waitFor();
});

test("a message is delivered before it is read", async () => {
  const { helper, visitor } = await connected();
  const marked = (mark) => helper.log.getByText(mark, { exact: true });
  await visitor.button("Close").click();
  await visitor.panel.waitFor({ state: "hidden" });
  await helper.say("Are you there?");
  await marked("Delivered").waitFor();
  assert.equal(await marked("Read").count(), 0);
  // Folded is not ended, and the launcher brings the conversation back instead of asking anew.
  await visitor.button("Help").click();
  await visitor.reads("Are you there?");
  await marked("Read").waitFor();
  await visitor.say("I am.");
  await helper.reads("I am.");
  await visitor.log.getByText(/Read$/).waitFor();
});

test("the helper ends it, and the visitor is told", async () => {
  const pair = await connected();
  await pair.helper.button("End session").click();
  await pair.helper.is("ended");
  await pair.visitor.is("ended");
  await pair.visitor.status.getByText(/ended the conversation/).waitFor();
  await pair.helper.page.getByRole("status").getByText("You have ended the session.").waitFor();
});

test("an ask is taken back, and leaves the list", async () => {
  const { helper, visitor } = await two();
  await visitor.button("Help").click();
  await helper.waiting.getByRole("button", { name: "Accept" }).waitFor();
  await visitor.button("Cancel").click();
  await helper.waiting.getByRole("button", { name: "Accept" }).waitFor({ state: "detached" });
});

test("nobody is there, the visitor is told so, and then somebody comes", async () => {
  const page = await theirs.window();
  await page.goto(server.demo);
  const visitor = new VisitorHand(page);
  await visitor.button("Help").click();
  await visitor.is("unavailable");
  await visitor.say("Is anybody there?");
  const helper = await HelperHand.at(await ours.window(), server.console);
  await visitor.is("waiting");
  await helper.accept();
  await helper.reads("Is anybody there?");
});

test("several sessions at one console, and only the chosen one's conversation is shown", async () => {
  const helper = await HelperHand.at(await ours.window(), server.console);
  for (const word of ["first", "second"]) {
    const page = await theirs.window();
    await page.goto(`${server.demo}?q=${word}`);
    const visitor = new VisitorHand(page);
    await visitor.button("Help").click();
    await helper.accept();
    await visitor.is("connected");
    await visitor.say(`I am the ${word}`);
    await helper.reads(`I am the ${word}`);
  }
  assert.equal(await helper.sessions.getByRole("listitem").count(), 2);
  assert.equal(await helper.page.getByText("I am the first", { exact: true }).isVisible(), false);
  await helper.sessions.getByRole("button").first().click();
  const shown = await helper.log.textContent();
  assert.equal(/first/.test(shown) !== /second/.test(shown), true, shown);
});

test("two helpers accept at once: one has the visitor, the other is told", async (t) => {
  // The second's line is slow from the moment it matters: the list still shows who has been accepted elsewhere.
  let delay = 0;
  const another = await startBrowser();
  t.after(() => another.close());
  const slow = await another.window();
  await slow.routeWebSocket(/\/v1\/ws/, (socket) => {
    const upstream = socket.connectToServer();
    upstream.onMessage((message) => void setTimeout(() => socket.send(message), delay));
  });
  const quick = await HelperHand.at(await ours.window(), server.console);
  const late = await HelperHand.at(slow, server.console);
  const page = await theirs.window();
  await page.goto(server.demo);
  const visitor = new VisitorHand(page);
  await visitor.button("Help").click();
  await Promise.all([quick, late].map((helper) => helper.waiting.getByRole("button", { name: "Accept" }).waitFor()));
  delay = 3000;
  await quick.accept();
  await late.accept();
  await visitor.is("connected");
  await quick.is("connected");
  await late.page.getByRole("status").getByText("Another helper was quicker").waitFor();
  await late.waiting.getByRole("button", { name: "Accept" }).waitFor({ state: "detached" });
  assert.equal(await late.page.locator("[data-state=connected]").count(), 0);
  await visitor.say("Which of you is it?");
  await quick.reads("Which of you is it?");
});

/** Presses Tab until the focus is on a button or a box of this name, as somebody without a pointer does. */
async function tabTo(page, name) {
  for (let at = 0; at < 60; at++) {
    await page.keyboard.press("Tab");
    const focused = await page.evaluate(() => {
      let element = document.activeElement;
      while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
      return element?.ariaLabel ?? element?.labels?.[0]?.textContent ?? element?.textContent;
    });
    if (focused?.trim() === name) return;
  }
  assert.fail(`no way to ${name} by keyboard`);
}

test("the main job by keyboard alone", async () => {
  const { helper, visitor, page } = await two();
  await tabTo(page, "Help");
  await page.keyboard.press("Enter");
  await visitor.is("waiting");
  await helper.waiting.getByRole("button", { name: "Accept" }).waitFor();
  await tabTo(helper.page, "Accept");
  await helper.page.keyboard.press("Enter");
  await helper.is("connected");
  // Both are led to where they write.
  await helper.page.waitForFunction(() => document.activeElement?.ariaLabel === "Message");
  await helper.page.keyboard.type("Hello");
  await helper.page.keyboard.press("Enter");
  await visitor.reads("Hello");
  await page.keyboard.type("One line");
  await page.keyboard.press("Shift+Enter");
  await page.keyboard.type("and another");
  await page.keyboard.press("Enter");
  await helper.log.getByText(/One line\s+and another/).waitFor();
  await page.keyboard.press("Escape");
  await visitor.panel.waitFor({ state: "hidden" });
  // Folding gives the focus back to the launcher.
  await page.keyboard.press("Enter");
  await visitor.panel.waitFor();
  await tabTo(page, "End");
  await page.keyboard.press("Space");
  await visitor.is("ended");
  await helper.is("ended");
});
