// What a screen reader meets in the widget's main states.

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
after(async () => {
  await endAll(theirs.close(), ours.close(), site.stop(), server.stop());
});

test("the widget", async () => {
  const page = await theirs.window({ locale: "en-GB", timezoneId: "Europe/Berlin", viewport: { width: 1280, height: 800 } });
  await page.goto(`${site.origin}/`);
  const visitor = new VisitorHand(page);
  await visitor.button("Help").waitFor();
  await sameTree(page.locator("alongside-help"), "launcher");
  await visitor.button("Help").click();
  await visitor.is("unavailable");
  await sameTree(page.locator("alongside-help"), "unavailable");
  await visitor.say("Hello?");
  const helper = await HelperHand.at(await ours.window(), server.console);
  await visitor.is("waiting");
  await sameTree(page.locator("alongside-help"), "waiting");
  await helper.accept();
  await visitor.is("connected");
  await helper.reads("Hello?");
  await helper.say("Hello. See https://example.org/lamp");
  await visitor.panel.getByRole("link").waitFor();
  await visitor.log.getByText("Read").waitFor();
  await sameTree(page.locator("alongside-help"), "connected");
  await visitor.button("What is shared").click();
  await visitor.panel.getByText(`${site.origin}/`).waitFor();
  await sameTree(page.locator("alongside-help"), "shared");
  await visitor.button("What is shared").click();
  await helper.button("Go to…").click();
  await helper.page.getByRole("textbox", { name: "Address" }).fill(`${site.origin}/lamp`);
  await helper.page.keyboard.press("Enter");
  await page.getByRole("alertdialog").getByRole("button", { name: "Allow" }).waitFor();
  await sameTree(page.locator("alongside-help"), "proposal");
  await visitor.button("Not now").click();
  await visitor.button("Record").click();
  await visitor.panel.getByText("You did not want that.").waitFor();
  await sameTree(page.locator("alongside-help"), "record");
  await visitor.button("Record").click();
  await helper.button("End session").click();
  await visitor.is("ended");
  await sameTree(page.locator("alongside-help"), "ended");
});
