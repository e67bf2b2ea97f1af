import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { decodeBroker, decodeIntroduction, decodePeer, decodeSealedSignal, type Decoded } from "./decode";

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
};

const cases = JSON.parse(
  readFileSync(new URL("../../../tests/vectors/messages.json", import.meta.url), "utf8"),
) as Case[];

test("messages are decoded and refused as the table says", () => {
  for (const given of cases) {
    const text = "text" in given ? given.text : given.before + given.repeat.repeat(given.times) + given.after;
    const decoded = DECODERS[given.decoder]?.(text);
    if (given.code !== undefined) {
      assert.deepEqual(decoded, { ok: false, code: given.code }, given.name);
    } else if (given.value !== undefined) {
      assert.deepEqual(decoded, { ok: true, value: given.value }, given.name);
    } else {
      assert.equal(decoded?.ok, true, given.name);
    }
  }
});

test("no text makes a decoder throw", () => {
  for (const text of ["\ud800", '"\ud800"', `{"type":"end","x":"\ud800"}`, "[".repeat(100_000), "\0"]) {
    for (const decoder of Object.values(DECODERS)) assert.equal(decoder(text).ok, false);
  }
});
