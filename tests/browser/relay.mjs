// A relay between browsers and the real server that reads every message of signaling, and may change, drop, keep or
// invent any: what a hostile server could do, with an honest one behind it.

import { createServer, request as ask } from "node:http";

import { WebSocket, WebSocketServer } from "ws";

const SUBPROTOCOL = "alongside.v1";

/**
 * Starts a relay that passes everything on, until `attack` is set.
 *
 * `attack.up(message, link)` gives what goes to the server instead of an agent's message, `attack.down(message, link)`
 * what goes to the agent instead of a server's: a message, several in an array, or `null` for none. With
 * `attack.holdsOn` the server does not learn that an agent has hung up; `attack.closed(link)` does.
 *
 * A link is one agent's socket: `toServer` and `toAgent` say something of the relay's own, `asked` and `certificate` are
 * what the agent has shown. `heard` has all that came by, `faults` what went wrong in the relay itself. Sockets that are
 * opened while `pretendOrigin` is set reach the server with that `Origin`.
 */
export async function startRelay() {
  const relay = { to: 0, attack: {}, heard: [], faults: [], links: [], pretendOrigin: null };
  const server = createServer((request, response) => {
    const upstream = ask({ port: relay.to, host: "127.0.0.1", path: request.url, method: request.method, headers: request.headers });
    upstream.on("response", (answer) => {
      response.writeHead(answer.statusCode, answer.headers);
      answer.pipe(response);
    });
    upstream.on("error", () => response.destroy());
    request.pipe(upstream);
  });
  const upstreams = new Set();
  const sockets = new WebSocketServer({ noServer: true, handleProtocols: () => SUBPROTOCOL });
  // Nobody is let in while the server behind is gone.
  server.on("upgrade", (request, socket, head) => {
    const { origin, host } = request.headers;
    const upstream = new WebSocket(`ws://127.0.0.1:${relay.to}${request.url}`, SUBPROTOCOL, {
      origin: relay.pretendOrigin ?? origin,
      headers: { host },
      perMessageDeflate: false,
    });
    upstream.on("error", () => socket.destroy());
    socket.on("error", () => upstream.terminate());
    upstream.once("open", () => sockets.handleUpgrade(request, socket, head, (agent) => join(agent, upstream)));
  });
  function join(agent, upstream) {
    const link = { asked: null, certificate: null, toServer: (message) => say(upstream, message), toAgent: (message) => say(agent, message) };
    relay.links.push(link);
    carry(agent, "up", async (message) => {
      if (message.type === "ask") link.asked = message;
      if (message.type === "enlist") link.certificate = message.certificate;
      return link.toServer;
    });
    carry(upstream, "down", async () => link.toAgent);
    upstreams.add(upstream);
    agent.on("close", () => {
      relay.attack.closed?.(link);
      if (!relay.attack.holdsOn) upstream.close();
    });
    upstream.on("close", () => {
      upstreams.delete(upstream);
      agent.close();
    });

    // One message after the other, in their order, however long an attack takes.
    function carry(from, way, next) {
      let order = Promise.resolve();
      from.on("message", (data) => {
        order = order.then(async () => {
          const message = JSON.parse(String(data));
          relay.heard.push(String(data));
          const send = await next(message);
          const change = relay.attack[way];
          const instead = change === undefined ? message : await change(message, link);
          for (const each of instead === null ? [] : [instead].flat()) send(each);
        });
        order.catch((error) => relay.faults.push(error));
      });
    }
  }
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return Object.assign(relay, {
    port: server.address().port,
    origin: `http://localhost:${server.address().port}`,
    /** Hangs up on everybody. */
    hangUp() {
      for (const agent of sockets.clients) agent.terminate();
    },
    stop() {
      for (const socket of [...sockets.clients, ...upstreams]) socket.terminate();
      sockets.close();
      return new Promise((resolve) => (server.close(resolve), server.closeAllConnections()));
    },
  });
}

function say(socket, message) {
  if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
}
