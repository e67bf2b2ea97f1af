// What stands in the lab's network: the real server behind TLS, and where everybody finds it.

import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { startServer } from "../browser/server.mjs";
import { canShift, underClock } from "./clock.mjs";
import { build, inside, SERVER } from "./network.mjs";

const ORIGIN = `https://${SERVER}`;
const PORT = 8080;

/** Builds the network and starts the server in it. */
export async function openWorld() {
  const folder = mkdtempSync(join(tmpdir(), "alongside-lab-"));
  build();
  const [key, certificate] = [join(folder, "key.pem"), join(folder, "certificate.pem")];
  const request = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=lab".split(" ");
  // No authority of its own: a native agent takes such a one for no server's.
  const names = ["-addext", `subjectAltName=IP:${SERVER}`, "-addext", "basicConstraints=critical,CA:FALSE"];
  // As old as a server's certificate mostly is: who is ten minutes behind must not fail by that.
  const [tool, ...early] = [...(canShift ? underClock("-1h") : []), "openssl"];
  execFileSync(tool, [...early, ...request, ...names, "-keyout", key, "-out", certificate], { stdio: "ignore" });
  // The only one that native agents trust.
  process.env.SSL_CERT_FILE = certificate;
  const program = fileURLToPath(new URL("front.mjs", import.meta.url));
  const [command, ...args] = inside("server", process.execPath, program, `${SERVER}:443`, key, certificate, String(PORT));
  const front = spawn(command, args, { stdio: ["ignore", "pipe", "inherit"] });
  process.once("exit", () => front.kill());
  await new Promise((resolve, reject) => (front.stdout.once("data", resolve), front.once("exit", reject)));
  const world = {
    folder,
    origin: ORIGIN,
    page: `${ORIGIN}/demo/`,
    server: null,
    /** Starts the server, with the same team each time. */
    async start() {
      this.server = await startServer({
        wrapper: inside("server"),
        folder,
        listen: `127.0.0.1:${PORT}`,
        stun: `${SERVER}:3478`,
        more: ["--stun-url", `stun:${SERVER}:3478`, "--public-url", ORIGIN],
      });
      // The first invite stays good.
      this.invite ??= this.server.console;
    },
    /** Ends the server without a word of farewell. */
    kill() {
      return this.server.stop({ keep: true, signal: "SIGKILL" });
    },
    async close() {
      await this.kill();
      front.kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  await world.start();
  return world;
}
