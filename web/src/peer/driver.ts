// Carries out what one session decides, and tells it what came of it. Decides nothing.
//
// What WebRTC and WebCrypto answer arrives later, when the session may be elsewhere: each peer connection's
// answers carry its generation, and what was sealed or opened for a link that is no longer the session's is
// dropped.

import type { Session } from "../proto/session";
import { encode, decode } from "../wire/base64url";
import { decodePeer, decodeSealedSignal } from "../wire/decode";
import type { Event, Input, Output, PeerErrorCode, PeerMessage, SealedSignal } from "../wire/peer";
import type { AgentToBroker, Sealed, SessionId } from "../wire/signaling";
import { utf8 } from "../wire/utf8";
import { now } from "./clock";
import type { PeerConnection } from "./peer-connection";
import type { SealedChannel } from "./seal";
import { readText } from "./text";

/** An output that one role alone knows how to carry out. */
export type RoleOutput = Extract<
  Output,
  {
    output:
      | "dial"
      | "hang-up"
      | "prepare"
      | "answer"
      | "claim"
      | "offer"
      | "accept"
      | "go"
      | "keep"
      | "deposit"
      | "announce"
      | "knock"
      | "admit";
  }
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
  /** Closes a peer connection that was never taken up. */
  close?(generation: number): void;
  /** Takes a message of a type that is unknown here. */
  unknown?(text: string): void;
};

/** A peer connection of one generation. */
type Numbered = { generation: number; connection: PeerConnection };

/** The session id of a handshake, and its sealed channel once there is one; `null` when it came to nothing. */
type Link = { session: SessionId; channel: Promise<SealedChannel | null> };

/** One session at work. */
export type Driver = ReturnType<typeof drive>;

/** Drives a session. */
export function drive(session: Session, around: Surroundings) {
  const inputs: Input[] = [];
  let busy = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  /** The peer connection that was begun last, and the one that stays open until that is. */
  let peer: Numbered | null = null;
  let standing: Numbered | null = null;
  let gone = false;
  let link: Link | null = null;

  /** Tells the session, and carries out what it decides. */
  function input(given: Input): void {
    if (gone) return;
    inputs.push(given);
    // Whoever is told of an output may answer with an input: it waits its turn.
    if (busy) return;
    busy = true;
    try {
      for (let next = inputs.shift(); next; next = inputs.shift()) {
        session.handle(next, now());
        let output: Output;
        do {
          output = session.pollOutput();
          carryOut(output);
        } while (output.output !== "timeout");
      }
    } finally {
      busy = false;
    }
  }

  function carryOut(output: Output): void {
    switch (output.output) {
      case "signal":
        return around.signal(output.message);
      case "seal":
        return seal(output.signal);
      case "add-candidate":
        // One that does not fit here is no fault: others may, and without any the connection times out.
        if (peer?.generation === output.generation) peer.connection.addCandidate(output.candidate).catch(() => {});
        return;
      case "close":
        return close(output.generation);
      case "send":
        // Until the one that comes up is open, at which the session closes the other.
        (standing ?? peer)?.connection.send(JSON.stringify(output.message));
        return around.sent(output.message);
      case "event":
        return around.tell(output.event);
      case "timeout":
        clearTimeout(timer);
        if (output.at !== null) timer = setTimeout(input, output.at - now(), { input: "timed-out" });
        return;
      default:
        return around.carryOut(output);
    }
  }

  function close(generation: number): void {
    if (peer?.generation === generation) {
      peer.connection.close();
      peer = null;
    } else if (standing?.generation === generation) {
      standing.connection.close();
      standing = null;
    } else around.close?.(generation);
  }

  function takeUp(generation: number, connection: PeerConnection): void {
    // One that is open stays until the session closes it; one that never was is closed already.
    if (peer) standing = peer;
    peer = { generation, connection };
    connection.listen({
      found: (candidate) => input({ input: "candidate-found", generation, candidate }),
      opened: () => input({ input: "channel-opened", generation }),
      closed: () => input({ input: "channel-closed", generation }),
      disturbed: () => input({ input: "disturbed", generation }),
      received,
    });
  }

  function received(data: unknown): void {
    if (typeof data !== "string") return input({ input: "received-bad", code: "bad-message" });
    const decoded = decodePeer(data);
    if (decoded) heard(decoded);
    else around.unknown?.(data);
  }

  /** Tells the session what the other side has said, or that it was no message. */
  function heard(decoded: PeerMessage | PeerErrorCode): void {
    input(typeof decoded === "string" ? { input: "received-bad", code: decoded } : { input: "received", message: decoded });
  }

  function seal(signal: SealedSignal): void {
    through(link, async (channel, session) => {
      const message = encode(await channel.seal(utf8(JSON.stringify(signal))));
      around.signal({ type: "forward", session, message });
    });
  }

  function through(used: Link | null, act: (channel: SealedChannel, session: SessionId) => Promise<void>): void {
    used?.channel
      .then((channel) => channel && act(channel, used.session))
      .catch(() => {
        if (link === used) input({ input: "open-failed" });
      });
  }

  /** Counts a peer connection as lost when this does not succeed. */
  function attempt(generation: number, act: Promise<void>): void {
    act.catch(() => input({ input: "channel-closed", generation }));
  }

  return {
    input,
    heard,
    attempt,

    /** Takes up the peer connection of a generation. */
    takeUp,

    /** Gives the session its sealed channel, or the promise of one. */
    link(session: SessionId, channel: Promise<SealedChannel | null>): void {
      link = { session, channel };
    },

    /** Takes up the peer connection of a generation, and its description once there is one. */
    adopt(generation: number, connection: PeerConnection, description: Promise<string>): void {
      takeUp(generation, connection);
      attempt(
        generation,
        description.then((sdp) => input({ input: "described", generation, sdp })),
      );
    },

    /** Opens what the broker forwarded. */
    forwarded(session: SessionId, message: Sealed): void {
      const used = link;
      if (used?.session !== session) return;
      through(used, async (channel) => {
        // A frame that is no base64url fails as one that nobody sealed.
        const decoded = decodeSealedSignal(readText(await channel.open(decode(message) ?? new Uint8Array())));
        if (typeof decoded === "string") throw new Error(decoded);
        if (decoded && link === used) input({ input: "opened", signal: decoded });
      });
    },

    /** Lets go of everything at once, and tells the session nothing more: the page is going away. */
    drop(): void {
      gone = true;
      clearTimeout(timer);
      for (const generation of [peer, standing].flatMap((each) => each?.generation ?? [])) close(generation);
    },
  };
}
