import assert from "node:assert/strict";
import { test } from "node:test";

import type { Output } from "../wire/peer";
import { proposals } from "./proposals";

const origin = "https://shop.example";

function setup(own: "visitor" | "helper") {
  const outputs: Output[] = [];
  return { proposed: proposals(own, origin, (output) => void outputs.push(output)), outputs };
}

// What a hostile helper would have a visitor open: none of it is ever told to anybody, let alone shown.
for (const url of [
  "https://evil.example/",
  "http://shop.example/",
  "https://shop.example:444/",
  "https://shop.example.evil.example/",
  "https://shop.example@evil.example/",
  "https://eve@shop.example/",
  "https://shop.example",
  "https://shop.example\\@evil.example/",
  "https://shop.example/\\evil",
  "https://shop.example/caf\u00e9",
  "https://shop.example/ ",
  "//evil.example/",
  "/cart",
  "javascript:alert(1)",
  "JavaScript:alert(1)//https://shop.example/",
  " javascript:alert(1)",
  "data:text/html,hi",
  "blob:https://shop.example/0",
  "",
]) {
  test(`a proposal of ${JSON.stringify(url)} is refused and not shown`, () => {
    const { proposed, outputs } = setup("visitor");
    assert.equal(proposed.take({ type: "propose", id: 1, url }), "bad-message");
    proposed.answer(1, true);
    assert.deepEqual(outputs, []);
    const helper = setup("helper");
    assert.equal(helper.proposed.propose(url), false);
    assert.deepEqual(helper.outputs, []);
  });
}

test("what was answered or replaced cannot be answered any more", () => {
  const { proposed, outputs } = setup("visitor");
  for (const [id, url] of [[1, `${origin}/a`], [2, null], [3, `${origin}/b`]] as const) {
    assert.equal(proposed.take({ type: "propose", id, url }), undefined);
  }
  outputs.length = 0;
  proposed.answer(1, true);
  assert.deepEqual(outputs, []);
  proposed.answer(3, true);
  proposed.answer(3, true);
  proposed.answer(2, false);
  assert.deepEqual(outputs, [
    { output: "send", message: { type: "allowed", id: 3 } },
    { output: "go", url: `${origin}/b` },
    { output: "send", message: { type: "declined", id: 2 } },
  ]);
});
