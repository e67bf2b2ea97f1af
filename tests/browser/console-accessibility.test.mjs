// What axe finds in the states of a helper's day: nothing, in light, in dark, on a phone, and from right to left.

import { after, afterEach, before, test } from "node:test";

import { clean as cleanBy } from "./axe.mjs";
import { LEFT } from "./browser-words.mjs";
import { endAgents, nativeVisitor } from "./native.mjs";
import { endAll, HelperHand, startBrowsers } from "./people.mjs";
import { queue } from "./queue.mjs";
import { startServer } from "./server.mjs";

let server, theirs, ours;
let left = [];
before(async () => {
  server = await startServer();
  [theirs, ours] = await startBrowsers();
});
afterEach(async () => {
  await Promise.all([theirs.leave(), ours.leave(), endAgents(), ...left.map((visitor) => visitor.leave())]);
  left = [];
});
const cut = [LEFT];
after(() => endAll(theirs.close(cut), ours.close(cut), server.stop()));

const looks = {
  light: { colorScheme: "light" },
  dark: { colorScheme: "dark" },
  phone: { colorScheme: "light", viewport: { width: 390, height: 780 }, hasTouch: true },
  "right to left": { colorScheme: "light", locale: "ar" },
  "right to left, dark": { colorScheme: "dark", locale: "ar" },
  "forced colours": { colorScheme: "dark", forcedColors: "active" },
};

for (const [name, look] of Object.entries(looks)) {
  test(`a day at the console, ${name}`, { timeout: 90_000 }, async () => {
    const page = await ours.window({ ...look, reducedMotion: "reduce" });
    if (look.locale === "ar") {
      await page.addInitScript(() => addEventListener("DOMContentLoaded", () => (document.documentElement.dir = "rtl")));
    }
    // Forced colours are the system's, and axe reckons with ours.
    const clean = (page, state) => cleanBy(page, state, look.forcedColors ? ["color-contrast"] : []);
    const helper = new HelperHand(page);
    const lists = () => (name === "phone" ? helper.button("All sessions").click() : undefined);
    await page.goto(new URL("/console/", server.console).href);
    await helper.button("Make a request").click();
    await page.getByRole("textbox", { name: "Your request" }).waitFor();
    await helper.button("Import").click();
    await page.getByRole("alert").getByText("Paste your invite first.").waitFor();
    await clean(page, "a request");
    await HelperHand.at(page, server.console);
    await helper.button("Alerts").click();
    await clean(page, "alerts");
    await page.keyboard.press("Escape");
    await page.keyboard.press("?");
    await page.getByRole("dialog", { name: "Keyboard shortcuts" }).waitFor();
    await clean(page, "shortcuts");
    await page.keyboard.press("Escape");

    const say = [];
    for (const at of [0, 1]) {
      const agent = nativeVisitor(server.demo);
      await agent.until("waiting", ({ helpers }) => helpers > 0);
      await helper.accept();
      const { session } = await agent.until("connected");
      await lists();
      say[at] = (text) => agent.tell({ command: "say", session, text });
    }
    say[1]("Look at https://nook.example/lamp");
    say[0]("Hello?");
    await helper.sessions.getByText("1 unread message").first().waitFor();
    left = await queue(server, 12);
    await helper.waiting.getByRole("listitem").nth(11).waitFor();
    await clean(page, "many wait, several are helped");
    await helper.waiting.getByRole("button", { name: "Accept" }).nth(1).hover();
    await left[0].leave();
    left.shift();
    await page.waitForTimeout(300);
    await clean(page, "one has left");

    await helper.sessions.getByRole("button").last().click();
    await helper.log.getByText(/Look at/).waitFor();
    await helper.button("Search").click();
    await page.keyboard.type("look");
    await page.locator("mark").first().waitFor();
    await clean(page, "something is found");
    await page.keyboard.press("Escape");
    await helper.button("Canned replies").click();
    await clean(page, "no canned replies");
    await helper.button("New reply").click();
    await helper.button("Save").click();
    await page.getByRole("alert").getByText("Give it a name").waitFor();
    await clean(page, "a reply without a name");
    await page.getByRole("textbox", { name: "Name", exact: true }).fill("hello");
    await page.getByRole("textbox", { name: "Text", exact: true }).fill("Hello, how can I help?");
    await helper.button("Save").click();
    await clean(page, "canned replies");
    await page.keyboard.press("Escape");
    await helper.box.pressSequentially("/h");
    await page.getByRole("option").waitFor();
    await clean(page, "a reply is called up");
    await helper.box.fill("");
    await helper.button("Block").click();
    await clean(page, "block");
    await helper.button("Block for an hour").click();
    await page.getByRole("status").getByText(/cannot tell visitors apart/).waitFor();
    await clean(page, "not blocked");
  });
}
