// What is done to those who talk: killed, put to sleep, given a wrong clock. Both talk meanwhile, and the targets stand
// as with the faults of the network.

import { execFileSync } from "node:child_process";
import { join } from "node:path";

import { program } from "../browser/server.mjs";
import { canShift, underClock } from "./clock.mjs";
import { flowing } from "./faults.mjs";
import { pause, recovery } from "./measure.mjs";
import { NativeSide } from "./native-side.mjs";
import { ofOneForm, pair } from "./pairings.mjs";

const RESTARTS = 100;

const ofNatives = ({ visitor, helper }) => visitor === "native" && helper === "native";

// Only an agent is small enough to be given a clock of its own.
const onlyClock = { fits: ofNatives, lacks: canShift ? null : "faketime" };

/** Stops a process for a while, as a lid that is closed. */
const asleep = (name) => ({
  // Of two forms, the browser: an agent that is asleep tells a browser nothing else.
  fits: (pairing) => ofOneForm(pairing) || pairing[name] !== "native",
  async act(world, both, fault) {
    await flowing(both);
    fault.at = Date.now();
    const side = both[name];
    // It says nothing in its sleep.
    await side.hush();
    await side.drain();
    side.signal("SIGSTOP");
    await pause(30_000);
    const end = Date.now();
    side.signal("SIGCONT");
    side.note("awake");
    side.talk();
    return [{ what: "talk goes on, after waking", took: await recovery(both, end), target: 5000 }];
  },
});

export const processes = {
  "helper killed, and started again 2 s later": {
    fits: ({ helper }) => helper === "native",
    async act(world, both, fault) {
      await flowing(both);
      fault.at = Date.now();
      await both.helper.kill();
      await pause(2000);
      const start = Date.now();
      await both.helper.start();
      both.helper.talk();
      // A browser says that the path is silent 5.0 to 7.6 s after the last word, and then somebody knocks.
      return [{ what: "talk goes on, after the start", took: await recovery(both, start), target: 7000 }];
    },
  },
  "helper killed, and another comes after 25 s": {
    async act(world, both, fault) {
      const { visitor, helper } = both;
      await flowing(both);
      // What is on its way when the helper dies may be heard by both helpers: no one is told twice, but it counts so.
      // And what a helper said last, nobody says for them.
      await visitor.hush();
      await helper.hush();
      await pause(500);
      fault.at = Date.now();
      await helper.kill();
      visitor.talk();
      await pause(25_000);
      helper.forget();
      await helper.start();
      await helper.until("connected", fault.at);
      const [enlisted, connected] = ["enlisted", "connected"].map((name) => helper.when(name, fault.at));
      helper.talk();
      await recovery(both, connected);
      const [told, waits] = ["reconnecting", "waiting"].map((name) => visitor.when(name, fault.at));
      return [
        { what: "visitor is told", took: told && told - fault.at, target: 15_000 },
        { what: "visitor waits in the queue", took: waits && waits - fault.at, target: 15_000 },
        { what: "helped again, after another is there", took: connected - enlisted, target: 5000 },
      ];
    },
  },
  [`visitor killed and started again ${RESTARTS} times`]: {
    fits: ofNatives,
    async act(world, both, fault) {
      const { visitor } = both;
      await flowing(both);
      fault.at = Date.now();
      const times = [];
      for (let count = 0; count < RESTARTS; count++) {
        await visitor.kill();
        const start = Date.now();
        await visitor.start();
        visitor.talk();
        const took = await recovery(both, start);
        if (took === null) return [{ what: `talk goes on, after start ${count + 1}`, took, target: 2000 }];
        times.push(took);
      }
      times.sort((a, b) => a - b);
      return [{ what: "talk goes on, 19 of 20 times", took: times[Math.floor(times.length * 0.95)], target: 2000 }];
    },
  },
  "visitor asleep for 30 s": asleep("visitor"),
  "helper asleep for 30 s": asleep("helper"),
  "visitor's clock 10 minutes fast": wrongClock("visitor", "+10m"),
  "visitor's clock 10 minutes slow": wrongClock("visitor", "-10m"),
  "helper's clock 10 minutes fast": wrongClock("helper", "+10m"),
  "helper's clock 10 minutes slow": wrongClock("helper", "-10m"),
  "helper's clock 10 minutes slow, a fresh invite": {
    ...onlyClock,
    meet: null,
    async act(world) {
      const began = Date.now();
      const helper = new NativeSide("helper", ["help", invited(world)], { command: underClock("-10m") });
      helper.start();
      await helper.agent.until("error", ({ code, message }) => code === "certificate-expired" && /clock/.test(message));
      await helper.agent.ended;
      return [{ what: "is told that the clock may be wrong", took: Date.now() - began, target: 5000 }];
    },
  },
};

/** An invite that is made now, by the clock that the command is given. */
function invited({ folder, origin }, clock = []) {
  const team = ["team", "invite", "--team", join(folder, "team.pem"), "--name", "Dana", "--url", origin];
  const [command, ...args] = [...clock, program("alongside-agent"), ...team];
  return execFileSync(command, args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
}

/** An agent whose wall clock is wrong: only certificates look at it, and this one was made an hour ago. */
function wrongClock(name, offset) {
  return {
    ...onlyClock,
    async meet(world, pairing) {
      return pair({ ...world, invite: invited(world, underClock("-1h")) }, pairing, { [name]: { command: underClock(offset) } });
    },
    async act(world, both, fault) {
      await flowing(both);
      return [{ what: "talk goes on", took: await recovery(both, fault.at), target: 5000 }];
    },
  };
}
