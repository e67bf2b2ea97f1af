// The visitor's whole story by keyboard alone, on a page that has shortcuts of its own and wants the focus for itself.

import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";

import { ARABIC } from "./arabic.mjs";
import { endAll, HelperHand, startBrowsers, VisitorHand } from "./people.mjs";
import { savedFile } from "./saving.mjs";
import { startServer } from "./server.mjs";
import { html, snippet, startSite } from "./site.mjs";

// Single letters do things on this page, and its form takes back the focus that leaves it.
const BODY = `
  <form id="form"><label>Name <input id="name"></label><button>Save</button></form>
  <script>
    window.pressed = [];
    addEventListener("keydown", ({ key }) => pressed.push(key));
    document.addEventListener("focusin", ({ target }) => form.contains(target) || document.getElementById("name").focus());
  </script>`;

let server, theirs, ours, site;
before(async () => {
  server = await startServer();
  [theirs, ours] = await startBrowsers();
  const tag = await snippet(server.origin);
  site = await startSite((path) => ({ html: html(path, tag, BODY).replace('lang="en"', `lang="${path === "/ar" ? "ar" : "en"}"`) }));
});
afterEach(async () => {
  await Promise.all([theirs.leave(), ours.leave()]);
});
after(async () => {
  await endAll(theirs.close([/favicon/]), ours.close(), site.stop(), server.stop());
});

/** What has the focus, within the widget. */
const focused = (page) =>
  page.evaluate(() => {
    const { activeElement } = document.querySelector("alongside-help").shadowRoot;
    return activeElement && (activeElement.ariaLabel ?? activeElement.textContent);
  });

/** Goes on with Tab until this has the focus; every step of the way must have one that can be seen. */
async function tabTo(page, name, key = "Tab") {
  for (let press = 0; press < 20; press++) {
    if ((await focused(page)) === name) {
      const outline = await page.evaluate(() => {
        const { activeElement } = document.querySelector("alongside-help").shadowRoot;
        const around = activeElement.closest(".field") ?? activeElement;
        return [activeElement, around].some((element) => getComputedStyle(element).outlineStyle !== "none");
      });
      assert.ok(outline, `${name} has the focus, and nobody sees it`);
      return;
    }
    await page.keyboard.press(key);
  }
  assert.fail(`the keyboard does not get to ${name}, but to ${await focused(page)}`);
}

for (const [path, names] of [["/", {}], ["/ar", ARABIC]]) {
  test(`asking, writing, answering, looking back and ending, on ${path}`, async () => {
    const named = (name) => names[name] ?? name;
    const helper = await HelperHand.at(await ours.window(), server.console);
    const page = await theirs.window();
    await page.goto(site.origin + path);
    const visitor = new VisitorHand(page, names);
    await visitor.button("Help").waitFor();
    await page.focus("#name");
    await tabTo(page, named("Help"));
    await page.keyboard.press("Enter");
    await visitor.is("waiting");

    // The focus is where one writes, and what is written is nobody's shortcut.
    await page.keyboard.type("am I next?");
    await page.keyboard.press("Shift+Enter");
    await page.keyboard.type("yes");
    await page.keyboard.press("Enter");
    await helper.accept();
    await visitor.is("connected");
    await helper.log.getByText("am I next?").waitFor();
    assert.equal((await page.evaluate(() => window.pressed.filter((key) => key.length === 1))).join(""), "");

    // A question has the focus, says what it is about, and nothing that is being typed answers it.
    await helper.button("Refresh their page").click();
    const dialog = page.getByRole("alertdialog");
    await dialog.waitFor();
    await page.keyboard.type(" y ");
    await dialog.waitFor();
    await tabTo(page, named("Not now"));
    await page.keyboard.press("Enter");
    await dialog.waitFor({ state: "detached" });
    assert.equal(await focused(page), named("Message"));

    // Escape is no, too.
    await helper.button("Refresh their page").click();
    await dialog.waitFor();
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
    await helper.log.getByText(/rather not/).nth(1).waitFor();

    for (const sheet of ["What is shared", "Record"]) {
      await tabTo(page, named(sheet));
      await page.keyboard.press("Enter");
      await visitor.panel.getByRole("region", { name: named(sheet), exact: true }).waitFor();
      await page.keyboard.press("Escape");
      assert.equal(await focused(page), named(sheet));
    }
    await tabTo(page, named("Save conversation"));
    assert.match((await savedFile(theirs, page, () => page.keyboard.press("Enter"))).name, /\.txt$/);

    // The conversation can be scrolled; Escape folds the panel, and the button that opened it has the focus again.
    await tabTo(page, named("Conversation"), "Shift+Tab");
    await page.keyboard.press("Escape");
    await visitor.panel.waitFor({ state: "hidden" });
    assert.equal(await focused(page), named("Help"));
    await helper.say("Still there?");
    await page.getByRole("button", { name: named("Help"), exact: true, description: /1/ }).waitFor();
    await page.keyboard.press("Enter");
    await visitor.reads("Still there?");
    await tabTo(page, named("End"));
    await page.keyboard.press("Enter");
    await visitor.is("ended");
    await tabTo(page, named("Ask for help"));
  });
}
