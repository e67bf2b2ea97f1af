// What is measured: from a reload, and from Accept, to an open data channel, of ours and of the bare connection. Each takes
// a place (places.mjs), and gives milliseconds.

import { HelperHand, VisitorHand } from "../browser/people.mjs";
import { START_MS } from "./unwatched.mjs";
import { watch } from "./watch.mjs";

/** A moment in which nothing happens: what is made ready for the next is. */
const rest = () => new Promise((done) => setTimeout(done, 500));

/** Both go about it alone; gives on the page of one of them how long after `began`, or after it was loaded, its channel opened. */
async function measured({ theirs, ours }, who) {
  const [their, our] = await Promise.all([theirs.alone(), ours.alone()]);
  const page = who === "theirs" ? their : our;
  await page.waitForFunction(() => window.opened?.length);
  return page.evaluate(() => window.opened[0] - (window.began ?? 0));
}

const reloadAlone = (page) => page.evaluate((ms) => void setTimeout(() => location.reload(), ms), START_MS);

export async function bareReload(place) {
  const { helper, visitor } = await bareAsking(place, true);
  await helper.evaluate(() => window.accept());
  await visitor.waitForFunction(() => document.title === "stored");
  await rest();
  await reloadAlone(visitor);
  return measured(place, "theirs");
}

export async function bareAccept(place) {
  const { helper } = await bareAsking(place, false);
  await rest();
  const accept = () => {
    window.began = performance.now();
    window.accept();
  };
  await helper.evaluate(`setTimeout(${accept}, ${START_MS})`);
  return measured(place, "ours");
}

async function bareAsking({ theirs, ours, bare }, leaves) {
  const [helper, visitor] = [await ours.page(), await theirs.page()];
  await helper.addInitScript(watch);
  await helper.goto(`${bare}/helper`);
  // It must be there before anybody says hello.
  await helper.waitForFunction("socket.readyState === WebSocket.OPEN");
  await helper.evaluate((leaves) => (window.leaves = leaves), leaves);
  await visitor.goto(bare);
  await helper.waitForFunction(() => document.title === "asked");
  return { helper, visitor };
}

export async function oursReload(place) {
  const { helper, visitor } = await oursAsking(place);
  await helper.accept();
  await visitor.is("connected");
  await visitor.hasWayBack();
  await rest();
  await reloadAlone(visitor.page);
  return measured(place, "theirs");
}

export async function oursAccept(place) {
  const { helper } = await oursAsking(place);
  const accept = () => {
    const button = [...document.querySelectorAll("button")].find(({ textContent }) => textContent.trim() === "Accept");
    window.began = performance.now();
    button.click();
  };
  await helper.page.evaluate(`setTimeout(${accept}, ${START_MS})`);
  return measured(place, "ours");
}

async function oursAsking({ theirs, ours, invite, site }) {
  const [console, page] = [await ours.page(), await theirs.page()];
  await console.addInitScript(watch);
  const helper = await HelperHand.at(console, invite);
  await page.goto(site);
  const visitor = new VisitorHand(page);
  await visitor.button("Help").click();
  await helper.waiting.getByRole("button", { name: "Accept" }).first().waitFor();
  await rest();
  return { helper, visitor };
}
