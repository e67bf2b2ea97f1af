// The bare connection: two plain pages with an `RTCPeerConnection` each, and the plain relay between them.

import { createServer } from "node:http";

import { WebSocketServer } from "../browser/node_modules/ws/wrapper.mjs";
import { KEPT_FOR } from "../browser/site.mjs";

// The bare visitor: answers the offer that is stored, and stores the next.
const BARE_VISITOR = `
  const socket = new WebSocket("ws://" + location.host + "/visitor");
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
  else socket.onmessage = ({ data }) => answer(JSON.stringify(JSON.parse(data).offer));
  if (!offer) say({ hello: true });
`;

// The bare helper: leaves the next offer with whoever has answered the last.
const BARE_HELPER = `
  const socket = new WebSocket("ws://" + location.host + "/helper");
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

/** Serves the pages at an address, for connections with this configuration, and relays between their two sockets. */
export async function startBare({ host, configuration }) {
  const given = `const configuration = ${JSON.stringify(configuration)};`;
  const page = (script) => `<!doctype html><meta charset="utf-8"><title>bare</title><script>${given}${script}</script>`;
  const server = createServer({ keepAliveTimeout: KEPT_FOR }, (request, response) => {
    const script = { "/": BARE_VISITOR, "/helper": BARE_HELPER }[request.url];
    response.writeHead(script ? 200 : 204, { "content-type": "text/html" }).end(script && page(script));
  });
  const sides = {};
  new WebSocketServer({ server }).on("connection", (socket, { url }) => {
    sides[url] = socket;
    const other = url === "/helper" ? "/visitor" : "/helper";
    socket.on("message", (data) => sides[other]?.send(String(data)));
  });
  await new Promise((resolve) => server.listen(0, host, resolve));
  return { origin: `http://localhost:${server.address().port}` };
}
