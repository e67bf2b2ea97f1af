// What outlives the console's page: the sessions of this tab, until each is over and nowhere else (invariant I5).

import { decoder, filled, integer, nullable, oneOf, record, text, time } from "../wire/check";
import { id } from "../wire/decode-visitor";
import { snapshot } from "../wire/decode-resume";
import { MAX_TEXT_BYTES, type Role, type Snapshot } from "../wire/peer";
import { MAX_ORIGIN_BYTES, type SessionId } from "../wire/signaling";
import { keptList, type KeptList } from "./kept-list";

/** One message of a conversation. */
export type Said = { from: Role; seq: number; at: number; text: string };

/** One session, as it is kept, with when it began: milliseconds since 1970, or nothing where an older console kept it. */
export type KeptSession = { id: SessionId; origin: string; began: number | null; session: Snapshot; said: Said[] };

const PREFIX = "alongside session ";

const u32 = integer(0, 2 ** 32 - 1);

// What was said is kept beside it, a message at a time.
const decodeFacts = decoder<Omit<KeptSession, "said"> & { said: number }>(
  Infinity,
  record({ id, origin: text(MAX_ORIGIN_BYTES), began: nullable(time), session: snapshot, said: u32 }),
);

const decodeSaid = decoder<Said>(
  Infinity,
  record({ from: oneOf("visitor helper"), seq: u32, at: time, text: filled(MAX_TEXT_BYTES) }),
);

const lists = new Map<SessionId, KeptList<Said>>();

function listOf(id: SessionId): KeptList<Said> {
  const list = lists.get(id) ?? keptList(`alongside said ${id}`, decodeSaid);
  lists.set(id, list);
  return list;
}

/** Keeps a session in the place of what was; where there is no room for all that was said, the newest half of it. */
export function keepSession(kept: KeptSession): void {
  for (let { said } = kept; ; said = said.slice(Math.ceil(said.length / 2))) {
    try {
      listOf(kept.id).keep(said);
      return sessionStorage.setItem(PREFIX + kept.id, JSON.stringify({ ...kept, said: said.length }));
    } catch (error) {
      // Forbidden, or full of something else: the session ends with the page.
      if (said.length === 0) return console.warn(error);
    }
  }
}

/** Forgets a session. */
export function forgetSession(id: SessionId): void {
  try {
    sessionStorage.removeItem(PREFIX + id);
    listOf(id).forget();
    lists.delete(id);
  } catch {
    // Where nothing may be kept, nothing was.
  }
}

/** Gives every session that was kept in this tab, longest first. */
export function keptSessions(): KeptSession[] {
  try {
    const names = Object.keys(sessionStorage).filter((name) => name.startsWith(PREFIX));
    const facts = names.map((name) => decodeFacts(sessionStorage.getItem(name) ?? ""));
    const all = facts
      .filter((kept) => kept !== null && typeof kept !== "string")
      .map((kept) => ({ ...kept, said: listOf(kept.id).read(kept.said) }));
    return all.sort((a, b) => (a.said[0]?.at ?? 0) - (b.said[0]?.at ?? 0));
  } catch {
    return [];
  }
}

// How long a page waits for the one before it to let go. Units: milliseconds.
const WAIT_MS = 1_000;

/** Takes a session for this tab, until the page is left; says whether no other tab has it: a copy of a tab has copied what was kept. */
export function lockSession(id: SessionId): Promise<boolean> {
  return new Promise((resolve) => {
    navigator.locks
      .request(PREFIX + id, { signal: AbortSignal.timeout(WAIT_MS) }, () => {
        resolve(true);
        return new Promise<void>((done) => addEventListener("pagehide", () => done(), { once: true }));
      })
      .catch(() => resolve(false));
  });
}
