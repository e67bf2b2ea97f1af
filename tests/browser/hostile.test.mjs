// A server that attacks (invariants I1 and I2): every key, description and message that passes through it is swapped,
// changed, sent back or sent again. Whoever is attacked says so in words, and nothing is connected or shared.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { after, afterEach, before, beforeEach, test } from "node:test";

import { LEFT } from "./browser-words.mjs";
import { FalseHelper, FalseVisitor, ownKey, Peer } from "./impostor.mjs";
import { channels, watchPeers } from "./peer-watch.mjs";
import { HelperHand, startBrowser, VisitorHand } from "./people.mjs";
import { decode, encode, parseInvite } from "./project.mjs";
import { startRelay } from "./relay.mjs";
import { Scanner } from "./scanner.mjs";
import { program, startServer } from "./server.mjs";
import { html, snippet, startSite } from "./site.mjs";

const PATH = "wherethevisitoris";
const WORD = "whatthevisitorwrites";
const UNVERIFIED = /could not be verified as a helper of this site/;
const CHANGED = /Something on the way changed what was sent/;

let relay, server, site, foreign, theirs, ours, evil;
let eve, helper, visitor, page;

before(async () => {
  relay = await startRelay();
  server = await startServer({ more: ["--public-url", relay.origin] });
  relay.to = server.port;
  const head = await snippet(relay.origin);
  site = await startSite(() => ({ html: html("A shop", head) }));
  foreign = await foreignIdentity();
  [theirs, ours, evil] = await Promise.all([startBrowser(), startBrowser(), startBrowser()]);
});

after(async () => {
  // A relay that hangs up leaves somebody who dials again when the page is closed.
  const left = [LEFT];
  // What did not start need not stop; what did would keep this process alive.
  const closed = await Promise.allSettled([theirs, ours, evil].map((browser) => browser?.close(left)));
  await site?.stop();
  await relay?.stop();
  assert.equal(await server?.stop(), 0);
  for (const { reason } of closed) if (reason) throw reason;
});

beforeEach(async () => {
  relay.attack = {};
  relay.pretendOrigin = null;
  relay.heard.length = 0;
  const windows = await Promise.all([evil.window(), ours.window(), theirs.window()]);
  eve = new Peer(windows[0]);
  page = windows[2];
  await Promise.all([watchPeers(windows[1]), watchPeers(page)]);
  helper = await HelperHand.at(windows[1], server.console);
  await page.goto(`${site.origin}/${PATH}`);
  visitor = new VisitorHand(page);
  await page.evaluate(() => {
    window.codes = [];
    window.Alongside.on("error", ({ code }) => window.codes.push(code));
  });
});

afterEach(async () => {
  await Promise.all([theirs, ours, evil].map((browser) => browser.leave()));
  assert.deepEqual(relay.faults.splice(0), [], "the relay itself must have worked");
});

// A team that the page does not know, with a helper of the same name.
async function foreignIdentity() {
  const file = join(server.folder, "foreign.pem");
  const agent = (...args) => execFileSync(program("alongside-agent"), ["team", ...args], { encoding: "utf8" });
  agent("new", "--out", file);
  return parseInvite(agent("invite", "--team", file, "--name", "Demo helper", "--url", relay.origin));
}

/** Asks, writes while waiting, and is accepted. */
async function askAndAccept() {
  await visitor.button("Help").click();
  await visitor.is("waiting");
  await visitor.say(WORD);
  await helper.accept();
}

const codes = () => page.evaluate(() => window.codes);

/** The visitor has refused, for this reason, said so, and shared nothing with anybody. */
async function visitorRefuses(code, words = UNVERIFIED) {
  await visitor.is("failed");
  await visitor.status.getByText(words).waitFor();
  assert.deepEqual(await codes(), [code]);
  await nothingShared();
}

async function nothingShared() {
  assert.deepEqual(await channels(page), { opened: 0, sent: [] });
  const { told } = await eve.known();
  const scanner = new Scanner({ PATH, WORD });
  assert.deepEqual(scanner.inAndWithin(Buffer.from([...relay.heard, ...told].join("\n"))), []);
}

/** The helper is told in these words that nothing came of it, and was connected to nobody. */
async function helperIsTold(words) {
  await helper.is("failed");
  await helper.page.getByText(words).waitFor();
  assert.deepEqual(await channels(helper.page), { opened: 0, sent: [] });
}

/** An attack that answers the visitor in the helper's place. */
function inTheHelpersPlace(certificate, key) {
  const impostor = new FalseHelper(eve, certificate, key);
  return {
    async up(message, link) {
      if (message.type !== "forward" || link.asked === null) return message;
      await impostor.forwarded(message.message);
      return null;
    },
    async down(message, link) {
      if (message.type !== "claimed" || link.asked === null) return message;
      return { ...message, message: await impostor.claim(link.asked) };
    },
  };
}

/** What the helper at the console has shown to the server. */
const shownCertificate = () => relay.links.findLast(({ certificate }) => certificate !== null).certificate;

function flip(sealed, place) {
  const bytes = decode(sealed);
  bytes[place < 0 ? bytes.length + place : place] ^= 1;
  return encode(bytes);
}

async function bothTalk() {
  await visitor.is("connected");
  await helper.is("connected");
  await helper.reads(WORD);
  await helper.say("I am here.");
  await visitor.reads("I am here.");
}

test("a relay that attacks nothing is not noticed", async () => {
  await askAndAccept();
  await bothTalk();
  const scanner = new Scanner({ PATH, WORD, claim: '"type":"claim"' });
  assert.deepEqual(scanner.inAndWithin(Buffer.from(relay.heard.join("\n"))), ["claim"]);
  // What the tests below find nothing by does find something.
  for (const side of [page, helper.page]) assert.equal((await channels(side)).opened, 1);
  assert.deepEqual(scanner.in(Buffer.from((await channels(page)).sent.join("\n"))), ["PATH", "WORD"]);
});

test("the same impostor with a helper's real keys is let in, and told all: so the tests below can fail", async () => {
  const { certificate, noiseKey } = await parseInvite(server.console);
  relay.attack = inTheHelpersPlace(certificate, noiseKey);
  await askAndAccept();
  await visitor.is("connected");
  await eve.hears(WORD);
  const { told } = await eve.known();
  assert.deepEqual(new Scanner({ PATH, WORD }).in(Buffer.from(told.join("\n"))), ["PATH", "WORD"]);
});

test("the helper swapped for one of a foreign team", async () => {
  relay.attack = inTheHelpersPlace(foreign.certificate, foreign.noiseKey);
  await askAndAccept();
  await visitorRefuses("certificate-foreign");
  await helperIsTold(/could not make sure that you are who you say/);
});

test("the helper's own certificate with another key", async () => {
  relay.attack = inTheHelpersPlace(shownCertificate(), await ownKey());
  await askAndAccept();
  await visitorRefuses("key-mismatch");
  await helperIsTold(/could not make sure that you are who you say/);
});

test("the helper's own certificate signed anew by a foreign team", async () => {
  const [head, body] = shownCertificate().split(".");
  const signature = foreign.certificate.split(".")[2];
  relay.attack = inTheHelpersPlace([head, body, signature].join("."), await ownKey());
  await askAndAccept();
  await visitorRefuses("certificate-foreign");
});

test("the visitor's key swapped on the way to the helper", async () => {
  relay.attack = {
    async up(message) {
      if (message.type !== "ask") return message;
      const impostor = await FalseVisitor.inPlaceOf(eve, message);
      return { ...message, message: impostor.message };
    },
  };
  await askAndAccept();
  await visitorRefuses("handshake-failed");
  await helperIsTold(/could not make sure that you are who you say/);
});

for (const [whose, code, certificate, key] of [
  ["the helper's certificate and a key of its own", "key-mismatch", () => shownCertificate(), ownKey],
  ["a foreign certificate", "certificate-foreign", () => foreign.certificate, () => foreign.noiseKey],
]) {
  test(`somebody in the middle who shakes hands with both, with ${whose}`, async () => {
    // The second peer connection, towards the visitor, is in a window of its own.
    const other = new Peer(await evil.window());
    const towardsVisitor = new FalseHelper(other, certificate(), await key());
    let towardsHelper;
    relay.attack = {
      // The helper must not hear that the visitor has refused, nor that they are gone.
      holdsOn: true,
      async up(message, link) {
        if (message.type === "ask") {
          towardsHelper = await FalseVisitor.inPlaceOf(eve, message);
          return { ...message, message: towardsHelper.message };
        }
        if (link.asked === null) return message;
        if (message.type === "forward") {
          await towardsVisitor.forwarded(message.message);
          return null;
        }
        return message.type === "leave" ? null : message;
      },
      async down(message, link) {
        if (link.asked === null) return message;
        if (message.type === "claimed") {
          const answer = await towardsHelper.claimed(message.message);
          link.toServer({ type: "forward", session: message.session, message: answer });
          return { ...message, message: await towardsVisitor.claim(link.asked) };
        }
        if (message.type !== "forwarded") return message;
        await towardsHelper.forwarded(message.message);
        return null;
      },
    };
    await askAndAccept();
    await visitorRefuses(code);
    assert.deepEqual(await other.known(), { opened: false, told: [] });
    // Anybody may ask, the one in the middle too; but it has no visitor to show.
    await helper.is("connected");
    assert.equal(await helper.page.getByText(PATH).count(), 0);
    assert.equal(await helper.page.getByText(WORD).count(), 0);
  });
}

for (const [part, place] of [
  ["key", 0],
  ["sealed key", 40],
  ["introduction", 100],
  ["tag", -1],
]) {
  test(`a bit flipped in message 2, in its ${part}`, async () => {
    relay.attack = {
      down: (message, { asked }) =>
        message.type === "claimed" && asked !== null ? { ...message, message: flip(message.message, place) } : message,
    };
    await askAndAccept();
    await visitorRefuses("handshake-failed");
    await helperIsTold(/could not make sure that you are who you say/);
  });
}

for (const [part, place] of [
  ["counter", 0],
  ["counter's end", 7],
  ["description", 60],
  ["tag", -1],
]) {
  test(`a bit flipped in the sealed answer, in its ${part}; then the ask goes on`, async () => {
    let changed = false;
    await spoiledAnswer((message) => {
      if (changed) return message;
      changed = true;
      return { ...message, message: flip(message.message, place) };
    });
  });
}

test("a sealed candidate sent twice; then the ask goes on", async () => {
  // Without the answer nothing connects meanwhile: what is repeated after that is of no account.
  let seen = 0;
  await spoiledAnswer((message) => {
    seen++;
    if (seen === 1) return null;
    return seen === 2 ? [message, message] : message;
  });
});

/** The helper gives up when what the visitor sealed was tampered with, and the visitor, still waiting, is helped by the next try. */
async function spoiledAnswer(tamper) {
  relay.attack = { up: (message, { asked }) => (message.type === "forward" && asked !== null ? tamper(message) : message) };
  await askAndAccept();
  await helperIsTold(/Something between you and the visitor changed what was sent/);
  await visitor.is("waiting");
  await nothingShared();
  await helper.accept();
  await bothTalk();
}

test("the visitor's sealed answer sent back to the visitor", async () => {
  relay.attack = {
    up(message, link) {
      if (message.type !== "forward" || link.asked === null) return message;
      link.toAgent({ type: "forwarded", session: message.session, message: message.message });
      return null;
    },
  };
  await askAndAccept();
  await visitorRefuses("seal-broken", CHANGED);
  await helper.is("failed");
});

test("something of the relay's own in place of the sealed answer, and of the helper's candidates", async () => {
  relay.attack = {
    down: (message) => (message.type === "forwarded" ? { ...message, message: "A".repeat(200) } : message),
  };
  await askAndAccept();
  await helperIsTold(/Something between you and the visitor changed what was sent/);
  await nothingShared();
});

test("message 2 of an earlier session, and its answer, sent again", async () => {
  const earlier = {};
  relay.attack = {
    up(message, { asked }) {
      if (message.type === "forward" && asked !== null) earlier.answer ??= message.message;
      return message;
    },
    down(message, { asked }) {
      if (message.type === "claimed" && asked !== null) earlier.claim ??= message.message;
      return message;
    },
  };
  await askAndAccept();
  await bothTalk();
  await visitor.button("End").click();
  await helper.is("ended");
  await helper.button("Close").click();

  await freshPage();
  relay.attack = {
    down: (message, { asked }) =>
      message.type === "claimed" && asked !== null ? { ...message, message: earlier.claim } : message,
  };
  await askAndAccept();
  await visitorRefuses("handshake-failed");
  await helper.is("failed");
  await helper.button("Close").click();

  await freshPage();
  relay.attack = {
    up: (message, { asked }) =>
      message.type === "forward" && asked !== null ? { ...message, message: earlier.answer } : message,
  };
  await askAndAccept();
  await helper.page.getByText(/Something between you and the visitor changed what was sent/).waitFor();
  await nothingShared();
});

// The same visitor, who has loaded the page again.
async function freshPage() {
  await page.reload();
  relay.heard.length = 0;
  await page.evaluate(() => {
    window.codes = [];
    window.Alongside.on("error", ({ code }) => window.codes.push(code));
  });
}

test("a helper told of another origin than the visitor is on", async () => {
  relay.pretendOrigin = "https://bank.example";
  // A socket to the server takes the false origin from here on: the visitor's is dialled by Help.
  relay.attack = { up: (message) => (message.type === "ask" ? { ...message, origin: relay.pretendOrigin } : message) };
  await askAndAccept();
  await visitorRefuses("handshake-failed");
  await helper.is("failed");
  await helper.page.getByText("bank.example").first().waitFor();
});

test("a helper whose nonce is passed on to the real server is refused", async () => {
  // A server of the same team that is known under another address than the one that the helper opens.
  const real = await startServer({ folder: server.folder });
  const elsewhere = await startRelay();
  elsewhere.to = real.port;
  try {
    const desk = await ours.window();
    const { hash } = new URL(server.console);
    await desk.goto(`${elsewhere.origin}/console/${hash}`);
    await desk.getByText("The server could not check who you are.").waitFor();
    const said = elsewhere.heard.map((text) => JSON.parse(text));
    assert.deepEqual(
      said.map(({ type }) => type),
      ["challenge", "challenged", "enlist", "refused"],
    );
    assert.equal(said.at(-1).code, "signature-invalid");
    assert.deepEqual(elsewhere.faults, []);
  } finally {
    await elsewhere.stop();
    await real.stop();
  }
});

test("visitors whom the server makes up have an end, and who is helped is still heard", async () => {
  await askAndAccept();
  await bothTalk();
  const { toAgent } = relay.links.findLast((link) => link.certificate !== null);
  const made = (n) => ({ type: "asked", ticket: encode(Buffer.alloc(16, `${n} nobody`)), origin: `https://shop-${n}.example`, message: "A".repeat(43), waitingMs: n });
  // More than may wait for one team, and each of them twice.
  for (let n = 0; n < 1_100; n++) for (const asked of [made(n), made(n)]) toAgent(asked);
  toAgent({ type: "withdrawn", ticket: made(0).ticket });
  await visitor.say("Still here?");
  await helper.reads("Still here?");
  assert.equal(await helper.waiting.getByRole("button", { name: "Accept" }).count(), 999);
});

test("whatever the server says or does once they are connected changes nothing", async () => {
  await askAndAccept();
  await bothTalk();
  const { asked, ...towardsVisitor } = relay.links.findLast((link) => link.asked !== null);
  const towardsHelper = relay.links.findLast((link) => link.certificate !== null);
  const { session } = asked;
  const claim = relay.heard.map((text) => JSON.parse(text)).find(({ type }) => type === "claim").message;
  for (const { toAgent } of [towardsVisitor, towardsHelper]) {
    toAgent({ type: "left", session, reason: "unverified" });
    toAgent({ type: "refused", code: "unknown-team", session, retryAfterMs: null });
    toAgent({ type: "forwarded", session, message: "A".repeat(200) });
    toAgent({ type: "forwarded", session, message: "not base64url!" });
    toAgent({ type: "claimed", session, message: claim, iceServers: [] });
    toAgent({ type: "queued", session, helpers: 0, position: 7 });
    toAgent({ type: "something-new" });
    toAgent("no message");
  }
  await visitor.say("Still here?");
  await helper.reads("Still here?");
  relay.hangUp();
  await helper.say("Still here.");
  await visitor.reads("Still here.");
  assert.deepEqual([await visitor.host.getAttribute("data-state"), await codes()], ["connected", []]);
});
