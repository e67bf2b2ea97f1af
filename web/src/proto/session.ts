// The session: what one side of visitor and helper decides, from *Help* to *End*.
//
//   visitor  idle → asking → waiting ⇄ unavailable → connecting → connected ⇄ reconnecting → ended
//   helper   idle ─────────────────────────────────→ connecting → connected ⇄ reconnecting → ended
//                                                anything that cannot go on → failed
//
// The twin of `agent/proto/src/session`; shared transcripts keep the two alike (invariant I8).

import {
  CONNECT_TIMEOUT_MS,
  END_TIMEOUT_MS,
  MAX_FAULTS,
  MAX_LOST_CLAIMS,
  ROLLOVER_INTERVAL_MS,
  SOCKET_LINGER_MS,
  type Event,
  type Helper,
  type Input,
  type Output,
  type PeerErrorCode,
  type PeerMessage,
  type Psk,
  type Role,
  type SealedSignal,
  type SessionErrorCode,
  type State,
} from "../wire/peer";
import type { ErrorCode, IceServer, LeaveReason, Place, Sealed, SessionId, TeamId } from "../wire/signaling";
import { negotiation, type Negotiation } from "./negotiation";
import { proposals, type Proposals } from "./proposals";
import { resuming, type Resuming } from "./resuming";
import { talk, type Talk } from "./talk";

type Finished = "ended" | "failed";

/** What a session is made of, for the parts that not every session has from the beginning. */
export type Core = {
  readonly own: Role;
  readonly outputs: Output[];
  readonly peer: Negotiation;
  readonly words: Talk;
  /** What decides about proposals, if it is there. */
  readonly proposed: () => Proposals | undefined;
  state: State;
  /** When what is handled happened. */
  now: number;
  /** Visitor: the place in the queue, how many claims were lost, and whether the socket is open. */
  place: Place;
  lost: number;
  socketOpen: boolean;
  /** Whether the driver was told to dial. */
  dialled: boolean;
  /** Visitor: who helps, and what to connect with. */
  helper: Helper | null;
  iceServers: IceServer[];
  id: SessionId | null;
  /** Whether the broker knows us by that id. */
  announced: boolean;
  /** The number of the last peer connection, the helper's deposited ones included. */
  generations: number;
  /**
   * The peer connection whose `control` data channel is open. While the two find back, it may be another than
   * the one that is being negotiated.
   */
  standing: number | null;
  /** What is said last, once the person has ended and while the last messages are on their way. */
  ending: PeerMessage | null;
  /** When connecting, finding back, ending or closing has taken too long. */
  deadline: number;
  /** When the visitor's socket is not needed any more. */
  linger: number;

  out(output: Output): void;
  tell(event: Event): void;
  become(next: State): void;
  dial(): void;
  prepare(): void;
  beginConnection(): number;
  dropAttempt(): void;
  attempting(): boolean;
  findEachOther(): void;
  leave(reason: LeaveReason): void;
  close(): void;
  finish(last: Finished, event: Event, reason: LeaveReason): void;
};

/** One side of one session. */
export type Session = ReturnType<typeof session>;

/** Makes sessions. */
export const Session = {
  /**
   * A visitor's: the teams that the page pins, in order, and the page's origin. It is extended once it is needed:
   * few visitors ever hear a proposal, and none needs a way back before somebody helps.
   */
  visitor: (teams: TeamId[], origin: string): Session => session("visitor", teams, origin),

  /** A helper's, with a visitor on a page of this origin. */
  helper: (origin: string): Session => session("helper", [], origin, { proposals, resuming }),
};

/** What a session is extended by. */
export type Parts = { proposals?: typeof proposals; resuming?: typeof resuming };

function session(own: Role, pinned: TeamId[], origin: string, parts: Parts = {}) {
  const outputs: Output[] = [];
  const out = (output: Output): void => void outputs.push(output);
  const tell = (event: Event): void => out({ output: "event", event });
  const peer = negotiation(out);
  const words = talk(own, out);
  const other: Role = own === "visitor" ? "helper" : "visitor";
  let proposed: Proposals | undefined;
  let back: Resuming | undefined;

  /** Visitor: whom to ask: which team, and how many others may still be asked in its place. */
  const teams = [...pinned];
  let asked = 0;
  let hops = teams.length > 1 ? teams.length : 0;
  let firstMessage: Sealed = "";

  const my: Core = {
    own,
    outputs,
    peer,
    words,
    proposed: () => proposed,
    state: "idle",
    now: 0,
    place: "",
    lost: 0,
    socketOpen: false,
    dialled: false,
    helper: null,
    iceServers: [],
    id: null,
    announced: false,
    generations: 0,
    standing: null,
    ending: null,
    deadline: Infinity,
    linger: Infinity,
    out,
    tell,
    become,
    dial,
    prepare,
    beginConnection,
    dropAttempt,
    attempting: () => peer.live() && my.standing !== peer.generation(),
    findEachOther,
    leave,
    close,
    finish,
  };

  const isOver = (): boolean => my.state === "ended" || my.state === "failed";
  const isInQueue = (): boolean => my.state === "asking" || my.state === "waiting" || my.state === "unavailable";

  // Into the queue.

  function dial(): void {
    my.dialled = true;
    out({ output: "dial" });
  }

  function prepare(as: "asking" | "unavailable" = "asking"): void {
    const team = teams[asked];
    if (team === undefined) return fail({ refused: "unknown-team" });
    my.id = null;
    my.announced = false;
    my.deadline = Infinity;
    become(as);
    out({ output: "prepare", team });
  }

  /** Asks the other of two teams. Nothing is told of it when nobody is there: most often nobody is there either. */
  function askTheOther(as?: "unavailable"): void {
    asked = (asked + 1) % teams.length;
    leave("ended");
    prepare(as);
  }

  function ask(): void {
    const team = teams[asked];
    const { id, place, announced, socketOpen } = my;
    if (!isInQueue() || announced || !socketOpen || id === null || team === undefined) return;
    my.announced = true;
    out({ output: "signal", message: { type: "ask", team, session: id, origin, message: firstMessage, place } });
  }

  function queued(helpers: number, position: number): void {
    if (!isInQueue() || !my.announced) return;
    if (!helpers && hops) {
      hops--;
      return askTheOther();
    }
    my.deadline = helpers || !teams[1] ? Infinity : my.now + ROLLOVER_INTERVAL_MS;
    become(helpers > 0 ? "waiting" : "unavailable");
    tell({ event: "waiting", helpers, position });
  }

  function socketLost(): void {
    my.socketOpen = false;
    if (my.state === "reconnecting") return back?.socketLost();
    if (own === "helper" && my.state === "connecting" && !my.standing) return fail("server-lost");
    if (!isInQueue()) return left("gone");
    dial();
    // Somebody may have claimed meanwhile, so neither the id nor the key is used again.
    if (my.announced) prepare();
  }

  function refused(code: ErrorCode): void {
    // Whoever keeps us away has ended it.
    if (my.state === "reconnecting") return code === "blocked" ? left("ended") : back?.refused(code);
    if (!my.announced || my.standing || isOver()) return;
    // Of an ask before this one.
    if (isInQueue() && code === "session-unknown") return;
    // Only a visitor whose claim stands is still known to the broker.
    my.announced = own === "visitor" && !isInQueue();
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
    if (!my.announced) return;
    my.announced = false;
    if (isOver()) return;
    const by = reason === "moved" ? "elsewhere" : reason === "ended" && other;
    if (my.state === "connected" || (my.state === "reconnecting" && (!by || my.standing))) return back?.left(reason);
    if (by) {
      close();
      return finish("ended", { event: "ended", by }, reason);
    }
    if (my.standing) return;
    if (own === "visitor") return askAgain();
    // What exactly did not fit, the visitor keeps to itself.
    fail(reason === "unverified" ? { unverified: "handshake-failed" } : reason === "failed" ? "connect-timeout" : "ticket-gone");
  }

  /** The claim was lost: asks again in the same place, but not for ever. */
  function askAgain(): void {
    close();
    if (++my.lost > MAX_LOST_CLAIMS) return fail("connect-timeout");
    if (!my.socketOpen) dial();
    prepare();
  }

  // To the other side.

  /** Begins a peer connection, in the place of one that has not come up; gives its generation. */
  function beginConnection(): number {
    dropAttempt();
    peer.begin(++my.generations);
    return my.generations;
  }

  /** Lets go of a peer connection that has not come up. */
  function dropAttempt(): void {
    if (my.standing !== peer.generation()) peer.close();
  }

  function claimWon(): void {
    if (own === "visitor" || my.id === null) return;
    if (isOver()) {
      // The person ended while the claim was on its way.
      my.announced = true;
      return leave("ended");
    }
    if (my.state !== "connecting") return;
    my.deadline = my.now + CONNECT_TIMEOUT_MS;
    peer.letOut();
  }

  function described(generation: number, sdp: string): void {
    if (!peer.is(generation)) return;
    if (my.state === "reconnecting") return back?.described(sdp);
    if (my.state !== "connecting") return;
    if (own === "helper") {
      if (my.announced) return;
      my.announced = true;
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
    if (own === "visitor" || !my.announced || !peer.awaiting()) return;
    out({ output: "accept", generation: peer.generation(), answer: signal.sdp });
    peer.letIn();
  }

  // On the data channel.

  function channelOpened(generation: number): void {
    const isAwaited = my.state === "connecting" || my.state === "reconnecting";
    if (!isAwaited || !peer.is(generation) || my.standing === generation) return;
    if (my.standing !== null) out({ output: "close", generation: my.standing });
    my.standing = generation;
    back?.believe();
    words.open(my.now);
  }

  /** Either has the other, for the first time or again: over a new channel, or over the old one after all. */
  function findEachOther(): void {
    const again = my.state === "reconnecting";
    become("connected");
    // A helper who ends waits for the last messages no longer than before; a visitor who ends has not lost anybody.
    if (own === "visitor" || !my.ending) my.deadline = Infinity;
    back?.settle();
    if (my.dialled) my.linger = my.now + SOCKET_LINGER_MS;
    back?.keep();
    if (words.begun()) return;
    back?.begin(again);
    words.begin();
  }

  function received(message: PeerMessage): void {
    if (!my.standing || isOver()) return;
    back?.alive();
    words.greeted(message, my.now);
    if (message.type === "end") {
      close();
      return finish("ended", { event: "ended", by: other }, "ended");
    }
    if (message.type === "return" && own === "visitor" && words.through()) {
      return my.ending ? finishOwn() : back?.askElsewhere();
    }
    heard();
    const code = take(message);
    if (code) words.refuse(code);
    heard();
    checkFaults();
    if (my.ending && words.settled()) finishOwn();
  }

  /** The two have each other, if they may say so. */
  function heard(): void {
    if (words.through() && (my.state === "connecting" || back?.isFound())) findEachOther();
  }

  function take(message: PeerMessage): PeerErrorCode | void {
    if (words.through()) {
      switch (message.type) {
        case "propose":
        case "allowed":
        case "declined":
          if (proposed) return proposed.take(message);
          break;
        case "deposit":
        case "deposited":
          if (back) return back.take(message);
          break;
        case "chat": {
          const from = outputs.length;
          words.take(message, my.now);
          return back?.keepBeforeSending(from);
        }
      }
    }
    words.take(message, my.now);
  }

  function checkFaults(): void {
    if (words.faults() >= MAX_FAULTS) fail("peer-fault");
  }

  function channelClosed(generation: number): void {
    const wasStanding = my.standing === generation;
    if (wasStanding) {
      my.standing = null;
      if (peer.generation() === generation) peer.lose();
      words.lose();
    } else if (peer.is(generation)) peer.lose();
    else return back?.depositLost(generation);
    out({ output: "close", generation });
    if (isOver()) return close();
    if (my.ending) {
      close();
      return finishOwn();
    }
    if (my.state === "reconnecting") return back?.cameToNothing(wasStanding);
    if (my.state === "connected") {
      if (back?.canFindBack()) return back.loseEachOther();
      close();
      return finish("ended", { event: "ended", by: "lost" }, "failed");
    }
    if (own === "helper") {
      close();
      return fail("connect-timeout");
    }
    leave("failed");
    askAgain();
  }

  // The end.

  function end(last: PeerMessage): void {
    if (my.state === "idle" || isOver() || my.ending) return;
    my.ending = last;
    back?.rest();
    if (my.state !== "connected" || words.settled()) return finishOwn();
    my.deadline = my.now + END_TIMEOUT_MS;
  }

  function timedOut(): void {
    if (my.now >= my.deadline) {
      if (isOver()) close();
      else if (my.ending) finishOwn();
      else if (my.state === "reconnecting") finish("ended", { event: "ended", by: "lost" }, "failed");
      else if (my.state === "unavailable") askTheOther("unavailable");
      else fail("connect-timeout");
    }
    if (my.now >= my.linger) hangUp();
    back?.timeout();
    words.timeout(my.now);
  }

  function finishOwn(): void {
    // Whom a helper gives back has not ended, and keeps the place.
    finish("ended", { event: "ended", by: own }, own === "helper" && my.ending?.type === "return" ? "failed" : "ended");
  }

  function fail(code: SessionErrorCode, reason: LeaveReason = "failed"): void {
    finish("failed", { event: "error", code }, reason);
  }

  function finish(last: Finished, event: Event, reason: LeaveReason): void {
    if (isOver()) return;
    const message = my.ending ?? { type: "end" };
    if (my.standing) {
      dropAttempt();
      out({ output: "send", message });
      words.close();
      back?.forget();
      // Closed at once, the channel would take the last word with it: whoever hears it closes.
      my.deadline = my.now + END_TIMEOUT_MS;
    } else close();
    my.ending = null;
    leave(reason);
    hangUp();
    become(last);
    tell(event);
  }

  /** Lets go of every peer connection. */
  function close(): void {
    my.deadline = Infinity;
    words.close();
    back?.forget();
    dropAttempt();
    if (my.standing === null) return;
    out({ output: "close", generation: my.standing });
    my.standing = null;
    peer.lose();
  }

  function leave(reason: LeaveReason): void {
    if (my.announced && my.id !== null && (own === "helper" || my.socketOpen)) {
      out({ output: "signal", message: { type: "leave", session: my.id, reason } });
    }
    my.announced = false;
  }

  function hangUp(): void {
    my.linger = Infinity;
    if (!my.dialled) return;
    my.dialled = my.socketOpen = my.announced = false;
    out({ output: "hang-up" });
  }

  function become(next: State): void {
    if (next === my.state) return;
    my.state = next;
    tell({ event: "state", state: next });
  }

  function extend({ proposals, resuming }: Parts): void {
    proposed ??= proposals?.(own, origin, out);
    back ??= resuming?.(my);
  }
  extend(parts);

  return {
    /** Where the session is. */
    get state(): State {
      return my.state;
    },

    /** Takes up parts that it does not have yet. */
    extend,

    /** Whether what the broker says of this id is said of the session as it is: not of a ticket or deposit of before. */
    isAbout: (id: SessionId): boolean => my.id === id,

    /** The key of a deposit of ours, for the driver to open what came for it. */
    psk: (deposit: SessionId): Psk | undefined => back?.psk(deposit),

    /** What is to be done next; asked again until it is `timeout`. */
    pollOutput(): Output {
      const due = Math.min(words.due(), my.deadline, my.linger, back?.due() ?? Infinity);
      return outputs.shift() ?? { output: "timeout", at: due < Infinity ? due : null };
    },

    /** Takes in what happened. Units: `at` in Unix milliseconds that never run backwards. */
    handle(input: Input, at: number): void {
      my.now = at;
      const from = outputs.length;
      const keepSent = (): void => {
        if (outputs[from]) back?.keepBeforeSending(from);
      };
      switch (input.input) {
        case "ask":
          if (own === "helper" || my.state !== "idle") return;
          my.place = input.place;
          become("asking");
          for (const { text, at } of input.written) words.say(text, at);
          dial();
          return prepare();
        case "prepared":
          if (!isInQueue() || my.id !== null) return;
          my.id = input.session;
          firstMessage = input.message;
          return ask();
        case "socket-opened":
          my.socketOpen = true;
          ask();
          return back?.knock();
        case "socket-lost":
          return socketLost();
        case "queued":
          return queued(input.helpers, input.position);
        case "verified": {
          if (!isInQueue() || !my.announced) return;
          const { name, automated, offer, iceServers } = input;
          become("connecting");
          my.helper = { name, automated };
          my.iceServers = iceServers;
          tell({ event: "helper", name, automated });
          my.deadline = my.now + CONNECT_TIMEOUT_MS;
          return out({ output: "answer", generation: beginConnection(), offer, iceServers });
        }
        case "unverified":
          if (isInQueue() && my.announced) fail({ unverified: input.code }, "unverified");
          return;
        case "accept":
          if (own === "visitor" || my.state !== "idle") return;
          my.id = input.session;
          become("connecting");
          my.deadline = my.now + CONNECT_TIMEOUT_MS;
          return out({ output: "offer", generation: beginConnection() });
        case "claim-won":
          return claimWon();
        case "refused":
          return refused(input.code);
        case "left":
          return left(input.reason);
        case "opened":
          return opened(input.signal);
        case "open-failed":
          if (my.state === "connecting") fail("seal-broken");
          else if (my.state === "reconnecting") back?.notAdmitted();
          return;
        case "described":
          return described(input.generation, input.sdp);
        case "candidate-found":
          if (peer.is(input.generation)) peer.found(input.candidate);
          return;
        case "channel-opened":
          return channelOpened(input.generation);
        case "channel-closed":
          return channelClosed(input.generation);
        case "received":
          return received(input.message);
        case "received-bad":
          if (!my.standing || isOver()) return;
          words.refuse(input.code);
          return checkFaults();
        case "say":
          if (my.state === "idle" || my.ending || isOver() || !words.say(input.text, my.now)) {
            return tell({ event: "error", code: "not-sent" });
          }
          return keepSent();
        case "seen":
          words.seen(input.seq);
          return keepSent();
        case "writing":
          return words.writing(input.on, my.now);
        case "propose":
          // With a number of before, the next would be refused.
          if (own === "helper" && my.state === "connected" && !my.ending && proposed?.propose(input.url)) return keepSent();
          return tell({ event: "error", code: "not-proposed" });
        case "allow":
        case "decline":
          if (my.state === "connected" && !my.ending) proposed?.answer(input.id, input.input === "allow");
          return;
        case "navigated":
          if (own === "helper") return;
          words.navigated(input.page);
          // The next page counts on from what was told: with a number of before, the helper would take its word for an
          // old one.
          return keepSent();
        case "known":
          if (own === "visitor") words.known(input.client);
          return;
        case "return":
          if (own === "helper" && (my.state === "connected" || my.state === "reconnecting")) end({ type: "return" });
          return;
        case "end":
          return end({ type: "end" });
        case "timed-out":
          return timedOut();
        case "restore":
        case "deposit-made":
        case "resumed":
        case "knocked":
        case "admitted":
        case "disturbed":
        case "network-changed":
          return back?.handle(input);
        default:
          return input satisfies never;
      }
    },
  };
}
