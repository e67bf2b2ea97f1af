import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { decodeBroker, decodeIntroduction, decodePeer, decodeSealedSignal, type Decoded } from "./decode";
import { decodeProposal } from "./decode-proposal";
import { decodeAdmission, decodeKnock, decodeResuming } from "./decode-resume";
import * as visitor from "./decode-visitor";

// Either the text itself, or what it is made of: `before`, `repeat` so many `times`, `after`. Such a text has no
// value in the table: it is what JSON says, with nothing left out.
type Case = { name: string; decoder: string; code?: string; value?: unknown } & (
  | { text: string }
  | { before: string; repeat: string; times: number; after: string }
);

const DECODERS: Record<string, (text: string) => Decoded<unknown>> = {
  broker: decodeBroker,
  peer: decodePeer,
  "sealed-signal": decodeSealedSignal,
  introduction: decodeIntroduction,
  knock: decodeKnock,
  admission: decodeAdmission,
};

// The same decoders as a visitor has them, and the types that they know nothing about.
const VISITOR_DECODERS: typeof DECODERS = {
  broker: visitor.decodeBroker,
  // What is of an unknown type to the one is handed to the other.
  peer: (text) => visitor.decodePeer(text) ?? decodeProposal(text) ?? decodeResuming(text),
  "sealed-signal": visitor.decodeSealedSignal,
  introduction: visitor.decodeIntroduction,
  knock: decodeKnock,
  admission: decodeAdmission,
};
const HELPER_ONLY = /"type": ?"(page|client|challenged|enlisted|asked|withdrawn|blocked|answer)"/;
const HELPER_CODES = /^refused by the broker: (challenge|certificate|signature|source)/;

const cases = JSON.parse(
  readFileSync(new URL("../../../tests/vectors/messages.json", import.meta.url), "utf8"),
) as Case[];

test("messages are decoded and refused as the table says", () => {
  for (const given of cases) {
    const text = "text" in given ? given.text : given.before + given.repeat.repeat(given.times) + given.after;
    const decoded = DECODERS[given.decoder]?.(text);
    if (given.code !== undefined) {
      assert.deepEqual(decoded, given.code, given.name);
    } else if (given.value !== undefined) {
      assert.deepEqual(decoded, given.value, given.name);
    } else {
      assert.equal(typeof decoded, "object", given.name);
    }
  }
});

test("a visitor's decoders say the same of all that a visitor is told", () => {
  for (const given of cases) {
    const text = "text" in given ? given.text : given.before + given.repeat.repeat(given.times) + given.after;
    if (HELPER_ONLY.test(text) || HELPER_CODES.test(given.name)) continue;
    assert.deepEqual(VISITOR_DECODERS[given.decoder]?.(text), DECODERS[given.decoder]?.(text), given.name);
  }
});

test("no text makes a decoder throw", () => {
  for (const text of ["\ud800", '"\ud800"', `{"type":"end","x":"\ud800"}`, "[".repeat(100_000), "\0"]) {
    for (const decoder of [...Object.values(DECODERS), ...Object.values(VISITOR_DECODERS)]) assert.equal(typeof decoder(text), "string");
  }
});
