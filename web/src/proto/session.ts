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
import { Negotiation } from "./negotiation";
import { Talk } from "./talk";

/** One side of one session. */
export class Session {
  #own: Role;
  #state: State = "idle";
  #outputs: Output[] = [];
  #negotiation: Negotiation;
  #talk: Talk;

  /** Visitor: whom to ask, where from, and with which place. */
  #teams: TeamId[];
  #origin: string;
  #place: Place = "";
  /** Which team is asked, and how many others may still be asked in its place. */
  #team = 0;
  #hops: number;
  #lost = 0;
  /** Whether the driver was told to dial, and whether the socket is open. */
  #dialled = false;
  #socketOpen = false;

  #id: SessionId | null = null;
  #message: Sealed = "";
  /** Whether the broker knows us by that id. */
  #announced = false;
  /** Whether the `control` data channel is open. */
  #open = false;
  /** Whether the person has ended, and the last messages are on their way. */
  #ending = false;
  /** When connecting, ending or closing has taken too long. */
  #deadline: number | null = null;
  /** When the visitor's socket is not needed any more. */
  #linger: number | null = null;

  private constructor(own: Role, teams: TeamId[], origin: string) {
    this.#own = own;
    this.#teams = [...teams];
    this.#origin = origin;
    this.#hops = teams.length > 1 ? teams.length : 0;
    const out = (output: Output): void => void this.#outputs.push(output);
    this.#negotiation = new Negotiation(out);
    this.#talk = new Talk(own, out);
  }

  /** Makes a visitor's session: the teams that the page pins, in order, and the page's origin. */
  static visitor(teams: TeamId[], origin: string): Session {
    return new Session("visitor", teams, origin);
  }

  /** Makes a helper's session. */
  static helper(): Session {
    return new Session("helper", [], "");
  }

  /** Where the session is. */
  get state(): State {
    return this.#state;
  }

  /** What is to be done next; asked again until it is `timeout`. */
  pollOutput(): Output {
    const due = [...this.#talk.due, this.#deadline, this.#linger].filter((at) => at !== null);
    return this.#outputs.shift() ?? { output: "timeout", at: due.length > 0 ? Math.min(...due) : null };
  }

  /** Takes in what happened. Units: `now` in Unix milliseconds that never run backwards. */
  handle(input: Input, now: number): void {
    switch (input.input) {
      case "ask":
        if (this.#own === "helper" || this.#state !== "idle") return;
        this.#place = input.place;
        this.#become("asking");
        this.#dial();
        return this.#prepare(now);
      case "prepared":
        if (this.#state !== "asking" || this.#id !== null) return;
        this.#id = input.session;
        this.#message = input.message;
        return this.#ask();
      case "socket-opened":
        this.#socketOpen = true;
        return this.#ask();
      case "socket-lost":
        return this.#socketLost(now);
      case "queued":
        return this.#queued(input.helpers, input.position, now);
      case "verified": {
        if (!this.#inQueue || !this.#announced) return;
        const { name, automated, offer, iceServers } = input;
        this.#become("connecting");
        this.#tell({ event: "helper", name, automated });
        this.#deadline = now + CONNECT_TIMEOUT_MS;
        return this.#out({ output: "answer", generation: this.#negotiation.begin(), offer, iceServers });
      }
      case "unverified":
        if (this.#inQueue && this.#announced) this.#fail({ unverified: input.code }, now, "unverified");
        return;
      case "accept":
        if (this.#own === "visitor" || this.#state !== "idle") return;
        this.#id = input.session;
        this.#become("connecting");
        this.#deadline = now + CONNECT_TIMEOUT_MS;
        return this.#out({ output: "offer", generation: this.#negotiation.begin() });
      case "claim-won":
        return this.#claimWon(now);
      case "refused":
        return this.#refused(input.code, now);
      case "left":
        return this.#left(input.reason, now);
      case "opened":
        return this.#opened(input.signal);
      case "open-failed":
        if (this.#state === "connecting") this.#fail("seal-broken", now);
        return;
      case "described":
        return this.#described(input.generation, input.sdp);
      case "candidate-found":
        if (this.#negotiation.is(input.generation)) this.#negotiation.found(input.candidate);
        return;
      case "channel-opened":
        if (!this.#negotiation.is(input.generation) || this.#state !== "connecting" || this.#open) return;
        this.#open = true;
        return this.#talk.open(now);
      case "channel-closed":
        if (this.#negotiation.is(input.generation)) this.#channelClosed(now);
        return;
      case "received":
        return this.#received(input.message, now);
      case "received-bad":
        if (!this.#open || this.#over) return;
        this.#talk.refuse(input.code);
        return this.#checkFaults(now);
      case "say":
        if (this.#state === "idle" || this.#ending || this.#over || !this.#talk.say(input.text, now)) {
          this.#tell({ event: "error", code: "not-sent" });
        }
        return;
      case "seen":
        return this.#talk.seen(input.seq);
      case "writing":
        return this.#talk.writing(input.on, now);
      case "navigated":
        if (this.#own === "visitor") this.#talk.navigated(input.page);
        return;
      case "known":
        if (this.#own === "visitor") this.#talk.known(input.client);
        return;
      case "end":
        return this.#end(now);
      case "timed-out":
        return this.#timedOut(now);
      default:
        return input satisfies never;
    }
  }

  get #over(): boolean {
    return this.#state === "ended" || this.#state === "failed";
  }

  get #inQueue(): boolean {
    return this.#state === "asking" || this.#state === "waiting" || this.#state === "unavailable";
  }

  // Into the queue.

  #dial(): void {
    this.#dialled = true;
    this.#out({ output: "dial" });
  }

  #prepare(now: number): void {
    const team = this.#teams[this.#team];
    if (team === undefined) return this.#fail({ refused: "unknown-team" }, now);
    this.#id = null;
    this.#announced = false;
    this.#become("asking");
    this.#out({ output: "prepare", team });
  }

  #ask(): void {
    const team = this.#teams[this.#team];
    const session = this.#id;
    if (this.#state !== "asking" || this.#announced || !this.#socketOpen) return;
    if (session === null || team === undefined) return;
    this.#announced = true;
    const message = { type: "ask", team, session, origin: this.#origin, message: this.#message, place: this.#place } as const;
    this.#out({ output: "signal", message });
  }

  #queued(helpers: number, position: number, now: number): void {
    if (!this.#inQueue || !this.#announced) return;
    if (helpers === 0 && this.#hops > 0) {
      this.#hops--;
      this.#team = (this.#team + 1) % this.#teams.length;
      this.#leave("ended");
      return this.#prepare(now);
    }
    this.#become(helpers > 0 ? "waiting" : "unavailable");
    this.#tell({ event: "waiting", helpers, position });
  }

  #socketLost(now: number): void {
    this.#socketOpen = false;
    if (!this.#inQueue) return this.#left("gone", now);
    this.#dial();
    // Somebody may have claimed meanwhile, so neither the id nor the key is used again.
    if (this.#announced) this.#prepare(now);
  }

  #refused(code: ErrorCode, now: number): void {
    if (!this.#announced || this.#open || this.#over) return;
    // Of an ask before this one.
    if (this.#inQueue && code === "session-unknown") return;
    // Only a visitor whose claim stands is still known to the broker.
    this.#announced = this.#own === "visitor" && !this.#inQueue;
    if (code === "session-unknown" || code === "ticket-gone") {
      return this.#own === "helper" ? this.#fail("ticket-gone", now) : this.#askAgain(now);
    }
    if (code === "ticket-exists") return this.#askAgain(now);
    if (!this.#inQueue || code !== "unknown-team") return this.#fail({ refused: code }, now);
    // During a rollover a server may know one of the two.
    this.#teams.splice(this.#team, 1);
    this.#team %= this.#teams.length || 1;
    if (this.#teams.length < 2) this.#hops = 0;
    this.#prepare(now);
  }

  #left(reason: LeaveReason, now: number): void {
    if (!this.#announced) return;
    this.#announced = false;
    // Peers who have each other need no server to tell them.
    if (this.#state === "connected" || this.#over) return;
    if (reason === "ended") {
      this.#close();
      return this.#finish("ended", { event: "ended", by: this.#other }, now, reason);
    }
    if (this.#open) return;
    if (this.#own === "visitor") return this.#askAgain(now);
    this.#fail(
      // What exactly did not fit, the visitor keeps to itself.
      reason === "unverified" ? { unverified: "handshake-failed" } : reason === "failed" ? "connect-timeout" : "ticket-gone",
      now,
    );
  }

  /** The claim was lost: asks again in the same place, but not for ever. */
  #askAgain(now: number): void {
    this.#close();
    if (++this.#lost > MAX_LOST_CLAIMS) return this.#fail("connect-timeout", now);
    if (!this.#socketOpen) this.#dial();
    this.#prepare(now);
  }

  // To the other side.

  #claimWon(now: number): void {
    if (this.#own === "visitor" || this.#id === null) return;
    if (this.#over) {
      // The person ended while the claim was on its way.
      this.#announced = true;
      return this.#leave("ended");
    }
    if (this.#state !== "connecting") return;
    this.#deadline = now + CONNECT_TIMEOUT_MS;
    this.#negotiation.letOut();
  }

  #described(generation: number, sdp: string): void {
    if (!this.#negotiation.is(generation) || this.#state !== "connecting") return;
    if (this.#own === "helper") {
      if (this.#announced) return;
      this.#announced = true;
      return this.#out({ output: "claim", offer: sdp });
    }
    if (!this.#negotiation.awaiting) return;
    this.#out({ output: "seal", signal: { type: "answer", sdp } });
    this.#negotiation.letOut();
    this.#negotiation.letIn();
  }

  #opened(signal: SealedSignal): void {
    if (this.#over) return;
    if (signal.type === "candidate") {
      const { type: _, ...candidate } = signal;
      return this.#negotiation.heard(candidate);
    }
    // The helper offers, the visitor answers: any other answer is not looked at.
    if (this.#own === "visitor" || !this.#announced || !this.#negotiation.awaiting) return;
    this.#out({ output: "accept", generation: this.#negotiation.generation, answer: signal.sdp });
    this.#negotiation.letIn();
  }

  // On the data channel.

  #received(message: PeerMessage, now: number): void {
    if (!this.#open || this.#over) return;
    this.#talk.greeted(message, now);
    if (this.#state === "connecting" && this.#talk.through) {
      this.#become("connected");
      this.#deadline = null;
      if (this.#dialled) this.#linger = now + SOCKET_LINGER_MS;
      this.#talk.begin();
    }
    if (message.type === "end") {
      this.#close();
      return this.#finish("ended", { event: "ended", by: this.#other }, now, "ended");
    }
    this.#talk.take(message, now);
    this.#checkFaults(now);
    if (this.#ending && this.#talk.settled) this.#finishOwn(now);
  }

  #checkFaults(now: number): void {
    if (this.#talk.faults >= MAX_FAULTS) this.#fail("peer-fault", now);
  }

  #channelClosed(now: number): void {
    this.#close();
    if (this.#over) return;
    if (this.#ending) return this.#finishOwn(now);
    if (this.#state === "connected") return this.#finish("ended", { event: "ended", by: "lost" }, now, "failed");
    if (this.#own === "helper") return this.#fail("connect-timeout", now);
    this.#leave("failed");
    this.#askAgain(now);
  }

  // The end.

  get #other(): Role {
    return this.#own === "visitor" ? "helper" : "visitor";
  }

  #end(now: number): void {
    if (this.#state === "idle" || this.#over || this.#ending) return;
    if (this.#state !== "connected" || this.#talk.settled) return this.#finishOwn(now);
    this.#ending = true;
    this.#deadline = now + END_TIMEOUT_MS;
  }

  #timedOut(now: number): void {
    if (this.#deadline !== null && now >= this.#deadline) {
      if (this.#over) this.#close();
      else if (this.#ending) this.#finishOwn(now);
      else this.#fail("connect-timeout", now);
    }
    if (this.#linger !== null && now >= this.#linger) this.#hangUp();
    this.#talk.timeout(now);
  }

  #finishOwn(now: number): void {
    this.#finish("ended", { event: "ended", by: this.#own }, now, "ended");
  }

  #fail(code: SessionErrorCode, now: number, reason: LeaveReason = "failed"): void {
    this.#finish("failed", { event: "error", code }, now, reason);
  }

  #finish(state: "ended" | "failed", event: Event, now: number, reason: LeaveReason): void {
    if (this.#over) return;
    if (this.#open) {
      this.#out({ output: "send", message: { type: "end" } });
      this.#talk.close();
      // Closed at once, the channel would take the last word with it: whoever hears it closes.
      this.#deadline = now + END_TIMEOUT_MS;
    } else this.#close();
    this.#ending = false;
    this.#leave(reason);
    this.#hangUp();
    this.#become(state);
    this.#tell(event);
  }

  #close(): void {
    this.#open = false;
    this.#deadline = null;
    this.#talk.close();
    this.#negotiation.close();
  }

  #leave(reason: LeaveReason): void {
    if (this.#announced && this.#id !== null && (this.#own === "helper" || this.#socketOpen)) {
      this.#out({ output: "signal", message: { type: "leave", session: this.#id, reason } });
    }
    this.#announced = false;
  }

  #hangUp(): void {
    this.#linger = null;
    if (!this.#dialled) return;
    this.#dialled = this.#socketOpen = this.#announced = false;
    this.#out({ output: "hang-up" });
  }

  #become(state: State): void {
    if (state === this.#state) return;
    this.#state = state;
    this.#tell({ event: "state", state });
  }

  #tell(event: Event): void {
    this.#out({ output: "event", event });
  }

  #out(output: Output): void {
    this.#outputs.push(output);
  }
}
