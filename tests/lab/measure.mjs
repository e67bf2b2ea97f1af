// What came of it: whether each message arrived once and in order, and how long it took until all was well again.

import { all } from "../browser/talkers.mjs";

const PATIENCE = 90_000;

const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

async function until(isSo, patience = PATIENCE) {
  const deadline = Date.now() + patience;
  while (!isSo()) {
    if (Date.now() > deadline) return false;
    await pause(5);
  }
  return true;
}

const other = ({ visitor, helper }, side) => (side === visitor ? helper : visitor);

/** When a side heard the first message that was said at or after a time, or null. */
function heardSince(both, side, since) {
  const first = other(both, side).said.findIndex((at) => at >= since);
  // All before it were heard before it, or the count of those that were heard in order is off.
  return first < 0 ? null : (side.heard[first]?.at ?? null);
}

/** Waits until each has heard what the other said after a time; gives how long that took, or null. */
export async function recovery(both, since) {
  const sides = [both.visitor, both.helper];
  const isWell = await until(() => sides.every((side) => heardSince(both, side, since) !== null));
  return isWell ? Math.max(...sides.map((side) => heardSince(both, side, since))) - since : null;
}

/** The longest time between two times in which a side heard nothing, though something had been said to it. */
export function stall(both, from, to = Date.now()) {
  const waits = [both.visitor, both.helper].flatMap((side) =>
    other(both, side).said.map((at, index) => {
      const since = Math.max(at, side.heard[index - 1]?.at ?? 0, from);
      return Math.min(side.heard[index]?.at ?? to, to) - since;
    }),
  );
  return Math.max(...waits);
}

/** How long the messages said between two times took, the slowest twentieth left out. */
export function latency(both, from, to = Date.now()) {
  const times = [both.visitor, both.helper].flatMap((side) =>
    other(both, side).said.flatMap((at, index) => (at >= from && at < to ? [(side.heard[index]?.at ?? Date.now()) - at] : [])),
  );
  times.sort((a, b) => a - b);
  return times[Math.floor(times.length * 0.95)];
}

/** Both fall silent; says what is wrong with what they have heard, or gives their count. */
export async function settle(both) {
  const sides = [both.visitor, both.helper];
  for (const side of sides) await side.hush();
  await until(() => sides.every((side) => side.heard.length >= other(both, side).said.length), 30_000);
  // What comes twice comes late.
  await pause(1000);
  const faults = [];
  for (const side of sides) {
    const speaker = other(both, side);
    const expected = all(speaker.name, speaker.said.length);
    const texts = await side.texts();
    const lost = expected.filter((text) => !texts.includes(text));
    const doubled = texts.filter((text, at) => texts.indexOf(text) < at);
    const foreign = texts.filter((text) => !expected.includes(text));
    if (lost.length) faults.push(`${side.name} lacks ${lost.length}: ${shortly(lost)}`);
    if (doubled.length) faults.push(`${side.name} has twice: ${shortly(doubled)}`);
    if (foreign.length) faults.push(`${side.name} has what nobody said: ${shortly(foreign)}`);
    if (!faults.length && texts.some((text, at) => text !== expected[at])) faults.push(`${side.name} has another order`);
  }
  return faults;
}

const shortly = (texts) => (texts.length > 4 ? [...texts.slice(0, 2), "…", ...texts.slice(-2)] : texts).join(", ");

/** The silences of a side that are worth telling, as what happened at their ends. */
const silences = ({ heard }) =>
  heard.flatMap(({ at }, index) => {
    const silence = at - (heard[index - 1]?.at ?? at);
    return silence < 1000 ? [] : [{ at, name: `hears again, after ${(silence / 1000).toFixed(1)} s`, details: {} }];
  });

/** What both went through, in one line of time from a moment on. */
export function story({ visitor, helper }, from) {
  const entries = [visitor, helper].flatMap((side) =>
    [...side.log, ...silences(side)].map((entry) => ({ ...entry, side: side.name })),
  );
  entries.sort((a, b) => a.at - b.at);
  return entries.map(({ at, side, name, details }) => {
    const { event, session, ...rest } = details;
    const more = Object.keys(rest).length ? ` ${JSON.stringify(rest).slice(0, 200)}` : "";
    return `${((at - from) / 1000).toFixed(2).padStart(9)} s  ${side.padEnd(8)}${name}${session ? ` ${session.slice(0, 4)}` : ""}${more}`;
  });
}

export { pause, until };
