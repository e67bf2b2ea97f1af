// What is done to those who talk: killed, put to sleep, given a wrong clock. Both talk meanwhile, and the targets stand
// as with the faults of the network.

import { execFileSync } from "node:child_process";
import { join } from "node:path";

import { program } from "../browser/server.mjs";
import { canShift, underClock } from "./clock.mjs";
import { flowing } from "./faults.mjs";
import { pause, recovery } from "./measure.mjs";
import { pair, Side } from "./sides.mjs";

const RESTARTS = 100;

const lackingClock = { lacks: canShift ? null : "faketime" };

/** Kills an agent without a word. What it was told and has not read is no longer anybody's, so that is waited for. */
async function kill(side) {
  side.hush();
  await side.drain();
  side.note("killed");
  await side.agent.kill();
}

/** Stops a process for a while, as a lid that is closed. */
const asleep = (name) => async (world, both, fault) => {
  await flowing(both);
  fault.at = Date.now();
  const side = both[name];
  // It says nothing in its sleep.
  side.hush();
  await side.drain();
  side.agent.signal("SIGSTOP");
  await pause(30_000);
  const end = Date.now();
  side.agent.signal("SIGCONT");
  side.note("awake");
  side.talk();
  return [{ what: "talk goes on, after waking", took: await recovery(both, end), target: 5000 }];
};

export const processes = {
  "helper killed, and started again 2 s later": {
    async act(world, both, fault) {
      await flowing(both);
      fault.at = Date.now();
      await kill(both.helper);
      await pause(2000);
      const start = Date.now();
      both.helper.start();
      both.helper.talk();
      return [{ what: "talk goes on, after the start", took: await recovery(both, start), target: 5000 }];
    },
  },
  "helper killed, and another comes after 25 s": {
    async act(world, both, fault) {
      const { visitor, helper } = both;
      await flowing(both);
      // What is on its way when the helper dies may be heard by both helpers: no one is told twice, but it counts so.
      visitor.hush();
      await pause(500);
      fault.at = Date.now();
      await kill(helper);
      visitor.talk();
      await pause(25_000);
      helper.forget();
      helper.start();
      await helper.agent.until("connected");
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
    async act(world, both, fault) {
      const { visitor } = both;
      await flowing(both);
      fault.at = Date.now();
      const times = [];
      for (let count = 0; count < RESTARTS; count++) {
        await kill(visitor);
        const start = Date.now();
        visitor.start();
        visitor.talk();
        const took = await recovery(both, start);
        if (took === null) return [{ what: `talk goes on, after start ${count + 1}`, took, target: 2000 }];
        times.push(took);
      }
      times.sort((a, b) => a - b);
      return [{ what: "talk goes on, 19 of 20 times", took: times[Math.floor(times.length * 0.95)], target: 2000 }];
    },
  },
  "visitor asleep for 30 s": { act: asleep("visitor") },
  "helper asleep for 30 s": { act: asleep("helper") },
  "visitor's clock 10 minutes fast": wrongClock("visitor", "+10m"),
  "visitor's clock 10 minutes slow": wrongClock("visitor", "-10m"),
  "helper's clock 10 minutes fast": wrongClock("helper", "+10m"),
  "helper's clock 10 minutes slow": wrongClock("helper", "-10m"),
  "helper's clock 10 minutes slow, a fresh invite": {
    ...lackingClock,
    meet: null,
    async act(world) {
      const began = Date.now();
      const helper = new Side("helper", "helper", ["help", world.invite], { command: underClock("-10m") });
      await helper.start().until("error", ({ code, message }) => code === "certificate-expired" && /clock/.test(message));
      await helper.agent.ended;
      return [{ what: "is told that the clock may be wrong", took: Date.now() - began, target: 5000 }];
    },
  },
};

/** An agent whose wall clock is wrong: only certificates look at it, and this one was made an hour ago. */
function wrongClock(name, offset) {
  return {
    ...lackingClock,
    async meet(world) {
      const team = ["team", "invite", "--team", join(world.folder, "team.pem"), "--name", "Dana", "--url", world.origin];
      const [command, ...args] = [...underClock("-1h"), program("alongside-agent"), ...team];
      const invite = execFileSync(command, args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
      return pair({ ...world, invite }, { [name]: { command: underClock(offset) } });
    },
    async act(world, both, fault) {
      await flowing(both);
      return [{ what: "talk goes on", took: await recovery(both, fault.at), target: 5000 }];
    },
  };
}
