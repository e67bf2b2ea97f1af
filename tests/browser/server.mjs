// The real server, started for one test file and ended with it.

import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

// The test runner ends a file that takes too long by a signal; only `exit` tells those who wait for the end.
process.once("SIGTERM", () => process.exit(143));

const binaries = fileURLToPath(new URL("../../target/", import.meta.url));

/** Where a program that `tests/run` has built lies. */
export const program = (name, profile = "debug") => join(binaries, profile, name);

/**
 * Starts a server with the demo on free ports.
 *
 * Gives what it printed, its process id, its log so far, and `stop`, after which `start` begins one anew: with the
 * same team unless another folder is given. A `wrapper` is a command line that runs it somewhere else; a figure needs the
 * `profile` "release".
 */
export async function startServer(options = {}) {
  const { listen = "127.0.0.1:0", stun = "127.0.0.1:0", folder, more = [], environment = {}, wrapper = [], profile } = options;
  const home = folder ?? mkdtempSync(join(tmpdir(), "alongside-"));
  const args = ["--listen", listen, "--stun", stun, "--demo", "--demo-team", join(home, "team.pem"), ...more];
  const [command, ...first] = [...wrapper, program("alongside-signaling", profile)];
  const child = spawn(command, [...first, ...args], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, ...environment },
  });
  // A test that is ended early must not leave it behind.
  const kill = () => child.kill("SIGKILL");
  process.once("exit", kill);
  child.on("exit", () => process.off("exit", kill));
  let log = "";
  child.stderr.on("data", (text) => (log += text));
  const ended = new Promise((resolve) => child.on("exit", resolve));
  const printed = {};
  for await (const line of createInterface({ input: child.stdout })) {
    const [, name, value] = /^(listening|stun|demo page|console) +(\S+)$/.exec(line) ?? [];
    printed[name] = value;
    if (name === "console") break;
  }
  if (printed.console === undefined) throw new Error(`the server did not start: ${log}`);
  return {
    pid: child.pid,
    origin: printed.listening,
    stun: printed.stun,
    demo: printed["demo page"],
    console: printed.console,
    port: Number(new URL(printed.listening).port),
    folder: home,
    get log() {
      return log;
    },
    /** Ends it as an operator would; `keep` leaves its team for the next. */
    async stop({ keep = false, signal = "SIGTERM" } = {}) {
      child.kill(signal);
      const status = await ended;
      if (!keep && folder === undefined) rmSync(home, { recursive: true, force: true });
      return status;
    },
  };
}
