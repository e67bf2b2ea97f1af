// The helper's door: who knocks at a deposit, and how they are let in.
//
// The server passes on what it likes, as often as it likes. Only who has the key of a deposit can knock at it; the
// same knock gets the same answer, and one that is older than the last is not heard (invariant I2).

import { decode, encode } from "../wire/base64url";
import { decodeKnock } from "../wire/decode-resume";
import { RESUME_LIFETIME_MS, type Output, type Psk } from "../wire/peer";
import {
  BYTE_BURST,
  BYTES_PER_SECOND,
  MAX_DEPOSITS_PER_HELPER,
  type AgentToBroker,
  type Sealed,
  type SessionId,
} from "../wire/signaling";
import { utf8 } from "../wire/utf8";
import { now } from "./clock";
import type { Driver } from "./driver";
import { hear, type Heard, listen, type Listening } from "./resume-seal";
import type { SealedChannel } from "./seal";
import { readText } from "./text";

// How long one deposit is in a message. Units: bytes. 22 characters, quoted, and a comma.
const NAME_BYTES = 25;

/** Whose deposit it is. */
export type Owner = { psk(deposit: SessionId): Psk | undefined; readonly driver: Driver };

/** The last knock at one deposit, and what was answered. */
type Knocked = { owner: Owner; message1: Sealed; attempt: number; heard: Heard; reply: Sealed | null };

export type Door = ReturnType<typeof door>;

/** Makes the door of one helper. */
export function door(signal: (message: AgentToBroker) => void) {
  const knocks = new Map<SessionId, Knocked>();
  /** Made ready before anybody knocks: whoever does is waiting. */
  const listening = new Map<SessionId, Promise<Listening>>();
  /** The deposits of each session, and until when visitors are told that theirs has ended. */
  const deposits = new Map<Owner, SessionId[]>();
  const ended = new Map<SessionId, number>();

  const ownerOf = (deposit: SessionId): Owner | undefined =>
    [...deposits].find(([, all]) => all.includes(deposit))?.[0];

  /** What may be announced at once, and when it was counted last. Half of what the server takes: the rest is for claims. */
  let left = BYTE_BURST / 2;
  let counted = now();
  let later: ReturnType<typeof setTimeout> | undefined;

  /** Tells the server by which names visitors may ask for us; soon, when many sessions have new ones at once. */
  function announce(): void {
    clearTimeout(later);
    left = Math.min(BYTE_BURST / 2, left + ((now() - counted) * BYTES_PER_SECOND) / 2_000);
    counted = now();
    if (left < 0) {
      // By then there may be more, and it all fits into one message.
      later = setTimeout(announce, (-left * 2_000) / BYTES_PER_SECOND);
      return;
    }
    for (const [deposit, until] of ended) if (now() >= until) ended.delete(deposit);
    const all = [...[...deposits.values()].flat(), ...ended.keys()].slice(0, MAX_DEPOSITS_PER_HELPER);
    left -= all.length * NAME_BYTES;
    signal({ type: "announce", deposits: all });
  }

  function drop(deposit: SessionId): void {
    knocks.delete(deposit);
    listening.delete(deposit);
  }

  return {
    announce,
    ownerOf,

    /** Whether there is anything to announce. */
    isOpen: (): boolean => deposits.size + ended.size > 0,

    /** Takes note of a session's deposits. */
    expect(owner: Owner, all: SessionId[]): void {
      for (const old of deposits.get(owner) ?? []) if (!all.includes(old)) drop(old);
      deposits.set(owner, all);
      announce();
      for (const deposit of all) {
        const psk = owner.psk(deposit);
        if (psk !== undefined && !knocks.has(deposit) && !listening.has(deposit)) listening.set(deposit, listen(deposit, bytes(psk)));
      }
    },

    /** Takes note that a session is over: a visitor who comes back to it is told so. */
    shut(owner: Owner): void {
      for (const deposit of deposits.get(owner) ?? []) {
        drop(deposit);
        ended.set(deposit, now() + RESUME_LIFETIME_MS);
      }
      deposits.delete(owner);
    },

    /** Somebody knocks. */
    async knocked(deposit: SessionId, message1: Sealed): Promise<void> {
      const before = knocks.get(deposit);
      if (before?.message1 === message1) {
        if (before.reply) signal({ type: "forward", session: deposit, message: before.reply });
        return;
      }
      const owner = ownerOf(deposit);
      const psk = owner?.psk(deposit);
      if (!owner || psk === undefined) {
        return signal({ type: "leave", session: deposit, reason: ended.has(deposit) ? "ended" : "failed" });
      }
      try {
        const ready = listening.get(deposit) ?? listen(deposit, bytes(psk));
        listening.delete(deposit);
        const heard = await hear(await ready, bytes(message1));
        const knock = decodeKnock(readText(heard.payload));
        if (!knock || typeof knock === "string") throw new Error("not a knock");
        const { attempt } = knock;
        if (attempt <= (knocks.get(deposit)?.attempt ?? 0)) return;
        knocks.set(deposit, { owner, message1, attempt, heard, reply: null });
        owner.driver.input({ input: "knocked", deposit, knock });
      } catch {
        // Not by who has the key. Whoever it is, they wait for nothing.
        signal({ type: "leave", session: deposit, reason: "failed" });
      }
    },

    /** Lets in who has knocked. */
    admit({ deposit, attempt, admission }: Extract<Output, { output: "admit" }>): void {
      const knocked = knocks.get(deposit);
      if (knocked?.attempt !== attempt) return;
      const made = knocked.heard.admit(utf8(JSON.stringify(admission)));
      made.then(
        ({ message }) => {
          knocked.reply = encode(message);
          signal({ type: "forward", session: deposit, message: knocked.reply });
        },
        // Their key is none: nobody can be let in by it.
        () => signal({ type: "leave", session: deposit, reason: "failed" }),
      );
      knocked.owner.driver.link(
        deposit,
        made.then(
          ({ channel }) => channel,
          (): SealedChannel | null => null,
        ),
      );
    },
  };
}

const bytes = (text: string) => decode(text) ?? new Uint8Array();
