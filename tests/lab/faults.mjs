// The faults: what is done to a session while both talk, and how soon all must be well again. The targets are what
// a person would not call broken; none is moved because it was missed.

import { pause, recovery, stall, until } from "./measure.mjs";
import { clear, lose, renumber, roam } from "./network.mjs";

/** Both talk for a while, so that a fault meets a conversation that flows. */
async function flowing({ visitor, helper }) {
  visitor.talk();
  helper.talk();
  await pause(2500);
}

export const measured = {
  "signaling server killed for 3 s": {
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
        { what: "talk stalls", took: stall(both, fault.at), target: 1000 },
        { what: "helper is back at the server", took: enlisted && enlisted - back, target: 5000 },
      ];
    },
  },
  "10 s without a network": {
    async act(world, both, fault) {
      await flowing(both);
      fault.at = Date.now();
      lose("home", 100);
      await pause(10_000);
      clear("home");
      const took = await recovery(both, Date.now());
      return [{ what: "after it", took, target: 3000 }];
    },
  },
  "visitor on another network": {
    async act(world, both, fault) {
      await flowing(both);
      fault.at = Date.now();
      roam("home", "cafe");
      const took = await recovery(both, fault.at);
      roam("cafe", "home");
      return [{ what: "after it", took, target: 10_000 }];
    },
  },
};
