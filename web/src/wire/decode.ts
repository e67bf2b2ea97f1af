// From text to typed messages, for either side.

import { base64url, decoder, ensure, flag, integer, isRecord, record, text, time, typed, type Check } from "./check";
import { BROKER, iceServers, id, PEER, REFUSED_CODES, refusal, SEALED, sealed, u32 } from "./decode-visitor";
import { PROPOSAL } from "./decode-proposal";
import { RESUMING } from "./decode-resume";
import {
  MAX_ATTRIBUTES,
  MAX_ATTRIBUTE_BYTES,
  MAX_DESCRIPTION_BYTES,
  MAX_MESSAGE_BYTES,
  MAX_TITLE_BYTES,
  MAX_URL_BYTES,
  type PeerMessage,
  type SealedSignal,
} from "./peer";
import { MAX_FRAME_BYTES, MAX_ORIGIN_BYTES, MAX_SEALED_BYTES, type BrokerToAgent } from "./signaling";

export type { DecodeCode, Decoded } from "./check";
export { decodeIntroduction } from "./decode-visitor";

const i32 = integer(-(2 ** 31), 2 ** 31 - 1);
const attribute = text(MAX_ATTRIBUTE_BYTES);
const number: Check = (value) => {
  ensure(typeof value === "number");
  // As with whole numbers.
  return value + 0;
};
const attributes: Check = (value, note) => {
  ensure(isRecord(value));
  const entries = Object.entries(value);
  for (const part of entries.flat()) attribute(part, note);
  if (entries.length > MAX_ATTRIBUTES) note();
  return value;
};

/** Decodes what the broker says. */
export const decodeBroker = decoder<BrokerToAgent>(
  MAX_FRAME_BYTES,
  typed({
    ...BROKER,
    challenged: { nonce: base64url(32) },
    enlisted: { iceServers },
    asked: { ticket: id, origin: text(MAX_ORIGIN_BYTES), message: sealed, waitingMs: time },
    withdrawn: { ticket: id },
    blocked: { session: id },
    refused: refusal(
      `${REFUSED_CODES} source-unknown challenge-expired certificate-invalid certificate-expired certificate-denied signature-invalid`,
    ),
  }),
);

/** Decodes a message of the `control` data channel. */
export const decodePeer = decoder<PeerMessage>(
  MAX_MESSAGE_BYTES,
  typed({
    ...PEER,
    ...PROPOSAL,
    ...RESUMING,
    page: {
      epoch: u32,
      url: text(MAX_URL_BYTES),
      title: text(MAX_TITLE_BYTES),
      omitted: u32,
      redacted: flag,
      viewport: record({ width: u32, height: u32 }),
      scroll: record({ x: i32, y: i32 }),
    },
    client: {
      browser: attribute,
      platform: attribute,
      language: attribute,
      timeZone: attribute,
      screen: record({ width: u32, height: u32, scale: number }),
      attributes,
    },
  }),
);

/** Decodes the payload of a Noise transport message. */
export const decodeSealedSignal = decoder<SealedSignal>(
  MAX_SEALED_BYTES,
  typed({ ...SEALED, answer: { sdp: text(MAX_DESCRIPTION_BYTES) } }),
);
