// The native agent as a process of its own: what it says and is told goes by its lines of JSON.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

import { program } from "./server.mjs";

// Longer than anything on loopback takes; where it may take longer, an agent is given its own. Units: milliseconds.
const PATIENCE = 15_000;

const running = new Set();
// A test that is ended early must not leave any behind.
process.once("exit", () => running.forEach((agent) => agent.signal("SIGKILL")));

/** Ends every agent that is left, as at the end of a test that has failed. */
export async function endAgents() {
  await Promise.all([...running].map((agent) => agent.kill()));
}

/** One `alongside-agent … --json`, or another program that speaks the same lines. */
export class Native {
  #child;
  #errors = "";
  #waiting = null;
  /** Every event so far; and by name, how many of them were looked at. */
  events = [];
  #looked = new Map();
  patience = PATIENCE;
  /** Told of each event as it comes. */
  onevent = () => {};

  /** Starts it; `input` goes to its standard input first. */
  constructor(args, input = "", command = program("alongside-agent")) {
    this.#child = spawn(command, args, { stdio: ["pipe", "pipe", "pipe"] });
    running.add(this);
    this.ended = new Promise((resolve) => this.#child.on("close", resolve)).finally(() => {
      running.delete(this);
      this.#waiting?.();
    });
    this.#child.stderr.on("data", (text) => (this.#errors += text));
    // It may have ended before it is told something.
    this.#child.stdin.on("error", () => {});
    createInterface({ input: this.#child.stdout }).on("line", (line) => {
      const event = JSON.parse(line);
      this.events.push(event);
      this.onevent(event);
      this.#waiting?.();
    });
    this.#child.stdin.write(input);
  }

  kill() {
    this.signal("SIGKILL");
    return this.ended;
  }

  signal(name) {
    this.#child.kill(name);
  }

  get pid() {
    return this.#child.pid;
  }

  /** What it wrote to standard error. */
  get errors() {
    return this.#errors;
  }

  tell(command) {
    this.#child.stdin.write(`${JSON.stringify(command)}\n`);
  }

  /** Waits for the next event of this name that has these fields, or fits; others are left as they are. */
  async until(event, fields = {}) {
    const fits =
      typeof fields === "function" ? fields : (found) => Object.keys(fields).every((name) => same(found[name], fields[name]));
    const deadline = Date.now() + this.patience;
    for (;;) {
      for (let at = this.#looked.get(event) ?? 0; at < this.events.length; at++) {
        const found = this.events[at];
        this.#looked.set(event, at + 1);
        if (found.event === event && fits(found)) return found;
      }
      const left = deadline - Date.now();
      const seen = JSON.stringify(this.events, null, 1);
      assert.ok(left > 0, `no ${event} ${JSON.stringify(fields)} came; there were ${seen} ${this.#errors}`);
      await new Promise((resolve) => {
        this.#waiting = resolve;
        setTimeout(resolve, Math.min(left, 500));
      });
    }
  }

  /** Counts all events of this name as looked at. */
  pass(event) {
    this.#looked.set(event, this.events.length);
  }

  /** Ends it by the end of its input; gives its exit status. */
  async quit() {
    this.#child.stdin.end();
    return this.ended;
  }
}

const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);

/** A helper at work by an invite, which goes by standard input as a secret should. */
export async function nativeHelper(invite) {
  const agent = new Native(["help", "-", "--json"], `${invite}\n`);
  await agent.until("enlisted");
  return agent;
}

/** A visitor who asks for help with a page. */
export function nativeVisitor(url, ...more) {
  return new Native(["ask", url, "--json", "--allow-private", ...more]);
}
