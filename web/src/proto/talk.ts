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
  type Snapshot,
  type Whereabouts,
} from "../wire/peer";
import { outbox } from "./outbox";

/** What is kept of a conversation. */
export type KeptTalk = Pick<Snapshot, "written" | "last" | "delivered" | "read" | "stored" | "seen" | "epoch">;

/** The conversation of a session. */
export type Talk = ReturnType<typeof talk>;

/** The conversation of one session, over one data channel after another. */
export function talk(own: Role, out: (output: Output) => void) {
  const written = outbox();
  /** Own page and client; the epoch of the visitor's page, on either side. */
  let page: Whereabouts | null = null;
  let client: Client | null = null;
  let epoch = 0;
  /** The other side's messages: the last stored, and the last that was told to be seen. */
  let stored = 0;
  let seenTo = 0;
  /** Whether what is stored was taken from what was kept, and nothing has come since. */
  let restored = false;
  let heard = false;
  let acknowledged = false;
  /** Whether what was kept back has been sent: nothing of value goes before that, or it would be out of order. */
  let begun = false;
  /** When `hello` is due again. */
  let helloAt = Infinity;
  /** Until when the other is typing, and when it was last told that we are. */
  let typingUntil = Infinity;
  let typingTold = -Infinity;
  let faults = 0;

  const send = (message: PeerMessage): void => out({ output: "send", message });
  const tell = (event: Event): void => out({ output: "event", event });
  const through = (): boolean => heard && acknowledged;

  /** Says nothing more until the next data channel. */
  function close(): void {
    heard = acknowledged = begun = false;
    helloAt = typingUntil = Infinity;
    typingTold = -Infinity;
  }

  const greet = (): void => send({ type: "hello", protocol: PROTOCOL_VERSION, role: own, stored });

  function hello(now: number): void {
    helloAt = now + HELLO_INTERVAL_MS;
    greet();
  }

  function sendPage(): void {
    if (page) send({ type: "page", epoch, ...page });
  }

  function sendClient(): void {
    if (client) send({ type: "client", ...client });
  }

  function delivered(seq: number): void {
    if (written.stored(seq)) tell({ event: "delivered", seq });
  }

  function typing(until: number): void {
    const was = typingUntil < Infinity;
    const on = until < Infinity;
    typingUntil = until;
    if (on !== was) tell({ event: "typing", on });
  }

  /** Refuses what the other side sent. */
  function refuse(code: PeerErrorCode): void {
    faults++;
    send({ type: "refused", code });
  }

  return {
    close,
    refuse,

    /** The data channel is gone, and with it what only holds while it lasts. */
    lose(): void {
      typing(Infinity);
      close();
    },

    /** Takes up what was kept of a conversation. */
    restore(kept: KeptTalk): void {
      written.restore(kept.written, kept);
      ({ stored, seen: seenTo, epoch } = kept);
      restored = true;
    },

    /** Gives what is to be kept of the conversation. */
    keep: (): KeptTalk => ({ written: [...written.kept()], ...written.counts(), stored, seen: seenTo, epoch }),

    /** The numbers of the last message that we wrote, of the last that the other side has stored, and of the last that it has seen. */
    counts: written.counts,

    /** Begins anew with another helper: what was not delivered is told, and will be sent, again. */
    beginAnew(): void {
      close();
      stored = seenTo = faults = 0;
      restored = false;
      written.beginAnew();
      tell({ event: "anew" });
      for (const chat of written.kept()) tell({ event: "message", from: own, ...chat });
    },

    /** Asks the other side for a sign of life. */
    probe(): void {
      if (through()) greet();
    },

    /** Takes note of what the other side has stored. */
    hasStored(seq: number): void {
      if (written.catchUp(seq)) delivered(seq);
    },

    /** Whether both have acknowledged each other's `hello`. */
    through,

    /** How many messages the other side got wrong. */
    faults: (): number => faults,

    /** Begins on a data channel that has just opened. */
    open(now: number): void {
      close();
      hello(now);
    },

    /** Whether everything we wrote is stored at the other side. */
    settled: (): boolean => !written.kept().length,

    /** The next time at which something is due. */
    due: (): number => Math.min(helloAt, typingUntil),

    /** Does what is due. */
    timeout(now: number): void {
      if (now >= helloAt) hello(now);
      if (now >= typingUntil) typing(Infinity);
    },

    /** Takes note of what a message says about the two greetings. Before it is taken itself. */
    greeted(message: PeerMessage, now: number): void {
      if (message.type === "hello") {
        if (message.role === own) return refuse("wrong-state");
        if (!written.catchUp(message.stored)) return refuse("wrong-sequence");
        send({ type: "hello-ack" });
        // Ours may have come before they could hear it: now they can.
        if (!heard && !acknowledged) hello(now);
        heard = true;
        delivered(message.stored);
      } else if (message.type === "hello-ack" || (heard && message.type !== "refused" && message.type !== "end")) {
        acknowledged = true;
        helloAt = Infinity;
      }
    },

    /** Whether that was done on this channel. */
    begun: (): boolean => begun,

    /** Sends all that was kept back until both greetings were acknowledged. */
    begin(): void {
      begun = true;
      sendPage();
      sendClient();
      if (seenTo) send({ type: "read", seq: seenTo });
      for (const chat of written.kept()) send({ type: "chat", ...chat });
    },

    /** Takes a message of the other side. */
    take(message: PeerMessage, now: number): void {
      switch (message.type) {
        case "hello":
        case "hello-ack":
        case "end":
          return;
        case "refused":
          faults++;
          return tell({ event: "error", code: { "peer-refused": message.code } });
      }
      if (!through()) return refuse("wrong-state");
      switch (message.type) {
        case "page":
        case "client": {
          if (own === "visitor") return refuse("wrong-state");
          if (message.type === "page") {
            if (message.epoch < epoch) return;
            epoch = message.epoch;
          }
          const { type, ...told } = message;
          return tell({ event: type, [type]: told } as Event);
        }
        case "chat": {
          const { seq, at, text } = message;
          // What came between was acknowledged, and lost with a crash before it was kept.
          const afterCrash = restored;
          restored = false;
          if (seq > stored + 1 && !afterCrash) return refuse("wrong-sequence");
          if (seq > stored) {
            typing(Infinity);
            stored = seq;
            tell({ event: "message", from: own === "visitor" ? "helper" : "visitor", seq, at, text });
          }
          return send({ type: "ack", seq: stored });
        }
        case "ack":
        case "read": {
          const { seq } = message;
          if (!written.has(seq)) return refuse("wrong-sequence");
          delivered(seq);
          if (message.type === "read" && written.read(seq)) tell({ event: "read", seq });
          return;
        }
        case "typing":
          return typing(message.on ? now + TYPING_TIMEOUT_MS : Infinity);
        default:
          // What only the other role says.
          refuse("wrong-state");
      }
    },

    /** Takes a message that a person wrote; says whether it did. */
    say(text: string, now: number): boolean {
      // Half a surrogate pair is no text on the wire.
      const chat = written.put(text.toWellFormed(), now);
      if (!chat) return false;
      typingTold = -Infinity;
      tell({ event: "message", from: own, ...chat });
      if (begun) send({ type: "chat", ...chat });
      return true;
    },

    /** Notes what was seen, and tells the other side as soon as it can hear it. */
    seen(seq: number): void {
      seq = Math.min(seq, stored);
      if (seq <= seenTo) return;
      seenTo = seq;
      if (begun) send({ type: "read", seq });
    },

    /** Tells the other side that the person is writing, or has stopped. */
    writing(on: boolean, now: number): void {
      if (!begun || (on ? now < typingTold + TYPING_INTERVAL_MS : typingTold < 0)) return;
      typingTold = on ? now : -Infinity;
      send({ type: "typing", on });
    },

    /** Notes where the visitor is. */
    navigated(given: Whereabouts): void {
      page = given;
      epoch++;
      if (begun) sendPage();
    },

    /** Notes what the visitor uses. */
    known(given: Client): void {
      client = given;
      if (begun) sendClient();
    },
  };
}
