// What the two say about finding back, decoded, and what is kept for it: a part of its own, loaded with the rest of it.

import { base64url, decoder, filled, flag, integer, list, nullable, record, text, time, typed, type Check, type Fields } from "./check";
import { iceServers, id, SEALED, u32 } from "./decode-visitor";
import {
  MAX_DESCRIPTION_BYTES,
  MAX_KNOCK_CANDIDATES,
  MAX_MESSAGE_BYTES,
  MAX_TEXT_BYTES,
  type Admission,
  type Knock,
  type PeerMessage,
} from "./peer";
import { MAX_SEALED_BYTES } from "./signaling";

const description = text(MAX_DESCRIPTION_BYTES);
const psk = base64url(32);

/** Deposits, and giving the visitor back to the queue. */
export const RESUMING: Record<string, Fields> = {
  deposit: { id, psk, offer: description },
  deposited: { id },
  return: {},
};

/** Decodes what a visitor is told on the `control` data channel about finding back. */
export const decodeResuming = decoder<PeerMessage>(MAX_MESSAGE_BYTES, typed(RESUMING));

const candidates: Check = (value, note) => {
  const checked = list(record(SEALED["candidate"] as Fields))(value, note) as unknown[];
  if (checked.length > MAX_KNOCK_CANDIDATES) note();
  return checked;
};

/** Decodes the payload of message 1 of a resume. */
export const decodeKnock = decoder<Knock>(
  MAX_SEALED_BYTES,
  record({ attempt: time, answer: nullable(description), candidates, lastSeq: u32 }),
);

/** Decodes the payload of message 2 of a resume. */
export const decodeAdmission = decoder<Admission>(MAX_SEALED_BYTES, record({ offer: nullable(description) }));

/** One chat message, as it is kept. */
export const chat: Fields = { seq: integer(1, 2 ** 32 - 1), at: time, text: filled(MAX_TEXT_BYTES) };

/** What a session needs to go on. */
export const snapshot: Check = record({
  at: time,
  deposits: list(record({ id, psk, offer: nullable(description) })),
  attempt: time,
  place: nullable(base64url(16)),
  helper: nullable(record({ name: text(), automated: flag })),
  iceServers,
  written: list(record(chat)),
  last: u32,
  delivered: u32,
  read: u32,
  stored: u32,
  seen: u32,
  epoch: u32,
  proposal: u32,
});
