// What is done to the network and the server while both talk, and how soon all must be well again. The targets are what
// a person would not call broken; none is moved because it was missed.

import { latency, pause, recovery, stall, until } from "./measure.mjs";
import { forgetAfter, heal, lose, renumber, roam, slow } from "./network.mjs";
import { ofOneForm, pair, part } from "./pairings.mjs";

/** Both talk for a while, so that a fault meets a conversation that flows. */
export async function flowing({ visitor, helper }, manner) {
  visitor.talk(manner);
  helper.talk(manner);
  await pause(2500);
}

/** Nothing gets through a router for a while. */
const dark = (router, seconds, target) => async (world, both, fault) => {
  await flowing(both);
  fault.at = Date.now();
  lose(router, 100);
  await pause(seconds * 1000);
  heal(router);
  return [{ what: "talk goes on, after its end", took: await recovery(both, Date.now()), target }];
};

const renumbered = (router, address) => async (world, both, fault) => {
  await flowing(both);
  fault.at = Date.now();
  renumber(router, address);
  return [{ what: "talk goes on", took: await recovery(both, fault.at), target: 10_000 }];
};

/** Kills the server so long after the helper was told of the visitor, and starts it again. */
async function interrupt(world, { helper }, delay, back) {
  await helper.until("asked");
  await pause(delay);
  await world.kill();
  await pause(2000);
  await world.start();
  back.at = Date.now();
}

export const faults = {
  "server killed for 3 s": {
    async act(world, both, fault) {
      await flowing(both);
      fault.at = Date.now();
      await world.kill();
      await pause(3000);
      await world.start();
      const back = Date.now();
      await until(() => both.helper.when("enlisted", back));
      const enlisted = both.helper.when("enlisted", back);
      await recovery(both, Date.now());
      return [
        { what: "longest silence", took: stall(both, fault.at), target: 1000 },
        { what: "helper is at the server, after its return", took: enlisted && enlisted - back, target: 5000 },
      ];
    },
  },
  "server killed for 2 s in a handshake": {
    fits: ofOneForm,
    async meet(world, pairing) {
      const times = [];
      const delays = [0, 15, 40, 100];
      for (const delay of delays) {
        const back = {};
        const both = await pair(world, pairing, { meanwhile: (sides) => interrupt(world, sides, delay, back) });
        times.push(both.visitor.when("connected", 0) - back.at);
        if (times.length === delays.length) return { ...both, took: Math.max(...times) };
        await part(both);
      }
    },
    async act(world, both, fault) {
      await flowing(both);
      await recovery(both, fault.at);
      return [{ what: "session, after its return", took: both.took, target: 5000 }];
    },
  },
  "30% of all packets lost for 18 s": {
    async act(world, both, fault) {
      await flowing(both);
      fault.at = Date.now();
      lose("home", 30);
      await pause(18_000);
      const end = Date.now();
      heal("home");
      const took = await recovery(both, end);
      return [
        { what: "longest silence", took: stall(both, fault.at), target: 10_000 },
        { what: "talk goes on, after its end", took, target: 2000 },
      ];
    },
  },
  "no network for 10 s at the visitor's": { act: dark("home", 10, 3000) },
  "no network for 10 s at the helper's": { act: dark("office", 10, 3000) },
  "no network for 40 s at the visitor's": { fits: ofOneForm, act: dark("home", 40, 5000) },
  "no network for 40 s at the helper's": { fits: ofOneForm, act: dark("office", 40, 5000) },
  "visitor goes to another network": {
    async act(world, both, fault) {
      await flowing(both);
      fault.at = Date.now();
      roam();
      return [{ what: "talk goes on", took: await recovery(both, fault.at), target: 10_000 }];
    },
  },
  "visitor's router gets a new address": { act: renumbered("home", "5.5.5.150") },
  "helper's router gets a new address": { act: renumbered("office", "5.5.5.151") },
  "visitor's router forgets all flows": { act: renumbered("home") },
  "helper's router forgets all flows": { act: renumbered("office") },
  "routers forget after 20 s, silence for 70 s": {
    fits: ofOneForm,
    async act(world, both, fault) {
      for (const router of ["home", "office"]) forgetAfter(router, 20);
      await pause(70_000);
      await flowing(both);
      await recovery(both, fault.at);
      const lost = both.visitor.when("reconnecting", fault.at) ?? both.helper.when("reconnecting", fault.at);
      return [{ what: "the first words take (connected throughout)", took: lost ? null : latency(both, fault.at), target: 1000 }];
    },
  },
  "128 kbit/s, ten messages of 600 bytes a second": {
    async act(world, both, fault) {
      slow("home", "128kbit");
      await flowing(both, { every: 100, size: 600 });
      await pause(17_500);
      const end = Date.now();
      await recovery(both, end - 1000);
      return [{ what: "19 of 20 messages take at most", took: latency(both, fault.at, end), target: 500 }];
    },
  },
};
