// What axe finds in the main states of widget, console and shop: nothing. It sees into open shadow roots.

import { after, afterEach, before, test } from "node:test";

import { clean } from "./axe.mjs";
import { endAll, HelperHand, startBrowser, VisitorHand } from "./people.mjs";
import { startServer } from "./server.mjs";

let server, theirs, ours;
before(async () => {
  server = await startServer();
  [theirs, ours] = await Promise.all([startBrowser(), startBrowser()]);
});
afterEach(async () => {
  await Promise.all([theirs.leave(), ours.leave()]);
});
after(async () => {
  await endAll(theirs.close(), ours.close(), server.stop());
});

for (const colorScheme of ["light", "dark"]) {
  test(`widget and console, ${colorScheme}`, async () => {
    const look = { colorScheme, reducedMotion: "reduce" };
    const page = await theirs.window(look);
    await page.goto(server.demo);
    const visitor = new VisitorHand(page);
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
    await visitor.button("End").click();
    await visitor.is("ended");
    await helper.is("ended");
    await clean(page, "ended");
    await clean(helper.page, "an ended session");
  });
}

test("every page of the shop", async () => {
  const page = await theirs.window();
  for (const path of ["", "product.html?item=arc-lamp", "cart.html", "checkout.html", "guide.html", "thanks.html"]) {
    await page.goto(server.demo + path);
    await clean(page, path);
  }
});
