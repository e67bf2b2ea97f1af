// The server is killed at every step of asking, claiming, shaking hands and finding back, with that step's message in
// its hands. Both sides say so, and when it is there again they recover by themselves.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, afterEach, before, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";

import { CHANGED, LEFT, NOT_COME } from "./browser-words.mjs";
import { freePort } from "./free-port.mjs";
import { endAgents, nativeVisitor } from "./native.mjs";
import { endAll, startBrowsers } from "./people.mjs";
import { startRelay } from "./relay.mjs";
import { startServer } from "./server.mjs";
import { html, snippet, startSite } from "./site.mjs";

// How soon all goes on after the server is back. Units: milliseconds. What the project promises.
const RECOVERY = 5_000;

// How long a step is waited for at which to kill it. Units: milliseconds. Longer than two tries to find back.
const PATIENCE = 30_000;

// How long the server is away: longer than a person takes it for a moment. Units: milliseconds.
const AWAY = 2_500;

let relay, server, site, theirs, ours, states;
let isUp = true;
before(async () => {
  relay = await startRelay();
  server = await start({ listen: `127.0.0.1:${await freePort()}` });
  relay.to = server.port;
  const tag = await snippet(relay.origin);
  site = await startSite({ "/": { html: html("A shop", tag) } });
  [theirs, ours] = await startBrowsers();
  states = 0;
});
afterEach(async () => {
  relay.attack = {};
  await Promise.all([theirs.leave(), ours.leave(), endAgents()]);
  if (!isUp) await revive();
  assert.deepEqual(relay.faults.splice(0), [], "the relay itself must have worked");
});
after(async () => {
  // What a browser says of a server that is not there; an `Event` is a script of ours that did not come.
  const gone = [/WebSocket/, /ERR_/, LEFT, CHANGED, NOT_COME];
  await endAll(theirs.close(gone), ours.close(gone), site?.stop(), relay?.stop(), server?.stop());
});

const start = (options) => startServer({ ...options, more: ["--public-url", relay.origin] });

/** Kills the server with the first such message in its hands; fails when none comes. */
function killAt(step) {
  const [way, type] = step.split(" ");
  const from = relay.heard.length;
  const killed = new Promise((resolve, reject) => {
    const late = setTimeout(() => {
      const heard = relay.heard.slice(from).map((text) => JSON.parse(text).type);
      reject(new Error(`no ${step} in ${PATIENCE} ms; there were ${heard.join(", ")}`));
    }, PATIENCE);
    relay.attack = {
      async [way](message) {
        if (message.type !== type) return message;
        relay.attack = {};
        clearTimeout(late);
        await server.stop({ keep: true, signal: "SIGKILL" });
        isUp = false;
        resolve();
        return null;
      },
    };
  });
  // A story that fails before it waits for this says so itself.
  killed.catch(() => {});
  return killed;
}

async function revive() {
  server = await start({ listen: `127.0.0.1:${server.port}`, folder: server.folder });
  isUp = true;
}

/** Lets some time pass in which both sides say in words that the server is gone; then it is there again. */
async function outage(...looks) {
  await Promise.all([pause(AWAY), ...looks]);
  await revive();
  return Date.now();
}

const isWidget = (visitor) => visitor.hand !== undefined;

function visitorSaysSo(visitor) {
  if (isWidget(visitor)) return visitor.hand.status.getByText(/does not answer/).waitFor();
  return visitor.agent.until("error", { code: "server-unreachable" });
}

/** The helper says that the server is gone; and of a visitor who was accepted, that they will be back. */
async function helperSaysSo(helper, wasAccepted) {
  if (helper.hand) {
    await helper.page.getByText("You will see who is waiting once you are connected.").waitFor();
    if (wasAccepted) await helper.page.getByText(/The server went away before/).waitFor();
  } else {
    if (wasAccepted) await helper.agent.until("error", { code: "server-lost" });
    await helper.agent.until("error", { code: "server-unreachable" });
  }
}

function visitorIsFinding(visitor) {
  if (isWidget(visitor)) return visitor.hand.status.getByText("Finding Demo helper again…").waitFor();
  return visitor.agent.until("reconnecting");
}

/** In a browser the two may be together again before anybody could read that they are not. */
function visitorIsFindingOrBack(visitor) {
  const finding = visitorIsFinding(visitor);
  return isWidget(visitor) ? Promise.any([finding, visitor.hand.is("connected")]) : finding;
}

function inTime(since) {
  const took = Date.now() - since;
  assert.ok(took < RECOVERY, `it took ${took} ms`);
}

async function bothConnected({ visitor, helper }, since) {
  await Promise.all([visitor.connected("Demo helper"), helper.connected()]);
  inTime(since);
  await bothTalk({ visitor, helper });
}

async function bothResumed({ visitor, helper }, since) {
  await (isWidget(visitor) ? visitor.hand.is("connected") : visitor.agent.until("resumed"));
  await (helper.agent ? helper.agent.until("resumed") : helper.connected());
  inTime(since);
  await bothTalk({ visitor, helper });
}

async function bothTalk({ visitor, helper }) {
  await visitor.say("You are back!");
  await helper.reads("You are back!");
  await helper.say("So are you.");
  await visitor.reads("So are you.");
}

/** A visitor who can be loaded again: in a browser by its page, at a terminal by its state file. */
async function visitorAt(Visitor) {
  const url = `${site.origin}/`;
  if (Visitor.form === "widget") return Visitor.at(theirs, url);
  const visitor = new Visitor();
  visitor.state = join(server.folder, `visitor-${++states}`);
  visitor.start = () => (visitor.agent = nativeVisitor(url, "--state", visitor.state));
  visitor.start();
  return visitor;
}

async function hasWayBack(visitor) {
  if (isWidget(visitor)) return visitor.hand.hasWayBack();
  while (!/"offer":"v=0/.test(readFileSync(visitor.state, "utf8"))) await pause(50);
}

async function loadAgain(visitor) {
  if (isWidget(visitor)) return visitor.page.reload({ waitUntil: "commit" });
  await visitor.agent.kill();
  visitor.start();
}

const EARLY = ["up ask", "down queued"];
const ACCEPTED = ["up claim", "down claimed", "up forward", "down forwarded"];
const BACK = ["up resume", "down resumed", "up forward", "down forwarded"];

/** Without which both sides are lost. */
export const SOME = ["up claim", "down claimed", "up resume", "down resumed"];

/** Every step. */
export const ALL = [...EARLY, ...ACCEPTED, ...BACK];

/** Tells the story of these two, killed at each of these steps. */
export function tellOf(Visitor, Helper, steps) {
  const names = `${Visitor.form} with ${Helper.form}`;

  for (const step of EARLY.filter((each) => steps.includes(each))) {
    test(`${names}: killed while asking, with ${step}`, async () => {
      const helper = await Helper.at(ours, server.console);
      const killed = killAt(step);
      const visitor = await visitorAt(Visitor);
      await killed;
      const since = await outage(
        visitorSaysSo(visitor),
        // The helper may have been told of an ask that is void by now; of no other before the server is there again.
        helperSaysSo(helper, false).then(() => helper.agent?.pass("asked")),
      );
      await helper.accept();
      await bothConnected({ visitor, helper }, since);
    });
  }

  for (const step of ACCEPTED.filter((each) => steps.includes(each))) {
    test(`${names}: killed while shaking hands, with ${step}`, async () => {
      const helper = await Helper.at(ours, server.console);
      const killed = killAt(step);
      const visitor = await visitorAt(Visitor);
      await helper.accept();
      await killed;
      const since = await outage(visitorSaysSo(visitor), helperSaysSo(helper, true));
      await helper.accept();
      await bothConnected({ visitor, helper }, since);
    });
  }

  for (const step of BACK.filter((each) => steps.includes(each))) {
    test(`${names}: killed while finding back, with ${step}`, async () => {
      const helper = await Helper.at(ours, server.console);
      const visitor = await visitorAt(Visitor);
      await helper.accept();
      await Promise.all([visitor.connected("Demo helper"), helper.connected()]);
      await hasWayBack(visitor);
      const killed = killAt(step);
      await loadAgain(visitor);
      await killed;
      // Once the helper has heard the knock, the two may connect without any server.
      const since = await outage(
        step === "up resume" && visitorIsFinding(visitor),
        step === "down resumed" && visitorIsFindingOrBack(visitor),
      );
      await bothResumed({ visitor, helper }, since);
    });
  }
}
