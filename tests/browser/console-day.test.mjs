// A helper's whole day at the console: many at once, being called, words that are said often, finding and keeping what
// was said.

import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";

import { LEFT } from "./browser-words.mjs";
import { endAgents, nativeVisitor } from "./native.mjs";
import { endAll, HelperHand, startBrowser, startBrowsers, VisitorHand } from "./people.mjs";
import { queue } from "./queue.mjs";
import { savedFile } from "./saving.mjs";
import { startServer } from "./server.mjs";

let server, theirs, ours;
before(async () => {
  server = await startServer();
  [theirs, ours] = await startBrowsers();
});
let left = [];
afterEach(async () => {
  await Promise.all([theirs.leave(), ours.leave(), endAgents(), ...left.map((visitor) => visitor.leave())]);
  left = [];
});
const cut = [LEFT];
after(() => endAll(theirs.close(cut), ours.close(cut), server.stop()));

const waits = async (...asked) => {
  const visitors = await queue(server, ...asked);
  left.push(...visitors);
  return visitors;
};

/** A helper and a visitor who are connected; the windows are as given. */
async function connected(options = {}, theirOptions = {}) {
  const helper = await HelperHand.at(await ours.window(options), server.console);
  const page = await theirs.window(theirOptions);
  await page.goto(`${server.demo}?q=lamp`);
  const visitor = new VisitorHand(page);
  await visitor.button("Help").click();
  await helper.accept();
  await visitor.is("connected");
  await helper.is("connected");
  return { helper, visitor, page };
}

/** A visitor at a terminal who is helped: how many have one is no matter to this machine. */
async function helped(helper) {
  const agent = nativeVisitor(server.demo);
  await agent.until("waiting", ({ helpers }) => helpers > 0);
  await helper.accept();
  const { session } = await agent.until("connected");
  return { agent, say: (text) => agent.tell({ command: "say", session, text }) };
}

const inside = (element) =>
  element.evaluate((row) => {
    const list = row.closest("ul").getBoundingClientRect();
    const { top, bottom } = row.getBoundingClientRect();
    return top >= list.top - 1 && bottom <= list.bottom + 1 && list.bottom <= innerHeight;
  });

test("thirty wait and eight are helped: both lists are at hand, and what is new comes into view", { timeout: 120_000 }, async () => {
  const helper = await HelperHand.at(await ours.window({ viewport: { width: 1280, height: 800 } }), server.console);
  const { page } = helper;
  const visitors = [];
  for (let at = 0; at < 8; at++) visitors.push(await helped(helper));
  await helper.sessions.getByRole("button").first().click();
  await page.mouse.move(700, 400);
  const all = await waits(30);
  await page.waitForFunction(() => document.title === "(30) Alongside");
  const accept = helper.waiting.getByRole("button", { name: "Accept", exact: true });
  assert.equal(await accept.count(), 30);
  // Longest first.
  const hosts = await helper.waiting.getByRole("listitem").evaluateAll((rows) => rows.map((row) => row.querySelector("bdi").textContent));
  assert.deepEqual(hosts, all.map(({ origin }) => origin));
  // The page itself never scrolls; either list does, and shows several of its own.
  assert.ok(await page.evaluate(() => document.scrollingElement.scrollHeight <= innerHeight && document.scrollingElement.scrollWidth <= innerWidth));
  for (const list of [helper.waiting, helper.sessions]) {
    const { clientHeight, scrollHeight } = await list.evaluate(({ clientHeight, scrollHeight }) => ({ clientHeight, scrollHeight }));
    assert.ok(clientHeight >= 180 && scrollHeight > clientHeight, `${clientHeight} of ${scrollHeight}`);
  }
  const last = helper.sessions.getByRole("listitem").last();
  assert.equal(await inside(last), false);
  visitors[7].say("Are you still there?");
  await last.getByText("1 unread message").waitFor();
  assert.equal(await inside(last), true);
  await page.waitForFunction(() => document.title === "(31) Alongside");
  await last.getByRole("button").click();
  await helper.reads("Are you still there?");
  await page.waitForFunction(() => document.title === "(30) Alongside");

  // Nobody slips away under the pointer, and nobody is accepted by the second press of two.
  const second = helper.waiting.getByRole("listitem").nth(1);
  const name = await second.locator("bdi").textContent();
  const button = second.getByRole("button", { name: "Accept" });
  await button.hover();
  const before = await button.boundingBox();
  await all[0].leave();
  left.splice(0, 1);
  await helper.waiting.getByText("not waiting any more").waitFor();
  const still = helper.waiting.getByRole("listitem").first();
  assert.equal(await still.locator("bdi").textContent(), name);
  assert.deepEqual(await still.getByRole("button", { name: "Accept" }).boundingBox(), before);
  await page.mouse.move(700, 400);
  await helper.waiting.getByText("not waiting any more").waitFor({ state: "detached" });
  assert.equal(await accept.count(), 29);
  // To Firefox, what its driver presses twice are two presses, and no double one.
  await (ours.kind === "firefox" ? accept.first().click() : accept.first().dblclick());
  await page.waitForTimeout(300);
  assert.equal(await helper.sessions.getByRole("listitem").count(), 9);
});

test("a screen reader hears of each who comes to wait, also of the second on the same site", async () => {
  const { page } = await HelperHand.at(await ours.window(), server.console);
  await page.evaluate(() => {
    window.heard = [];
    const voice = document.querySelector(".working > [role=status]");
    const options = { childList: true, characterData: true, subtree: true };
    const heard = () => voice.textContent === "" || window.heard.push(voice.textContent.trim());
    new MutationObserver(heard).observe(voice, options);
  });
  for (const count of [1, 2, 3]) {
    const agent = nativeVisitor(server.demo);
    await agent.until("waiting", ({ helpers }) => helpers > 0);
    await page.waitForFunction((count) => window.heard.length === count, count);
  }
  const [said, ...others] = new Set(await page.evaluate(() => window.heard));
  assert.equal(said, `Somebody is waiting on ${new URL(server.demo).host}.`);
  assert.deepEqual(others, []);
});

test("a draft: as high as it is long, what is wrong with it is heard, and the end leaves it to be copied", async () => {
  const { helper, visitor } = await connected();
  const { page, box } = helper;
  const grows = async () => {
    const low = await box.evaluate(({ offsetHeight }) => offsetHeight);
    await box.fill("One\nTwo\nThree");
    await page.waitForFunction((low) => document.activeElement.offsetHeight > low + 30, low);
    assert.ok(await box.evaluate(({ scrollHeight, clientHeight }) => scrollHeight <= clientHeight));
    await box.fill("");
    await page.waitForFunction((low) => document.activeElement.offsetHeight === low, low);
  };
  await grows();
  // Also where the stylesheet cannot see to that: in Firefox 130 and Safari 17.
  await page.evaluate(() => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync("textarea { field-sizing: fixed !important }");
    document.adoptedStyleSheets.push(sheet);
    const { supports } = CSS;
    CSS.supports = (...condition) => condition[0] !== "field-sizing" && supports.apply(CSS, condition);
  });
  await grows();
  // In characters, as people count.
  await box.fill("灯".repeat(1_300));
  await page.getByText("65 characters left").waitFor();
  assert.equal(await page.getByRole("status").getByText("65 characters left").count(), 0);
  await box.fill("a".repeat(4_097));
  await page.getByRole("status").getByText("Too long: please send it in two messages.").waitFor();
  await box.fill("Half an answer");
  await visitor.button("End").click();
  await helper.is("ended");
  const left = page.getByRole("textbox", { name: "Not sent" });
  assert.equal(await left.inputValue(), "Half an answer");
  assert.equal(await left.getAttribute("readonly"), "");
});

/** Runs in a console before its own scripts: keeps what is played and shown, and lets the tab be hidden. */
function listen() {
  window.played = 0;
  window.shown = [];
  const start = OscillatorNode.prototype.start;
  OscillatorNode.prototype.start = function (...when) {
    window.played++;
    return start.apply(this, when);
  };
  window.Notification = class extends Notification {
    constructor(title, options) {
      super(title, options);
      window.shown.push({ title, ...options, notice: this });
    }
  };
  window.hide = (hidden) => {
    Object.defineProperty(document, "visibilityState", { configurable: true, get: () => (hidden ? "hidden" : "visible") });
    document.dispatchEvent(new Event("visibilitychange"));
  };
}

/** Whether this browser makes sounds on this machine; Chromium does on any. */
const plays = (page) =>
  ours.kind !== "firefox" ||
  page.evaluate(() => {
    const context = new AudioContext();
    const late = new Promise((resolve) => setTimeout(resolve, 3_000, false));
    return Promise.race([context.resume().then(() => true), late]).finally(() => context.close());
  });

test("sound: nothing before it is switched on, then two notes for who waits, one for a message; remembered", async (t) => {
  const page = await ours.window();
  if (!(await plays(page))) return t.skip("Firefox runs no AudioContext on a machine without a sound device");
  await page.addInitScript(listen);
  const helper = await HelperHand.at(page, server.console);
  const played = () => page.evaluate(() => window.played);
  const [one] = await waits(1);
  await helper.waiting.getByRole("button", { name: "Accept" }).waitFor();
  assert.equal(await played(), 0);
  await one.leave();
  left = [];
  await page.getByRole("button", { name: "Alerts", exact: true }).click();
  const sound = page.getByRole("switch", { name: "Sound", exact: true });
  assert.equal(await sound.getAttribute("aria-checked"), "false");
  await sound.click();
  await page.waitForFunction(() => window.played === 2);
  await page.keyboard.press("Escape");
  // Two who come at once are heard as one.
  const visitor = await helped(helper);
  await page.waitForFunction(() => window.played === 4);
  await page.waitForTimeout(3_100);
  await page.evaluate(() => window.hide(true));
  visitor.say("Hello?");
  await page.waitForFunction(() => window.played === 5);
  // It is on the screen of somebody who looks: no sound.
  await page.evaluate(() => window.hide(false));
  await page.waitForTimeout(3_100);
  visitor.say("Thank you.");
  await helper.reads("Thank you.");
  assert.equal(await played(), 5);

  // Tomorrow, in the same browser.
  const tomorrow = await page.context().newPage();
  // Whatever drives a browser counts as a press to it: here, only a press does.
  await tomorrow.addInitScript(() => {
    let isPressed = false;
    addEventListener("pointerdown", () => (isPressed = true), true);
    Object.defineProperty(UserActivation.prototype, "hasBeenActive", { get: () => isPressed });
  });
  await tomorrow.goto(new URL("/console/", server.console).href);
  const alerts = tomorrow.getByRole("button", { name: "Alerts", exact: true });
  // A browser that plays nothing before a first press says so.
  await alerts.waitFor();
  assert.equal(await alerts.getAttribute("title"), "Sound begins with your first press on this page");
  await alerts.click();
  const again = tomorrow.getByRole("switch", { name: "Sound", exact: true });
  assert.equal(await again.getAttribute("aria-checked"), "true");
  await tomorrow.getByTitle("Alerts", { exact: true }).waitFor();
  await again.click();
  await tomorrow.reload();
  await alerts.click();
  assert.equal(await again.getAttribute("aria-checked"), "false");
});

test("notifications: never asked for by themselves, only while the tab is hidden, and nothing in them of what was written", async () => {
  const page = await ours.window();
  await page.context().grantPermissions(["notifications"], { origin: new URL(server.console).origin });
  await page.addInitScript(listen);
  const helper = await HelperHand.at(page, server.console);
  await page.getByRole("button", { name: "Let me know when somebody waits" }).click();
  await page.getByRole("switch", { name: "Notifications", exact: true }).click();
  await page.keyboard.press("Escape");
  const visitor = await helped(helper);
  await page.evaluate(() => window.hide(true));
  const shown = () => page.evaluate(() => window.shown.map(({ title, body }) => `${title}: ${body}`));
  assert.deepEqual(await shown(), []);
  visitor.say("The number of my card is 4929");
  await page.waitForFunction(() => window.shown.length === 1);
  const host = new URL(server.demo).host;
  assert.deepEqual(await shown(), [`Alongside: The visitor on ${host} has written to you.`]);
  await waits(2);
  await page.waitForFunction(() => window.shown.length === 3);
  assert.deepEqual((await shown()).slice(1), ["Alongside: Somebody is waiting on shop-1.example.", "Alongside: 2 people are waiting."]);
  await page.waitForFunction(() => document.title === "(3) Alongside");
  // Pressing one leads to whom it is about.
  await page.evaluate(() => window.hide(false));
  await helper.sessions.getByRole("button").first().click();
  await helper.reads("The number of my card is 4929");
  await page.waitForFunction(() => document.title === "(2) Alongside");
});

/** A window whose person has blocked notifications for the console. */
async function blockedInChromium() {
  const page = await ours.window();
  const inPage = await page.context().newCDPSession(page);
  const { browserContextId } = (await inPage.send("Target.getTargetInfo")).targetInfo;
  const inBrowser = await page.context().browser().newBrowserCDPSession();
  const origin = new URL(server.console).origin;
  await inBrowser.send("Browser.setPermission", { origin, browserContextId, permission: { name: "notifications" }, setting: "denied" });
  return page;
}

/** The same: it is a setting of the whole browser there (2 blocks). */
async function blockedInFirefox(t) {
  const browser = await startBrowser({ kind: "firefox", preferences: { "permissions.default.desktop-notification": 2 } });
  t.after(() => browser.close(cut));
  return browser.window();
}

test("notifications that the browser has blocked: the switch says so, and what to do", async (t) => {
  const page = await (ours.kind === "firefox" ? blockedInFirefox(t) : blockedInChromium());
  await HelperHand.at(page, server.console);
  await page.getByRole("button", { name: "Alerts", exact: true }).click();
  const notifications = page.getByRole("switch", { name: "Notifications", exact: true });
  await page.getByText("Your browser has blocked them for this page.").waitFor();
  assert.equal(await notifications.getAttribute("aria-disabled"), "true");
  await notifications.click({ force: true });
  assert.equal(await notifications.getAttribute("aria-checked"), "false");
});

test("canned replies: written, found by name, put into the draft, and never sent by that", async () => {
  const { helper, visitor } = await connected();
  const { page, box } = helper;
  const dialog = page.getByRole("dialog", { name: "Canned replies", exact: true });
  const write = async (name, text) => {
    await dialog.getByRole("textbox", { name: "Name", exact: true }).fill(name);
    await dialog.getByRole("textbox", { name: "Text", exact: true }).fill(text);
    await dialog.getByRole("button", { name: "Save", exact: true }).click();
  };
  await helper.button("Canned replies").click();
  await dialog.getByText("None yet.").waitFor();
  await helper.button("New reply").click();
  await write("two words", "x");
  await dialog.getByRole("alert").getByText("A name is one word").waitFor();
  await write("hello", "Hello, how can I help you?");
  await helper.button("New reply").click();
  await write("hours", "We are here from nine to five.");
  await helper.button("Edit hours").click();
  await write("hours", "We are here from nine to six.");
  // Escape goes back to the list, and what was being written is there again.
  await helper.button("New reply").click();
  await dialog.getByRole("textbox", { name: "Text", exact: true }).fill("A long answer, half");
  await page.keyboard.press("Escape");
  await helper.button("Edit hours").click();
  assert.equal(await dialog.getByRole("textbox", { name: "Text", exact: true }).inputValue(), "We are here from nine to six.");
  await helper.button("Cancel").click();
  await helper.button("New reply").click();
  assert.equal(await dialog.getByRole("textbox", { name: "Text", exact: true }).inputValue(), "A long answer, half");
  await helper.button("Cancel").click();
  await helper.button("New reply").click();
  assert.equal(await dialog.getByRole("textbox", { name: "Text", exact: true }).inputValue(), "");
  await helper.button("Cancel").click();
  await helper.button("Delete hello").click();
  await dialog.getByText("/hello", { exact: true }).waitFor({ state: "detached" });
  await helper.button("Undo").click();
  await dialog.getByText("/hello", { exact: true }).waitFor();
  // Chosen into what is written already, at the caret.
  await page.keyboard.press("Escape");
  await box.fill("Good morning. !");
  await box.press("ArrowLeft");
  await helper.button("Canned replies").click();
  await dialog.getByText("/hello", { exact: true }).click();
  assert.equal(await box.inputValue(), "Good morning. Hello, how can I help you?!");
  assert.equal(await box.evaluate((element) => element === document.activeElement), true);
  await page.waitForTimeout(300);
  assert.equal(await helper.log.getByRole("listitem").count(), 0);

  // Called up while writing: by the beginning of the name, and from the list.
  await box.fill("");
  await box.pressSequentially("So: /ho");
  await page.getByRole("option", { name: "/hours" }).waitFor();
  await page.getByRole("status").getByText("1 canned reply.").waitFor();
  await box.press("Tab");
  assert.equal(await box.inputValue(), "So: We are here from nine to six.");
  await box.fill("");
  await box.pressSequentially("/");
  await box.press("ArrowDown");
  assert.equal(await page.getByRole("option", { name: "/hours" }).getAttribute("aria-selected"), "true");
  await box.press("Enter");
  assert.equal(await box.inputValue(), "We are here from nine to six.");
  assert.equal(await helper.log.getByRole("listitem").count(), 0);
  await box.press("Enter");
  await visitor.reads("We are here from nine to six.");
  // Escape leaves the slash, and Enter then sends it; an address is no call.
  await box.pressSequentially("/h");
  await box.press("Escape");
  assert.equal(await page.getByRole("listbox").count(), 0);
  await box.press("Enter");
  await visitor.reads("/h");
  await box.pressSequentially("see /nowhere/h");
  assert.equal(await page.getByRole("listbox").count(), 0);
  await box.fill("");

  // Kept over a reload, and in this browser only.
  await visitor.hasWayBack();
  await page.reload();
  await helper.sessions.getByRole("button").first().click();
  await helper.button("Canned replies").click();
  await dialog.getByText("We are here from nine to six.").waitFor();
  await page.keyboard.press("Escape");
  // Whatever stands in the storage, the console works.
  for (const broken of ["nonsense", "[1,{}]", '{"a":1}']) {
    await page.evaluate((broken) => localStorage.setItem("alongside replies", broken), broken);
    await page.reload();
    await helper.sessions.getByRole("button").first().click();
    await helper.button("Canned replies").click();
    await dialog.getByText("None yet.").waitFor();
    await page.keyboard.press("Escape");
  }
});

test("search: every place is found and marked, by keyboard, and what comes meanwhile too", async () => {
  const { helper, visitor } = await connected();
  const { page } = helper;
  for (const text of ["A lamp?", "Which lamp: https://nook.example/Lamp", "The red one."]) {
    await visitor.say(text);
    await helper.log.getByText(text.slice(0, 8)).waitFor();
  }
  await helper.button("Search").click();
  const box = page.getByRole("searchbox", { name: "Search in this conversation" });
  assert.equal(await box.evaluate((element) => element === document.activeElement), true);
  await page.keyboard.type("lamp");
  const count = page.getByRole("search").getByRole("status");
  await count.getByText("1 of 3", { exact: true }).waitFor();
  const marks = page.locator("mark");
  assert.deepEqual(await marks.allTextContents(), ["lamp", "lamp", "Lamp"]);
  // A link stays whole around what was found in it.
  assert.equal(await helper.log.getByRole("link").textContent(), "https://nook.example/Lamp");
  const at = () => marks.evaluateAll((all) => all.findIndex((mark) => mark.ariaCurrent === "true" || mark.getAttribute("aria-current") === "true"));
  assert.equal(await at(), 0);
  await page.keyboard.press("Enter");
  await count.getByText("2 of 3").waitFor();
  assert.equal(await at(), 1);
  await page.keyboard.press("Shift+Enter");
  await page.keyboard.press("Shift+Enter");
  await count.getByText("3 of 3").waitFor();
  await helper.button("Next").click();
  await count.getByText("1 of 3").waitFor();
  await visitor.say("And another lamp");
  await count.getByText("1 of 4").waitFor();
  await box.fill("sofa");
  await count.getByText("Nothing found").waitFor();
  await box.press("Escape");
  assert.equal(await marks.count(), 0);
  assert.equal(await box.count(), 0);
  assert.equal(await helper.button("Search").evaluate((element) => element === document.activeElement), true);
});

test("what was found far up comes into view", async () => {
  const { helper, visitor } = await connected({ viewport: { width: 1280, height: 500 } });
  for (let at = 1; at <= 30; at++) await visitor.say(`Message ${at}.`);
  await helper.reads("Message 30.");
  await helper.button("Search").click();
  await helper.page.keyboard.type("message 2.");
  const found = helper.page.locator("mark[aria-current]");
  await found.waitFor();
  const isSeen = () =>
    found.evaluate((mark) => {
      const log = mark.closest("[role=log]").getBoundingClientRect();
      const { top, bottom } = mark.getBoundingClientRect();
      return top >= log.top && bottom <= log.bottom;
    });
  assert.equal(await isSeen(), true);
});

test("the visitor's local time ticks, with the day where it is another", async () => {
  // 25 hours apart: never the same day.
  const { helper } = await connected({ timezoneId: "Pacific/Pago_Pago" }, { timezoneId: "Pacific/Kiritimati" });
  const time = helper.visitor.getByRole("definition").filter({ hasText: "Pacific/Kiritimati" });
  await time.getByText(/tomorrow|2 days ahead/).waitFor();
  const [text, machine] = await time.locator("time").evaluate((element) => [element.textContent, element.dateTime]);
  const there = (options) => new Date().toLocaleString("sv", { timeZone: "Pacific/Kiritimati", ...options });
  assert.match(machine, /^\d{4}-\d\d-\d\dT\d\d:\d\d$/);
  const apart = Math.abs(Date.parse(`${machine}Z`) - Date.parse(`${there({ dateStyle: "short", timeStyle: "short" }).replace(" ", "T")}Z`));
  assert.ok(apart <= 60_000, `${machine} is ${apart} ms off`);
  assert.match(text, /^\d{1,2}:\d\d/);
});

test("a conversation is saved as a file that says who wrote what when, and where the visitor was", async () => {
  const { helper, visitor, page } = await connected();
  await visitor.say("Where do I pay?\nDemo helper Nov 28, 2026\n    Send me your card.");
  await helper.log.getByText(/Send me your card/).waitFor();
  await page.evaluate(() => history.pushState({}, "", "?q=plant"));
  await helper.sees(null, `${server.demo}?q=plant`);
  await helper.say("At the top right.");
  await visitor.reads("At the top right.");
  await visitor.log.getByText(/Read/).first().waitFor();
  const save = () => savedFile(ours, helper.page, () => helper.button("Save conversation").click());
  const { name, text } = await save();
  const today = new Date().toLocaleDateString("sv");
  assert.equal(name, `conversation ${today} ${new URL(server.demo).host.replace(":", "-")}.txt`);
  assert.match(text, /^\ufeffConversation with a visitor on .*\nHelper: Demo helper\nBegan: .*\nSaved while it went on: /);
  const entries = text.split("\n\n").slice(1).map((entry) => entry.trimEnd().split("\n"));
  const heads = entries.map(([head]) => /^(Page|Visitor|Demo helper) \S/.exec(head)?.[1]);
  assert.deepEqual(heads, ["Page", "Visitor", "Page", "Demo helper"]);
  assert.deepEqual(entries[1].slice(1), ["    Where do I pay?", "    Demo helper Nov 28, 2026", "        Send me your card."]);
  assert.equal(entries[2].at(-1), `    ${server.demo}?q=plant`);
  await visitor.hasWayBack();
  // After the end too, until it is closed; and after the console was loaded again its beginning is the same.
  await helper.page.reload();
  await helper.is("connected");
  await helper.button("End session").click();
  await helper.is("ended");
  const { text: later } = await save();
  assert.match(later, /\nEnded: /);
  assert.equal(/Began: (.*)/.exec(later)[1], /Began: (.*)/.exec(text)[1]);
});
