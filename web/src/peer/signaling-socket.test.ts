// The socket against real servers on the loopback interface: WebSocket and plain HTTP, both ways to be lost.

import assert from "node:assert/strict";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";

import { WebSocket, WebSocketServer } from "ws";

import { SUBPROTOCOL, type BrokerToAgent } from "../wire/signaling";
import { dialServer } from "./head-start";
import { httpTransport } from "./http-transport";
import { signalingSocket, type Transport } from "./signaling-socket";

// A browser tells of errors and goes on; Node's event emitters throw when nobody listens.
class PageWebSocket extends WebSocket {
  constructor(url: URL, protocol: string) {
    super(url, protocol);
    this.on("error", () => {});
  }
}

// What the socket uses of a page, by Node's own means.
const page = new EventTarget();
Object.assign(globalThis, {
  WebSocket: PageWebSocket,
  addEventListener: page.addEventListener.bind(page),
  removeEventListener: page.removeEventListener.bind(page),
  document: Object.assign(new EventTarget(), { visibilityState: "visible" }),
});

const SESSION = "AAAAAAAAAAAAAAAAAAAAAA";
const queued = (position: number): BrokerToAgent => ({ type: "queued", session: SESSION, helpers: 1, position });

/** Collects what a socket tells, and waits for more of it. */
class Log {
  readonly lines: string[] = [];
  #waiting: (() => void) | null = null;

  readonly listener = {
    opened: () => this.#add("opened"),
    lost: () => this.#add("lost"),
    received: (message: BrokerToAgent) => this.#add(JSON.stringify(message)),
  };

  #add(line: string): void {
    this.lines.push(line);
    this.#waiting?.();
  }

  async until(count: number): Promise<string[]> {
    while (this.lines.length < count) await new Promise<void>((resolve) => (this.#waiting = resolve));
    return this.lines;
  }
}

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test("over a WebSocket: speaks both ways, ignores nonsense, and comes back when it was lost", { timeout: 10_000 }, async (t) => {
  const server = createServer();
  const sockets = new WebSocketServer({ server, path: "/v1/ws", handleProtocols: (all) => (all.has(SUBPROTOCOL) ? SUBPROTOCOL : false) });
  const heard: string[] = [];
  let dials = 0;
  sockets.on("connection", (socket) => {
    dials += 1;
    socket.on("message", (data) => {
      heard.push(String(data));
      for (const nonsense of ["no json", "{}", '{"type":"of a later version"}', '{"type":"queued"}', "x".repeat(20_000)]) {
        socket.send(nonsense);
      }
      socket.send(new Uint8Array([1, 2, 3]));
      socket.send(JSON.stringify(queued(dials)));
      if (dials === 1) setTimeout(() => socket.terminate(), 20);
    });
  });
  const log = new Log();
  const listener = {
    ...log.listener,
    opened: () => {
      log.listener.opened();
      socket.send({ type: "leave", session: SESSION, reason: "ended" });
    },
  };
  const socket = signalingSocket(await listen(server), listener, async () => ({ httpTransport }));
  t.after(() => {
    socket.close();
    sockets.close();
    server.close();
    server.closeAllConnections();
  });
  socket.send({ type: "leave", session: SESSION, reason: "gone" });
  socket.open();
  socket.open();
  assert.deepEqual(await log.until(5), [
    "opened",
    JSON.stringify(queued(1)),
    "lost",
    "opened",
    JSON.stringify(queued(2)),
  ]);
  assert.deepEqual(heard, Array(2).fill(JSON.stringify({ type: "leave", session: SESSION, reason: "ended" })));
  socket.close();
  await new Promise((resolve) => setTimeout(resolve, 50));
  assert.equal(log.lines.length, 5, "what was closed says nothing more");
});

test("takes up a socket that was dialled before, however far it has come", { timeout: 10_000 }, async (t) => {
  const server = createServer((_, response) => response.writeHead(404).end());
  const sockets = new WebSocketServer({ server, path: "/v1/ws", handleProtocols: () => SUBPROTOCOL });
  let dials = 0;
  sockets.on("connection", () => (dials += 1));
  const base = await listen(server);
  const open: { close(): void }[] = [];
  t.after(() => {
    for (const each of open) each.close();
    sockets.close();
    server.close();
    server.closeAllConnections();
  });
  const dialled = async (state: number) => {
    const socket = dialServer(base);
    if (state >= WebSocket.OPEN) await new Promise((done) => (socket.onopen = done));
    if (state === WebSocket.CLOSED) await new Promise((done) => ((socket.onclose = done), socket.close()));
    assert.equal(socket.readyState, state);
    return socket;
  };
  const takeUp = (socket: globalThis.WebSocket, log: Log) => {
    const made = signalingSocket(base, log.listener, async () => ({ httpTransport }), socket);
    made.open();
    open.push(made);
    return made;
  };
  for (const state of [WebSocket.CONNECTING, WebSocket.OPEN]) {
    const log = new Log();
    takeUp(await dialled(state), log);
    assert.deepEqual(await log.until(1), ["opened"]);
  }
  assert.equal(dials, 2, "nothing was dialled twice");
  const log = new Log();
  takeUp(await dialled(WebSocket.CLOSED), log);
  assert.deepEqual(await log.until(1), ["opened"], "what has closed meanwhile is dialled again");
  const gone = new Log();
  takeUp(await dialled(WebSocket.OPEN), gone).close();
  await new Promise((resolve) => setTimeout(resolve, 50));
  assert.deepEqual(gone.lines, [], "what was let go of says nothing");
});

test("asks for a sign of life when the network came back, and redials without one", { timeout: 15_000 }, async (t) => {
  const server = createServer();
  const sockets = new WebSocketServer({ server, handleProtocols: () => SUBPROTOCOL });
  const heard: string[] = [];
  sockets.on("connection", (socket) => socket.on("message", (data) => void heard.push(String(data))));
  const log = new Log();
  const socket = signalingSocket(await listen(server), log.listener, async () => ({ httpTransport }));
  t.after(() => {
    socket.close();
    sockets.close();
    server.close();
    server.closeAllConnections();
  });
  socket.open();
  await log.until(1);
  const asked = Date.now();
  page.dispatchEvent(new Event("online"));
  assert.deepEqual(await log.until(3), ["opened", "lost", "opened"]);
  assert.deepEqual(heard, ['{"type":"challenge"}']);
  assert.ok(Date.now() - asked < 6_000);
});

test("over HTTP where WebSockets are refused: speaks both ways in order, and comes back when it was lost", { timeout: 10_000 }, async (t) => {
  const posts: string[] = [];
  const streams = new Map<string, ServerResponse>();
  const paths: string[] = [];
  let alive = 0;
  const serve = (request: IncomingMessage, response: ServerResponse): void => {
    paths.push(`${request.method} ${request.url}`);
    if (request.method === "GET" && request.url === "/v1/stream") {
      const name = `name${streams.size}`;
      streams.set(name, response);
      response.writeHead(200, { "content-type": "text/plain" });
      response.write(`${name}\n`);
      // Lines may arrive in any pieces; empty ones keep the connection warm.
      const line = JSON.stringify(queued(streams.size));
      response.write(`\n${line.slice(0, 9)}`);
      setTimeout(() => response.write(`${line.slice(9)}\n\n`), 10);
      return;
    }
    const stream = streams.get(request.url?.replace("/v1/stream/", "") ?? "");
    let body = "";
    request.setEncoding("utf8");
    request.on("data", (chunk) => (body += chunk));
    request.on("end", () => {
      for (const line of body.split("\n")) {
        if (line === "") alive += 1;
        else posts.push(line);
      }
      // A slow server: what is said meanwhile must wait, and keep its order.
      setTimeout(() => response.writeHead(stream ? 204 : 404).end(), 20);
      if (posts.length === 20 && streams.size === 1) stream?.destroy();
    });
  };
  const server = createServer(serve);
  server.on("upgrade", (_request, raw) => raw.destroy());
  const log = new Log();
  const socket = signalingSocket(await listen(server), log.listener, async () => ({ httpTransport }));
  t.after(() => {
    socket.close();
    server.close();
    server.closeAllConnections();
  });
  socket.open();
  await log.until(2);
  const said = Array.from({ length: 20 }, (_, index) => `{"type":"forward","session":"${SESSION}","message":"${index}"}`);
  for (const text of said) socket.send(JSON.parse(text));
  assert.deepEqual(await log.until(5), [
    "opened",
    JSON.stringify(queued(1)),
    "lost",
    "opened",
    JSON.stringify(queued(2)),
  ]);
  assert.deepEqual(posts, said);
  assert.ok(alive >= 2, "each empty line is answered");
  assert.ok(paths.filter((path) => path.startsWith("POST")).length < 20, "what waits goes together");
  socket.send({ type: "leave", session: SESSION, reason: "ended" });
  socket.close();
  for (let n = 0; n < 200 && posts.length <= 20; n++) await new Promise((resolve) => setTimeout(resolve, 10));
  assert.deepEqual(posts.slice(20), [`{"type":"leave","session":"${SESSION}","reason":"ended"}`], "the last words arrive");
});

test("over HTTP, a line that comes while the last words go out does not end the stream before they are heard", { timeout: 10_000 }, async (t) => {
  let stream: ServerResponse | undefined;
  const told: string[] = [];
  const server = createServer((request, response) => {
    if (request.method === "GET") {
      stream = response;
      response.on("close", () => told.push("the stream is over"));
      response.writeHead(200, { "content-type": "text/plain" }).write("name\n");
      return;
    }
    stream?.write(`${JSON.stringify(queued(1))}\n`);
    setTimeout(() => {
      told.push("the words are heard");
      response.writeHead(204).end();
    }, 50);
  });
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  const base = `${await listen(server)}/v1/`;
  const transport = await new Promise<Transport>((resolve) => {
    const opening = httpTransport(base, { opened: () => resolve(opening), received() {}, closed() {} });
  });
  transport.send("the last words");
  transport.close();
  await new Promise((resolve) => setTimeout(resolve, 150));
  assert.deepEqual(told, ["the words are heard", "the stream is over"]);
});

test("over HTTP, words that nobody takes hold no connection for long once it is closed", { timeout: 10_000 }, async (t) => {
  const over: string[] = [];
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const { method = "" } = request;
    asked.push(method);
    response.on("close", () => over.push(method));
    if (method === "GET") response.writeHead(200, { "content-type": "text/plain" }).write("name\n");
    // A post is never answered.
  });
  const base = `${await listen(server)}/v1/`;
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  const closed: string[] = [];
  const transport = await new Promise<Transport>((resolve) => {
    const opening = httpTransport(base, { opened: () => resolve(opening), received() {}, closed: () => closed.push("told") });
  });
  transport.send("words");
  while (asked.length < 2) await new Promise((resolve) => setTimeout(resolve, 10));
  transport.close();
  await new Promise((resolve) => setTimeout(resolve, 500));
  assert.deepEqual(over, [], "they may need a while");
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  assert.deepEqual(over.sort(), ["GET", "POST"]);
  assert.deepEqual(closed, [], "who has closed it is told nothing");
});

test("a server that is away is not asked more and more often", { timeout: 10_000 }, async (t) => {
  let dials = 0;
  const server = createServer((_request, response) => {
    dials += 1;
    response.writeHead(503).end();
  });
  server.on("upgrade", (_request, raw) => {
    dials += 1;
    raw.destroy();
  });
  const log = new Log();
  const socket = signalingSocket(await listen(server), log.listener, async () => ({ httpTransport }));
  t.after(() => {
    socket.close();
    server.close();
    server.closeAllConnections();
  });
  socket.open();
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  assert.deepEqual(log.lines, []);
  // Both ways at once, then after waits of up to 0.5 and 1 s.
  assert.ok(dials >= 4 && dials <= 8, `${dials} dials in 1.5 s`);
});
