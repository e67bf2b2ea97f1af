// What is measured: from a reload, and from Accept, to an open data channel, of ours and of the bare connection. Each takes
// a place (places.mjs), and gives milliseconds.

import { HelperHand, VisitorHand } from "../browser/people.mjs";

/** Runs in every page before its own scripts: notes when a data channel opens, on the clock of the page. */
function watch() {
  window.opened = [];
  const { createDataChannel } = RTCPeerConnection.prototype;
  RTCPeerConnection.prototype.createDataChannel = function (...values) {
    const channel = createDataChannel.apply(this, values);
    channel.addEventListener("open", () => window.opened.push(performance.now()));
    return channel;
  };
}

/** A moment in which nothing happens: nobody presses anything the instant it is there, and what is made ready then is. */
const rest = () => new Promise((done) => setTimeout(done, 500));

/** Waits for one more open channel than before; gives when it opened. */
async function nextOpen(page, before = 0) {
  await page.waitForFunction((before) => window.opened?.length > before, before, { polling: 20 });
  return page.evaluate((before) => window.opened[before], before);
}

export async function bareReload({ theirs, ours, bare }) {
  const [helper, visitor] = [await ours.window(), await theirs.window()];
  for (const page of [helper, visitor]) await page.addInitScript(watch);
  await helper.goto(`${bare}/helper`);
  // It must be there before anybody says hello.
  await helper.waitForFunction("socket.readyState === WebSocket.OPEN");
  await helper.evaluate(() => (window.leaves = true));
  await visitor.goto(bare);
  await helper.waitForFunction(() => document.title === "asked");
  await helper.evaluate(() => window.accept());
  await visitor.waitForFunction(() => document.title === "stored");
  await rest();
  await visitor.reload();
  return nextOpen(visitor);
}

export async function bareAccept({ theirs, ours, bare }) {
  const [helper, visitor] = [await ours.window(), await theirs.window()];
  await helper.addInitScript(watch);
  await helper.goto(`${bare}/helper`);
  // It must be there before anybody says hello.
  await helper.waitForFunction("socket.readyState === WebSocket.OPEN");
  await visitor.goto(bare);
  await helper.waitForFunction(() => document.title === "asked");
  await rest();
  const began = await helper.evaluate(() => {
    const began = performance.now();
    window.accept();
    return began;
  });
  return (await nextOpen(helper)) - began;
}

async function oursAsking({ theirs, ours, invite, site }) {
  const [console, page] = [await ours.window(), await theirs.window()];
  for (const each of [console, page]) await each.addInitScript(watch);
  const helper = await HelperHand.at(console, invite);
  await page.goto(site);
  const visitor = new VisitorHand(page);
  await visitor.button("Help").click();
  await helper.waiting.getByRole("button", { name: "Accept" }).first().waitFor();
  await rest();
  return { helper, visitor };
}

export async function oursReload(place) {
  const { helper, visitor } = await oursAsking(place);
  await helper.accept();
  await visitor.is("connected");
  await visitor.hasWayBack();
  await rest();
  await visitor.page.reload();
  return nextOpen(visitor.page);
}

export async function oursAccept(place) {
  const { helper, visitor } = await oursAsking(place);
  const began = await helper.page.evaluate(() => {
    const accept = [...document.querySelectorAll("button")].find(({ textContent }) => textContent.trim() === "Accept");
    const began = performance.now();
    accept.click();
    return began;
  });
  const took = (await nextOpen(helper.page)) - began;
  await visitor.is("connected");
  return took;
}
