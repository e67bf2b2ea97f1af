// Finding back: a new peer connection after a page load, a crash or a changed network, by the helper's deposit.
//
//   helper   connected ─ deposit ───────────────── knocked ─ admits ─┐
//   visitor  connected ─ stores ─ loses ─ answers ─ knocks ──────────┴─ channel opens ─ connected
//
// The visitor does all the trying; the helper can be found as long as the broker knows its deposits. A path that
// has only gone silent stays open meanwhile, and is taken again when something is heard on it.

import {
  ACK_TIMEOUT_MS,
  DEPOSIT_DELAY_MS,
  DEPOSIT_FRESH_MS,
  HELPER_AWAY_MS,
  KEEP_INTERVAL_MS,
  MAX_KNOCK_CANDIDATES,
  PROBE_TIMEOUT_MS,
  RESUME_ATTEMPT_MS,
  RESUME_LIFETIME_MS,
  RESUME_RETRY_MS,
  type Admission,
  type Deposit,
  type Input,
  type KeptDeposit,
  type Knock,
  type PeerErrorCode,
  type PeerMessage,
  type Psk,
  type Snapshot,
} from "../wire/peer";
import type { ErrorCode, LeaveReason, SessionId } from "../wire/signaling";
import { deposits } from "./deposits";
import type { Core } from "./session";

/** What only this part takes in. */
type ResumeInput = Extract<
  Input,
  { input: "restore" | "deposit-made" | "resumed" | "knocked" | "admitted" | "disturbed" | "network-changed" }
>;

/** What only this part says. */
type ResumeMessage = Extract<PeerMessage, { type: "deposit" | "deposited" }>;

/**
 * How far the visitor's try is: there is none, the deposited offer is being answered, it is to be sent once the
 * socket is open, the helper has not answered yet, the peers are connecting.
 */
type Trying = "no" | "describing" | "ready" | "sent" | "admitted";

/** Finding back, in one session. */
export type Resuming = ReturnType<typeof resuming>;

/** What decides about finding back. */
export function resuming(my: Core) {
  const { own, outputs, peer, words, out } = my;
  const given = deposits();
  /** Visitor: the way back. */
  let held: KeptDeposit | null = null;
  /** The last try, by either side's count of the same. */
  let attempt = 0;
  let trying: Trying = "no";
  /** The peer connection of this try. */
  let tried: number | null = null;
  /** The answer to the deposited offer, if it has not been used. */
  let answer: string | null = null;
  /** Visitor: since when the broker does not know the helper. */
  let awaySince: number | null = null;
  /** Helper: whom to admit once there is a new offer. */
  let admitting: { deposit: SessionId; attempt: number } | null = null;
  /** Since when the two have lost each other. */
  let lostAt: number | null = null;
  /**
   * Visitor: up to which message the other side has to have all, before a path that went silent is believed again: one that
   * carries in one direction alone is as good as none.
   */
  let doubted = 0;
  /**
   * When the next deposit is made, the visitor's next try (or when the one that a helper lets in has taken too long),
   * what is kept is written anew, a sign of life is overdue, and the visitor's messages are not acknowledged any more.
   */
  let depositAt = Infinity;
  let tryAt = Infinity;
  let keepAt = Infinity;
  let probeAt = Infinity;
  let ackAt = Infinity;
  /**
   * Helper: the server says that the visitor has ended, which is believed when nothing is heard of them on the path that has
   * gone silent until then.
   */
  let overAt = Infinity;
  /** The last message that is acknowledged. */
  let acked = 0;
  /** Visitor: until when the end of the channel means that another tab has taken this one's place. */
  let movedUntil = -Infinity;

  const closeAll = (generations: Iterable<number>): void => {
    for (const generation of generations) out({ output: "close", generation });
  };

  // What is kept.

  function snapshot(): Snapshot {
    return {
      at: lostAt ?? my.now,
      deposits: held ? [{ ...held }] : given.all().map(({ id, psk }) => ({ id, psk, offer: null })),
      attempt,
      place: own === "visitor" ? my.place : null,
      helper: my.helper,
      iceServers: my.iceServers,
      ...words.keep(),
      proposal: my.proposed()?.last() ?? 0,
    };
  }

  function keep(): void {
    const isThere = my.state === "connected" || my.state === "reconnecting";
    if (!isThere || !(own === "visitor" || given.all().length)) return;
    keepAt = my.state === "connected" ? my.now + KEEP_INTERVAL_MS : Infinity;
    out({ output: "keep", snapshot: snapshot() });
  }

  /**
   * Keeps what has changed before anything of it is sent: what is acknowledged is stored, and what is sent can be sent
   * again (invariant I5). `from` is where the outputs of the change begin.
   */
  function keepBeforeSending(from: number): void {
    const at = outputs.findIndex(({ output }, index) => index >= from && output === "send");
    const later = at < 0 ? [] : outputs.splice(at);
    keep();
    outputs.push(...later);
  }

  function restore(kept: Snapshot): void {
    if (my.state !== "idle") return;
    words.restore(kept);
    my.proposed()?.restore(kept.proposal);
    my.place = kept.place ?? "";
    ({ attempt } = kept);
    my.iceServers = kept.iceServers;
    const until = kept.at + RESUME_LIFETIME_MS;
    if (my.now >= until) return my.finish("ended", { event: "ended", by: "lost" }, "failed");
    if (own === "helper") given.restore(kept.deposits);
    else {
      const deposit = kept.deposits.at(-1);
      held = deposit ? { ...deposit } : null;
      const { helper } = kept;
      my.helper = helper;
      if (helper) my.tell({ event: "helper", ...helper });
    }
    loseEachOther();
    lostAt = kept.at;
    my.deadline = until;
    if (own === "helper") announce();
  }

  // The helper's deposits.

  function depositMade(generation: number, deposit: Deposit): void {
    const old = given.made(generation, deposit, my.now);
    if (!old) return;
    closeAll(old);
    depositAt = my.now + DEPOSIT_FRESH_MS;
    keep();
    announce();
    if (words.begun()) out({ output: "send", message: { type: "deposit", ...deposit } });
  }

  function announce(): void {
    out({ output: "announce", deposits: given.all().map(({ id }) => id) });
  }

  /** Until when a peer connection waits that is still to be believed; 0 where none does. */
  function freshUntil(): number {
    return Math.max(0, ...given.all().map(({ waiting }) => (waiting ? waiting.since + DEPOSIT_FRESH_MS : 0)));
  }

  // Losing each other.

  /** Nothing more is made ready: the person has ended, or there is nobody. */
  function rest(): void {
    depositAt = keepAt = probeAt = Infinity;
  }

  /** The channel that stood is gone, or nobody knows whether it is. */
  function loseEachOther(): void {
    if (my.now < movedUntil && !my.standing) {
      // To take it back would be to have it taken again.
      my.close();
      return my.finish("ended", { event: "ended", by: "elsewhere" }, "moved");
    }
    lostAt = my.now;
    doubted = words.counts().last;
    rest();
    my.linger = Infinity;
    // Who ends waits for the last messages no longer than before.
    if (!my.ending) my.deadline = my.now + RESUME_LIFETIME_MS;
    my.become("reconnecting");
    if (own === "helper") return;
    my.dial();
    tryAgain();
  }

  /** A path that stands has gone silent. */
  function disturbed(generation: number): void {
    if (my.standing === generation) fallSilent();
  }

  function fallSilent(): void {
    if (my.state !== "connected" || my.ending) return;
    words.probe();
    loseEachOther();
  }

  /**
   * Visitor: notes until when what is written has to be acknowledged; after each input. Acknowledgements travel in line with
   * all else: where they stop, so has what the helper says.
   */
  function awaitAck(): void {
    const { last, delivered } = words.counts();
    const isAwaited = own === "visitor" && my.state === "connected" && !my.ending && delivered < last;
    if (!isAwaited) ackAt = Infinity;
    else if (ackAt === Infinity || delivered !== acked) ackAt = my.now + ACK_TIMEOUT_MS;
    acked = delivered;
  }

  /** Whether the path still stands is not known: asks the other side for a sign of life. */
  function networkChanged(): void {
    if (my.state === "connected") {
      words.probe();
      probeAt = my.now + PROBE_TIMEOUT_MS;
      if (own === "visitor") return;
      // What the next connection has gathered is not true any more.
      closeAll(given.letGo());
      depositAt = my.now + DEPOSIT_DELAY_MS;
    } else if (my.state === "reconnecting" && own === "visitor") {
      my.dial();
      tryAgain();
    }
  }

  /** The other side has ended, as the server has said and the path between the two does not deny. */
  function otherHasEnded(): void {
    my.close();
    my.finish("ended", { event: "ended", by: "visitor" }, "ended");
  }

  // The visitor's tries.

  function tryAgain(): void {
    my.dropAttempt();
    tried = null;
    if (!held) {
      if (!my.standing) askElsewhere();
      return;
    }
    const { offer } = held;
    held.offer = null;
    tryAt = my.now + RESUME_ATTEMPT_MS;
    if (offer === null) {
      trying = "ready";
      answer = null;
      return knock();
    }
    trying = "describing";
    // An offer is answered once: the next page must not find it.
    keep();
    out({ output: "answer", generation: (tried = my.beginConnection()), offer, iceServers: my.iceServers });
  }

  function tryLater(): void {
    trying = "no";
    tryAt = my.now + RESUME_RETRY_MS;
  }

  /** Tells the helper that we are back, once there is something to tell and somebody to carry it. */
  function knock(): void {
    if (my.state !== "reconnecting" || !my.socketOpen || !held || trying !== "ready") return;
    trying = "sent";
    attempt = Math.max(my.now, attempt + 1);
    const candidates = answer === null ? [] : peer.early(MAX_KNOCK_CANDIDATES);
    const { id: deposit, psk } = held;
    my.id = deposit;
    my.announced = true;
    keep();
    out({ output: "knock", deposit, psk, knock: { attempt, answer, candidates, lastSeq: words.keep().stored } });
    answer = null;
  }

  function admitted({ offer }: Admission): void {
    if (my.state !== "reconnecting" || trying !== "sent") return;
    trying = "admitted";
    tryAt = my.now + RESUME_ATTEMPT_MS;
    if (offer === null) return peer.letOut();
    out({ output: "answer", generation: (tried = my.beginConnection()), offer, iceServers: my.iceServers });
  }

  /** Nobody is there to come back to: asks again in the old place, for whoever takes over. */
  function askElsewhere(): void {
    my.leave("failed");
    my.close();
    my.lost = 0;
    my.proposed()?.restore(0);
    my.become("asking");
    words.beginAnew();
    my.dial();
    my.prepare();
  }

  // The helper lets the visitor in.

  function knocked(deposit: SessionId, { attempt: tried, answer, candidates, lastSeq }: Knock): void {
    const isThere = my.state === "connected" || my.state === "reconnecting";
    if (own === "visitor" || !isThere || tried <= attempt) return;
    // Who knocks with it has stored it.
    const old = given.stored(deposit);
    if (!old) return;
    closeAll(old);
    attempt = tried;
    if (my.state === "connected") loseEachOther();
    my.id = deposit;
    my.announced = true;
    tryAt = my.now + RESUME_ATTEMPT_MS;
    overAt = Infinity;
    keep();
    words.hasStored(lastSeq);
    const ready = given.useUp(deposit, my.now);
    if (answer !== null && ready?.isFresh) {
      const { generation } = ready;
      my.dropAttempt();
      peer.begin(generation);
      out({ output: "accept", generation, answer });
      peer.letIn();
      for (const candidate of candidates) peer.heard(candidate);
      out({ output: "admit", deposit, attempt, admission: { offer: null } });
      return peer.letOut();
    }
    if (ready) closeAll([ready.generation]);
    admitting = { deposit, attempt };
    out({ output: "offer", generation: my.beginConnection() });
  }

  function letNobodyIn(): void {
    admitting = null;
    my.dropAttempt();
  }

  return {
    askElsewhere,
    keep,
    keepBeforeSending,
    knock,
    loseEachOther,
    rest,

    /** The key of a deposit of ours. */
    psk: (deposit: SessionId): Psk | undefined => given.all().find(({ id }) => id === deposit)?.psk,

    /** The next time at which something is due; asked for after each input. */
    due(): number {
      awaitAck();
      return Math.min(depositAt, tryAt, keepAt, probeAt, ackAt, overAt);
    },

    /** Does what is due. */
    timeout(): void {
      const { now } = my;
      if (now >= keepAt) {
        keepAt = Infinity;
        if (my.state === "connected") keep();
      }
      if (now >= depositAt) {
        depositAt = Infinity;
        if (my.state === "connected" && !my.ending) {
          closeAll(given.make(++my.generations));
          out({ output: "deposit", generation: my.generations });
        }
      }
      if (now >= probeAt) {
        probeAt = Infinity;
        if (my.state === "connected" && !my.ending) loseEachOther();
      }
      if (now >= ackAt) {
        ackAt = Infinity;
        fallSilent();
      }
      if (now >= overAt) {
        overAt = Infinity;
        otherHasEnded();
      }
      if (now >= tryAt) {
        tryAt = Infinity;
        if (my.state !== "reconnecting") return;
        if (own === "visitor") return tryAgain();
        // The path that has gone silent may be the one that they are on.
        letNobodyIn();
        if (my.standing) words.probe();
      }
    },

    /** Something was heard over the path that stands. */
    alive(): void {
      probeAt = Infinity;
    },

    /** A new path is open, of which nothing bad is known. */
    believe(): void {
      doubted = 0;
    },

    /** Whether what is heard while the two have lost each other says that they have each other again. */
    isFound(): boolean {
      if (my.state !== "reconnecting") return false;
      // Whom a helper is letting in has lost this path, whatever still comes over it.
      return own === "visitor" ? doubted <= words.counts().delivered : !my.attempting();
    },

    /** The two have each other again. */
    settle(): void {
      const byThisTry = trying === "admitted" && tried === my.standing;
      const overAnother = trying !== "no" && !byThisTry;
      trying = "no";
      tryAt = probeAt = overAt = Infinity;
      tried = awaySince = admitting = lostAt = null;
      // On the old path what waits is as good as before.
      if (own === "helper" && !my.ending) depositAt = (words.begun() && freshUntil()) || my.now + DEPOSIT_DELAY_MS;
      if (!my.attempting() && !overAnother) return;
      my.dropAttempt();
      my.leave("failed");
    },

    /** A new channel has been greeted. */
    begin(again: boolean): void {
      if (own === "helper" && again) my.proposed()?.withdraw();
    },

    /** Takes a message; says what the other side is to be refused with, if it is. */
    take(message: ResumeMessage): PeerErrorCode | undefined {
      if (message.type === "deposited") {
        if (own === "visitor") return "wrong-state";
        const old = given.stored(message.id);
        if (!old) return "wrong-sequence";
        closeAll(old);
        keep();
        // Who knocks at what is void now is told so by the broker, and does not go on trying.
        announce();
      } else if (own === "helper") return "wrong-state";
      else {
        const { type: _, ...deposit } = message;
        held = deposit;
        keep();
        out({ output: "send", message: { type: "deposited", id: deposit.id } });
      }
      return undefined;
    },

    /** Whether the two can find back, or the visitor can go elsewhere. */
    canFindBack: (): boolean => own === "visitor" || given.all().length > 0,

    /** Nobody finds back any more. */
    forget(): void {
      closeAll(given.letGo());
      given.clear();
      rest();
      tryAt = Infinity;
      trying = "no";
      held = my.helper = answer = tried = awaySince = admitting = lostAt = null;
      movedUntil = -Infinity;
      overAt = Infinity;
      my.iceServers = [];
      // Whoever comes back to a helper who gave them back is not told that it has ended: they ask again.
      if (my.ending?.type === "return") announce();
    },

    /** A deposited connection that nobody needs yet is gone: the next one is made soon. */
    depositLost(generation: number): void {
      if (!given.lost(generation)) return;
      closeAll([generation]);
      if (my.state === "connected") depositAt = my.now + RESUME_ATTEMPT_MS;
    },

    /** A try has come to nothing; or the silent path that stood beside it has. */
    cameToNothing(wasStanding: boolean): void {
      if (own === "helper") {
        if (!wasStanding) return;
        if (overAt < Infinity) otherHasEnded();
        else if (!given.all().length) my.finish("ended", { event: "ended", by: "lost" }, "failed");
      } else if (!held) askElsewhere();
      else if (!wasStanding) tryLater();
    },

    /** What came is no answer to our knock: it may be one to a knock of before, or nobody's. */
    notAdmitted(): void {
      if (trying === "sent") tryLater();
    },

    /** Our socket is gone: a path that is coming up needs none, unless something was still on its way through it. */
    socketLost(): void {
      my.announced = false;
      // What took the other and the server may have changed the addresses that were gathered.
      if (own === "helper") return closeAll(given.letGo());
      if (trying === "sent" || trying === "admitted") {
        trying = "ready";
        answer = null;
      }
      my.dial();
    },

    /** The broker refuses what we told it while finding back. */
    refused(code: ErrorCode): void {
      const { announced } = my;
      my.announced = false;
      if (!announced || own === "helper") return;
      if (code === "resume-unknown") {
        if (awaySince === null) my.tell({ event: "away" });
        awaySince ??= my.now;
        if (my.now >= awaySince + HELPER_AWAY_MS) return askElsewhere();
      }
      tryLater();
    },

    /** The other side has left the server while the two find back. */
    left(reason: LeaveReason): void {
      // Another socket goes on in our place: the other side will close the channel that we have, if it has not yet.
      if (reason === "moved" && own === "visitor" && my.standing) movedUntil = my.now + RESUME_ATTEMPT_MS;
      // Peers who have each other need no server to tell them.
      if (my.state === "connected") return;
      if (own === "visitor") return tryLater();
      // Of their socket, no more: what comes up between us goes on.
      if (reason === "gone") return;
      letNobodyIn();
      if (my.standing === null || !words.through()) return;
      // They have heard something on the old path.
      if (reason !== "ended") return my.findEachOther();
      words.probe();
      overAt = my.now + PROBE_TIMEOUT_MS;
    },

    /** A description stands while the two find back. */
    described(sdp: string): void {
      if (own === "helper") {
        if (!admitting) return;
        out({ output: "admit", ...admitting, admission: { offer: sdp } });
        admitting = null;
        return peer.letOut();
      }
      if (trying === "describing") {
        trying = "ready";
        answer = sdp;
        peer.letIn();
        knock();
      } else if (trying === "admitted" && peer.awaiting()) {
        out({ output: "seal", signal: { type: "answer", sdp } });
        peer.letOut();
        peer.letIn();
      }
    },

    /** Takes in what happened. */
    handle(input: ResumeInput): void {
      switch (input.input) {
        case "restore":
          return restore(input.snapshot);
        case "deposit-made": {
          const { id, psk, offer } = input;
          return depositMade(input.generation, { id, psk, offer });
        }
        case "resumed":
          if (own === "helper" || my.state !== "reconnecting") return;
          awaySince = null;
          my.iceServers = input.iceServers;
          return;
        case "knocked":
          return knocked(input.deposit, input.knock);
        case "admitted":
          return admitted(input.admission);
        case "disturbed":
          return disturbed(input.generation);
        case "network-changed":
          return networkChanged();
        default:
          return input satisfies never;
      }
    },
  };
}
