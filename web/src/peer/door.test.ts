import assert from "node:assert/strict";
import { test } from "node:test";

import { decode, encode } from "../wire/base64url";
import type { Input } from "../wire/peer";
import { BYTE_BURST, BYTES_PER_SECOND, type AgentToBroker } from "../wire/signaling";
import { utf8 } from "../wire/utf8";
import { door, type Owner } from "./door";
import { approach } from "./resume-seal";
import type { SealedChannel } from "./seal";

// The twin of the tests in `agent/src/door.rs`.
const DEPOSIT = encode(new Uint8Array(16).fill(2));
const PSK = encode(new Uint8Array(32).fill(3));

function openDoor() {
  const told: AgentToBroker[] = [];
  const heard: Input[] = [];
  let channel: Promise<SealedChannel | null> | undefined;
  const driver = {
    input: (input: Input) => heard.push(input),
    link: (_: string, linked: Promise<SealedChannel | null>) => (channel = linked),
  };
  const owner = { psk: (deposit: string) => (deposit === DEPOSIT ? PSK : undefined), driver } as unknown as Owner;
  const made = door((message) => told.push(message));
  made.expect(owner, [DEPOSIT]);
  told.length = 0;
  return { door: made, owner, told, heard, channel: () => channel };
}

async function message1(attempt: number) {
  const payload = JSON.stringify({ attempt, answer: "v=0", candidates: [], lastSeq: 0 });
  const made = await (await approach(DEPOSIT, decode(PSK) ?? new Uint8Array()))(utf8(payload));
  return { ...made, sealed: encode(made.message) };
}

const admission = (attempt: number) => ({ output: "admit" as const, deposit: DEPOSIT, attempt, admission: { offer: null } });
const settle = () => new Promise((done) => setTimeout(done, 20));
const failed: AgentToBroker = { type: "leave", session: DEPOSIT, reason: "failed" };

test("who has the key is let in, and the same knock gets the same answer", async () => {
  const { door, told, heard, channel } = openDoor();
  const visitor = await message1(7);
  await door.knocked(DEPOSIT, visitor.sealed);
  await door.knocked(DEPOSIT, visitor.sealed);
  assert.equal(heard.length, 1);
  assert.equal(told.length, 0);
  door.admit(admission(7));
  await settle();
  const reply = told.at(0) as AgentToBroker | undefined;
  assert.ok(reply?.type === "forward");
  const { payload, channel: theirs } = await visitor.finish(decode(reply.message) ?? new Uint8Array());
  assert.equal(new TextDecoder().decode(payload), '{"offer":null}');
  const ours = await channel();
  assert.ok(ours);
  assert.deepEqual(await theirs.open(await ours.seal(utf8("hello"))), utf8("hello"));
  await door.knocked(DEPOSIT, visitor.sealed);
  assert.deepEqual(told, [reply, reply]);
  assert.equal(heard.length, 1);
});

test("a knock that is not above the last is not heard", async () => {
  const { door, told, heard } = openDoor();
  const older = await message1(6);
  for (const attempt of [7, 7]) await door.knocked(DEPOSIT, (await message1(attempt)).sealed);
  await door.knocked(DEPOSIT, older.sealed);
  door.admit(admission(6));
  await settle();
  assert.equal(heard.length, 1);
  assert.deepEqual(told, []);
  await door.knocked(DEPOSIT, (await message1(8)).sealed);
  assert.equal(heard.length, 2);
});

test("whatever is altered is not heard, and stands in nobody's way", async () => {
  const { door, told, heard } = openDoor();
  const { message, sealed } = await message1(7);
  for (let at = 0; at < message.length; at++) {
    const altered = message.slice();
    altered[at] = (altered[at] ?? 0) ^ 1;
    await door.knocked(DEPOSIT, encode(altered));
  }
  for (const length of [0, 31, 32, 48, message.length - 1]) await door.knocked(DEPOSIT, encode(message.slice(0, length)));
  assert.deepEqual(heard, []);
  assert.deepEqual(told, Array(message.length + 5).fill(failed));
  await door.knocked(DEPOSIT, sealed);
  assert.equal(heard.length, 1);
});

test("who comes back to a session that is over is told so; a deposit that is void opens nothing", async () => {
  const { door, owner, told, heard } = openDoor();
  const { sealed } = await message1(7);
  door.shut(owner);
  await door.knocked(DEPOSIT, sealed);
  await door.knocked(encode(new Uint8Array(16).fill(9)), sealed);
  assert.deepEqual(told, [
    { ...failed, reason: "ended" },
    { ...failed, session: encode(new Uint8Array(16).fill(9)) },
  ]);
  assert.deepEqual(heard, []);
});

test("many sessions with new deposits at once say no more than the server takes, and all of it soon", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout", "Date"] });
  const said: [number, string][] = [];
  const began = Date.now();
  const made = door((message) => said.push([Date.now() - began, JSON.stringify(message)]));
  const name = (n: number) => encode(Uint8Array.from({ length: 16 }, (_, at) => (at < 2 ? (n >> (8 * at)) & 255 : 7)));
  const owners = Array.from({ length: 250 }, () => ({ psk: () => undefined, driver: null as never }));
  owners.forEach((owner, n) => made.expect(owner, [name(2 * n)]));
  owners.forEach((owner, n) => made.expect(owner, [name(2 * n), name(2 * n + 1)]));
  for (let ms = 0; ms < 10_000; ms += 10) t.mock.timers.tick(10);
  // As the server counts.
  let [spent, before] = [0, 0];
  for (const [at, text] of said) {
    spent = Math.max(0, spent - ((at - before) * BYTES_PER_SECOND) / 1_000) + text.length;
    assert.ok(spent <= (BYTE_BURST * 3) / 4, `${spent} bytes at ${at}`);
    before = at;
  }
  assert.equal(JSON.parse(said.at(-1)![1]).deposits.length, 500);
  assert.ok(before < 3_000, `the last was said after ${before} ms`);
  // And then one at a time again.
  made.expect(owners[0]!, [name(2_000)]);
  assert.equal(JSON.parse(said.at(-1)![1]).deposits.length, 499);
});
