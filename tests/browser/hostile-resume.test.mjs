// A server that attacks while a visitor finds back: what it heard is sent again, changed, kept back, given to another
// session, and made up. It cannot come back in the visitor's place, and one visitor stays one session (invariants I1, I2
// and I5). Whoever is attacked goes on by itself once the attack is over.

import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";

import { LEFT } from "./browser-words.mjs";
import { channels, watchPeers } from "./peer-watch.mjs";
import { copyTab, HelperHand, startBrowser, VisitorHand } from "./people.mjs";
import { decode, encode } from "./project.mjs";
import { startRelay } from "./relay.mjs";
import { Scanner } from "./scanner.mjs";
import { startServer } from "./server.mjs";
import { html, snippet, startSite } from "./site.mjs";

const PATH = "wherethevisitoris";
const WORD = "whatthevisitorwrites";

// Longer than an honest way back takes by far. Units: milliseconds.
const A_WHILE = 1_500;

let relay, server, site, theirs, others, ours;
let helper, visitor;
let said = 0;

before(async () => {
  relay = await startRelay();
  server = await startServer({ more: ["--public-url", relay.origin] });
  relay.to = server.port;
  const head = await snippet(relay.origin);
  site = await startSite(() => ({ html: html("A shop", head) }));
  [theirs, others, ours] = await Promise.all([startBrowser(), startBrowser(), startBrowser()]);
});

after(async () => {
  const left = [LEFT, /already in CLOSING/];
  const closed = await Promise.allSettled([theirs, others, ours].map((browser) => browser?.close(left)));
  await site?.stop();
  await relay?.stop();
  assert.equal(await server?.stop(), 0);
  for (const { reason } of closed) if (reason) throw reason;
});

beforeEach(async () => {
  relay.attack = {};
  relay.heard.length = 0;
  const window = await ours.window();
  await watchPeers(window);
  helper = await HelperHand.at(window, server.console);
  visitor = await helped(await theirs.window());
});

afterEach(async () => {
  relay.attack = {};
  await Promise.all([theirs, others, ours].map((browser) => browser.leave()));
  assert.deepEqual(relay.faults.splice(0), [], "the relay itself must have worked");
});

/** A visitor in a session, with a way back. */
async function helped(page) {
  await page.goto(`${site.origin}/${PATH}`);
  const hand = new VisitorHand(page);
  await hand.button("Help").click();
  await hand.is("waiting");
  await helper.accept();
  await hand.is("connected");
  await hand.hasWayBack();
  return hand;
}

const loadAgain = () => visitor.page.reload({ waitUntil: "commit" });

async function isBack() {
  await visitor.is("connected");
  await helper.is("connected");
  const words = `${WORD} ${++said}`;
  await visitor.say(words);
  await helper.reads(words);
  await helper.say(`I read ${words}`);
  await visitor.reads(`I read ${words}`);
}

/** The visitor does not find back while it is attacked, says nothing but that it is looking, and finds back after. */
async function inVain() {
  const { opened } = await channels(helper.page);
  await loadAgain();
  await visitor.is("reconnecting");
  await pause(A_WHILE);
  await visitor.is("reconnecting");
  assert.equal((await channels(helper.page)).opened, opened, "nobody came in");
  relay.attack = {};
  await isBack();
}

const flip = (sealed, place) => {
  const bytes = decode(sealed);
  bytes[place < 0 ? bytes.length + place : place] ^= 1;
  return encode(bytes);
};

/** The messages of this kind that went up or down so far. */
const heard = (type) => relay.heard.map((text) => JSON.parse(text)).filter((message) => message.type === type);

/** The helper's socket. */
const desk = () => relay.links.findLast(({ certificate }) => certificate !== null);

/** What is said to the helper changes nothing: it talks with its visitor as before, over the same connection. */
async function isUnmoved() {
  const { opened } = await channels(helper.page);
  await pause(A_WHILE);
  await helper.is("connected");
  await isBack();
  assert.equal((await channels(helper.page)).opened, opened, "nobody else came in");
}

test("a relay that only listens: both find back, and no word of theirs has passed through it", async () => {
  await loadAgain();
  await isBack();
  assert.equal(heard("resume").length, 1);
  const scanner = new Scanner({ PATH, WORD, resume: '"type":"resume"' });
  assert.deepEqual(scanner.inAndWithin(Buffer.from(relay.heard.join("\n"))), ["resume"]);
});

for (const [what, place] of [
  ["the key in it", 0],
  ["its last byte", -1],
  ["what is sealed in it", 40],
]) {
  test(`a knock with ${what} changed opens nothing`, async () => {
    relay.attack = {
      up: (message) => (message.type === "resume" ? { ...message, message: flip(message.message, place) } : message),
    };
    await inVain();
  });

  test(`an admission with ${what} changed is not taken`, async () => {
    const knocks = new Set();
    relay.attack = {
      up(message) {
        if (message.type === "resume") knocks.add(message.session);
        return message;
      },
      down(message) {
        const isAnswer = message.type === "forwarded" && knocks.has(message.session);
        return isAnswer ? { ...message, message: flip(message.message, place) } : message;
      },
    };
    await loadAgain();
    // The helper has let the visitor in: the two may have each other without another word of the server.
    await pause(A_WHILE);
    relay.attack = {};
    await isBack();
  });
}

test("a knock that is heard again, at once and later, lets nobody in", async () => {
  relay.attack = { down: (message) => (message.type === "resumed" && message.message ? [message, message, message] : message) };
  await loadAgain();
  await isBack();
  relay.attack = {};
  const [again] = heard("resumed").filter(({ message }) => message);
  assert.ok(again, "there was a knock to repeat");
  desk().toAgent(again);
  await isUnmoved();
});

test("knocks in another order: the older one changes nothing", async () => {
  const kept = [];
  relay.attack = {
    up(message) {
      // The first is kept back; the page that is loaded again knocks anew.
      if (message.type !== "resume" || kept.length > 0) return message;
      kept.push(message);
      return null;
    },
  };
  await loadAgain();
  await visitor.is("reconnecting");
  while (kept.length === 0) await pause(20);
  await loadAgain();
  await isBack();
  const [{ type: _, ...knock }] = kept;
  desk().toAgent({ ...heard("resumed").find(({ message }) => message), ...knock });
  await isUnmoved();
});

test("one visitor's knock, handed to the session of another, opens nothing there", async () => {
  const other = await helped(await others.window());
  const ids = heard("announce").flatMap(({ deposits }) => deposits);
  relay.attack = {
    down(message) {
      if (message.type !== "resumed" || !message.message) return message;
      return [...new Set(ids)].filter((id) => id !== message.session).map((session) => ({ ...message, session }));
    },
  };
  await helper.sessions.getByRole("button").first().click();
  await inVain();
  await other.is("connected");
  await other.say("I am another.");
  await helper.sessions.getByRole("button").last().click();
  await helper.reads("I am another.");
});

test("knocks that the server makes up, by the hundred, are not heard", async () => {
  const ids = [...new Set(heard("announce").flatMap(({ deposits }) => deposits))];
  assert.ok(ids.length > 0);
  for (let n = 0; n < 300; n++) {
    const bytes = crypto.getRandomValues(new Uint8Array(n % 2 ? 48 + n : 32));
    const stranger = encode(crypto.getRandomValues(new Uint8Array(16)));
    desk().toAgent({ type: "resumed", session: n % 3 ? ids[n % ids.length] : stranger, message: encode(bytes), iceServers: [] });
  }
  await isUnmoved();
});

test("a server that says the helper is gone: the visitor is told, keeps the place, and is found there again", async () => {
  relay.attack = {
    up(message, link) {
      if (message.type !== "resume") return message;
      link.toAgent({ type: "refused", session: message.session, code: "resume-unknown" });
      return null;
    },
  };
  await loadAgain();
  await visitor.status.getByText("Demo helper’s computer went away").waitFor();
  await visitor.status.getByText("Keeping your place.").waitFor();
  relay.attack = {};
  await isBack();
});

test("two pages with the same keys and no lock between them: one has the session, and no word is doubled", async () => {
  const kept = await visitor.page.evaluate(() => Object.entries({ ...sessionStorage }));
  const page = await others.window();
  await page.addInitScript(copyTab, kept);
  await page.goto(`${site.origin}/${PATH}`);
  const thief = new VisitorHand(page);
  // Each takes it from the other until one has stored the next way back. For the other it is over there: it is told so,
  // or finds out that nobody waits at the old one and asks anew like anybody.
  const over = `alongside-help:is([data-state="waiting"], [data-state="ended"])`;
  const settled = ({ page }) => page.locator(over).waitFor({ state: "attached", timeout: 40_000 });
  await Promise.any([settled(thief), settled(visitor)]);
  const holder = (await thief.host.getAttribute("data-state")) === "connected" ? thief : visitor;
  assert.equal(await holder.host.getAttribute("data-state"), "connected");
  await holder.say("One of us.");
  await helper.reads("One of us.");
  assert.equal(await helper.log.getByText("One of us.", { exact: true }).count(), 1);
});
