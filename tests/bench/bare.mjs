// The bare connection: two plain pages with an `RTCPeerConnection` each, and the plain relay between them. The visitor's
// page is on a site, and has its script by a tag from where the relay is, as ours has.

import { createHash } from "node:crypto";
import { createServer } from "node:http";

import { WebSocketServer } from "../browser/node_modules/ws/wrapper.mjs";
import { KEPT_FOR } from "../browser/site.mjs";

// The bare visitor: answers the offer that is stored, and stores the next.
const BARE_VISITOR = `
  const socket = new WebSocket(relay + "/visitor");
  const open = new Promise((resolve) => (socket.onopen = resolve));
  const say = async (message) => (await open, socket.send(JSON.stringify(message)));
  async function answer(offer) {
    const connection = new RTCPeerConnection(configuration);
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
  else {
    // The offer comes first; candidates that come while it is taken are found by the packets of the other side.
    socket.onmessage = ({ data }) => {
      socket.onmessage = null;
      answer(JSON.stringify(JSON.parse(data).offer));
    };
    say({ hello: true });
  }
`;

// The bare helper: leaves the next offer with whoever has answered the last.
const BARE_HELPER = `
  const socket = new WebSocket(relay + "/helper");
  const say = (message) => socket.send(JSON.stringify(message));
  let current;
  async function make() {
    const connection = new RTCPeerConnection(configuration);
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

/** What a server of scripts says of one that never changes. */
const KEPT = { "content-type": "text/javascript", "cache-control": "public, max-age=31536000, immutable", "access-control-allow-origin": "*" };

/**
 * Serves the pages at an address, for connections with this configuration, and relays between their two sockets, as the
 * host of that name. `head` comes before all else in the visitor's page.
 */
export async function startBare({ address, relayHost, configuration, head }) {
  const listening = (answer) =>
    new Promise((resolve) => {
      const server = createServer({ keepAliveTimeout: KEPT_FOR }, answer);
      server.listen(0, address, () => resolve(server));
    });
  const relay = await listening((request, response) => response.writeHead(200, KEPT).end(visitorScript));
  const at = `${relayHost}:${relay.address().port}`;
  const given = `const configuration = ${JSON.stringify(configuration)}, relay = "ws://${at}";`;
  const visitorScript = `{${given}${BARE_VISITOR}}`;
  const integrity = `sha384-${createHash("sha384").update(visitorScript).digest("base64")}`;
  const tag = `<script async src="http://${at}/bare.js" integrity="${integrity}" crossorigin="anonymous"></script>`;
  const pages = { "/": head + tag, "/helper": `<script>${given}${BARE_HELPER}</script>` };
  const site = await listening((request, response) => {
    const page = pages[request.url];
    response.writeHead(page ? 200 : 204, { "content-type": "text/html" });
    response.end(page && `<!doctype html><meta charset="utf-8"><title>bare</title>${page}`);
  });
  const sides = {};
  new WebSocketServer({ server: relay }).on("connection", (socket, { url }) => {
    sides[url] = socket;
    const other = url === "/helper" ? "/visitor" : "/helper";
    socket.on("message", (data) => sides[other]?.send(String(data)));
  });
  return { origin: `http://localhost:${site.address().port}` };
}
