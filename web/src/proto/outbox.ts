// One's own chat messages, kept until the other side has stored them (invariant I5).

import { MAX_OUTBOX, MAX_TEXT_BYTES, type Chat } from "../wire/peer";
import { utf8Length } from "../wire/utf8";

/** Numbers messages from 1, and forgets each once it is acknowledged. */
export class Outbox {
  #kept: Chat[] = [];
  #last = 0;
  #stored = 0;
  #read = 0;

  /** Takes a message; `null` when it is empty or too long, or too many are kept. */
  put(text: string, at: number): Chat | null {
    if (text === "" || utf8Length(text) > MAX_TEXT_BYTES || this.#kept.length >= MAX_OUTBOX) return null;
    const chat = { seq: ++this.#last, at, text };
    this.#kept.push(chat);
    return chat;
  }

  /** Whether every message is acknowledged. */
  get isEmpty(): boolean {
    return this.#kept.length === 0;
  }

  /** What is not acknowledged, oldest first. */
  get kept(): readonly Chat[] {
    return this.#kept;
  }

  /** Whether there is a message of that number. */
  has(seq: number): boolean {
    return seq <= this.#last;
  }

  /** Forgets the messages up to this one; says whether that is news. */
  stored(seq: number): boolean {
    if (seq <= this.#stored) return false;
    this.#stored = seq;
    this.#kept = this.#kept.filter((chat) => chat.seq > seq);
    return true;
  }

  /** Notes that the messages up to this one were seen; says whether that is news. */
  read(seq: number): boolean {
    if (seq <= this.#read) return false;
    this.#read = seq;
    return true;
  }
}
