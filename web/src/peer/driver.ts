// Carries out what one session decides, and tells it what came of it. Decides nothing.
//
// What WebRTC and WebCrypto answer arrives later, when the session may be elsewhere: each peer connection's
// answers carry its generation, and what was sealed or opened for a link that is no longer the session's is
// dropped.

import type { Session } from "../proto/session";
import { encode, decode } from "../wire/base64url";
import { decodePeer, decodeSealedSignal } from "../wire/decode";
import type { Event, Input, Output, PeerMessage, SealedSignal } from "../wire/peer";
import type { AgentToBroker, Sealed, SessionId } from "../wire/signaling";
import { now } from "./clock";
import type { PeerConnection } from "./peer-connection";
import type { SealedChannel } from "./seal";
import { readText } from "./text";

/** An output that one role alone knows how to carry out. */
export type RoleOutput = Extract<
  Output,
  { output: "dial" | "hang-up" | "prepare" | "answer" | "claim" | "offer" | "accept" }
>;

/** What a session's surroundings do for it. */
export type Surroundings = {
  /** Carries out what belongs to the role. */
  carryOut(output: RoleOutput): void;
  /** Tells the broker. */
  signal(message: AgentToBroker): void;
  /** Tells the person. */
  tell(event: Event): void;
  /** Takes note of what has gone to the other side. */
  sent(message: PeerMessage): void;
};

/** The session id of a handshake, and its sealed channel once there is one; `null` when it came to nothing. */
type Link = { session: SessionId; channel: Promise<SealedChannel | null> };

/** One session at work. */
export class Driver {
  #session: Session;
  #around: Surroundings;
  #inputs: Input[] = [];
  #busy = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #peer: { generation: number; connection: PeerConnection } | null = null;
  #link: Link | null = null;

  /** Drives a session. */
  constructor(session: Session, around: Surroundings) {
    this.#session = session;
    this.#around = around;
  }

  /** Tells the session, and carries out what it decides. */
  input(input: Input): void {
    this.#inputs.push(input);
    // Whoever is told of an output may answer with an input: it waits its turn.
    if (this.#busy) return;
    this.#busy = true;
    try {
      for (let next = this.#inputs.shift(); next !== undefined; next = this.#inputs.shift()) {
        this.#session.handle(next, now());
        let output: Output;
        do {
          output = this.#session.pollOutput();
          this.#carryOut(output);
        } while (output.output !== "timeout");
      }
    } finally {
      this.#busy = false;
    }
  }

  /** Gives the session its sealed channel, or the promise of one. */
  link(session: SessionId, channel: Promise<SealedChannel | null>): void {
    this.#link = { session, channel };
  }

  /** Takes up the peer connection of a generation, and its description once there is one. */
  adopt(generation: number, connection: PeerConnection, description: Promise<string>): void {
    this.#peer?.connection.close();
    this.#peer = { generation, connection };
    connection.listen({
      found: (candidate) => this.input({ input: "candidate-found", generation, candidate }),
      opened: () => this.input({ input: "channel-opened", generation }),
      closed: () => this.input({ input: "channel-closed", generation }),
      received: (data) => this.#received(data),
    });
    this.attempt(
      generation,
      description.then((sdp) => this.input({ input: "described", generation, sdp })),
    );
  }

  /** Counts a peer connection as lost when this does not succeed. */
  attempt(generation: number, act: Promise<void>): void {
    act.catch(() => this.input({ input: "channel-closed", generation }));
  }

  /** Opens what the broker forwarded. */
  forwarded(session: SessionId, message: Sealed): void {
    const link = this.#link;
    if (link?.session !== session) return;
    this.#through(link, async (channel) => {
      const frame = decode(message);
      // A frame that is no base64url fails as one that nobody sealed.
      const text = readText(await channel.open(frame ?? new Uint8Array()));
      const decoded = decodeSealedSignal(text);
      if (!decoded.ok) throw new Error(decoded.code);
      if (decoded.value !== null && this.#link === link) this.input({ input: "opened", signal: decoded.value });
    });
  }

  /** Lets go of the peer connection at once: the page is going away. */
  drop(): void {
    const peer = this.#peer;
    if (peer === null) return;
    peer.connection.close();
    this.input({ input: "channel-closed", generation: peer.generation });
  }

  #carryOut(output: Output): void {
    switch (output.output) {
      case "signal":
        return this.#around.signal(output.message);
      case "seal":
        return this.#seal(output.signal);
      case "add-candidate":
        // One that does not fit here is no fault: others may, and without any the connection times out.
        if (this.#peer?.generation === output.generation) {
          this.#peer.connection.addCandidate(output.candidate).catch(() => {});
        }
        return;
      case "close":
        if (this.#peer?.generation === output.generation) {
          this.#peer.connection.close();
          this.#peer = null;
        }
        return;
      case "send":
        this.#peer?.connection.send(JSON.stringify(output.message));
        return this.#around.sent(output.message);
      case "event":
        return this.#around.tell(output.event);
      case "timeout":
        clearTimeout(this.#timer);
        if (output.at !== null) {
          this.#timer = setTimeout(() => this.input({ input: "timed-out" }), Math.max(0, output.at - now()));
        }
        return;
      default:
        return this.#around.carryOut(output);
    }
  }

  #received(data: unknown): void {
    if (typeof data !== "string") return this.input({ input: "received-bad", code: "bad-message" });
    const decoded = decodePeer(data);
    if (!decoded.ok) this.input({ input: "received-bad", code: decoded.code });
    else if (decoded.value !== null) this.input({ input: "received", message: decoded.value });
  }

  #seal(signal: SealedSignal): void {
    const link = this.#link;
    if (link === null) return;
    this.#through(link, async (channel) => {
      const message = encode(await channel.seal(new TextEncoder().encode(JSON.stringify(signal))));
      this.#around.signal({ type: "forward", session: link.session, message });
    });
  }

  #through(link: Link, act: (channel: SealedChannel) => Promise<void>): void {
    link.channel
      .then((channel) => channel && act(channel))
      .catch(() => {
        if (this.#link === link) this.input({ input: "open-failed" });
      });
  }
}
