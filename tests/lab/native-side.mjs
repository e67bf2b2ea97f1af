// A native agent as a process of its own, behind its router.

import { join } from "node:path";

import { Native } from "../browser/native.mjs";
import { program } from "../browser/server.mjs";
import { numbered } from "../browser/talkers.mjs";
import { inside } from "./network.mjs";
import { lengthened, shortened, Side } from "./side.mjs";

// Longer than the longest fault, and what may come after it. Units: milliseconds.
const PATIENCE = 90_000;

// What says nothing about how a session goes.
const SMALL = ["delivered", "read", "typing", "page", "client"];

/** One `alongside-agent`, started anew as often as it is killed. */
export class NativeSide extends Side {
  #command;
  #args;
  /** Which messages it has had, by session and number: who was killed may tell the last ones once more. */
  #had = new Set();
  session = null;

  /** `command` runs before the agent, to change the world that it sees. */
  constructor(name, args, { command = [] } = {}) {
    super(name);
    this.#command = inside(name, ...command, program("alongside-agent"));
    this.#args = [...args, "--json"];
  }

  /** A visitor with the world's page, and what it keeps in a file of this name. */
  static visitor(world, name, options) {
    const state = join(world.folder, `${name}.state`);
    return new NativeSide("visitor", ["ask", world.page, "--allow-private", "--state", state], options);
  }

  /** A helper who takes whoever comes. */
  static helper(world, name, options) {
    const state = join(world.folder, `${name}.state`);
    return new NativeSide("helper", ["help", world.invite, "--auto-accept", "--state", state], options);
  }

  /** Starts the agent, or starts it again after it was killed. */
  start() {
    const [command, ...first] = this.#command;
    this.agent = new Native([...first, ...this.#args], "", command);
    this.agent.patience = PATIENCE;
    this.agent.onevent = (event) => this.#take(event);
  }

  /** Is started the next time without what it has kept. */
  forget() {
    this.#args = this.#args.map((word) => (word.endsWith(".state") ? `${word}.state` : word));
  }

  #take(event) {
    const { event: name, session, id, text } = event;
    if (name === "message") {
      const which = `${session} ${id}`;
      if (!this.#had.has(which)) this.heard.push({ text: shortened(text), at: Date.now() });
      this.#had.add(which);
    } else if (!SMALL.includes(name)) this.note(name, event);
    if (["connected", "resumed", "reconnecting"].includes(name)) this.session = session;
    // Until the next helper is there nothing can be said; what was refused is to be said then.
    if (name === "waiting") this.session = null;
    const number = this.said.findIndex((at, index) => event.ref === numbered(this.name, index + 1));
    if (name === "error" && number >= 0) this.said.length = number;
  }

  say(size) {
    if (this.session === null) return;
    this.said.push(Date.now());
    const text = numbered(this.name, this.said.length);
    this.agent.tell({ command: "say", session: this.session, text: lengthened(text, size), ref: text });
  }

  /** Waits until the agent has taken all it was told: what it has not read dies with it. */
  async drain() {
    const ref = `drained ${Date.now()}`;
    // Too long to be said: the answer comes after those before it, and nothing else does.
    this.agent.tell({ command: "say", session: this.session, text: "x".repeat(5000), ref });
    await this.agent.until("error", { ref });
  }

  /** What it has told in the end: all that it ever did. */
  texts() {
    return this.heard.map(({ text }) => text);
  }

  signal(name) {
    this.agent.signal(name);
  }

  crash() {
    return this.agent.kill();
  }

  close() {
    return this.agent?.kill();
  }
}
