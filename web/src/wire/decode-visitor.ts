// What a visitor is told, decoded: in what a visitor loads this stands in the place of `decode.ts`, whose tables it
// is a part of. What only helpers are told is of an unknown type here, and ignored as it would be anyway.

import { base64url, decoder, filled, flag, integer, list, nullable, oneOf, record, text, time, typed, type Fields } from "./check";
import {
  MAX_CANDIDATE_BYTES,
  MAX_DESCRIPTION_BYTES,
  MAX_MESSAGE_BYTES,
  MAX_TEXT_BYTES,
  type Introduction,
  type PeerMessage,
  type SealedSignal,
} from "./peer";
import { MAX_CERTIFICATE_BYTES, MAX_FRAME_BYTES, MAX_SEALED_BYTES, type BrokerToAgent } from "./signaling";

/** Unsigned, of 32 bits. */
export const u32 = integer(0, 2 ** 32 - 1);
const count = integer(1, 2 ** 32 - 1);
/** The id of a session. */
export const id = base64url(16);
/** Bytes that only the two peers can open. */
export const sealed = base64url(0, MAX_SEALED_BYTES);
/** STUN and TURN servers. */
export const iceServers = list(record({ urls: list(text()), username: nullable(text()), credential: nullable(text()) }));

/** Of the codes by which a broker refuses, those that a visitor can cause. */
export const REFUSED_CODES =
  "bad-json bad-message unknown-team bad-origin origin-mismatch wrong-state ticket-exists ticket-gone session-unknown queue-full resume-unknown too-many-sessions blocked";

/** The fields of a broker's refusal. */
export const refusal = (codes: string): Fields => ({
  code: oneOf(codes, "internal"),
  session: nullable(id),
  retryAfterMs: nullable(time),
});

/** What the broker says. */
export const BROKER: Record<string, Fields> = {
  queued: { session: id, helpers: u32, position: u32 },
  claimed: { session: id, message: nullable(sealed), iceServers },
  resumed: { session: id, message: nullable(sealed), iceServers },
  forwarded: { session: id, message: sealed },
  left: { session: id, reason: oneOf("ended unverified failed gone moved", "failed") },
  refused: refusal(REFUSED_CODES),
};

/** What a peer says on the data channel. Only a visitor tells of page and client: what they hold does not matter. */
export const PEER: Record<string, Fields> = {
  hello: { protocol: count, role: oneOf("visitor helper"), stored: u32 },
  "hello-ack": {},
  page: {},
  client: {},
  chat: {
    seq: count,
    at: time,
    text: filled(MAX_TEXT_BYTES),
  },
  ack: { seq: u32 },
  read: { seq: u32 },
  typing: { on: flag },
  end: {},
  refused: { code: oneOf("bad-json bad-message too-large wrong-state wrong-sequence", "internal") },
};

/** What a helper sends sealed. */
export const SEALED: Record<string, Fields> = {
  candidate: {
    candidate: text(MAX_CANDIDATE_BYTES),
    sdpMid: nullable(text(MAX_CANDIDATE_BYTES)),
    sdpMLineIndex: nullable(integer(0, 2 ** 16 - 1)),
  },
};

/** Decodes what the broker says. */
export const decodeBroker = decoder<BrokerToAgent>(MAX_FRAME_BYTES, typed(BROKER));

/** Decodes a message of the `control` data channel. */
export const decodePeer = decoder<PeerMessage>(MAX_MESSAGE_BYTES, typed(PEER));

/** Decodes the payload of a Noise transport message. */
export const decodeSealedSignal = decoder<SealedSignal>(MAX_SEALED_BYTES, typed(SEALED));

/** Decodes the payload of Noise message 2. */
export const decodeIntroduction = decoder<Introduction>(
  MAX_SEALED_BYTES,
  record({ certificate: text(MAX_CERTIFICATE_BYTES), offer: text(MAX_DESCRIPTION_BYTES) }),
);
