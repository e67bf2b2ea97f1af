// The same cases as the native side's: `tests/vectors/handshake.json`, made by it, and the published Noise vector.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { decode, encode } from "../wire/base64url";
import { openIntroduction } from "./handshake";
import type { KeyPair } from "./key-pair";
import { initiate, type Initiator, type SealedChannel, prologue, respond } from "./seal";

const vectors = new URL("../../../tests/vectors/", import.meta.url);
const read = (name: string) => JSON.parse(readFileSync(new URL(name, vectors), "utf8"));

type Case = {
  name: string;
  team: string;
  session: string;
  origin: string;
  nowS: number;
  ephemeral: string;
  message1: string;
  message2: string;
  automated: boolean;
  refused: string | null;
};
type Frames = { name: string; frames: string[]; opened: string[] };
type Enlist = { name: string; key: string; nonce: string; certificate: string; origin: string; signature: string; good: boolean };
const { introductions, frames, weakPoints, enlistings } = read("handshake.json") as {
  introductions: Case[];
  frames: Frames[];
  weakPoints: string[];
  enlistings: Enlist[];
};

const bytes = (text: string): Uint8Array<ArrayBuffer> => decode(text) ?? assert.fail(`no base64url: ${text}`);
const hex = (text: string): Uint8Array<ArrayBuffer> => new Uint8Array(Buffer.from(text, "hex"));

async function x25519(secret: Uint8Array): Promise<KeyPair> {
  const der = Buffer.concat([Buffer.from("302e020100300506032b656e04220420", "hex"), secret]);
  const extractable = await crypto.subtle.importKey("pkcs8", der, "X25519", true, ["deriveBits"]);
  const { x } = await crypto.subtle.exportKey("jwk", extractable);
  return { privateKey: extractable, publicKey: bytes(x ?? "") };
}

async function start(given: Case): Promise<Initiator> {
  const said = prologue(given.team, given.session, given.origin);
  return initiate(said, await x25519(bytes(given.ephemeral)));
}

async function open(given: Case, message2 = bytes(given.message2)) {
  return openIntroduction(await start(given), message2, given);
}

async function channel(): Promise<SealedChannel> {
  const opened = await open(introductions[0] as Case);
  return typeof opened === "string" ? assert.fail(opened) : opened.channel;
}

for (const given of introductions) {
  test(`introduction: ${given.name}`, async () => {
    assert.equal(encode((await start(given)).message), given.message1);
    const opened = await open(given);
    if (typeof opened !== "string") {
      assert.equal(given.refused, null);
      assert.deepEqual([opened.name, opened.offer, opened.automated], ["Dana", "v=0 the offer", given.automated]);
    } else assert.equal(opened, given.refused);
  });
}

test("a message 2 with any byte altered, cut or added is refused", async () => {
  const good = introductions[0] as Case;
  const whole = bytes(good.message2);
  const refused = async (message2: Uint8Array<ArrayBuffer>) => {
    const opened = await open(good, message2);
    assert.equal(opened, "handshake-failed");
  };
  for (let at = 0; at < whole.length; at++) {
    const altered = whole.slice();
    altered[at] = (altered[at] ?? 0) ^ 1;
    await refused(altered);
  }
  for (const length of [0, 31, 32, 79, 80, 95, 96, whole.length - 1]) await refused(whole.slice(0, length));
  await refused(Uint8Array.from([...whole, 0]));
});

test("a message 1 that is none gets no answer", async () => {
  const key = await x25519(new Uint8Array(32).fill(5));
  const answer = (message1: Uint8Array<ArrayBuffer>) => respond(new Uint8Array(), message1, key, new Uint8Array(3));
  for (const wrong of [...weakPoints.map(bytes), new Uint8Array(), new Uint8Array(31).fill(9), new Uint8Array(33).fill(9)]) {
    await assert.rejects(answer(wrong));
  }
  await answer(new Uint8Array(32).fill(9));
});

for (const { name, frames: sent, opened } of frames) {
  test(`frames: ${name}`, async () => {
    const sealed = await channel();
    const actual = [];
    for (const frame of sent) {
      actual.push(
        await sealed.open(bytes(frame)).then(
          (plain) => new TextDecoder().decode(plain),
          ({ message }: Error) => (message === "frame-replayed" ? message : "frame-invalid"),
        ),
      );
    }
    assert.deepEqual(actual, opened);
  });
}

test("a helper here says the same bytes as a native one", async () => {
  const given = introductions[0] as Case;
  const { payload } = await (await start(given)).finish(bytes(given.message2));
  // The keys that the native side has made the cases with.
  const [statics, ephemeral] = await Promise.all([3, 12].map((byte) => x25519(new Uint8Array(32).fill(byte))));
  const said = prologue(given.team, given.session, given.origin);
  const { message, channel } = await respond(said, bytes(given.message1), statics as KeyPair, payload, ephemeral);
  assert.equal(encode(message), given.message2);
  for (const [at, text] of ["first", "second", "third"].entries()) {
    assert.equal(encode(await channel.seal(new TextEncoder().encode(text))), frames[0]?.frames[at]);
  }
  const own = frames.find(({ name }) => name === "reflected")?.frames[0] ?? "";
  assert.equal(new TextDecoder().decode(await channel.open(bytes(own))), "our own");
});

test("a frame with any byte altered does not open and does no harm", async () => {
  const sealed = await channel();
  const whole = bytes(frames[0]?.frames[0] ?? "");
  for (let at = 0; at < whole.length; at++) {
    const altered = whole.slice();
    altered[at] = (altered[at] ?? 0) ^ 1;
    await assert.rejects(sealed.open(altered));
  }
  assert.equal(new TextDecoder().decode(await sealed.open(whole)), frames[0]?.opened[0]);
});

test("both halves agree, in any order of their awaiting", async () => {
  const said = prologue(introductions[0]?.team ?? "", introductions[0]?.session ?? "", "https://shop.example.org");
  const helper = await x25519(new Uint8Array(32).fill(3));
  const initiator = await initiate(said);
  const answered = await respond(said, initiator.message, helper, new TextEncoder().encode("payload"));
  const finished = await initiator.finish(answered.message);
  assert.deepEqual(finished.remoteStatic, helper.publicKey);
  assert.equal(new TextDecoder().decode(finished.payload), "payload");
  const sent = await Promise.all(["a", "b", "c"].map((text) => answered.channel.seal(new TextEncoder().encode(text))));
  const got = await Promise.all(sent.map((frame) => finished.channel.open(frame)));
  assert.deepEqual(got.map((plain) => new TextDecoder().decode(plain)), ["a", "b", "c"]);
  // One ephemeral serves one claim.
  await assert.rejects(initiator.finish(answered.message));
});

for (const given of enlistings) {
  test(`enlisting: ${given.name}`, async () => {
    const { subtle } = crypto;
    const key = await subtle.importKey("raw", bytes(given.key), "Ed25519", false, ["verify"]);
    const digest = new Uint8Array(await subtle.digest("SHA-256", new TextEncoder().encode(given.certificate)));
    const message = Buffer.concat([Buffer.from("alongside/1 enlist\0"), bytes(given.nonce), digest, Buffer.from(given.origin)]);
    assert.equal(await subtle.verify("Ed25519", key, bytes(given.signature), message), given.good);
  });
}

test("the published Noise vector holds", async () => {
  const { vector } = read("noise.json");
  const message = (at: number) => ({
    payload: hex(vector.messages[at].payload),
    ciphertext: hex(vector.messages[at].ciphertext),
  });
  const said = hex(vector.init_prologue);
  const initiator = await initiate(said, await x25519(hex(vector.init_ephemeral)), message(0).payload);
  assert.deepEqual(initiator.message, message(0).ciphertext);
  const finished = await initiator.finish(message(1).ciphertext);
  assert.deepEqual(finished.payload, message(1).payload);
  const frame = (counter: number, sealed: Uint8Array) => Uint8Array.from([0, 0, 0, 0, 0, 0, 0, counter, ...sealed]);
  assert.deepEqual(await finished.channel.seal(message(2).payload), frame(0, message(2).ciphertext));
  assert.deepEqual(await finished.channel.open(frame(0, message(3).ciphertext)), message(3).payload);
  assert.deepEqual(await finished.channel.seal(message(4).payload), frame(1, message(4).ciphertext));
  assert.deepEqual(await finished.channel.open(frame(1, message(5).ciphertext)), message(5).payload);
});
