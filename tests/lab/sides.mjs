// The two who talk through a fault: native agents as processes of their own, each behind its router.

import { join } from "node:path";

import { Native } from "../browser/native.mjs";
import { program } from "../browser/server.mjs";
import { numbered } from "../browser/talkers.mjs";
import { inside } from "./network.mjs";

// Longer than the longest fault, and what may come after it. Units: milliseconds.
const PATIENCE = 90_000;

// Seven messages a second, so that no outbox is full after the longest fault. Units: milliseconds.
const EVERY = 150;

/** One who says `name 0001`, `name 0002`, … without pause, and remembers when, and when what was heard. */
export class Side {
  #command;
  #args;
  #talking;
  /** When each message was said; what was heard, and when; and what else happened. */
  said = [];
  heard = [];
  log = [];
  session = null;

  /** `command` runs before the agent, to change the world that it sees. */
  constructor(name, space, args, { command = [], more = [] } = {}) {
    this.name = name;
    this.#command = inside(space, ...command, program("alongside-agent"));
    this.#args = [...args, "--json", ...more];
  }

  /** Starts the agent, or starts it again after it was killed. */
  start() {
    const [command, ...first] = this.#command;
    this.agent = new Native([...first, ...this.#args], "", command);
    this.agent.patience = PATIENCE;
    this.agent.onevent = (event) => this.#take(event);
    return this.agent;
  }

  /** Is started the next time without what it has kept. */
  forget() {
    this.#args = this.#args.map((word) => (word.endsWith(".state") ? `${word}.state` : word));
  }

  #take(event) {
    const { event: name, session, text } = event;
    if (name === "message") this.heard.push({ text: text.trimEnd(), at: Date.now() });
    else if (!["delivered", "read", "typing", "page", "client"].includes(name)) this.note(name, event);
    if (["connected", "resumed", "reconnecting"].includes(name)) this.session = session;
    // Until the next helper is there nothing can be said; what was refused is to be said then.
    if (name === "waiting") this.session = null;
    const number = this.said.findIndex((at, index) => event.ref === numbered(this.name, index + 1));
    if (name === "error" && number >= 0) this.said.length = number;
  }

  /** Keeps what happened, to be told if something goes wrong. */
  note(name, details = {}) {
    this.log.push({ at: Date.now(), name, details });
  }

  /** Talks without pause; `size` makes each message so long. */
  talk({ every = EVERY, size = 0 } = {}) {
    this.#talking = setInterval(() => this.say(size), every);
  }

  say(size = 0) {
    if (this.session === null) return;
    this.said.push(Date.now());
    const text = numbered(this.name, this.said.length);
    this.agent.tell({ command: "say", session: this.session, text: text.padEnd(size), ref: text });
  }

  hush() {
    clearInterval(this.#talking);
  }

  /** Waits until the agent has taken all it was told: what it has not read dies with it. */
  async drain() {
    const ref = `drained ${Date.now()}`;
    // Too long to be said: the answer comes after those before it, and nothing else does.
    this.agent.tell({ command: "say", session: this.session, text: "x".repeat(5000), ref });
    await this.agent.until("error", { ref });
  }

  /** When it first happened at or after a time, or null. */
  when(name, since) {
    return this.log.find((entry) => entry.name === name && entry.at >= since)?.at ?? null;
  }
}

/** A visitor and a helper in a session, each with a state file; `meanwhile` runs while they find each other. */
export async function pair(world, { visitor: visitorOptions, helper: helperOptions, meanwhile = () => {} } = {}) {
  pairs++;
  const state = (name) => join(world.folder, `${name}-${pairs}.state`);
  const helper = new Side("helper", "helper", ["help", world.invite, "--auto-accept", "--state", state("helper")], helperOptions);
  const asking = ["ask", world.page, "--allow-private", "--state", state("visitor")];
  const visitor = new Side("visitor", "visitor", asking, visitorOptions);
  await helper.start().until("enlisted");
  await Promise.all([visitor.start().until("connected"), meanwhile({ visitor, helper })]);
  await helper.agent.until("connected");
  return { visitor, helper };
}

let pairs = 0;

/** Ends both. */
export async function part({ visitor, helper }) {
  for (const side of [visitor, helper]) {
    side.hush();
    await side.agent.kill();
  }
}
