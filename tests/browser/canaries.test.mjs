// The server learns nothing of a page or a conversation (invariants I1 and I3): words that stand in a page's address
// and title, in what two people write, in client information and in session descriptions are looked for in every byte
// that the server hears and says, in its memory, and in its log.

import assert from "node:assert/strict";
import { randomInt } from "node:crypto";
import { after, before, test } from "node:test";

import { LEFT, WEBSOCKET_REFUSED } from "./browser-words.mjs";
import { memoryOf } from "./memory.mjs";
import { descriptions, watchPeers } from "./peer-watch.mjs";
import { HelperHand, startBrowsers, VisitorHand } from "./people.mjs";
import { recordTcp, recordUdp } from "./recorder.mjs";
import { Scanner, waysToWrite } from "./scanner.mjs";
import { startServer } from "./server.mjs";
import { html, startSite } from "./site.mjs";
import { payloads } from "./websocket-bytes.mjs";

// Small letters alone: an address keeps it when it is cleaned, as it looks like no token.
const canary = () => Array.from({ length: 20 }, () => String.fromCharCode(97 + randomInt(26))).join("");

let theirs, ours;
before(async () => {
  [theirs, ours] = await startBrowsers();
});
after(async () => {
  // That a page's policy forbids WebSockets is said in its console, and is what the second way is for.
  await Promise.all([theirs?.close([WEBSOCKET_REFUSED, LEFT]), ours?.close([LEFT])]);
});

test("the scanner finds a word however it is written", () => {
  const word = canary();
  const scanner = new Scanner({ word });
  const inside = `before ${word} after`;
  const written = [
    inside,
    Buffer.from(inside, "utf16le"),
    Buffer.from(inside, "utf16le").swap16(),
    Buffer.from(inside).toString("hex"),
    inside.replace(/./g, (letter) => `%${letter.charCodeAt(0).toString(16)}`),
    inside.replace(/./g, (letter) => `\\u00${letter.charCodeAt(0).toString(16)}`),
    ...["", "x", "xy"].flatMap((shift) => [
      Buffer.from(shift + inside).toString("base64"),
      Buffer.from(shift + inside).toString("base64url"),
      Buffer.from(Buffer.from(shift + inside).toString("base64")).toString("base64"),
      Buffer.from(Buffer.from(shift + inside, "utf16le").toString("base64url")).toString("base64url"),
    ]),
  ];
  for (const bytes of written) assert.deepEqual(scanner.inAndWithin(Buffer.from(bytes)), ["word"], String(bytes));
  assert.deepEqual(scanner.inAndWithin(Buffer.from("nothing of the kind, not even in bm90aGluZyBvZiB0aGUga2luZA")), []);
  assert.equal(waysToWrite(word).some((way) => way.length < word.length), false);
});

for (const [way, policy] of [
  ["a WebSocket", () => ({})],
  // A policy that names the server over http leaves out its WebSockets.
  ["plain HTTP", (server) => ({ "content-security-policy": `connect-src ${server}` })],
]) {
  test(`no word of a page or a conversation reaches the server over ${way}`, () => session(policy));
}

async function session(policy) {
  const [tcp, udp] = await Promise.all([recordTcp(), recordUdp()]);
  const origin = `http://localhost:${tcp.port}`;
  const server = await startServer({
    more: ["--public-url", origin, "--stun-url", `stun:127.0.0.1:${udp.port}`, "--metrics", "127.0.0.1:0"],
    environment: { ALONGSIDE_LOG: "trace" },
  });
  tcp.to = server.port;
  udp.to = Number(new URL(server.stun.replace("udp:", "http:")).port);
  let site;
  try {
    const [, team, seed, noise] = new URL(server.console).hash.replace("#invite=", "").split(".");
    const tag = await (await fetch(`${origin}/snippet?team=${team}`)).text();
    assert.match(tag, /<script [^>]*integrity=/);

    const [path, query, hash, title, asked, answered, attribute] = Array.from({ length: 7 }, canary);
    // Addresses go with every request of the page, as far as the page's own policy has a say.
    const headers = { "referrer-policy": "unsafe-url", ...policy(origin) };
    site = await startSite(() => ({ html: html(title, tag), headers }));

    const [page, desk] = await Promise.all([theirs.window(), ours.window()]);
    await Promise.all([watchPeers(page), watchPeers(desk)]);
    const helper = await HelperHand.at(desk, server.console);
    const address = `${site.origin}/${path}?q=${query}#${hash}`;
    await page.goto(address);
    const visitor = new VisitorHand(page);
    await page.evaluate((value) => window.Alongside.identify({ order: value }), attribute);
    await visitor.button("Help").click();
    await helper.accept();
    await visitor.is("connected");
    await helper.is("connected");
    await visitor.say(`I ask ${asked}`);
    await helper.reads(`I ask ${asked}`);
    await helper.say(`I answer ${answered}`);
    await visitor.reads(`I answer ${answered}`);

    // All of them are where they belong.
    await helper.sees(title, address);
    await helper.visitor.getByText(attribute).waitFor();

    const scanner = new Scanner({ path, query, hash, title, asked, answered, attribute, ...(await secrets(page, desk)) });
    const control = new Scanner({ origin: site.origin, team });
    const whileTalking = inMemory(server.pid, scanner, control);
    await visitor.button("End").click();
    await helper.is("ended");
    const afterwards = inMemory(server.pid, scanner, control);
    await Promise.all([theirs.leave(), ours.leave()]);

    const heard = tcp.connections().flatMap(({ toServer, toBrowser }) => [toServer, toBrowser, payloads(toServer), payloads(toBrowser)]);
    const all = Buffer.concat([...heard, ...udp.datagrams()].flatMap((bytes) => [bytes, Buffer.from("\n")]));
    assert.deepEqual(new Scanner({ claim: '"type":"claim"', answer: '"type":"forward"' }).in(all), ["claim", "answer"]);
    // Firefox sends nothing to a STUN server on loopback (nICEr: an address of another kind is not asked).
    const asksStun = [theirs, ours].some(({ kind }) => kind !== "firefox");
    if (asksStun) assert.ok(udp.datagrams().length > 1, "no browser has asked STUN");
    assert.deepEqual(control.in(all), ["origin", "team"], "the scanner must find what the server does hear");
    assert.deepEqual(scanner.inAndWithin(all), [], "in what the server heard or said");
    // What makes a helper stays in the console's browser, too.
    assert.deepEqual(new Scanner({ seed, noise }).inAndWithin(all), [], "a helper's keys");

    assert.deepEqual(whileTalking.controls, ["origin", "team"], "the scanner must find what the server does hold");
    assert.ok(afterwards.controls.includes("team"), "the scanner must find what the server serves");
    assert.deepEqual(whileTalking.found, [], "in the server's memory while they talk");
    assert.deepEqual(afterwards.found, [], "in the server's memory afterwards");
    assert.match(server.log, /ready/, "the log must have been read");
    assert.deepEqual(scanner.inAndWithin(Buffer.from(server.log)), [], "in the server's log");
    const [metrics] = /http:\S+\/metrics/.exec(server.log);
    const measured = Buffer.from(await (await fetch(metrics)).text());
    assert.match(String(measured), /^alongside_claims_total 1$/m, "the metrics must have been read");
    assert.deepEqual([...scanner.inAndWithin(measured), ...control.in(measured)], [], "in the metrics");
  } finally {
    await site?.stop();
    await server.stop();
    tcp.close();
    udp.close();
  }
}

// By what the two browsers recognize each other: whoever knew it, or could change it, could stand between them.
async function secrets(...pages) {
  const found = {};
  const texts = (await Promise.all(pages.map(descriptions))).flat();
  const each = (pattern, name, more) => {
    const values = new Set(texts.flatMap((sdp) => [...sdp.matchAll(pattern)].map(([, value]) => value)));
    assert.ok(values.size >= 2, `${name}: one of each side`);
    [...values].forEach((value, number) => Object.assign(found, more(`${name} ${number + 1}`, value)));
  };
  each(/^a=ice-pwd:(\S+)/gm, "ice-pwd", (name, value) => ({ [name]: value }));
  // Four letters are in any bytes by chance: they are looked for with their names.
  each(/^a=ice-ufrag:(\S+)/gm, "ice-ufrag", (name, value) => ({
    [name]: `ice-ufrag:${value}`,
    [`${name} of a candidate`]: `ufrag ${value}`,
  }));
  each(/^a=fingerprint:sha-256 (\S+)/gm, "fingerprint", (name, value) => ({
    [name]: value,
    [`${name} in bytes`]: Buffer.from(value.replaceAll(":", ""), "hex"),
  }));
  return found;
}

function inMemory(pid, scanner, control) {
  const found = new Set();
  const controls = new Set();
  for (const piece of memoryOf(pid)) {
    for (const name of scanner.in(piece)) found.add(name);
    for (const name of control.in(piece)) controls.add(name);
  }
  return { found: [...found], controls: [...controls].sort() };
}
