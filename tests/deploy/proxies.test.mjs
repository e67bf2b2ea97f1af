// The server behind each proxy of the handbook: sockets and streams pass, and what counts is the client's address.

import assert from "node:assert/strict";
import { request } from "node:https";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { after, before, describe, test } from "node:test";

import { freePort } from "../browser/free-port.mjs";
import { startServer } from "../browser/server.mjs";
import { startProxy } from "./proxy.mjs";

const { WebSocket } = createRequire(new URL("../browser/package.json", import.meta.url))("ws");

// As many as one address may hold (MAX_CONNECTIONS_PER_ADDRESS).
const SHARE = 256;

for (const name of ["nginx", "caddy"]) {
  describe(`behind ${name}`, () => {
    let port, server, proxy;
    before(async () => {
      port = await freePort();
      const more = ["--trusted-proxy", "127.0.0.1", "--public-url", `https://localhost:${port}`];
      server = await startServer({ more });
      proxy = await startProxy(name, port, server);
    });
    after(async () => {
      await proxy?.stop();
      await server?.stop();
    });

    // Whoever dials from another address of this machine is another client of the proxy.
    const from = (localAddress, headers = {}) => ({ host: "127.0.0.1", port, localAddress, headers, rejectUnauthorized: false });

    /** Opens a socket; gives it, or the answer that refused it. */
    const open = (options) =>
      new Promise((resolve, reject) => {
        const socket = new WebSocket(`wss://127.0.0.1:${port}/v1/ws`, "alongside.v1", options);
        socket.once("open", () => resolve({ socket }));
        socket.once("unexpected-response", (_, answer) => resolve({ status: answer.statusCode, headers: answer.headers }));
        socket.once("error", reject);
      });

    test("a socket passes, both ways", async () => {
      const { socket } = await open(from("127.0.0.3"));
      socket.send('{"type":"challenge"}');
      const [text] = await new Promise((resolve) => socket.once("message", (...heard) => resolve(heard)));
      assert.equal(JSON.parse(text).type, "challenged");
      socket.terminate();
    });

    test("a stream passes line by line", async () => {
      const stream = await new Promise((resolve, reject) =>
        request({ ...from("127.0.0.4"), path: "/v1/stream" }, resolve).once("error", reject).end(),
      );
      const lines = createInterface({ input: stream })[Symbol.asyncIterator]();
      const line = async () => (await lines.next()).value;
      const streamName = await line();
      assert.match(streamName, /^[\w-]{22}$/);
      const began = Date.now();
      const posted = await new Promise((resolve, reject) =>
        request({ ...from("127.0.0.4"), path: `/v1/stream/${streamName}`, method: "POST" }, resolve)
          .once("error", reject)
          .end('{"type":"challenge"}'),
      );
      assert.equal(posted.statusCode, 204);
      assert.equal(JSON.parse(await line()).type, "challenged");
      // Held back until there is more of it, it would come with the next ping.
      assert.ok(Date.now() - began < 10_000, "the proxy holds back what is said");
      stream.destroy();
    });

    test("pages and scripts come through, with their own policy", async () => {
      const answer = await new Promise((resolve, reject) =>
        request({ ...from("127.0.0.4"), path: "/console/", headers: { host: `localhost:${port}` } }, resolve)
          .once("error", reject)
          .end(),
      );
      assert.equal(answer.statusCode, 200);
      assert.match(answer.headers["content-security-policy"], new RegExp(`wss://localhost:${port}[ ;]`));
      answer.resume();
    });

    test("the client's address counts, and neither the proxy's nor what the client claims", async () => {
      const opened = [];
      // Each claims to be somebody else.
      for (let n = 0; n < SHARE; n++) {
        const { socket } = await open(from("127.0.0.5", { "x-forwarded-for": `198.51.100.${n % 250}` }));
        assert.ok(socket, `socket ${n}`);
        socket.send('{"type":"challenge"}');
        opened.push(socket);
      }
      const refused = await open(from("127.0.0.5", { "x-forwarded-for": "198.51.100.251" }));
      assert.equal(refused.status, 429);
      assert.match(refused.headers["retry-after"], /^[1-9]\d*$/);
      const other = await open(from("127.0.0.6", { "x-forwarded-for": "127.0.0.5" }));
      assert.ok(other.socket, "another client of the same proxy");
      for (const socket of [...opened, other.socket]) socket.terminate();
    });
  });
}
