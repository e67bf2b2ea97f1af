import assert from "node:assert/strict";
import { test } from "node:test";
import type { SessionErrorCode } from "../wire/peer";
import { explain } from "./explain";

test("each kind of error has words of its own, and the innermost that are known win", () => {
  const texts = (
    [
      { unsupported: "webrtc" },
      { refused: "unknown-team" },
      { refused: "queue-full" },
      "connect-timeout",
      "not-sent",
      "peer-fault",
    ] satisfies SessionErrorCode[]
  ).map((code) => explain(code));
  assert.equal(new Set(texts).size, texts.length);
  assert.equal(explain({ refused: "internal" }), undefined);
});

test("a code that a newer server sends is not looked up where it should not be", () => {
  const unheard = { refused: "constructor" } as unknown as SessionErrorCode;
  assert.equal(explain(unheard), undefined);
});
