// The session: what one side of visitor and helper decides, from *Help* to *End*.
//
//   visitor  idle → asking → waiting ⇄ unavailable → connecting → connected → ended
//   helper   idle ─────────────────────────────────→ connecting → connected → ended
//                              anything that cannot go on → failed
//
// The twin of `agent/proto/src/session`; shared transcripts keep the two alike (invariant I8).

import {
  CONNECT_TIMEOUT_MS,
  END_TIMEOUT_MS,
  MAX_FAULTS,
  MAX_LOST_CLAIMS,
  SOCKET_LINGER_MS,
  type Event,
  type Input,
  type Output,
  type PeerMessage,
  type Role,
  type SealedSignal,
  type SessionErrorCode,
  type State,
} from "../wire/peer";
import type { ErrorCode, LeaveReason, Place, Sealed, SessionId, TeamId } from "../wire/signaling";
import { negotiation } from "./negotiation";
import { proposals } from "./proposals";
import { talk } from "./talk";

type Finished = "ended" | "failed";

/** One side of one session. */
export type Session = ReturnType<typeof session>;

/** Makes sessions. */
export const Session = {
  /**
   * A visitor's: the teams that the page pins, in order, and the page's origin. It is extended when the first
   * proposal comes: few visitors ever hear one, and none should load what it takes.
   */
  visitor: (teams: TeamId[], origin: string): Session => session("visitor", teams, origin),

  /** A helper's, with a visitor on a page of this origin. */
  helper: (origin: string): Session => session("helper", [], origin, proposals),
};

function session(own: Role, pinned: TeamId[], origin: string, part?: typeof proposals) {
  let state: State = "idle";
  /** When what is handled happened. */
  let now = 0;
  const outputs: Output[] = [];
  const out = (output: Output): void => void outputs.push(output);
  const tell = (event: Event): void => out({ output: "event", event });
  const peer = negotiation(out);
  const words = talk(own, out);
  /** What decides about proposals: a part of its own, since few sessions have any. */
  let proposed = part?.(own, origin, out);
  const other: Role = own === "visitor" ? "helper" : "visitor";

  /** Visitor: whom to ask, and with which place. */
  const teams = [...pinned];
  let place: Place = "";
  /** Which team is asked, and how many others may still be asked in its place. */
  let asked = 0;
  let hops = teams.length > 1 ? teams.length : 0;
  let lost = 0;
  /** Whether the driver was told to dial, and whether the socket is open. */
  let dialled = false;
  let socketOpen = false;

  let id: SessionId | null = null;
  let firstMessage: Sealed = "";
  /** Whether the broker knows us by that id. */
  let announced = false;
  /** Whether the `control` data channel is open. */
  let open = false;
  /** Whether the person has ended, and the last messages are on their way. */
  let ending = false;
  /** When connecting, ending or closing has taken too long. */
  let deadline = Infinity;
  /** When the visitor's socket is not needed any more. */
  let linger = Infinity;

  const isOver = (): boolean => state === "ended" || state === "failed";
  const isInQueue = (): boolean => state === "asking" || state === "waiting" || state === "unavailable";

  // Into the queue.

  function dial(): void {
    dialled = true;
    out({ output: "dial" });
  }

  function prepare(): void {
    const team = teams[asked];
    if (team === undefined) return fail({ refused: "unknown-team" });
    id = null;
    announced = false;
    become("asking");
    out({ output: "prepare", team });
  }

  function ask(): void {
    const team = teams[asked];
    if (state !== "asking" || announced || !socketOpen || id === null || team === undefined) return;
    announced = true;
    out({ output: "signal", message: { type: "ask", team, session: id, origin, message: firstMessage, place } });
  }

  function queued(helpers: number, position: number): void {
    if (!isInQueue() || !announced) return;
    if (helpers === 0 && hops > 0) {
      hops--;
      asked = (asked + 1) % teams.length;
      leave("ended");
      return prepare();
    }
    become(helpers > 0 ? "waiting" : "unavailable");
    tell({ event: "waiting", helpers, position });
  }

  function socketLost(): void {
    socketOpen = false;
    if (!isInQueue()) return left("gone");
    dial();
    // Somebody may have claimed meanwhile, so neither the id nor the key is used again.
    if (announced) prepare();
  }

  function refused(code: ErrorCode): void {
    if (!announced || open || isOver()) return;
    // Of an ask before this one.
    if (isInQueue() && code === "session-unknown") return;
    // Only a visitor whose claim stands is still known to the broker.
    announced = own === "visitor" && !isInQueue();
    if (code === "session-unknown" || code === "ticket-gone") {
      return own === "helper" ? fail("ticket-gone") : askAgain();
    }
    if (code === "ticket-exists") return askAgain();
    if (!isInQueue() || code !== "unknown-team") return fail({ refused: code });
    // During a rollover a server may know one of the two.
    teams.splice(asked, 1);
    asked %= teams.length || 1;
    if (teams.length < 2) hops = 0;
    prepare();
  }

  function left(reason: LeaveReason): void {
    if (!announced) return;
    announced = false;
    // Peers who have each other need no server to tell them.
    if (state === "connected" || isOver()) return;
    if (reason === "ended") {
      close();
      return finish("ended", { event: "ended", by: other }, reason);
    }
    if (open) return;
    if (own === "visitor") return askAgain();
    // What exactly did not fit, the visitor keeps to itself.
    fail(reason === "unverified" ? { unverified: "handshake-failed" } : reason === "failed" ? "connect-timeout" : "ticket-gone");
  }

  /** The claim was lost: asks again in the same place, but not for ever. */
  function askAgain(): void {
    close();
    if (++lost > MAX_LOST_CLAIMS) return fail("connect-timeout");
    if (!socketOpen) dial();
    prepare();
  }

  // To the other side.

  function claimWon(): void {
    if (own === "visitor" || id === null) return;
    if (isOver()) {
      // The person ended while the claim was on its way.
      announced = true;
      return leave("ended");
    }
    if (state !== "connecting") return;
    deadline = now + CONNECT_TIMEOUT_MS;
    peer.letOut();
  }

  function described(sdp: string): void {
    if (state !== "connecting") return;
    if (own === "helper") {
      if (announced) return;
      announced = true;
      return out({ output: "claim", offer: sdp });
    }
    if (!peer.awaiting()) return;
    out({ output: "seal", signal: { type: "answer", sdp } });
    peer.letOut();
    peer.letIn();
  }

  function opened(signal: SealedSignal): void {
    if (isOver()) return;
    if (signal.type === "candidate") {
      const { type: _, ...candidate } = signal;
      return peer.heard(candidate);
    }
    // The helper offers, the visitor answers: any other answer is not looked at.
    if (own === "visitor" || !announced || !peer.awaiting()) return;
    out({ output: "accept", generation: peer.generation(), answer: signal.sdp });
    peer.letIn();
  }

  // On the data channel.

  function received(message: PeerMessage): void {
    if (!open || isOver()) return;
    words.greeted(message, now);
    if (state === "connecting" && words.through()) {
      become("connected");
      deadline = Infinity;
      if (dialled) linger = now + SOCKET_LINGER_MS;
      words.begin();
    }
    if (message.type === "end") {
      close();
      return finish("ended", { event: "ended", by: other }, "ended");
    }
    take(message);
    checkFaults();
    if (ending && words.settled()) finishOwn();
  }

  function take(message: PeerMessage): void {
    if (!("id" in message && proposed && words.through())) return words.take(message, now);
    const code = proposed.take(message);
    if (code) words.refuse(code);
  }

  function checkFaults(): void {
    if (words.faults() >= MAX_FAULTS) fail("peer-fault");
  }

  function channelClosed(): void {
    close();
    if (isOver()) return;
    if (ending) return finishOwn();
    if (state === "connected") return finish("ended", { event: "ended", by: "lost" }, "failed");
    if (own === "helper") return fail("connect-timeout");
    leave("failed");
    askAgain();
  }

  // The end.

  function end(): void {
    if (state === "idle" || isOver() || ending) return;
    if (state !== "connected" || words.settled()) return finishOwn();
    ending = true;
    deadline = now + END_TIMEOUT_MS;
  }

  function timedOut(): void {
    if (now >= deadline) {
      if (isOver()) close();
      else if (ending) finishOwn();
      else fail("connect-timeout");
    }
    if (now >= linger) hangUp();
    words.timeout(now);
  }

  function finishOwn(): void {
    finish("ended", { event: "ended", by: own }, "ended");
  }

  function fail(code: SessionErrorCode, reason: LeaveReason = "failed"): void {
    finish("failed", { event: "error", code }, reason);
  }

  function finish(last: Finished, event: Event, reason: LeaveReason): void {
    if (isOver()) return;
    if (open) {
      out({ output: "send", message: { type: "end" } });
      words.close();
      // Closed at once, the channel would take the last word with it: whoever hears it closes.
      deadline = now + END_TIMEOUT_MS;
    } else close();
    ending = false;
    leave(reason);
    hangUp();
    become(last);
    tell(event);
  }

  function close(): void {
    open = false;
    deadline = Infinity;
    words.close();
    peer.close();
  }

  function leave(reason: LeaveReason): void {
    if (announced && id !== null && (own === "helper" || socketOpen)) {
      out({ output: "signal", message: { type: "leave", session: id, reason } });
    }
    announced = false;
  }

  function hangUp(): void {
    linger = Infinity;
    if (!dialled) return;
    dialled = socketOpen = announced = false;
    out({ output: "hang-up" });
  }

  function become(next: State): void {
    if (next === state) return;
    state = next;
    tell({ event: "state", state });
  }

  return {
    /** Where the session is. */
    get state(): State {
      return state;
    },

    /** Takes up what decides about proposals. */
    extend(part: typeof proposals): void {
      proposed ??= part(own, origin, out);
    },

    /** What is to be done next; asked again until it is `timeout`. */
    pollOutput(): Output {
      const due = Math.min(words.due(), deadline, linger);
      return outputs.shift() ?? { output: "timeout", at: due < Infinity ? due : null };
    },

    /** Takes in what happened. Units: `at` in Unix milliseconds that never run backwards. */
    handle(input: Input, at: number): void {
      now = at;
      // What a peer connection tells that is no longer the session's own is not heard.
      if ("generation" in input && !peer.is(input.generation)) return;
      switch (input.input) {
        case "ask":
          if (own === "helper" || state !== "idle") return;
          place = input.place;
          become("asking");
          for (const { text, at } of input.written) words.say(text, at);
          dial();
          return prepare();
        case "prepared":
          if (state !== "asking" || id !== null) return;
          id = input.session;
          firstMessage = input.message;
          return ask();
        case "socket-opened":
          socketOpen = true;
          return ask();
        case "socket-lost":
          return socketLost();
        case "queued":
          return queued(input.helpers, input.position);
        case "verified": {
          if (!isInQueue() || !announced) return;
          const { name, automated, offer, iceServers } = input;
          become("connecting");
          tell({ event: "helper", name, automated });
          deadline = now + CONNECT_TIMEOUT_MS;
          return out({ output: "answer", generation: peer.begin(), offer, iceServers });
        }
        case "unverified":
          if (isInQueue() && announced) fail({ unverified: input.code }, "unverified");
          return;
        case "accept":
          if (own === "visitor" || state !== "idle") return;
          id = input.session;
          become("connecting");
          deadline = now + CONNECT_TIMEOUT_MS;
          return out({ output: "offer", generation: peer.begin() });
        case "claim-won":
          return claimWon();
        case "refused":
          return refused(input.code);
        case "left":
          return left(input.reason);
        case "opened":
          return opened(input.signal);
        case "open-failed":
          if (state === "connecting") fail("seal-broken");
          return;
        case "described":
          return described(input.sdp);
        case "candidate-found":
          return peer.found(input.candidate);
        case "channel-opened":
          if (state !== "connecting" || open) return;
          open = true;
          return words.open(now);
        case "channel-closed":
          return channelClosed();
        case "received":
          return received(input.message);
        case "received-bad":
          if (!open || isOver()) return;
          words.refuse(input.code);
          return checkFaults();
        case "say":
          if (state === "idle" || ending || isOver() || !words.say(input.text, now)) {
            tell({ event: "error", code: "not-sent" });
          }
          return;
        case "seen":
          return words.seen(input.seq);
        case "writing":
          return words.writing(input.on, now);
        case "propose":
          if (own === "visitor" || state !== "connected" || ending || !proposed?.propose(input.url)) {
            tell({ event: "error", code: "not-proposed" });
          }
          return;
        case "allow":
        case "decline":
          if (state === "connected" && !ending) proposed?.answer(input.id, input.input === "allow");
          return;
        case "navigated":
          if (own === "visitor") words.navigated(input.page);
          return;
        case "known":
          if (own === "visitor") words.known(input.client);
          return;
        case "end":
          return end();
        case "timed-out":
          return timedOut();
        default:
          return input satisfies never;
      }
    },
  };
}
