// Makes a picture of every state of widget and console in each look, and of every page of the shop:
//
//   node screenshots.mjs DIR
//
// They are for eyes. Nothing is compared: fonts differ from machine to machine.

import { mkdirSync } from "node:fs";
import { join } from "node:path";

import { ARABIC, inArabic } from "./arabic.mjs";
import { shootDay } from "./day-pictures.mjs";
import { HelperHand, startBrowsers, VisitorHand as Hand } from "./people.mjs";
import { rewritten } from "./rewritten.mjs";
import { startServer } from "./server.mjs";
import { takeShopPictures } from "./shop-pictures.mjs";

const folder = process.argv[2] ?? "out";
mkdirSync(folder, { recursive: true });

const looks = {
  light: { colorScheme: "light", viewport: { width: 1280, height: 800 } },
  dark: { colorScheme: "dark", viewport: { width: 1280, height: 800 } },
  phone: { colorScheme: "light", viewport: { width: 390, height: 780 }, hasTouch: true },
  rtl: { colorScheme: "light", viewport: { width: 1280, height: 800 }, locale: "ar" },
};

// What is said of nobody there.
const CONTACT = "help@nook.example";

for (const [name, look] of Object.entries(looks)) {
  const server = await startServer();
  const [theirs, ours] = await startBrowsers();
  class VisitorHand extends Hand {
    constructor(page) {
      super(page, name === "rtl" ? ARABIC : {});
    }
  }
  const options = { ...look, reducedMotion: "reduce" };
  let count = 0;
  const shoot = async (who, page, state) => {
    await page.waitForTimeout(150);
    await page.screenshot({ path: join(folder, `${name}-${who}-${String(++count).padStart(2, "0")}-${state}.png`) });
  };
  const open = async (browser, address, { contact } = {}) => {
    const page = await browser.window(options);
    // The link to help before it names the team as well.
    const more = contact ? [[/(<script\b[^>]* )(?=data-team=)/, `$1data-contact="${contact}" `]] : [];
    await (name === "rtl" ? inArabic : rewritten)(page, ...more);
    await page.goto(address);
    return page;
  };
  try {
    const page = await open(theirs, `${server.demo}?q=lamp`, { contact: CONTACT });
    const visitor = new VisitorHand(page);
    await visitor.button("Help").waitFor();
    await shoot("widget", page, "launcher");
    await visitor.button("Help").click();
    await visitor.is("unavailable");
    await shoot("widget", page, "unavailable");
    await visitor.say("Is anybody there? I would like to know whether the arc lamp comes with a longer cable.");
    await shoot("widget", page, "unavailable-written");

    const desk = await open(ours, new URL("/console/", server.console).href);
    await desk.getByRole("textbox", { name: "Invite" }).waitFor();
    await shoot("console", desk, "door");
    await desk.getByRole("textbox", { name: "Invite" }).fill("https://help.example.org/console/");
    await desk.getByRole("button", { name: "Import" }).click();
    await shoot("console", desk, "door-wrong");
    await desk.getByRole("textbox", { name: "Invite" }).fill(server.console);
    await desk.getByRole("button", { name: "Import" }).click();
    const helper = new HelperHand(desk);
    await helper.waiting.getByRole("button", { name: "Accept" }).waitFor();
    await shoot("console", desk, "waiting");
    await visitor.is("waiting");
    await shoot("widget", page, "waiting");

    await helper.accept();
    await visitor.is("connected");
    await helper.reads("Is anybody there? I would like to know whether the arc lamp comes with a longer cable.");
    await helper.say("Hello! It does: https://nook.example/lamps/arc?cable=3m");
    await visitor.reads("https://nook.example/lamps/arc?cable=3m");
    await visitor.say("Wonderful.\nThree metres would be perfect.");
    await helper.log.getByText(/Three metres/).waitFor();
    await visitor.box.pressSequentially("And ");
    await shoot("widget", page, "connected");
    await shoot("console", desk, "session");
    const dialog = page.getByRole("alertdialog");
    await helper.button("Go to…").click();
    await shoot("console", desk, "go-to");
    await desk.getByRole("textbox", { name: "Address" }).fill("https://elsewhere.example/");
    await desk.keyboard.press("Enter");
    await shoot("console", desk, "go-to-elsewhere");
    await desk.getByRole("textbox", { name: "Address" }).fill(`${server.demo}product.html?item=arc-lamp&colour=forest-green#size`);
    await desk.keyboard.press("Enter");
    await dialog.waitFor();
    await shoot("widget", page, "address-proposed");
    await visitor.button("Not now").click();
    await helper.log.getByText(/rather not/).waitFor();
    await visitor.button("Close").click();
    await helper.button("Refresh their page").click();
    await dialog.waitFor();
    await shoot("widget", page, "refresh-proposed");
    await shoot("console", desk, "proposals");
    await visitor.button("Not now").click();
    await visitor.button("Help").click();
    await page.evaluate(() => history.pushState({}, "", "?q=plant&token=abcdef0123456789abcdef"));
    await helper.sees(null, `${server.demo}?q=plant`);
    await shoot("console", desk, "session-page-omitted");
    await page.evaluate(() => history.pushState({}, "", "reset/4f8a1c9e7b2d4f8a1c9e7b2d"));
    await shoot("console", desk, "session-page-redacted");
    await visitor.button("What is shared").click();
    await shoot("widget", page, "what-is-shared");
    await visitor.button("Record").click();
    await shoot("widget", page, "record");
    await visitor.button("Record").click();
    await visitor.button("Close").click();
    await helper.say("Shall I put one into your cart?");
    await page.waitForTimeout(300);
    await shoot("widget", page, "unread");

    // On a phone the lists and the session share the screen by turns.
    const lists = () => (name === "phone" ? helper.button("All sessions").click() : undefined);
    await lists();
    const second = new VisitorHand(await open(theirs, `${server.demo}guide.html#/wood`));
    await second.button("Help").click();
    await helper.waiting.getByRole("button", { name: "Accept" }).waitFor();
    await shoot("console", desk, "session-and-waiting");
    await helper.accept();
    await second.is("connected");
    await shoot("console", desk, "two-sessions");
    await visitor.button("Help").click();
    await lists();
    await helper.sessions.getByRole("button").first().click();
    await helper.button("End session").click();
    await visitor.is("ended");
    await shoot("widget", page, "ended-by-helper");
    await shoot("console", desk, "ended");
    await second.button("End").click();
    await second.is("ended");
    await shoot("widget", second.page, "ended-by-visitor");

    await lists();
    const lost = new VisitorHand(await open(theirs, server.demo));
    await lost.button("Help").click();
    await helper.accept();
    await lost.is("connected");
    await lost.hasWayBack();
    await lost.say("One moment, I am going to the cart.");
    const kept = await lost.page.evaluate(() => Object.entries({ ...sessionStorage }));
    const copy = await lost.page.context().newPage();
    if (name === "rtl") await inArabic(copy);
    await copy.addInitScript((kept) => kept.forEach(([name, value]) => sessionStorage.setItem(name, value)), kept);
    await copy.goto(server.demo);
    await new VisitorHand(copy).is("idle");
    await new VisitorHand(copy).status.waitFor();
    await shoot("widget", copy, "in-another-tab");
    await copy.close();
    await lost.page.goto("about:blank");
    await helper.is("reconnecting");
    await shoot("console", desk, "opening-the-next-page");
    await desk.waitForTimeout(11_000);
    await shoot("console", desk, "visitor-away");
    await lost.page.goto(server.demo);
    await lost.is("connected");
    await shoot("widget", lost.page, "back-on-the-next-page");
    await helper.button("Return to waiting").click();
    await lost.is("waiting");
    await shoot("console", desk, "given-back");
    await helper.button("Close").click();
    await lists();
    await helper.accept();
    await lost.is("connected");
    await lost.hasWayBack();
    await desk.goto("about:blank");
    await lost.is("reconnecting");
    await shoot("widget", lost.page, "finding-again");
    // A silent path is noticed late, and only then is the helper waited for.
    await lost.status.getByText(name === "rtl" ? "انقطع" : "went away").waitFor({ timeout: 30_000 });
    await shoot("widget", lost.page, "helper-away");
    await desk.goBack();
    await lost.is("connected");
    await shoot("widget", lost.page, "connection-back");
    await lost.button("End").click();

    await lists();
    const third = new VisitorHand(await open(theirs, server.demo));
    await third.button("Help").click();
    await third.is("waiting");
    await server.stop({ keep: true });
    await third.is("asking");
    await shoot("widget", third.page, "server-lost");
    await shoot("console", desk, "server-lost");

    await shootDay({ name, ours, theirs, open, VisitorHand, shoot });

    const fourth = new VisitorHand(await open(theirs, "about:blank"));
    const blocked = await startServer();
    await fourth.page.route(/\/chat\./, (route) => route.abort());
    await fourth.page.goto(blocked.demo);
    await fourth.button("Help").click();
    await fourth.is("failed");
    await shoot("widget", fourth.page, "chat-not-loaded");
    await blocked.stop();
  } finally {
    await server.stop().catch(() => {});
    await Promise.allSettled([theirs.close([/./]), ours.close([/./])]);
  }
  console.log(`${name}: ${count} pictures in ${folder}`);
}

await takeShopPictures(folder);
