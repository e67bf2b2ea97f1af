// The server stops and comes back: who waits keeps waiting, and who talks notices nothing.

import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";

import { LEFT } from "./browser-words.mjs";
import { endAll, HelperHand, meet, startBrowsers, VisitorHand } from "./people.mjs";
import { startServer } from "./server.mjs";

let theirs, ours;
before(async () => {
  [theirs, ours] = await startBrowsers();
});
afterEach(async () => {
  await Promise.all([theirs.leave(), ours.leave()]);
});
after(async () => {
  const gone = [/WebSocket connection to/, LEFT, /ERR_CONNECTION_REFUSED/, /Failed to load resource/, /ERR_INCOMPLETE_CHUNKED/];
  await endAll(theirs.close(gone), ours.close(gone));
});

/** A server that ends with its test, whatever becomes of that. */
async function start(t, options) {
  const server = await startServer(options);
  t.after(() => server.stop());
  return server;
}

const again = (t, server) => start(t, { listen: `127.0.0.1:${server.port}`, folder: server.folder });

test("who waits while the server restarts is helped afterwards", async (t) => {
  let server = await start(t);
  const page = await theirs.window();
  await page.goto(server.demo);
  const visitor = new VisitorHand(page);
  await visitor.button("Help").click();
  await visitor.is("unavailable");
  const helper = await HelperHand.at(await ours.window(), server.console);
  await visitor.is("waiting");
  await helper.waiting.getByRole("button", { name: "Accept" }).waitFor();
  assert.equal(await server.stop({ keep: true }), 0);
  await visitor.is("asking");
  await helper.waiting.getByRole("button", { name: "Accept" }).waitFor({ state: "detached" });
  server = await again(t, server);
  // Both find back by themselves: nobody presses anything anew.
  await visitor.is("waiting");
  await helper.accept();
  await visitor.is("connected");
  await visitor.say("You are back!");
  await helper.reads("You are back!");
});

test("who talks while the server is killed goes on talking", async (t) => {
  let server = await start(t);
  const { helper, visitor } = await meet({ theirs, ours, server });
  await server.stop({ keep: true, signal: "SIGKILL" });
  await visitor.say("Still there?");
  await helper.reads("Still there?");
  await helper.say("Of course.");
  await visitor.reads("Of course.");
  server = await again(t, server);
  // The console finds back by itself, and the next visitor reaches it.
  const next = new VisitorHand(await theirs.window());
  await next.page.goto(server.demo);
  await next.button("Help").click();
  await helper.waiting.getByRole("button", { name: "Accept" }).waitFor();
  await visitor.say("And still.");
  await helper.reads("And still.");
});
