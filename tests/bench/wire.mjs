// Three hosts with a slow wire between each two of them: `visitor`, `helper` and `server`, network namespaces that are made
// for this process alone and gone with it.

import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

import { ip, run, sysctl } from "../lab/network.mjs";

// What the wire adds, there and back. Units: milliseconds.
const ROUND_TRIP = 50;

/** What a report calls it. */
export const WIRE = `+${ROUND_TRIP} ms`;

const HOSTS = { visitor: "10.5.0.1", helper: "10.5.0.2", server: "10.5.0.3" };

export const SERVER = HOSTS.server;

/** Builds it all; fails where that cannot be. `cut` ends it, and gives what there is to say of it. */
export async function string() {
  for (const host of Object.keys(HOSTS)) {
    run("ip", "netns", "add", host);
    ip(host, "link set lo up");
    // The wire carries none of it.
    sysctl(host, "net.ipv6.conf.all.disable_ipv6=1", "net.ipv6.conf.default.disable_ipv6=1");
  }
  const program = fileURLToPath(new URL("wire.py", import.meta.url));
  const hosts = Object.entries(HOSTS).map((host) => host.join("="));
  const wire = spawn("python3", [program, String(ROUND_TRIP / 2), ...hosts], { stdio: ["ignore", "pipe", "pipe"] });
  process.once("exit", () => wire.kill());
  let errors = "";
  wire.stderr.on("data", (text) => (errors += text));
  wire.on("error", ({ message }) => (errors += message));
  const ended = new Promise((resolve) => wire.on("close", resolve));
  const lines = createInterface({ input: wire.stdout })[Symbol.asyncIterator]();
  if ((await lines.next()).done) {
    await ended;
    throw new Error(errors.trim().split("\n").at(-1));
  }
  for (const [host, address] of Object.entries(HOSTS)) {
    ip(host, `addr add ${address}/24 dev eth0`);
    ip(host, "link set eth0 up");
    // Nothing is out there; but by its way out a browser knows which address is its own.
    ip(host, "route add default dev eth0");
  }
  return {
    async cut() {
      wire.kill();
      return `the wire carried ${(await lines.next()).value}`;
    },
  };
}
