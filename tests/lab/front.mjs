// The TLS in front of the server, as the operator's handbook asks for: `node front.mjs HOST:PORT KEY CERTIFICATE TARGET-PORT`.

import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { createServer } from "node:tls";

const [listen, key, certificate, target] = process.argv.slice(2);
const [host, port] = listen.split(":");

const server = createServer({ key: readFileSync(key), cert: readFileSync(certificate) }, (outer) => {
  const inner = connect(Number(target), "127.0.0.1");
  for (const [from, to] of [
    [outer, inner],
    [inner, outer],
  ]) {
    from.pipe(to);
    // Whoever is gone takes the other along, and is not missed.
    from.on("error", () => to.destroy());
    from.on("close", () => to.destroy());
  }
});
server.on("tlsClientError", () => {});
server.listen(Number(port), host, () => console.log("listening"));
