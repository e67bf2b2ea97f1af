// The demo shop's harder pages: one behind a cookie, one that is several by `pushState`, one with a Help button of its
// own, one with a modal dialog, one in Arabic. What a session and a helper's own window make of each.

import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";

import { ARABIC } from "./arabic.mjs";
import { LEFT } from "./browser-words.mjs";
import { endAll, HelperHand, startBrowsers, VisitorHand } from "./people.mjs";
import { startServer } from "./server.mjs";
import { SHOP_PAGES, signIn } from "./shop-pages.mjs";

let server, theirs, ours;
before(async () => {
  server = await startServer();
  [theirs, ours] = await startBrowsers();
});
afterEach(async () => {
  await Promise.all([theirs.leave(), ours.leave()]);
});
after(async () => {
  // A page that is left while it dials; a name that is none, which is answered with 422.
  const expected = [LEFT, /status of 422/];
  await endAll(theirs.close(expected), ours.close(expected), server.stop());
});

async function visit(path, options) {
  const page = await theirs.window(options);
  await page.goto(server.demo + path);
  return new VisitorHand(page, path === "ar.html" ? ARABIC : {});
}

/** A session on a page of the shop, asked for by a button of this name. */
async function session(path, button = "Help") {
  const helper = await HelperHand.at(await ours.window(), server.console);
  const visitor = await visit(path);
  await visitor.button(button).click();
  await helper.accept();
  await visitor.is("connected");
  await visitor.hasWayBack();
  const same = (mark) => helper.region.getByRole("status").getByText(`Same page: ${mark}`, { exact: true }).waitFor();
  return { helper, visitor, page: visitor.page, same };
}

/** The helper's own window on the visitor's page. */
async function copyOf({ helper }) {
  const [copy] = await Promise.all([helper.page.waitForEvent("popup"), helper.button("Open page").click()]);
  await copy.waitForLoadState();
  return copy;
}

async function talks({ helper, visitor }, words) {
  await visitor.say(words);
  await helper.reads(words);
  await helper.say(`Yes: ${words}`);
  await visitor.reads(`Yes: ${words}`);
}

const heading = (page, name) => page.getByRole("heading", { name, exact: true });

test("an account that only the visitor's browser gets, and a session that survives its forms", async () => {
  const pair = await session("account");
  const { helper, visitor, page, same } = pair;
  // Nobody is signed in yet, so both get the same page.
  assert.equal(page.url(), `${server.demo}sign-in`);
  const copy = await copyOf(pair);
  await same("yes");

  const name = `<b>Robin</b> & "Co."`;
  await page.getByRole("textbox", { name: "Your name" }).fill("   ");
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await page.getByRole("alert").getByText("Write a name first, of 40 letters at the most.").waitFor();
  await visitor.is("connected");
  await talks(pair, "A form that was answered with itself");
  await page.getByRole("textbox", { name: "Your name" }).fill(name);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await heading(page, `Hello, ${name}`).waitFor();
  assert.equal(page.url(), `${server.demo}account`);
  await visitor.is("connected");
  await helper.sees("Your account · Nook", `${server.demo}account`);

  // The helper's window has come along to the same address, and is shown another page.
  await same("no");
  await copy.waitForURL(`${server.demo}sign-in`);
  await heading(copy, "Sign in").waitFor();
  assert.equal(await copy.getByText("Robin").count(), 0);
  assert.equal(await helper.page.getByText("Robin").count(), 0, "the helper is told no name");
  await talks(pair, "My order is not here");

  const [cookie] = await page.context().cookies();
  assert.deepEqual([cookie.httpOnly, cookie.sameSite, cookie.path, cookie.expires], [true, "Lax", "/demo/", -1]);
  assert.equal(await page.evaluate(() => document.cookie), "");

  await page.reload();
  await heading(page, `Hello, ${name}`).waitFor();
  await visitor.is("connected");
  await page.getByRole("button", { name: "Ask about order 1041" }).click();
  await helper.sees("Your account · Nook", `${server.demo}account#order-1041`);

  await page.getByRole("button", { name: "Sign out" }).click();
  await heading(page, "Sign in").waitFor();
  await visitor.is("connected");
  await helper.sees("Sign in · Nook", `${server.demo}sign-in`);
  await same("yes");
  await talks(pair, "I have signed out");
  assert.deepEqual(await page.context().cookies(), []);
  await page.goBack();
  await heading(page, "Sign in").waitFor();
});

test("the account asks for help itself", async () => {
  const helper = await HelperHand.at(await ours.window(), server.console);
  const page = await theirs.window();
  await signIn(page, server.demo);
  const visitor = new VisitorHand(page);
  await visitor.button("Ask about order 1041").click();
  await visitor.is("waiting");
  await helper.accept();
  await helper.sees("Your account · Nook", `${server.demo}account#order-1041`);
});

test("a shelf in steps: each has a title and an address, and the helper's window shows the same", async () => {
  const pair = await session("shelf/");
  const { helper, visitor, page } = pair;
  const copy = await copyOf(pair);
  await page.evaluate(() => (window.sameDocument = true));
  // As on a small screen, it would stand over what is pressed.
  await visitor.button("Close").click();
  /** Both are at a step, with this choice. */
  const at = async (step, title, query) => {
    const address = `${server.demo}shelf/${step}?${query}`;
    await helper.sees(`${title} · Your shelf · Nook`, address);
    await copy.waitForURL(address);
    await heading(page, title).waitFor();
    await heading(copy, title).waitFor();
  };
  const choose = (name) => page.getByRole("radio", { name }).check();
  const next = (name) => page.getByRole("link", { name, exact: true }).click();

  await choose(/^120 cm/);
  await next("Next: boards");
  await at("boards", "Boards", "width=120&boards=1&wood=oak&brackets=steel");
  assert.equal(await heading(page, "Boards").evaluate((element) => element === document.activeElement), true);
  await choose(/^Two/);
  await next("Next: wood");
  await choose(/^Walnut/);
  await at("wood", "Wood", "width=120&boards=2&wood=walnut&brackets=steel");
  assert.equal(await copy.getByRole("radio", { name: /^Walnut/ }).isChecked(), true);
  await copy.getByRole("img", { name: "The shelf. width: 120 cm, boards: two, wood: walnut, brackets: black steel." }).waitFor();

  await page.goBack();
  await at("boards", "Boards", "width=120&boards=2&wood=oak&brackets=steel");
  await page.goForward();
  await at("wood", "Wood", "width=120&boards=2&wood=walnut&brackets=steel");
  assert.equal(await page.evaluate(() => window.sameDocument), true, "no page was loaded on the way");
  await page.reload();
  await visitor.is("connected");
  await at("wood", "Wood", "width=120&boards=2&wood=walnut&brackets=steel");
  await next("Next: brackets");
  await next("Next: overview");
  await at("overview", "Overview", "width=120&boards=2&wood=walnut&brackets=steel");
  await visitor.button("Help").click();
  await talks(pair, "Shall I take this one?");

  await visitor.button("Close").click();
  await page.getByRole("button", { name: "Add to cart" }).click();
  await page.getByRole("status").getByText("Your shelf is in the cart.").waitFor();
  await page.getByRole("link", { name: /^Cart/ }).click();
  const made = page.getByRole("link", { name: "Shelf, walnut, 120 cm" });
  assert.equal(await made.getAttribute("href"), "/demo/shelf/overview?width=120&boards=2&wood=walnut&brackets=steel");
  await page.getByText("€141.00").first().waitFor();
});

test("a shelf that nobody can make is the plainest one, and a cart that somebody has written holds what there is", async () => {
  const { page } = await visit("shelf/attic?width=7000&wood=%3Cscript%3E&boards=2");
  await heading(page, "Width").waitFor();
  await page.getByRole("img", { name: "The shelf. width: 60 cm, boards: two, wood: oak, brackets: black steel." }).waitFor();
  for (const kept of ["{", "null", "7", `{"shelf~1~2~3":1,"shelf~60~1~oak~steel":"x","zebra":2,"arc-lamp":-1}`]) {
    await page.evaluate((kept) => localStorage.setItem("nook-cart", kept), kept);
    await page.goto(`${server.demo}cart.html`);
    await page.getByText("Nothing in here yet.").waitFor();
  }
});

test("the shelf by keyboard alone", async () => {
  const { page } = await visit("shelf/");
  await page.getByRole("radio", { name: /^60 cm/ }).focus();
  await page.keyboard.press("ArrowDown");
  await page.waitForURL(/width=90/);
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.textContent), "Next: boards");
  await page.keyboard.press("Enter");
  await page.waitForURL(/shelf\/boards\?width=90/);
  // On from the heading: the radios come next.
  await page.keyboard.press("Tab");
  await page.keyboard.press("ArrowDown");
  await page.waitForURL(/boards=2/);
});

test("the care guide's chapters stand after the #, and the helper follows there", async () => {
  const pair = await session("guide.html");
  const { helper, visitor, page } = pair;
  const copy = await copyOf(pair);
  const at = async (title, hash) => {
    await helper.sees(`${title} · Care guide · Nook`, `${server.demo}guide.html${hash}`);
    await copy.waitForURL(`${server.demo}guide.html${hash}`);
    await heading(page, title).waitFor();
    await heading(copy, title).waitFor();
  };
  const chapter = (name) => page.getByRole("navigation", { name: "Chapters" }).getByRole("link", { name, exact: true });
  await at("Wood", "");
  await chapter("Stoneware").click();
  await at("Stoneware", "#/stoneware");
  assert.equal(await heading(page, "Stoneware").evaluate((element) => element === document.activeElement), true);
  await chapter("Light").click();
  await at("Light", "#/light");
  await page.goBack();
  await at("Stoneware", "#/stoneware");
  await page.goForward();
  await at("Light", "#/light");
  await page.reload();
  await visitor.is("connected");
  await at("Light", "#/light");
});

test("the shop's own button asks, says how it stands, and brings the chat back", async () => {
  const { visitor, page, helper } = await session("contact.html", "Start a chat");
  assert.equal(await visitor.button("Help").count(), 0, "ours stays away");
  const said = page.getByRole("main").getByRole("status");
  await said.getByText("Somebody is with you.").waitFor();
  await visitor.button("Close").click();
  await visitor.panel.waitFor({ state: "hidden" });
  await helper.say("Still there?");
  await visitor.button("Back to the chat").click();
  await visitor.reads("Still there?");
  await page.reload();
  await visitor.is("connected");
  await said.getByText("Somebody is with you.").waitFor();
  // The same when the page's own script is the last to come.
  await page.route(/\/contact\.js$/, async (route) => {
    await visitor.is("connected");
    await route.continue();
  });
  await page.reload();
  await said.getByText("Somebody is with you.").waitFor();
  await visitor.button("End").click();
  await visitor.button("Start another chat").waitFor();
});

test("a press on the shop's own button that is quicker than the widget is not lost", async () => {
  const page = await theirs.window();
  let come;
  const held = new Promise((resolve) => (come = resolve));
  await page.route(/\/alongside\.js$/, async (route) => {
    await held;
    await route.continue();
  });
  await page.goto(`${server.demo}contact.html`, { waitUntil: "commit" });
  const visitor = new VisitorHand(page);
  await visitor.button("Start a chat").click();
  come();
  await visitor.is("unavailable");
});

test("a modal dialog holds the focus, gives it back, and a session goes on behind it", async () => {
  const pair = await session("checkout.html");
  const { helper, visitor, page } = pair;
  await visitor.button("Close").click();
  const opens = page.getByRole("button", { name: "Write a card" });
  const dialog = page.getByRole("dialog", { name: "A card with it" });
  const words = dialog.getByRole("textbox", { name: "What shall it say?" });
  await opens.click();
  await dialog.waitFor();
  assert.equal(await words.evaluate((element) => element === document.activeElement), true);
  await words.fill("For your new desk");
  await dialog.getByText("143 letters left.").waitFor();
  await helper.say("Write something nice");
  await page.keyboard.press("Escape");
  await dialog.waitFor({ state: "hidden" });
  assert.equal(await opens.evaluate((element) => element === document.activeElement), true);

  // What was not put in is gone.
  await page.keyboard.press("Enter");
  assert.equal(await words.inputValue(), "");
  await words.fill("For your new desk");
  await dialog.getByRole("radio", { name: "A lamp" }).check();
  await dialog.getByRole("button", { name: "Put it in" }).click();
  await page.getByText("A card with a lamp: “For your new desk”").waitFor();
  await page.getByRole("button", { name: "Change the card" }).click();
  assert.equal(await words.inputValue(), "For your new desk");
  await dialog.getByRole("button", { name: "No card" }).click();
  await opens.waitFor();
  await visitor.button("Help").click();
  await visitor.reads("Write something nice");
  await talks(pair, "No card after all");
});

test("the Arabic page reads from right to left, and both write in Arabic", async () => {
  const pair = await session("ar.html");
  const { helper, visitor, page } = pair;
  assert.deepEqual(await page.evaluate(() => [document.documentElement.lang, document.dir]), ["ar", "rtl"]);
  assert.equal(await page.locator("script[data-team]").getAttribute("data-lang"), null, "the page says its language");
  const place = (role, name) => page.getByRole(role, { name, exact: true }).first().boundingBox();
  const [brand, cart] = [await place("link", "نوك"), await place("link", "السلّة")];
  assert.ok(brand.x > cart.x, "the header begins on the right");
  const cards = await page.getByRole("listitem").filter({ has: page.getByRole("heading", { level: 3 }) }).all();
  const [first, second] = await Promise.all(cards.map((card) => card.boundingBox()));
  assert.ok(first.x > second.x, "so do the shelves");
  await helper.sees("نوك، أشياء جميلة لمكتب صغير", `${server.demo}ar.html`);
  await talks(pair, "مرحبا، هل تأتي اللمبة مع المصباح؟");
  await visitor.button("Close").click();
  await page.getByRole("button", { name: "أضِف كوب الخزف إلى السلّة" }).click();
  await page.getByRole("status").getByText("صار كوب الخزف في سلّتك.").waitFor();
  await page.getByRole("group").getByText("بأيّ لغة أكتب إليكم؟").click();
  await page.getByText("كما يحلو لك").waitFor();
});

test("no page of the shop moves under the reader or is wider than a phone", async (t) => {
  if (theirs.kind === "firefox") return t.skip("Firefox does not tell what has moved: it has no layout-shift entries");
  for (const width of [1280, 390]) {
    for (const [name, open] of Object.entries(SHOP_PAGES)) {
      const page = await theirs.window({ viewport: { width, height: 780 } });
      await page.addInitScript(() => {
        window.moved = [];
        new PerformanceObserver((list) => {
          for (const { value, hadRecentInput, sources } of list.getEntries()) {
            if (!hadRecentInput) window.moved.push([value, ...sources.map(({ node }) => node?.outerHTML?.slice(0, 80))]);
          }
        }).observe({ type: "layout-shift", buffered: true });
      });
      await open(page, server.demo);
      await page.locator("alongside-help").waitFor({ state: "attached" });
      await page.waitForTimeout(200);
      assert.deepEqual(await page.evaluate(() => window.moved), [], `${name} at ${width} moves`);
      // The smallest phone there is, and what a window is to somebody who magnifies four times.
      await page.setViewportSize({ width: 320, height: 640 });
      const wide = await page.evaluate(() => document.documentElement.scrollWidth);
      assert.ok(wide <= 320, `${name} is ${wide} wide`);
      await theirs.leave();
    }
  }
});

test("every page leads to every part of the shop, and says which of them it is", async (t) => {
  if (theirs.kind === "firefox") return t.skip("Playwright cannot ask Firefox for less motion");
  const parts = ["", "shelf/", "guide.html", "contact.html", "ar.html", "account", "cart.html"];
  for (const [name, open] of Object.entries(SHOP_PAGES)) {
    const page = await theirs.window({ reducedMotion: "reduce" });
    await open(page, server.demo);
    const links = page.getByRole("banner").getByRole("link");
    const led = await links.evaluateAll((links) => links.map((link) => link.href));
    for (const part of parts) assert.ok(led.includes(server.demo + part), `${name} does not lead to ${part}`);
    assert.equal(await page.getByRole("heading", { level: 1 }).count(), 1, name);
    assert.ok((await page.locator(".top [aria-current=page]").count()) <= 1, name);
    const moving = await page.evaluate(() => document.getAnimations().length);
    assert.equal(moving, 0, `${name} moves for somebody who has asked for no motion`);
    await theirs.leave();
  }
});
