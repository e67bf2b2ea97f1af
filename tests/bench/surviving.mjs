// From a reload, and from Accept, to an open data channel in real Chromium: ours beside a bare `RTCPeerConnection`
// whose visitor answers a stored offer over a plain WebSocket relay. Ours and the bare one take turns. Prints medians and
// ratios; ends with 1 where a ratio is above the goal.
//
//     node surviving.mjs [loopback|wire] [--rounds N] [--profile debug]
//
// `wire` wants to be root of its own network and mount namespaces (`tests/run bench` sees to that); where no wire can be
// strung it says why, and ends with 77.

import { parseArgs } from "node:util";

import { bareAccept, bareReload, oursAccept, oursReload } from "./openings.mjs";
import { onLoopback, onTheWire } from "./places.mjs";
import { string, WIRE } from "./wire.mjs";

// How much longer than the bare connection ours may take: for two signatures, two handshakes, and a page that is left
// in peace. What the project promises.
const GOAL = 1.25;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { rounds: { type: "string", default: "15" }, profile: { type: "string", default: "release" } },
});
const rounds = Number(values.rounds);
const place = await (positionals[0] === "wire" ? onTheWire(await strung(), values.profile) : onLoopback(values.profile));

const median = (times) => times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)];

let isWell = true;
for (const [what, own, other] of [
  ["reload → open channel", oursReload, bareReload],
  ["accept → open channel", oursAccept, bareAccept],
]) {
  const times = { own: [], other: [] };
  // The first of each warms up.
  for (let round = 0; round <= rounds; round++) {
    for (const [side, measure] of [["own", own], ["other", other]]) {
      const took = await measure(place);
      if (round > 0) times[side].push(took);
      await Promise.all([place.theirs.leave(), place.ours.leave()]);
    }
  }
  const [mine, its] = [median(times.own), median(times.other)];
  const ratio = mine / its;
  isWell &&= ratio <= GOAL;
  const verdict = ratio <= GOAL ? "ok" : "MISSED";
  console.log(`${what}, Chromium, ${place.name}, median of ${rounds}: ${mine.toFixed(1)} ms, bare ${its.toFixed(1)} ms, ratio ${ratio.toFixed(2)} (<= ${GOAL}) ${verdict}`);
}
const said = await place.close();
if (said) console.log(said);
process.exit(isWell ? 0 : 1);

async function strung() {
  try {
    return await string();
  } catch (error) {
    console.log(`skipped ${WIRE}: ${error.message.trim().replaceAll("\n", " ")}`);
    process.exit(77);
  }
}
