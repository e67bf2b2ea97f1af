import assert from "node:assert/strict";
import { test } from "node:test";
import { flatCode } from "./error-code";

test("the innermost code is what counts", () => {
  assert.equal(flatCode("connect-timeout"), "connect-timeout");
  assert.equal(flatCode({ unverified: "key-mismatch" }), "key-mismatch");
  assert.equal(flatCode({ refused: "queue-full" }), "queue-full");
  assert.equal(flatCode({ "peer-refused": "bad-json" }), "bad-json");
  assert.equal(flatCode({ unsupported: "webrtc" }), "webrtc");
});
