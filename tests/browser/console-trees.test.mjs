// What a screen reader meets in the console's main states.

import { after, before, test } from "node:test";

import { endAll, HelperHand, startBrowsers, VisitorHand } from "./people.mjs";
import { startServer } from "./server.mjs";
import { html, snippet, startSite } from "./site.mjs";
import { sameTree } from "./tree.mjs";

let server, theirs, ours, site;
before(async () => {
  server = await startServer();
  [theirs, ours] = await startBrowsers();
  site = await startSite({ "/": { html: html("Page", await snippet(server.origin)) } });
});
after(() => endAll(theirs.close(), ours.close(), site.stop(), server.stop()));

// One clock for both: whether it is tomorrow for the visitor must not depend on where the test runs.
const PLACE = { locale: "en-GB", timezoneId: "Europe/Berlin", viewport: { width: 1280, height: 800 } };

test("the console", { timeout: 90_000 }, async () => {
  const page = await ours.window(PLACE);
  const helper = new HelperHand(page);
  const whole = (name) => sameTree(page.locator("body"), `console-${name}`);
  const dialog = (label) => page.getByRole("dialog", { name: label });
  const shut = async (label) => {
    await page.keyboard.press("Escape");
    await dialog(label).waitFor({ state: "hidden" });
  };

  await page.goto(new URL("/console/", server.console).href);
  await helper.button("Import").waitFor();
  await whole("door");
  await HelperHand.at(page, server.console);
  await page.getByText("Connected", { exact: true }).waitFor();
  await whole("quiet");
  await page.keyboard.press("?");
  await sameTree(dialog("Keyboard shortcuts"), "console-shortcuts");
  await shut("Keyboard shortcuts");

  const visitor = new VisitorHand(await theirs.window(PLACE));
  await visitor.page.goto(`${site.origin}/`);
  await visitor.button("Help").click();
  await visitor.is("waiting");
  await visitor.say("Do you have a lamp?");
  await page.getByText(/^Somebody is waiting on/).waitFor();
  await whole("waiting");

  await helper.accept();
  await helper.reads("Do you have a lamp?");
  await helper.sees("Page", `${site.origin}/`);
  await helper.say("This lamp: https://example.org/lamp");
  await helper.log.getByText("Read").waitFor();
  await page.getByText("The visitor is now on Page.").waitFor();
  await whole("session");

  await helper.button("Go to…").click();
  await page.getByRole("textbox", { name: "Address" }).fill("https://elsewhere.example/");
  await helper.button("Propose").click();
  await page.getByRole("alert").getByText(/can be proposed/).waitFor();
  await sameTree(page.getByRole("dialog"), "console-go-to");
  await page.getByRole("textbox", { name: "Address" }).fill(`${site.origin}/lamp`);
  await helper.button("Propose").click();
  await visitor.button("Not now").click();
  await helper.log.getByText("They would rather not.").waitFor();
  await sameTree(helper.log, "console-proposal");

  await helper.button("Canned replies").click();
  await helper.button("New reply").click();
  await page.getByRole("textbox", { name: "Name", exact: true }).fill("hello");
  await page.getByRole("textbox", { name: "Text", exact: true }).fill("Hello, how can I help?");
  await helper.button("Save").click();
  await helper.button("Edit hello").waitFor();
  await sameTree(dialog("Canned replies"), "console-replies");
  await shut("Canned replies");

  await helper.button("Search").click();
  await page.getByRole("searchbox").fill("lamp");
  await page.getByRole("status").getByText("1 of 3").waitFor();
  await whole("search");
  await page.keyboard.press("Escape");
  await helper.button("End session").click();
  await visitor.is("ended");
  await page.getByText("You have ended the session.").waitFor();
  await whole("ended");
});
