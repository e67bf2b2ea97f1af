// What the two say on the `control` data channel, from the first `hello` on.
//
// Both repeat `hello` until it is acknowledged, and acknowledge every `hello` they hear. A side is through when
// its own is acknowledged and the other's was heard: from then on, and not before, it sends what is of value.
// Whoever sends that has heard our `hello`, so it acknowledges as well as a lost `hello-ack` would have.

import {
  HELLO_INTERVAL_MS,
  PROTOCOL_VERSION,
  TYPING_INTERVAL_MS,
  TYPING_TIMEOUT_MS,
  type Client,
  type Event,
  type Output,
  type PeerErrorCode,
  type PeerMessage,
  type Role,
  type Whereabouts,
} from "../wire/peer";
import { Outbox } from "./outbox";

/** The conversation of one session, over one data channel after another. */
export class Talk {
  #own: Role;
  #out: (output: Output) => void;
  #outbox = new Outbox();
  /** Own page and client; at the helper, the epoch of the visitor's page. */
  #page: Whereabouts | null = null;
  #client: Client | null = null;
  #epoch = 0;
  /** The other side's messages: the last stored, and the last that was told to be seen. */
  #stored = 0;
  #seen = 0;
  #heard = false;
  #acknowledged = false;
  #helloAt: number | null = null;
  /** Until when the other is typing, and when it was last told that we are. */
  #typingUntil: number | null = null;
  #typingTold: number | null = null;

  /** How many messages the other side got wrong. */
  faults = 0;

  constructor(own: Role, out: (output: Output) => void) {
    this.#own = own;
    this.#out = out;
  }

  /** Begins on a data channel that has just opened. */
  open(now: number): void {
    this.close();
    this.#hello(now);
  }

  /** Says nothing more until the next data channel. */
  close(): void {
    this.#heard = this.#acknowledged = false;
    this.#helloAt = this.#typingUntil = this.#typingTold = null;
  }

  /** Whether both have acknowledged each other's `hello`. */
  get through(): boolean {
    return this.#heard && this.#acknowledged;
  }

  /** Whether everything we wrote is stored at the other side. */
  get settled(): boolean {
    return this.#outbox.isEmpty;
  }

  /** The next time at which something is due. */
  get due(): number[] {
    return [this.#helloAt, this.#typingUntil].filter((at) => at !== null);
  }

  /** Does what is due. */
  timeout(now: number): void {
    if (this.#helloAt !== null && now >= this.#helloAt) this.#hello(now);
    if (this.#typingUntil !== null && now >= this.#typingUntil) this.#typing(null);
  }

  /** Takes note of what a message says about the two greetings. Before it is taken itself. */
  greeted(message: PeerMessage, now: number): void {
    switch (message.type) {
      case "hello":
        if (message.role === this.#own) return this.refuse("wrong-state");
        if (!this.#outbox.has(message.stored)) return this.refuse("wrong-sequence");
        this.#send({ type: "hello-ack" });
        // Ours may have come before they could hear it: now they can.
        if (!this.#heard && !this.#acknowledged) this.#hello(now);
        this.#heard = true;
        return this.#delivered(message.stored);
      case "refused":
      case "end":
        return;
      default:
        if (message.type === "hello-ack" || this.#heard) {
          this.#acknowledged = true;
          this.#helloAt = null;
        }
    }
  }

  /** Sends all that was kept back until both greetings were acknowledged. */
  begin(): void {
    if (this.#page) this.#sendPage(this.#page);
    if (this.#client) this.#send({ type: "client", ...this.#client });
    this.#outbox.kept.forEach((chat) => this.#send({ type: "chat", ...chat }));
  }

  /** Takes a message of the other side. */
  take(message: PeerMessage, now: number): void {
    switch (message.type) {
      case "hello":
      case "hello-ack":
      case "end":
        return;
      case "refused":
        this.faults++;
        return this.#tell({ event: "error", code: { "peer-refused": message.code } });
    }
    if (!this.through) return this.refuse("wrong-state");
    switch (message.type) {
      case "page": {
        if (this.#own === "visitor") return this.refuse("wrong-state");
        if (message.epoch < this.#epoch) return;
        this.#epoch = message.epoch;
        const { type: _, ...page } = message;
        return this.#tell({ event: "page", page });
      }
      case "client": {
        if (this.#own === "visitor") return this.refuse("wrong-state");
        const { type: _, ...client } = message;
        return this.#tell({ event: "client", client });
      }
      case "chat": {
        const { seq, at, text } = message;
        if (seq > this.#stored + 1) return this.refuse("wrong-sequence");
        if (seq > this.#stored) {
          this.#typing(null);
          this.#stored = seq;
          this.#tell({ event: "message", from: this.#own === "visitor" ? "helper" : "visitor", seq, at, text });
        }
        return this.#send({ type: "ack", seq: this.#stored });
      }
      case "ack":
      case "read":
        if (!this.#outbox.has(message.seq)) return this.refuse("wrong-sequence");
        this.#delivered(message.seq);
        if (message.type === "read" && this.#outbox.read(message.seq)) this.#tell({ event: "read", seq: message.seq });
        return;
      case "typing":
        return this.#typing(message.on ? now + TYPING_TIMEOUT_MS : null);
    }
  }

  /** Refuses what the other side sent. */
  refuse(code: PeerErrorCode): void {
    this.faults++;
    this.#send({ type: "refused", code });
  }

  /** Takes a message that a person wrote; says whether it did. */
  say(text: string, now: number): boolean {
    // Half a surrogate pair is no text on the wire.
    const chat = this.#outbox.put(text.toWellFormed(), now);
    if (!chat) return false;
    this.#typingTold = null;
    this.#tell({ event: "message", from: this.#own, ...chat });
    if (this.through) this.#send({ type: "chat", ...chat });
    return true;
  }

  /** Tells the other side what was seen. */
  seen(seq: number): void {
    seq = Math.min(seq, this.#stored);
    if (seq <= this.#seen || !this.through) return;
    this.#seen = seq;
    this.#send({ type: "read", seq });
  }

  /** Tells the other side that the person is writing, or has stopped. */
  writing(on: boolean, now: number): void {
    const told = this.#typingTold;
    if (!this.through || (on ? told !== null && now < told + TYPING_INTERVAL_MS : told === null)) return;
    this.#typingTold = on ? now : null;
    this.#send({ type: "typing", on });
  }

  /** Notes where the visitor is. */
  navigated(page: Whereabouts): void {
    this.#page = page;
    this.#epoch++;
    if (this.through) this.#sendPage(page);
  }

  /** Notes what the visitor uses. */
  known(client: Client): void {
    this.#client = client;
    if (this.through) this.#send({ type: "client", ...client });
  }

  #hello(now: number): void {
    this.#helloAt = now + HELLO_INTERVAL_MS;
    this.#send({ type: "hello", protocol: PROTOCOL_VERSION, role: this.#own, stored: this.#stored });
  }

  #sendPage(page: Whereabouts): void {
    this.#send({ type: "page", epoch: this.#epoch, ...page });
  }

  #delivered(seq: number): void {
    if (this.#outbox.stored(seq)) this.#tell({ event: "delivered", seq });
  }

  #typing(until: number | null): void {
    const was = this.#typingUntil !== null;
    this.#typingUntil = until;
    const on = until !== null;
    if (on !== was) this.#tell({ event: "typing", on });
  }

  #send(message: PeerMessage): void {
    this.#out({ output: "send", message });
  }

  #tell(event: Event): void {
    this.#out({ output: "event", event });
  }
}
