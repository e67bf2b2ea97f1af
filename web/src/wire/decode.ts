// From text to typed messages: total, length-checked, and with the same verdicts as the Rust decoders.
//
// A check gives the clean value, or refuses it: of two refusals in one message, `WRONG` goes before `LARGE`. What
// no check names is left out (invariant I9).

import {
  MAX_ATTRIBUTES,
  MAX_ATTRIBUTE_BYTES,
  MAX_CANDIDATE_BYTES,
  MAX_DESCRIPTION_BYTES,
  MAX_MESSAGE_BYTES,
  MAX_TEXT_BYTES,
  MAX_TITLE_BYTES,
  MAX_URL_BYTES,
  type Introduction,
  type PeerMessage,
  type SealedSignal,
} from "./peer";
import {
  MAX_CERTIFICATE_BYTES,
  MAX_FRAME_BYTES,
  MAX_ORIGIN_BYTES,
  MAX_SEALED_BYTES,
  type BrokerToAgent,
} from "./signaling";
import { utf8Length } from "./utf8";

/** Why a text is no message. */
export type DecodeCode = "bad-json" | "bad-message" | "too-large";

/** What a text was: a message, `null` for a type that this version does not know, or a fault. */
export type Decoded<T> = { ok: true; value: T | null } | { ok: false; code: DecodeCode };

type Refusal = Decoded<never> & { ok: false };

const UNREADABLE: Refusal = { ok: false, code: "bad-json" };
const WRONG: Refusal = { ok: false, code: "bad-message" };
const LARGE: Refusal = { ok: false, code: "too-large" };

type Check = (value: unknown) => unknown;
type Fields = Record<string, Check>;

// JSON values nest no deeper than serde_json follows them.
const MAX_DEPTH = 127;

const LONE_SURROGATE = /[\ud800-\udfff]/u;

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

// What JSON.parse takes and others do not: half surrogate pairs, infinite numbers, endless depth.
const isSound = (value: unknown, depth: number): boolean =>
  typeof value === "object" && value !== null
    ? depth > 0 && Object.entries(value).flat().every((part) => isSound(part, depth - 1))
    : !LONE_SURROGATE.test(String(value)) && value !== Infinity && value !== -Infinity;

const text =
  (max: number): Check =>
  (value) =>
    typeof value !== "string" ? WRONG : utf8Length(value) > max ? LARGE : value;

const integer =
  (min: number, max: number): Check =>
  (value) =>
    // Adding 0 makes -0 an ordinary zero.
    Number.isInteger(value) && (value as number) >= min && (value as number) <= max ? (value as number) + 0 : WRONG;

const base64url =
  (min: number, max = min): Check =>
  (value) =>
    typeof value === "string" && BASE64URL.test(value) && value.length >= min && value.length <= max ? value : WRONG;

const nullable =
  (check: Check): Check =>
  (value) =>
    value === undefined || value === null ? null : check(value);

const oneOf =
  (names: string, other: unknown = WRONG): Check =>
  (value) =>
    typeof value !== "string" ? WRONG : names.split(" ").includes(value) ? value : other;

const list =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) ? whole(value.map(check)) : WRONG;

const record =
  (fields: Fields): Check =>
  (value) => {
    if (!isRecord(value)) return WRONG;
    const names = Object.entries(fields);
    const checked = whole(names.map(([name, check]) => check(value[name])));
    return Array.isArray(checked) ? Object.fromEntries(names.map(([name], index) => [name, checked[index]])) : checked;
  };

// All of them, or the graver fault among them.
const whole = (checked: unknown[]): unknown =>
  checked.includes(WRONG) ? WRONG : checked.includes(LARGE) ? LARGE : checked;

const BASE64URL = /^([\w-]{4})*([\w-][AQgw]|[\w-]{2}[AEIMQUYcgkosw048])?$/;
const MAX_SAFE = Number.MAX_SAFE_INTEGER;
const u32 = integer(0, 2 ** 32 - 1);
const i32 = integer(-(2 ** 31), 2 ** 31 - 1);
const count = integer(1, 2 ** 32 - 1);
const time = integer(0, MAX_SAFE);
const flag: Check = (value) => (typeof value === "boolean" ? value : WRONG);
const string = text(Infinity);
const attribute = text(MAX_ATTRIBUTE_BYTES);
const id = base64url(22);
const sealed = base64url(0, (MAX_SEALED_BYTES * 4) / 3);
const iceServers = list(record({ urls: list(string), username: nullable(string), credential: nullable(string) }));
const attributes: Check = (value) => {
  if (!isRecord(value)) return WRONG;
  const entries = Object.entries(value);
  const checked = whole(entries.flat().map(attribute));
  return checked === WRONG || checked === LARGE ? checked : entries.length > MAX_ATTRIBUTES ? LARGE : value;
};

// By its type; what has an unknown one is `null`.
const typed =
  (types: Record<string, Fields>): Check =>
  (value) => {
    const { type } = value as Record<string, unknown>;
    if (typeof type !== "string") return UNREADABLE;
    return Object.hasOwn(types, type) ? record({ type: () => type, ...types[type] })(value) : null;
  };

const BROKER = typed({
  queued: { session: id, helpers: u32, position: u32 },
  challenged: { nonce: base64url(43) },
  enlisted: { iceServers },
  asked: { ticket: id, origin: text(MAX_ORIGIN_BYTES), message: sealed, waitingMs: time },
  withdrawn: { ticket: id },
  claimed: { session: id, message: nullable(sealed), iceServers },
  forwarded: { session: id, message: sealed },
  left: { session: id, reason: oneOf("ended unverified failed gone", "failed") },
  refused: {
    code: oneOf(
      "bad-json bad-message unknown-team bad-origin origin-mismatch wrong-state ticket-exists ticket-gone session-unknown queue-full too-many-sessions challenge-expired certificate-invalid certificate-expired certificate-denied signature-invalid",
      "internal",
    ),
    session: nullable(id),
    retryAfterMs: nullable(time),
  },
});

const PEER = typed({
  hello: { protocol: count, role: oneOf("visitor helper"), stored: u32 },
  "hello-ack": {},
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
    screen: record({ width: u32, height: u32, scale: (value) => (typeof value === "number" ? value + 0 : WRONG) }),
    attributes,
  },
  chat: { seq: count, at: time, text: (value) => (value === "" ? WRONG : text(MAX_TEXT_BYTES)(value)) },
  ack: { seq: u32 },
  read: { seq: u32 },
  typing: { on: flag },
  end: {},
  refused: { code: oneOf("bad-json bad-message too-large wrong-state wrong-sequence", "internal") },
});

const SEALED = typed({
  answer: { sdp: text(MAX_DESCRIPTION_BYTES) },
  candidate: {
    candidate: text(MAX_CANDIDATE_BYTES),
    sdpMid: nullable(text(MAX_CANDIDATE_BYTES)),
    sdpMLineIndex: nullable(integer(0, 2 ** 16 - 1)),
  },
});

const INTRODUCTION = record({ certificate: text(MAX_CERTIFICATE_BYTES), offer: text(MAX_DESCRIPTION_BYTES) });

function decode<T>(text: string, max: number, check: Check): Decoded<T> {
  if (utf8Length(text) > max) return LARGE;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // As what is no object.
  }
  const checked = isRecord(value) && isSound(value, MAX_DEPTH) ? check(value) : UNREADABLE;
  return checked === UNREADABLE || checked === WRONG || checked === LARGE
    ? (checked as Refusal)
    : { ok: true, value: checked as T | null };
}

/** Decodes what the broker says. */
export const decodeBroker = (text: string): Decoded<BrokerToAgent> => decode(text, MAX_FRAME_BYTES, BROKER);

/** Decodes a message of the `control` data channel. */
export const decodePeer = (text: string): Decoded<PeerMessage> => decode(text, MAX_MESSAGE_BYTES, PEER);

/** Decodes the payload of a Noise transport message. */
export const decodeSealedSignal = (text: string): Decoded<SealedSignal> => decode(text, MAX_SEALED_BYTES, SEALED);

/** Decodes the payload of Noise message 2. */
export const decodeIntroduction = (text: string): Decoded<Introduction> => decode(text, MAX_SEALED_BYTES, INTRODUCTION);

/** Decodes a JSON object of no certain type. */
export const decodeObject = (text: string, max: number): Decoded<Record<string, unknown>> =>
  decode(text, max, (fields) => fields);
