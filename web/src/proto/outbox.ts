// One's own chat messages, kept until the other side has stored them (invariant I5).

import { MAX_OUTBOX, MAX_TEXT_BYTES, type Chat } from "../wire/peer";
import { utf8Length } from "../wire/utf8";

/** Numbers messages from 1, and forgets each once it is acknowledged. */
export function outbox() {
  let kept: Chat[] = [];
  let last = 0;
  let storedTo = 0;
  let readTo = 0;
  /** The last message that was written before a crash, as far as it was kept. */
  let restored = Infinity;

  /** Takes a message; `null` when it is empty or too long, or too many are kept. */
  function put(text: string, at: number): Chat | null {
    if (!text || utf8Length(text) > MAX_TEXT_BYTES || kept.length >= MAX_OUTBOX) return null;
    const chat = { seq: ++last, at, text };
    kept.push(chat);
    return chat;
  }

  /** Numbers what was kept behind this one. */
  function renumber(behind: number, chats: readonly Chat[]): void {
    last = behind;
    kept = [];
    for (const { text, at } of chats) put(text, at);
  }

  return {
    put,

    /** Takes up what was kept. */
    restore(chats: readonly Chat[], counts: { last: number; delivered: number; read: number }): void {
      kept = [...chats];
      ({ last, delivered: storedTo, read: readTo } = counts);
      restored = last;
    },

    /**
     * The other side has stored more than was kept when we crashed: what was written since goes behind it. Only the first
     * that is heard after the crash can say so, for nothing has been sent since. Says whether so much can be stored.
     */
    catchUp(stored: number): boolean {
      const before = restored;
      restored = Infinity;
      if (stored > before) renumber(stored, kept.filter((chat) => chat.seq > before));
      return stored <= last;
    },

    /** Begins anew with somebody who knows nothing of what was written: numbers what is kept from 1 on. */
    beginAnew(): void {
      storedTo = readTo = 0;
      restored = Infinity;
      renumber(0, kept);
    },

    /** The number of the last message, and of the last that was acknowledged and seen. */
    counts: () => ({ last, delivered: storedTo, read: readTo }),

    /** What is not acknowledged, oldest first. */
    kept: (): readonly Chat[] => kept,

    /** Whether there is a message of that number. */
    has: (seq: number): boolean => seq <= last,

    /** Forgets the messages up to this one; says whether that is news. */
    stored(seq: number): boolean {
      const isNew = seq > storedTo;
      if (isNew) storedTo = seq;
      kept = kept.filter((chat) => chat.seq > storedTo);
      return isNew;
    },

    /** Notes that the messages up to this one were seen; says whether that is news. */
    read(seq: number): boolean {
      const isNew = seq > readTo;
      if (isNew) readTo = seq;
      return isNew;
    },
  };
}
