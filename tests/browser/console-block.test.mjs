// Keeping a visitor away: what is asked before, what is said after, and that they cannot ask again.

import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";

import { LEFT } from "./browser-words.mjs";
import { endAll, meet, startBrowsers } from "./people.mjs";
import { startServer } from "./server.mjs";

let theirs, ours;
before(async () => {
  [theirs, ours] = await startBrowsers();
});
afterEach(() => Promise.all([theirs.leave(), ours.leave()]));
// One of the tests has a server that goes away.
const gone = [/WebSocket connection/, /ERR_CONNECTION_REFUSED/, LEFT];
after(() => endAll(theirs.close(gone), ours.close(gone)));

async function presses(helper) {
  await helper.button("Block").click();
  const dialog = helper.page.getByRole("dialog", { name: "Block this visitor?" });
  await dialog.getByText(/nobody from this visitor's network can ask your team for help for an hour/).waitFor();
  await dialog.getByText(/everybody behind the same connection/).waitFor();
  return dialog;
}

// A proxy that is none of ours: so every address on this machine is a visitor's own.
test("a visitor is blocked: the session ends, and they cannot ask this team again", async () => {
  const server = await startServer({ more: ["--trusted-proxy", "192.0.2.1/32"] });
  try {
    const { helper, visitor } = await meet({ theirs, ours, server });
    // Found back over a page load: the server then knows the two by another id.
    await visitor.hasWayBack();
    await visitor.page.reload();
    await visitor.is("connected");
    const dialog = await presses(helper);
    await dialog.getByRole("button", { name: "Cancel" }).click();
    await visitor.is("connected");
    await (await presses(helper)).getByRole("button", { name: "Block for an hour" }).click();
    await visitor.is("ended");
    await helper.is("ended");
    await helper.page.getByRole("status").getByText("Nobody from their network can ask your team for an hour.").waitFor();
    assert.equal(await helper.button("Block").count(), 0);
    await visitor.page.reload();
    await visitor.button("Help").click();
    await visitor.is("failed");
    await visitor.status.getByText("This team cannot help on your network now.").waitFor();
    assert.equal(await helper.waiting.getByRole("button", { name: "Accept" }).count(), 0);
  } finally {
    await server.stop();
  }
});

test("a server that cannot tell visitors apart says so, and the session has ended all the same", async () => {
  const server = await startServer();
  try {
    const { helper, visitor } = await meet({ theirs, ours, server });
    await (await presses(helper)).getByRole("button", { name: "Block for an hour" }).click();
    await visitor.is("ended");
    await helper.page.getByRole("status").getByText(/this server cannot tell visitors apart/).waitFor();
  } finally {
    await server.stop();
  }
});

test("who blocks a visitor after the end has the focus on the session still", async () => {
  const server = await startServer();
  try {
    const { helper, visitor } = await meet({ theirs, ours, server });
    await visitor.button("End").click();
    await helper.is("ended");
    await helper.button("Block").click();
    await helper.button("Block for an hour").click();
    await helper.page.getByRole("status").getByText(/this server cannot tell visitors apart/).waitFor();
    assert.equal(await helper.page.evaluate(() => document.activeElement?.tagName), "H2");
  } finally {
    await server.stop();
  }
});

test("without the server nobody can be kept away, and the question says so", async () => {
  const server = await startServer();
  const { helper, visitor } = await meet({ theirs, ours, server });
  await visitor.hasWayBack();
  await server.stop();
  await helper.page.getByText("Connection lost. Trying again…").waitFor();
  const dialog = await presses(helper);
  await dialog.getByText("You are not connected to the server now").waitFor();
  assert.equal(await dialog.getByRole("button", { name: "Block for an hour" }).count(), 0);
  await dialog.getByRole("button", { name: "Cancel" }).click();
  await visitor.say("Still with you.");
  await helper.reads("Still with you.");
  // Whoever goes away now is not said to open a page: it is the helper's own line that is down.
  await visitor.page.goto("about:blank");
  await helper.is("reconnecting");
  assert.equal(await helper.page.locator(".head .state").textContent(), "Connection lost. Trying again…");
  assert.equal(await helper.sessions.getByText("Connection lost. Trying again…").count(), 1);
});
