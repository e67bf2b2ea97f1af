// Where is measured: everything on loopback, or on three hosts with a slow wire between them. A place has the browsers of
// the two, the address of the site, the helper's invite, and the address of the bare pages; `close` ends it, and gives
// what there is to say of it.

import { spawn } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

import { startServer } from "../browser/server.mjs";
import { inside } from "../lab/network.mjs";
import { startUnwatched, startWatched } from "./unwatched.mjs";
import { SERVER, WIRE } from "./wire.mjs";

/** Takes which build of the server is measured. */
export async function onLoopback(profile) {
  const server = await startServer({ profile });
  const pages = await startPages([], "127.0.0.1", server.origin);
  return open("loopback", { server, pages }, startUnwatched(), startUnwatched());
}

/**
 * Takes the wire, and which build of the server is measured.
 *
 * A browser hides its addresses behind names that are found within one network only, and the wire carries no multicast,
 * as the internet does not. So either side learns the other's address from what STUN told that, or from its packets;
 * both ours and the bare connection are given the same STUN, that of our server.
 */
export async function onTheWire(wire, profile) {
  const stun = `stun:${SERVER}:3478`;
  const wrapper = inside("server");
  const addresses = { listen: "0.0.0.0:0", stun: `${SERVER}:3478`, more: ["--stun-url", stun] };
  const server = await startServer({ profile, wrapper, ...addresses });
  const pages = await startPages(wrapper, "0.0.0.0", `http://localhost:${server.port}`, stun);
  const folder = mkdtempSync(join(tmpdir(), "alongside-wire-"));
  const browser = (host) => {
    const executable = join(folder, host);
    const command = inside(host, process.env.CHROMIUM ?? "/usr/bin/chromium").join(" ");
    writeFileSync(executable, `#!/bin/sh\nexec ${command} "$@"\n`);
    chmodSync(executable, 0o755);
    return startWatched({ executable, localhost: SERVER });
  };
  const place = await open(WIRE, { server, pages }, browser("visitor"), browser("helper"));
  return {
    ...place,
    async close() {
      await place.close();
      rmSync(folder, { recursive: true, force: true });
      return wire.cut();
    },
  };
}

async function open(name, { server, pages }, visitor, helper) {
  const [theirs, ours] = await Promise.all([visitor, helper]);
  return {
    name,
    theirs,
    ours,
    invite: server.console,
    site: pages.site,
    bare: pages.bare,
    async close() {
      pages.end();
      await Promise.allSettled([theirs.close(), ours.close(), server.stop()]);
      return null;
    },
  };
}

/** In a process of their own, as a server's are, wherever that has to be. */
async function startPages(wrapper, ...given) {
  const program = fileURLToPath(new URL("pages.mjs", import.meta.url));
  const [command, ...args] = [...wrapper, process.execPath, program, ...given];
  const child = spawn(command, args, { stdio: ["pipe", "pipe", "inherit"] });
  const { value } = await createInterface({ input: child.stdout })[Symbol.asyncIterator]().next();
  if (value === undefined) throw new Error("the pages are not served");
  return { ...JSON.parse(value), end: () => child.stdin.end() };
}
