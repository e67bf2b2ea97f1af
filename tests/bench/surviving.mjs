// From a reload, and from Accept, to an open data channel in real Chromium: ours beside a bare `RTCPeerConnection`
// whose visitor answers a stored offer over a plain WebSocket relay. Ours and the bare one take turns. Prints medians and
// ratios; ends with 1 where a ratio is above the goal.

import { createServer } from "node:http";

import { WebSocketServer } from "../browser/node_modules/ws/wrapper.mjs";
import { HelperHand, startBrowser, VisitorHand } from "../browser/people.mjs";
import { startServer } from "../browser/server.mjs";
import { html, snippet, startSite } from "../browser/site.mjs";

const ROUNDS = 15;

// How much longer than the bare connection ours may take: for two signatures, two handshakes, and a page that is left
// in peace. What the project promises.
const GOAL = 1.25;

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

/** Waits for one more open channel than before; gives when it opened. */
async function nextOpen(page, before = 0) {
  await page.waitForFunction((before) => window.opened?.length > before, before, { polling: 20 });
  return page.evaluate((before) => window.opened[before], before);
}

// The bare visitor: answers the offer that is stored, and stores the next.
const BARE_VISITOR = `
  const socket = new WebSocket("ws://" + location.host + "/visitor");
  const open = new Promise((resolve) => (socket.onopen = resolve));
  const say = async (message) => (await open, socket.send(JSON.stringify(message)));
  async function answer(offer) {
    const connection = new RTCPeerConnection();
    const channel = connection.createDataChannel("bare", { negotiated: true, id: 0 });
    channel.onmessage = ({ data }) => {
      sessionStorage.offer = data;
      document.title = "stored";
    };
    connection.onicecandidate = ({ candidate }) => candidate && say({ candidate });
    await connection.setRemoteDescription(JSON.parse(offer));
    await connection.setLocalDescription();
    say({ answer: connection.localDescription });
    socket.onmessage = ({ data }) => connection.addIceCandidate(JSON.parse(data).candidate);
  }
  const { offer } = sessionStorage;
  if (offer) answer(offer);
  else socket.onmessage = ({ data }) => answer(JSON.stringify(JSON.parse(data).offer));
  if (!offer) say({ hello: true });
`;

// The bare helper: leaves the next offer with whoever has answered the last.
const BARE_HELPER = `
  const socket = new WebSocket("ws://" + location.host + "/helper");
  const say = (message) => socket.send(JSON.stringify(message));
  let current;
  async function make() {
    const connection = new RTCPeerConnection();
    const channel = connection.createDataChannel("bare", { negotiated: true, id: 0 });
    return { connection, channel };
  }
  async function gathered() {
    const made = await make();
    await made.connection.setLocalDescription();
    while (made.connection.iceGatheringState !== "complete") await new Promise((done) => setTimeout(done, 5));
    return made;
  }
  let next;
  function use(made) {
    current?.connection.close();
    current = made;
    current.channel.onopen = async () => {
      if (!window.leaves) return;
      next = await gathered();
      current.channel.send(JSON.stringify(next.connection.localDescription));
    };
  }
  // From the press of a button, as from Accept.
  window.accept = async () => {
    const made = await make();
    use(made);
    made.connection.onicecandidate = ({ candidate }) => candidate && say({ candidate });
    await made.connection.setLocalDescription();
    say({ offer: made.connection.localDescription });
  };
  const early = [];
  socket.onmessage = async ({ data }) => {
    const { hello, answer, candidate } = JSON.parse(data);
    if (hello) document.title = "asked";
    if (answer) {
      if (next) use(next);
      next = undefined;
      await current.connection.setRemoteDescription(answer);
      for (const each of early.splice(0)) current.connection.addIceCandidate(each);
    }
    if (candidate) {
      if (current?.connection.remoteDescription && !next) current.connection.addIceCandidate(candidate);
      else early.push(candidate);
    }
  };
`;

/** A plain page server and a plain relay between two sockets. */
async function startBare() {
  const page = (script) => `<!doctype html><meta charset="utf-8"><title>bare</title><script>${script}</script>`;
  const server = createServer((request, response) => {
    const script = { "/": BARE_VISITOR, "/helper": BARE_HELPER }[request.url];
    response.writeHead(script ? 200 : 204, { "content-type": "text/html" }).end(script && page(script));
  });
  const sides = {};
  new WebSocketServer({ server }).on("connection", (socket, { url }) => {
    sides[url] = socket;
    const other = url === "/helper" ? "/visitor" : "/helper";
    socket.on("message", (data) => sides[other]?.send(String(data)));
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { origin: `http://localhost:${server.address().port}`, stop: () => (server.closeAllConnections(), server.close()) };
}

async function bareReload({ theirs, ours, bare }) {
  const [helper, visitor] = [await ours.window(), await theirs.window()];
  for (const page of [helper, visitor]) await page.addInitScript(watch);
  await helper.goto(`${bare.origin}/helper`);
  // It must be there before anybody says hello.
  await helper.waitForFunction("socket.readyState === WebSocket.OPEN");
  await helper.evaluate(() => (window.leaves = true));
  await visitor.goto(bare.origin);
  await helper.waitForFunction(() => document.title === "asked");
  await helper.evaluate(() => window.accept());
  await visitor.waitForFunction(() => document.title === "stored");
  await visitor.reload();
  return nextOpen(visitor);
}

async function bareAccept({ theirs, ours, bare }) {
  const [helper, visitor] = [await ours.window(), await theirs.window()];
  await helper.addInitScript(watch);
  await helper.goto(`${bare.origin}/helper`);
  // It must be there before anybody says hello.
  await helper.waitForFunction("socket.readyState === WebSocket.OPEN");
  await visitor.goto(bare.origin);
  await helper.waitForFunction(() => document.title === "asked");
  const began = await helper.evaluate(() => {
    const began = performance.now();
    window.accept();
    return began;
  });
  return (await nextOpen(helper)) - began;
}

async function oursAsking({ theirs, ours, server, site }) {
  const [console, page] = [await ours.window(), await theirs.window()];
  for (const each of [console, page]) await each.addInitScript(watch);
  const helper = await HelperHand.at(console, server.console);
  await page.goto(site.origin);
  const visitor = new VisitorHand(page);
  await visitor.button("Help").click();
  await helper.waiting.getByRole("button", { name: "Accept" }).first().waitFor();
  // As a person would who has looked whom they accept: what is made ready meanwhile is.
  await new Promise((done) => setTimeout(done, 500));
  return { helper, visitor };
}

async function oursReload(all) {
  const { helper, visitor } = await oursAsking(all);
  await helper.accept();
  await visitor.is("connected");
  await visitor.hasWayBack();
  await visitor.page.reload();
  return nextOpen(visitor.page);
}

async function oursAccept(all) {
  const { helper, visitor } = await oursAsking(all);
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

const median = (times) => times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)];

const [theirs, ours, server, bare] = await Promise.all([startBrowser(), startBrowser(), startServer(), startBare()]);
const site = await startSite({ "/": { html: html("A shop", await snippet(server.origin)) } });
const all = { theirs, ours, server, bare, site };
let isWell = true;
for (const [what, own, other] of [
  ["reload → open channel", oursReload, bareReload],
  ["accept → open channel", oursAccept, bareAccept],
]) {
  const times = { own: [], other: [] };
  // The first of each warms up.
  for (let round = 0; round <= ROUNDS; round++) {
    for (const [side, measure] of [["own", own], ["other", other]]) {
      const took = await measure(all);
      if (round > 0) times[side].push(took);
      await Promise.all([theirs.leave(), ours.leave()]);
    }
  }
  const [mine, its] = [median(times.own), median(times.other)];
  const ratio = mine / its;
  isWell &&= ratio <= GOAL;
  const verdict = ratio <= GOAL ? "ok" : "MISSED";
  console.log(`${what}, Chromium, median of ${ROUNDS}: ${mine.toFixed(1)} ms, bare ${its.toFixed(1)} ms, ratio ${ratio.toFixed(2)} (<= ${GOAL}) ${verdict}`);
}
site.stop();
bare.stop();
await Promise.allSettled([theirs.close([/./]), ours.close([/./]), server.stop()]);
process.exit(isWell ? 0 : 1);
