// The console without a pointer: every shortcut, and a whole session from the empty console to its end.

import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";

import { LEFT } from "./browser-words.mjs";
import { endAll, HelperHand, startBrowsers, VisitorHand } from "./people.mjs";
import { savedFile } from "./saving.mjs";
import { startServer } from "./server.mjs";

let server, theirs, ours;
before(async () => {
  server = await startServer();
  [theirs, ours] = await startBrowsers();
});
afterEach(() => Promise.all([theirs.leave(), ours.leave()]));
const left = [LEFT];
after(() => endAll(theirs.close(left), ours.close(left), server.stop()));

async function asks(path = "") {
  const page = await theirs.window();
  await page.goto(server.demo + path);
  const visitor = new VisitorHand(page);
  await visitor.button("Help").click();
  await visitor.is("waiting");
  return visitor;
}

/** The name of what has the focus. */
const focused = (page) =>
  page.evaluate(() => {
    const { activeElement: element } = document;
    return (element?.ariaLabel ?? element?.labels?.[0]?.textContent ?? element?.textContent)?.trim();
  });

/** Presses Tab until the focus is on what has this name; beyond either end of the page Firefox has its own buttons. */
async function tabTo(page, name, key = "Tab") {
  for (let at = 0; at < 80; at++) {
    if ((await focused(page)) === name) return;
    await page.keyboard.press(key);
  }
  assert.fail(`no way to ${name} by keyboard`);
}

const isFocused = (locator) => locator.evaluate((element) => element === document.activeElement);

test("every key does what the list of them says", { timeout: 90_000 }, async () => {
  const helper = await HelperHand.at(await ours.window(), server.console);
  const { page, box } = helper;
  const press = (key) => page.keyboard.press(key);
  const dialog = page.getByRole("dialog", { name: "Keyboard shortcuts" });
  await press("?");
  await dialog.waitFor();
  const keys = await dialog.locator("kbd").allTextContents();
  assert.deepEqual(keys, [..."AUNPMCSOFE?", "Esc", "/name"]);
  // In a dialog they are letters.
  await press("s");
  await press("Escape");
  await dialog.waitFor({ state: "hidden" });

  const [first, second] = [await asks("?q=first"), await asks("?q=second")];
  await helper.waiting.getByRole("button", { name: "Accept" }).nth(1).waitFor();
  await press("a");
  await first.is("connected");
  // Who accepts is about to write, and then a letter is a letter.
  const isWriting = () => page.waitForFunction(() => document.activeElement?.ariaLabel === "Message");
  await isWriting();
  await page.keyboard.type("an open question: safe?");
  assert.equal(await box.inputValue(), "an open question: safe?");
  await press("Enter");
  await first.reads("an open question: safe?");
  await press("Escape");
  assert.equal(await isFocused(helper.log), true);
  await press("a");
  await second.is("connected");
  await isWriting();
  await press("Escape");
  const isCurrent = (at) => helper.sessions.getByRole("listitem").nth(at).locator("[aria-current=true]").waitFor();
  await isCurrent(1);
  // From session to session, without falling into the box.
  await press("n");
  await isCurrent(0);
  await press("n");
  await isCurrent(1);
  await press("p");
  await isCurrent(0);
  await second.say("Hello?");
  await helper.sessions.getByText("1 unread message").waitFor();
  await press("u");
  await isCurrent(1);
  await helper.reads("Hello?");

  await press("m");
  assert.equal(await isFocused(box), true);
  assert.equal(await box.inputValue(), "");
  await press("Escape");
  await press("c");
  await page.getByRole("dialog", { name: "Canned replies" }).waitFor();
  await press("Escape");
  await press("s");
  await page.getByRole("searchbox").waitFor();
  await press("Escape");
  const follows = (checked) => page.getByRole("checkbox", { name: "Follow", checked }).waitFor();
  const [copy] = await Promise.all([page.waitForEvent("popup"), press("o")]);
  await copy.waitForURL(`${server.demo}?q=second`);
  await page.bringToFront();
  await follows(true);
  await press("f");
  await follows(false);
  // Ends nothing by itself.
  await press("e");
  assert.equal(await focused(page), "End session");
  await second.is("connected");
  await press("Enter");
  await second.is("ended");
  await first.is("connected");

  // What is typed right after a press comes to what the press has opened: no letter is lost, or does anything.
  for (let at = 0; at < 8; at++) {
    await helper.button("Search").click();
    await page.keyboard.type("e");
    assert.equal(await page.getByRole("searchbox").inputValue(), "e");
    await press("Escape");
  }

  // With other keys, or switched off, they are nothing.
  for (const key of ["Control+a", "Alt+s", "Shift+C", "Meta+m"]) await press(key);
  assert.equal(await page.locator("dialog[open], [role=search]").count(), 0);
  await press("?");
  await page.getByRole("switch", { name: "Single keys" }).click();
  await dialog.getByRole("button", { name: "Close", exact: true }).click();
  await press("c");
  assert.equal(await page.locator("dialog[open]").count(), 0);
  await first.hasWayBack();
  await page.reload();
  await first.is("connected");
  await helper.button("Keyboard shortcuts").waitFor();
  await press("?");
  assert.equal(await page.locator("dialog[open]").count(), 0);
});

test("a whole session by keyboard alone, from the empty console to its end", { timeout: 90_000 }, async () => {
  const page = await ours.window();
  const helper = new HelperHand(page);
  const { keyboard } = page;
  await page.goto(new URL("/console/", server.console).href);
  await page.getByRole("textbox", { name: "Invite", exact: true }).waitFor();
  // The box for the invite has the focus.
  await keyboard.insertText(server.console);
  await keyboard.press("Enter");
  await page.getByRole("switch", { name: "Available" }).waitFor();
  const visitor = await asks("?q=lamp");
  await helper.waiting.getByRole("button", { name: "Accept" }).waitFor();
  await keyboard.press("a");
  await helper.is("connected");
  await visitor.say("Does the arc lamp come in red?");
  await helper.reads("Does the arc lamp come in red?");
  await keyboard.type("One moment.");
  await keyboard.press("Enter");
  await visitor.reads("One moment.");

  // A reply is written down, and used.
  await keyboard.press("Escape");
  await keyboard.press("c");
  await tabTo(page, "New reply");
  await keyboard.press("Enter");
  await page.getByRole("textbox", { name: "Name", exact: true }).waitFor();
  await keyboard.type("red");
  await tabTo(page, "Text");
  await keyboard.type("It does come in red.");
  await tabTo(page, "Save");
  await keyboard.press("Enter");
  await page.getByRole("dialog").getByText("/red").waitFor();
  await keyboard.press("Escape");
  await keyboard.press("m");
  await keyboard.type("/r");
  await page.getByRole("option", { name: "/red" }).waitFor();
  await keyboard.press("Tab");
  await keyboard.press("Enter");
  await visitor.reads("It does come in red.");

  await keyboard.press("Escape");
  await keyboard.press("s");
  await keyboard.type("red");
  await page.getByRole("status").getByText("1 of 2").waitFor();
  await keyboard.press("Enter");
  await page.getByRole("status").getByText("2 of 2").waitFor();
  await keyboard.press("Escape");

  await tabTo(page, "Go to…");
  await keyboard.press("Enter");
  const there = `${server.demo}product.html?item=arc-lamp`;
  await keyboard.press("Control+a");
  await keyboard.type(there);
  await keyboard.press("Enter");
  await visitor.page.getByRole("alertdialog").waitFor();
  await visitor.button("Allow").click();
  await visitor.page.waitForURL(there);
  await helper.sees(null, there);

  await tabTo(page, "Save conversation", "Shift+Tab");
  assert.match((await savedFile(ours, page, () => keyboard.press("Enter"))).text, /It does come in red\./);
  await keyboard.press("e");
  await keyboard.press("Enter");
  await visitor.is("ended");
  await helper.is("ended");
  await keyboard.press("e");
  await keyboard.press("Enter");
  await page.getByRole("heading", { name: "All quiet" }).waitFor();
});
