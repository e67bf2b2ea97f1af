// Neighbouring versions: today's widget and console at a server that says more than they know, and today's server with
// clients that say more than it knows. With UPDATE=1 what the clients say and hear is kept in tests/vectors/clients, under
// their version: every later server has to answer it as today's does (tests/tests/loopback/neighbours.rs).

import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { after, before, test } from "node:test";

import { endAll, HelperHand, startBrowsers, VisitorHand } from "./people.mjs";
import { startRelay } from "./relay.mjs";
import { startServer } from "./server.mjs";
import { html, snippet, startSite } from "./site.mjs";

const clients = new URL("../vectors/clients/", import.meta.url);
const [, version] = /\nversion = "(.+)"\n/.exec(readFileSync(new URL("../../Cargo.toml", import.meta.url), "utf8"));

let relay, server, site, theirs, ours;
before(async () => {
  relay = await startRelay();
  server = await startServer({ more: ["--public-url", relay.origin] });
  relay.to = server.port;
  const head = await snippet(relay.origin);
  site = await startSite(() => ({ html: html("A shop", head) }));
  [theirs, ours] = await startBrowsers();
});
after(() => endAll(theirs?.close(), ours?.close(), site?.stop(), relay?.stop(), server?.stop()));

/** What a version to come might say beside a message, and in it. */
const newer = (message) => [
  { type: "heralded", session: 7, of: [message.type] },
  { ...message, later: { deep: [[{ type: "left" }]], none: null }, zz: 1e9 },
];

/** What is different each time, by what stands for it. */
const STANDINS = { team: "$team", origin: "$origin", certificate: "$certificate", signature: "$signature", nonce: "$nonce", waitingMs: "$waitingMs" };

/** Takes note of all that passes. */
function recorder() {
  const steps = [];
  const names = new Map();
  const kept = (message) =>
    Object.fromEntries(Object.entries(message).map(([name, value]) => [name, STANDINS[name] ?? (value?.length && name === "iceServers" ? "$iceServers" : value)]));
  const note = (link, step) => {
    if (!names.has(link)) names.set(link, `socket ${names.size + 1}`);
    steps.push({ socket: names.get(link), ...step });
  };
  return {
    steps,
    attack: {
      up(message, link) {
        note(link, { says: kept(message) });
        return newer(message);
      },
      down(message, link) {
        note(link, { hears: kept(message) });
        return newer(message);
      },
      closed(link) {
        if (names.has(link)) note(link, { closes: true });
      },
    },
  };
}

const kinds = ({ steps }) => new Set(steps.flatMap(({ says, hears }) => (says ? [`says ${says.type}`] : hears ? [`hears ${hears.type}`] : [])));

test("a whole session between neighbours of another version", async () => {
  const { steps, attack } = recorder();
  relay.attack = attack;
  const helper = await HelperHand.at(await ours.window(), server.console);
  const page = await theirs.window();
  await page.goto(site.origin);
  const visitor = new VisitorHand(page);

  // Asks, and takes it back.
  await visitor.press("Help");
  await visitor.is("waiting");
  await visitor.press("Cancel");
  await helper.waiting.getByRole("button", { name: "Accept" }).waitFor({ state: "detached" });
  // Nobody is there, and then somebody is.
  const available = helper.page.getByRole("switch", { name: "Available" });
  await available.click();
  await visitor.press("Help");
  await visitor.is("unavailable");
  await available.click();
  await visitor.is("waiting");
  // Loads the page while waiting.
  await page.reload();
  await visitor.is("waiting");
  await helper.accept();
  await visitor.is("connected");
  await visitor.say("Are you of my version?");
  await helper.reads("Are you of my version?");
  // Finds back after another.
  await visitor.hasWayBack();
  await page.reload();
  await visitor.is("connected");
  await helper.say("It does not matter.");
  await visitor.reads("It does not matter.");
  await visitor.press("End");
  await helper.is("ended");
  relay.attack = {};
  await Promise.all([theirs.leave(), ours.leave()]);
  assert.deepEqual(relay.faults, [], "the relay itself must have worked");

  const file = new URL(`${version}.json`, clients);
  if (process.env.UPDATE) {
    mkdirSync(clients, { recursive: true });
    const lines = steps.map((step) => `    ${JSON.stringify(step)}`).join(",\n");
    writeFileSync(file, `{\n  "client": ${JSON.stringify(version)},\n  "steps": [\n${lines}\n  ]\n}\n`);
  }
  // What is kept is what these clients say; what they hear of it, a refusal say, is a matter of who is quicker.
  const kept = JSON.parse(readFileSync(file, "utf8"));
  const said = (client) => [...kinds(client)].filter((kind) => kind.startsWith("says ")).sort();
  assert.deepEqual(said(kept), said({ steps }));
  for (const kind of ["says ask", "says leave", "says claim", "says attend", "says announce", "says resume", "says forward"]) {
    assert.ok(kinds(kept).has(kind), kind);
  }
});
