// One's own chat messages, kept until the other side has stored them (invariant I5).

import { MAX_OUTBOX, MAX_TEXT_BYTES, type Chat } from "../wire/peer";
import { utf8Length } from "../wire/utf8";

/** Numbers messages from 1, and forgets each once it is acknowledged. */
export function outbox() {
  let kept: Chat[] = [];
  let last = 0;
  let storedTo = 0;
  let readTo = 0;

  return {
    /** Takes a message; `null` when it is empty or too long, or too many are kept. */
    put(text: string, at: number): Chat | null {
      if (!text || utf8Length(text) > MAX_TEXT_BYTES || kept.length >= MAX_OUTBOX) return null;
      const chat = { seq: ++last, at, text };
      kept.push(chat);
      return chat;
    },

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
