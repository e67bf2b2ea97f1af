// What axe finds in the main states of widget, console and shop: nothing. It sees into open shadow roots.

import { after, afterEach, before, test } from "node:test";

import { ARABIC, inArabic } from "./arabic.mjs";
import { clean } from "./axe.mjs";
import { endAll, HelperHand, startBrowsers, VisitorHand } from "./people.mjs";
import { startServer } from "./server.mjs";
import { SHOP_PAGES } from "./shop-pages.mjs";

let server, theirs, ours;
before(async () => {
  server = await startServer();
  [theirs, ours] = await startBrowsers();
});
afterEach(async () => {
  await Promise.all([theirs.leave(), ours.leave()]);
});
after(async () => {
  // A name that is none is answered with 422, which Chromium calls an error.
  await endAll(theirs.close([/status of 422/]), ours.close(), server.stop());
});

const looks = { light: { colorScheme: "light" }, dark: { colorScheme: "dark" }, Arabic: { colorScheme: "light", names: ARABIC } };

for (const [kind, { colorScheme, names }] of Object.entries(looks)) {
  test(`widget and console, ${kind}`, async () => {
    const look = { colorScheme, reducedMotion: "reduce" };
    const page = await theirs.window(look);
    if (names) await inArabic(page);
    await page.goto(server.demo);
    const visitor = new VisitorHand(page, names);
    await visitor.button("Help").waitFor();
    await clean(page, "launcher");
    await visitor.button("Help").click();
    await visitor.is("unavailable");
    await clean(page, "nobody there");
    const helper = new HelperHand(await ours.window(look));
    await helper.page.goto(new URL("/console/", server.console).href);
    await helper.page.getByRole("textbox", { name: "Invite" }).waitFor();
    await clean(helper.page, "no invite");
    await HelperHand.at(helper.page, server.console);
    await helper.waiting.getByRole("button", { name: "Accept" }).waitFor();
    await clean(helper.page, "somebody waits");
    await clean(page, "waiting");
    await helper.accept();
    await visitor.is("connected");
    await visitor.say("Look: https://example.org/lamp");
    await helper.reads("https://example.org/lamp");
    await helper.say("I see it.");
    await visitor.reads("I see it.");
    await clean(page, "connected");
    await clean(helper.page, "a session");
    await helper.button("Go to…").click();
    await helper.page.getByRole("textbox", { name: "Address" }).fill("https://elsewhere.example/");
    await helper.button("Propose").click();
    await helper.page.getByRole("alert").getByText(/Only addresses on/).waitFor();
    await clean(helper.page, "an address that cannot be proposed");
    await helper.page.getByRole("textbox", { name: "Address" }).fill(`${server.demo}cart.html`);
    await helper.page.keyboard.press("Enter");
    await page.getByRole("alertdialog", { name: /Demo helper/ }).waitFor();
    await clean(page, "an address is proposed");
    await page.keyboard.press("Escape");
    await helper.log.getByText(/rather not/).waitFor();
    await helper.button("Refresh their page").click();
    await page.getByRole("alertdialog").waitFor();
    await clean(page, "a refresh is proposed");
    await clean(helper.page, "proposals in the conversation");
    await visitor.button("Not now").click();
    await visitor.button("What is shared").click();
    await clean(page, "what is shared");
    await visitor.button("Record").click();
    await visitor.panel.getByText(`${server.demo}cart.html`).waitFor();
    await clean(page, "the record");
    await visitor.button("End").click();
    await visitor.is("ended");
    await helper.is("ended");
    await clean(page, "ended");
    await clean(helper.page, "an ended session");
  });
}

for (const [look, options] of Object.entries({
  light: { colorScheme: "light" },
  dark: { colorScheme: "dark" },
  phone: { viewport: { width: 390, height: 780 } },
  "high contrast": { forcedColors: "active" },
})) {
  test(`every page of the shop, ${look}`, async () => {
    for (const [name, open] of Object.entries(SHOP_PAGES)) {
      const page = await theirs.window({ ...options, reducedMotion: "reduce" });
      await open(page, server.demo);
      await page.locator("alongside-help").waitFor({ state: "attached" });
      await clean(page, name);
      await theirs.leave();
    }
  });
}
