// Stands between a browser and the server, and may change what passes: an HTTP proxy for whole answers that lets
// upgrades through untouched.

import { createServer, request as ask } from "node:http";
import { connect } from "node:net";

/** Starts one. `change(path, body, headers)` gives the body that the browser gets, and may change the headers. */
export async function startProxy(target, change) {
  const { hostname, port } = new URL(target);
  const server = createServer((request, response) => {
    const headers = { ...request.headers, "accept-encoding": "identity" };
    const upstream = ask({ hostname, port, path: request.url, method: request.method, headers }, (answer) => {
      const parts = [];
      answer.on("data", (part) => parts.push(part));
      answer.on("end", () => {
        const { "content-length": _, ...rest } = answer.headers;
        const body = change(request.url, Buffer.concat(parts), rest);
        response.writeHead(answer.statusCode, { ...rest, "content-length": body.length });
        response.end(body);
      });
    });
    request.pipe(upstream);
  });
  server.on("upgrade", (request, socket, head) => {
    const upstream = connect(Number(port), hostname, () => {
      const lines = Object.entries(request.headers).map(([name, value]) => `${name}: ${value}`);
      upstream.write(`GET ${request.url} HTTP/1.1\r\n${lines.join("\r\n")}\r\n\r\n`);
      upstream.write(head);
      socket.pipe(upstream).pipe(socket);
    });
    upstream.on("error", () => socket.destroy());
    socket.on("error", () => upstream.destroy());
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  // A test that has failed before it stopped this must not keep the others waiting.
  server.unref();
  return {
    origin: `http://127.0.0.1:${server.address().port}`,
    stop: () => new Promise((resolve) => (server.close(resolve), server.closeAllConnections())),
  };
}
