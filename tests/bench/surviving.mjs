// From a reload, and from Accept, to an open data channel in real Chromium: ours beside a bare `RTCPeerConnection`
// whose visitor answers a stored offer over a plain WebSocket relay. Ours and the bare one take turns. Prints medians and
// ratios; ends with 1 where a ratio is above the goal.
//
//     node surviving.mjs [loopback|wire] [--rounds N] [--profile debug]
//
// `wire` wants to be root of its own network and mount namespaces (`tests/run bench` sees to that), and ends with 77, its
// last line being the reason, where there can be no such network.

import { parseArgs } from "node:util";

import { bareAccept, bareReload, oursAccept, oursReload } from "./openings.mjs";
import { onLoopback, onTheWire } from "./places.mjs";

// How much longer than the bare connection ours may take: for two signatures, two handshakes, and a page that is left
// in peace. What the project promises.
const GOAL = 1.25;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { rounds: { type: "string", default: "15" }, profile: { type: "string", default: "release" } },
});
const rounds = Number(values.rounds);
const open = { loopback: onLoopback, wire: onTheWire }[positionals[0] ?? "loopback"];
const place = await open(values.profile);

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
  if (process.env.ALL) console.log(times);
}
const said = await place.close();
if (said) console.log(`  the wire: ${said}`);
process.exit(isWell ? 0 : 1);
