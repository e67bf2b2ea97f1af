// Proposals: the helper asks, the visitor answers, and nothing happens without their word. The real server, a browser
// for each of the two.

import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";

import { endAll, meet, startBrowsers } from "./people.mjs";
import { startServer } from "./server.mjs";

let server, theirs, ours;
before(async () => {
  server = await startServer();
  [theirs, ours] = await startBrowsers();
});
after(async () => {
  await endAll(theirs.close(), ours.close(), server.stop());
});
afterEach(async () => {
  await Promise.all([theirs.leave(), ours.leave()]);
});

/** Runs before the console's own scripts: gives the test the data channel, to say on it what the console never would. */
function giveChannel() {
  const { send } = RTCDataChannel.prototype;
  RTCDataChannel.prototype.send = function (data) {
    window.channel = this;
    send.call(this, data);
  };
}

async function connected({ prepare = () => {} } = {}) {
  const desk = await ours.window();
  await prepare(desk);
  const { helper, visitor, page } = await meet({ theirs, ours, server, desk });
  await page.evaluate(() => {
    window.told = [];
    for (const name of ["consent", "action"]) window.Alongside.on(name, (detail) => window.told.push([name, detail]));
  });
  return { helper, visitor, page, request: page.getByRole("alertdialog") };
}

const notes = (helper, text) => helper.log.getByRole("listitem").getByText(text);
const focused = (page) =>
  page.evaluate(() => {
    let { activeElement: found } = document;
    while (found?.shadowRoot?.activeElement) found = found.shadowRoot.activeElement;
    return found?.getAttribute("aria-label") ?? found?.textContent ?? "";
  });

test("an address on the page is proposed, shown whole, allowed, and gone to; the session goes on", async () => {
  const { helper, visitor, page, request } = await connected();
  const url = `${server.demo}#lamps`;
  await helper.propose(url);
  await notes(helper, `You asked them to go to ${url}`).waitFor();
  await request.waitFor();
  assert.match(await request.getAttribute("aria-label"), /^Demo helper /);
  await request.getByText(url, { exact: true }).waitFor();
  assert.equal(page.url(), server.demo);
  await request.getByRole("button", { name: "Allow", exact: true }).click();
  await page.waitForURL(url, { waitUntil: "commit" });
  await request.waitFor({ state: "detached" });
  await notes(helper, /^They agreed/).waitFor();
  await helper.sees(null, url);
  // Nothing was loaded anew: the two still talk.
  await visitor.is("connected");
  await visitor.say("Here I am.");
  await helper.reads("Here I am.");
  const detail = { id: 1, kind: "address", url };
  assert.deepEqual(await page.evaluate(() => window.told), [["consent", detail], ["action", detail]]);
});

test("another page of the site is gone to, and the address was said to leave this one", async () => {
  const { helper, page, request } = await connected();
  const url = `${server.demo}cart.html`;
  await helper.propose(url);
  await request.getByText(/may be lost/).waitFor();
  await request.getByRole("button", { name: "Allow", exact: true }).click();
  await page.waitForURL(url);
  await notes(helper, /^They agreed/).waitFor();
});

test("Not now and Escape keep the page, and the helper is told", async () => {
  const { helper, visitor, page, request } = await connected();
  await visitor.box.fill("half a word");
  await visitor.box.focus();
  await helper.propose(`${server.demo}cart.html`);
  await request.getByRole("button", { name: "Not now", exact: true }).click();
  await request.waitFor({ state: "detached" });
  await notes(helper, /rather not/).waitFor();
  // Back where the person was, with what they had written.
  assert.equal(await focused(page), "Message");
  assert.equal(await visitor.box.inputValue(), "half a word");

  await helper.propose(`${server.demo}guide.html`);
  await request.waitFor();
  await page.keyboard.press("Escape");
  await request.waitFor({ state: "detached" });
  await notes(helper, /rather not/).nth(1).waitFor();
  assert.equal(await focused(page), "Message");
  // Escape was the answer, and did not fold the panel behind it.
  await visitor.panel.waitFor();
  assert.equal(page.url(), server.demo);
  assert.deepEqual((await page.evaluate(() => window.told)).map(([name]) => name), ["consent", "consent"]);
});

test("who is typing does not answer by it", async () => {
  const { helper, visitor, page, request } = await connected();
  await visitor.box.focus();
  await helper.button("Refresh their page").click();
  await request.waitFor();
  await page.waitForFunction(() => document.querySelector("alongside-help").shadowRoot.activeElement?.role === "alertdialog");
  await page.keyboard.press("Enter");
  await page.keyboard.press("Space");
  assert.equal(await request.count(), 1);
  // By keyboard alone it is answered on purpose.
  await request.getByRole("button", { name: "Not now", exact: true }).focus();
  await page.keyboard.press("Enter");
  await request.waitFor({ state: "detached" });
  await notes(helper, /rather not/).waitFor();
});

test("a refresh is proposed, allowed, and the page is loaded again", async () => {
  const { helper, visitor, page, request } = await connected();
  await visitor.hasWayBack();
  await helper.button("Refresh their page").click();
  await notes(helper, /load their page again/).waitFor();
  await request.waitFor();
  const [reloaded] = await Promise.all([
    page.waitForEvent("load"),
    request.getByRole("button", { name: "Allow", exact: true }).click(),
  ]);
  assert.equal(reloaded.url(), server.demo);
  assert.equal(await page.evaluate(() => window.told), undefined);
  await notes(helper, /^They agreed/).waitFor();
  // The conversation goes on in the page that is loaded.
  await visitor.is("connected");
  await helper.is("connected");
});

test("a newer proposal of a kind takes the place of the older; one of each kind is open", async () => {
  const { helper, page, request } = await connected();
  await helper.propose(`${server.demo}#one`);
  await request.getByText(`${server.demo}#one`, { exact: true }).waitFor();
  await helper.propose(`${server.demo}#two`);
  await request.getByText(`${server.demo}#two`, { exact: true }).waitFor();
  assert.equal(await request.count(), 1);
  await helper.button("Refresh their page").click();
  await request.getByText(/load this page again/).waitFor();
  await request.getByRole("button", { name: "Not now", exact: true }).click();
  await request.getByText(`${server.demo}#two`, { exact: true }).waitFor();
  await request.getByRole("button", { name: "Allow", exact: true }).click();
  await page.waitForURL(`${server.demo}#two`, { waitUntil: "commit" });
  await helper.sees(null, `${server.demo}#two`);
});

test("what is written and sent before the next frame is what is proposed", async () => {
  const { helper, request } = await connected();
  await helper.page.evaluate((address) => {
    const button = [...document.querySelectorAll("button")].find(({ textContent }) => textContent === "Go to…");
    // By a mouse, which counts its presses.
    button.dispatchEvent(new MouseEvent("click", { bubbles: true, detail: 1 }));
    const box = document.querySelector("dialog[open] input");
    box.value = address;
    box.dispatchEvent(new InputEvent("input", { bubbles: true }));
    box.form.requestSubmit();
  }, `${server.demo}#quick`);
  await request.getByText(`${server.demo}#quick`, { exact: true }).waitFor();
});

test("the console proposes nothing of another site, and says why", async () => {
  const { helper, request } = await connected();
  await helper.button("Go to…").click();
  const dialog = helper.page.getByRole("dialog");
  const box = dialog.getByRole("textbox", { name: "Address" });
  assert.equal(await box.inputValue(), server.demo);
  for (const foreign of ["https://elsewhere.example/", "javascript:alert(1)", "//elsewhere.example/"]) {
    await box.fill(foreign);
    await helper.button("Propose").click();
    await dialog.getByRole("alert").getByText(/^Only addresses on localhost:\d+ can be proposed/).waitFor();
    await box.fill("");
    await helper.page.waitForFunction(() => document.querySelector("dialog [role=alert]").textContent === "");
  }
  await helper.page.keyboard.press("Escape");
  await dialog.waitFor({ state: "hidden" });
  assert.equal(await focused(helper.page), "Go to…");
  // Nothing has come of it: the next proposal is the first that the visitor hears of.
  await helper.button("Refresh their page").click();
  await request.getByText(/load this page again/).waitFor();
  assert.equal(await notes(helper, /^You asked them/).count(), 1);
});

test("what a hostile helper proposes is never shown", async () => {
  const { helper, visitor, page, request } = await connected({ prepare: (console) => console.addInitScript(giveChannel) });
  const origin = new URL(server.demo).origin;
  const hostile = [
    "javascript:alert(document.domain)",
    "data:text/html,<script>alert(1)</script>",
    "https://elsewhere.example/",
    `${origin}@elsewhere.example/`,
    `${origin}.elsewhere.example/`,
    `${origin}\\@elsewhere.example/`,
    `http://someone@${new URL(origin).host}/`,
    "//elsewhere.example/",
    "/demo/",
    "",
    `blob:${origin}/1`,
    `${origin}/a\u202Eb`,
  ];
  await page.evaluate(() => {
    window.shown = [];
    const root = document.querySelector("alongside-help").shadowRoot;
    const look = () => window.shown.push(...[...root.querySelectorAll("[role=alertdialog]")].map((found) => found.textContent));
    new MutationObserver(look).observe(root, { childList: true, subtree: true });
  });
  const say = (messages) =>
    helper.page.evaluate((said) => said.forEach((message) => window.channel.send(JSON.stringify(message))), messages);
  await say(hostile.map((url, at) => ({ type: "propose", id: at + 1, url })));
  // Behind all of these, one that may be shown.
  await say([{ type: "propose", id: 99, url: `${origin}/demo/guide.html` }]);
  await request.getByText(`${origin}/demo/guide.html`, { exact: true }).waitFor();
  const shown = new Set(await page.evaluate(() => window.shown));
  assert.equal(shown.size, 1, [...shown].join("\n"));
  await visitor.is("connected");
  assert.equal(page.url(), server.demo);
});

test("a helper who floods the page with what may not be proposed is left, and nothing stays on the screen", async () => {
  const { helper, visitor, request } = await connected({ prepare: (console) => console.addInitScript(giveChannel) });
  await helper.button("Refresh their page").click();
  await request.waitFor();
  await helper.page.evaluate(() => {
    for (let id = 1; id <= 100; id++) {
      if (window.channel.readyState === "open") window.channel.send(JSON.stringify({ type: "propose", id: 1, url: "javascript:1" }));
    }
  });
  await visitor.is("failed");
  await request.waitFor({ state: "detached" });
});

test("a helper who asks without pause has one question on the screen, and what has just come cannot be allowed", async () => {
  const { helper, visitor, page, request } = await connected();
  await page.evaluate(() => {
    window.ready = [];
    const root = document.querySelector("alongside-help").shadowRoot;
    const allow = () => [...root.querySelectorAll("[role=alertdialog] button")].find((button) => button.textContent === "Allow");
    window.Alongside.on("consent", () => window.ready.push(!allow().disabled));
  });
  for (let n = 0; n < 8; n++) await helper.button("Refresh their page").click();
  await page.waitForFunction(() => window.ready.length === 8);
  assert.equal(await request.count(), 1);
  assert.deepEqual((await page.evaluate(() => window.ready)).slice(1), Array(7).fill(false));
  await request.getByRole("button", { name: "Allow", exact: true }).and(page.locator(":enabled")).waitFor();
  await request.getByRole("button", { name: "Not now", exact: true }).click();
  await request.waitFor({ state: "detached" });
  await notes(helper, /rather not/).waitFor();
  await visitor.is("connected");
});

test("what is being typed stays while the visitor is between two pages, and is proposed when they are back", async () => {
  const { helper, visitor, page, request } = await connected();
  await visitor.hasWayBack();
  await helper.button("Go to…").click();
  const box = helper.page.getByRole("textbox", { name: "Address" });
  await box.fill(`${server.demo}cart.html`);
  await page.goto("about:blank");
  await helper.is("reconnecting");
  assert.equal(await box.evaluate((element) => element === document.activeElement), true);
  await helper.button("Propose").click();
  await helper.page.getByRole("dialog").getByRole("alert").getByText("That could not be proposed. Try again in a moment.").waitFor();
  assert.equal(await box.inputValue(), `${server.demo}cart.html`);
  await page.goto(server.demo);
  await visitor.is("connected");
  await helper.is("connected");
  await helper.button("Propose").click();
  await request.getByText(`${server.demo}cart.html`, { exact: true }).waitFor();
  await box.waitFor({ state: "hidden" });
  // Nothing is said any more of the one that failed.
  assert.equal(await helper.page.getByText("could not be proposed").filter({ visible: true }).count(), 0);
});

test("the end takes the question away", async () => {
  const { helper, visitor, request } = await connected();
  await helper.propose(`${server.demo}#one`);
  await request.waitFor();
  await helper.button("End session").click();
  await visitor.is("ended");
  await request.waitFor({ state: "detached" });
  await helper.button("Refresh their page").waitFor({ state: "detached" });
  assert.equal(await helper.button("Go to…").count(), 0);
});
