// How a message is checked: total, length-checked, and with the same verdicts as the Rust decoders.
//
// A check gives the clean value, or refuses a wrong one (`bad-message`); of one above its limit it takes note
// (`too-large`; a message with both faults is a bad one). What no check names is left out (invariant I9).

import { decode } from "./base64url";
import { utf8Length } from "./utf8";

/** Why a text is no message. */
export type DecodeCode = "bad-json" | "bad-message" | "too-large";

/** What a text was: a message, `null` for a type that this version does not know, or a fault by its code. */
export type Decoded<T> = T | null | DecodeCode;

/** Checks one value; `note` is told of one that is too large. */
export type Check = (value: unknown, note: () => void) => unknown;

/** What a message consists of. */
export type Fields = Record<string, Check>;

// JSON values nest no deeper than serde_json follows them.
const MAX_DEPTH = 127;

/** Goes on only with what fits; else what is thrown is the code, for `decoder` alone to catch. */
export function ensure(fits: unknown, code: DecodeCode = "bad-message"): asserts fits {
  if (!fits) throw code;
}

/** Whether a value is an object, and no list. */
export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

// What JSON.parse takes and others do not: half surrogate pairs, infinite numbers, endless depth.
const isSound = (value: unknown, depth: number): boolean =>
  typeof value === "object" && value !== null
    ? depth > 0 && Object.entries(value).flat().every((part) => isSound(part, depth - 1))
    : String(value).isWellFormed() && value !== Infinity && value !== -Infinity;

/** A value that this says yes to, as it stands. */
const like =
  (fits: (value: unknown, note: () => void) => unknown): Check =>
  (value, note) => {
    ensure(fits(value, note));
    return value;
  };

/** A flag. */
export const flag = like((value) => typeof value === "boolean");

/** A text of at most so many bytes. */
export const text = (max = Infinity): Check =>
  like((value, note) => {
    if (typeof value !== "string") return false;
    if (utf8Length(value) > max) note();
    return true;
  });

/** A text of at most so many bytes, and at least one. */
export const filled =
  (max?: number): Check =>
  (value, note) => {
    ensure(value);
    return text(max)(value, note);
  };

/** A whole number between two, both included. */
export const integer =
  (min: number, max: number): Check =>
  (value) => {
    ensure(Number.isInteger(value) && (value as number) >= min && (value as number) <= max);
    // Adding 0 makes -0 an ordinary zero.
    return (value as number) + 0;
  };

/** Canonical base64url of between `min` and `max` bytes. */
export const base64url = (min: number, max = min): Check =>
  like((value) => {
    const bytes = typeof value === "string" && decode(value);
    return bytes && bytes.length >= min && bytes.length <= max;
  });

/** Milliseconds, or seconds, that a number can hold exactly. */
export const time = integer(0, Number.MAX_SAFE_INTEGER);

/** What the check says, or `null`; left out is `null` too. */
export const nullable =
  (check: Check): Check =>
  (value, note) =>
    value === undefined || value === null ? null : check(value, note);

/** One of some names, separated by spaces; any other is `other`, if there is one. */
export const oneOf =
  (names: string, other?: string): Check =>
  (value) => {
    ensure(typeof value === "string");
    const known = names.split(" ").includes(value) ? value : other;
    ensure(known);
    return known;
  };

/** A list. */
export const list =
  (check: Check): Check =>
  (value, note) => {
    ensure(Array.isArray(value));
    return value.map((each) => check(each, note));
  };

/** An object with these fields, of which nothing else is kept. */
export const record =
  (fields: Fields): Check =>
  (value, note) => {
    ensure(isRecord(value));
    return Object.fromEntries(Object.entries(fields).map(([name, check]) => [name, check(value[name], note)]));
  };

/** An object with the fields that belong to its type; `null` when that is unknown. */
export const typed =
  (types: Record<string, Fields>): Check =>
  (value, note) => {
    const { type } = value as Record<string, unknown>;
    ensure(typeof type === "string", "bad-json");
    return Object.hasOwn(types, type) ? record({ type: () => type, ...types[type] })(value, note) : null;
  };

/** Makes a decoder of JSON objects, of at most `max` bytes. */
export const decoder =
  <T extends object>(max: number, check: Check) =>
  (text: string): Decoded<T> => {
    let large = utf8Length(text) > max;
    try {
      ensure(!large, "too-large");
      const value: unknown = JSON.parse(text);
      ensure(isRecord(value) && isSound(value, MAX_DEPTH), "bad-json");
      const checked = check(value, () => void (large = true));
      ensure(!large, "too-large");
      return checked as T | null;
    } catch (error) {
      return typeof error === "string" ? (error as DecodeCode) : "bad-json";
    }
  };
