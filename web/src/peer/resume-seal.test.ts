// The same cases as the native side's: `tests/vectors/resume-handshake.json`, made by it, and the published Noise
// vector.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { decode, encode } from "../wire/base64url";
import type { KeyPair } from "./key-pair";
import { approach, hear, listen, resumePrologue } from "./resume-seal";
import type { Bytes, SealedChannel } from "./seal";

const vectors = new URL("../../../tests/vectors/", import.meta.url);
const read = (name: string) => JSON.parse(readFileSync(new URL(name, vectors), "utf8"));

type Frame = { text: string; frame: string };
type Handshake = {
  name: string;
  deposit: string;
  psk: string;
  visitorEphemeral: string;
  helperEphemeral: string;
  payload1: string;
  message1: string;
  payload2: string;
  message2: string;
  byVisitor: Frame[];
  byHelper: Frame[];
};
type Refused = "hear" | "admit" | "finish" | null;
const { handshakes, knocks, answers } = read("resume-handshake.json") as {
  handshakes: Handshake[];
  knocks: { name: string; message1: string; refused: Refused }[];
  answers: { name: string; message2: string; refused: Refused }[];
};
const good = handshakes[0] as Handshake;

const bytes = (text: string): Bytes => decode(text) ?? assert.fail(`no base64url: ${text}`);
const hex = (text: string): Bytes => new Uint8Array(Buffer.from(text, "hex"));
const utf8 = (text: string): Bytes => new TextEncoder().encode(text);

async function x25519(secret: Bytes): Promise<KeyPair> {
  const der = Buffer.concat([Buffer.from("302e020100300506032b656e04220420", "hex"), secret]);
  const extractable = await crypto.subtle.importKey("pkcs8", der, "X25519", true, ["deriveBits"]);
  const { x } = await crypto.subtle.exportKey("jwk", extractable);
  return { privateKey: extractable, publicKey: bytes(x ?? "") };
}

const knockOf = async (given: Handshake) =>
  (await approach(given.deposit, bytes(given.psk), await x25519(bytes(given.visitorEphemeral))))(bytes(given.payload1));

// What comes of a message 1 at this handshake's helper, and of a message 2 at its visitor.
async function admitted(given: Handshake, message1: Bytes) {
  const heard = await hear(await listen(given.deposit, bytes(given.psk)), message1).catch(() => "hear" as const);
  if (heard === "hear") return heard;
  const ephemeral = await x25519(bytes(given.helperEphemeral));
  const answer = await heard.admit(bytes(given.payload2), ephemeral).catch(() => "admit" as const);
  return answer === "admit" ? answer : { payload: heard.payload, ...answer };
}

async function finished(given: Handshake, message2: Bytes) {
  const knocked = await knockOf(given);
  return knocked.finish(message2).catch(() => "finish" as const);
}

async function carried(from: SealedChannel, to: SealedChannel, frames: Frame[]): Promise<void> {
  for (const { text, frame } of frames) {
    assert.equal(encode(await from.seal(utf8(text))), frame);
    assert.equal(new TextDecoder().decode(await to.open(bytes(frame))), text);
  }
}

for (const given of handshakes) {
  test(`handshake: ${given.name}`, async () => {
    assert.equal(encode((await knockOf(given)).message), given.message1);
    const helper = await admitted(given, bytes(given.message1));
    if (typeof helper === "string") assert.fail(helper);
    assert.deepEqual([encode(helper.payload), encode(helper.message)], [given.payload1, given.message2]);
    const visitor = await finished(given, helper.message);
    if (typeof visitor === "string") assert.fail(visitor);
    assert.equal(encode(visitor.payload), given.payload2);
    await carried(visitor.channel, helper.channel, given.byVisitor);
    await carried(helper.channel, visitor.channel, given.byHelper);
  });
}

for (const given of knocks) {
  test(`knock: ${given.name}`, async () => {
    const outcome = await admitted(good, bytes(given.message1));
    assert.equal(typeof outcome === "string" ? outcome : null, given.refused);
  });
}

for (const given of answers) {
  test(`answer: ${given.name}`, async () => {
    const outcome = await finished(good, bytes(given.message2));
    assert.equal(typeof outcome === "string" ? outcome : null, given.refused);
  });
}

test("a knock or its answer with any byte altered or cut is refused", async () => {
  for (const [message, outcome, refused] of [
    [good.message1, admitted, "hear"],
    [good.message2, finished, "finish"],
  ] as const) {
    const whole = bytes(message);
    for (let at = 0; at < whole.length; at++) {
      const altered = whole.slice();
      altered[at] = (altered[at] ?? 0) ^ 1;
      assert.equal(await outcome(good, altered), refused, `byte ${at}`);
      assert.equal(await outcome(good, whole.slice(0, at)), refused, `cut at ${at}`);
    }
  }
});

test("both halves agree with fresh keys, and no two knocks are alike", async () => {
  const psk = bytes(good.psk);
  const [first, second] = await Promise.all([1, 2].map(async () => (await approach(good.deposit, psk))(utf8("hello"))));
  assert.ok(first && second);
  assert.notDeepEqual(first.message, second.message);
  const heard = await hear(await listen(good.deposit, psk), first.message);
  const answer = await heard.admit(utf8("welcome"));
  await assert.rejects(second.finish(answer.message));
  const { payload, channel } = await first.finish(answer.message);
  assert.deepEqual([heard.payload, payload], [utf8("hello"), utf8("welcome")]);
  assert.deepEqual(await channel.open(await answer.channel.seal(utf8("back"))), utf8("back"));
  // One ephemeral serves one handshake.
  await assert.rejects(first.finish(answer.message));
});

test("what both sides agree on names the deposit", () => {
  assert.deepEqual(resumePrologue(good.deposit), Uint8Array.from([...utf8("alongside/1 resume\0"), ...bytes(good.deposit)]));
});

test("the published Noise vector holds", async () => {
  const vector = read("noise.json").resuming;
  const message = (at: number) => ({
    payload: hex(vector.messages[at].payload),
    ciphertext: hex(vector.messages[at].ciphertext),
  });
  const [ours, theirs] = [hex(vector.init_psks[0]), hex(vector.resp_psks[0])];
  const ephemeral = await x25519(hex(vector.init_ephemeral));
  const knocked = await (await approach("", ours, ephemeral, hex(vector.init_prologue)))(message(0).payload);
  assert.deepEqual(knocked.message, message(0).ciphertext);
  const heard = await hear(await listen("", theirs, hex(vector.resp_prologue)), knocked.message);
  assert.deepEqual(heard.payload, message(0).payload);
  const answer = await heard.admit(message(1).payload, await x25519(hex(vector.resp_ephemeral)));
  assert.deepEqual(answer.message, message(1).ciphertext);
  const { payload, channel } = await knocked.finish(answer.message);
  assert.deepEqual(payload, message(1).payload);
  const frame = (counter: number, sealed: Uint8Array) => Uint8Array.from([0, 0, 0, 0, 0, 0, 0, counter, ...sealed]);
  for (let at = 2; at < vector.messages.length; at++) {
    const [from, to] = at % 2 === 0 ? [channel, answer.channel] : [answer.channel, channel];
    const sealed = await from.seal(message(at).payload);
    assert.deepEqual(sealed, frame((at - (at % 2)) / 2 - 1, message(at).ciphertext), `message ${at}`);
    assert.deepEqual(await to.open(sealed), message(at).payload, `message ${at}`);
  }
});
