// Who talks with whom: each role in each form.

import { ConsoleSide, WidgetSide } from "./browser-side.mjs";
import { story } from "./measure.mjs";
import { NativeSide } from "./native-side.mjs";

/** The pairings by name. */
export const pairings = {
  native: { visitor: "native", helper: "native" },
  "widget-native": { visitor: "widget", helper: "native" },
  "native-console": { visitor: "native", helper: "console" },
  "widget-console": { visitor: "widget", helper: "console" },
};

const make = {
  visitor: {
    native: NativeSide.visitor,
    widget: (world) => new WidgetSide(world),
  },
  helper: {
    native: NativeSide.helper,
    console: (world) => new ConsoleSide(world),
  },
};

/** For faults of which a pairing of two forms would tell nothing that those of one form do not. */
export const ofOneForm = ({ visitor, helper }) => (visitor === "native") === (helper === "native");

let pairs = 0;

/** A visitor and a helper in a session; `meanwhile` runs while they find each other. */
export async function pair(world, pairing, { visitor: visitorOptions, helper: helperOptions, meanwhile = () => {} } = {}) {
  pairs++;
  const helper = make.helper[pairing.helper](world, `helper-${pairs}`, helperOptions);
  const visitor = make.visitor[pairing.visitor](world, `visitor-${pairs}`, visitorOptions);
  const both = { visitor, helper };
  try {
    await helper.start();
    await helper.until("enlisted");
    await visitor.start();
    await Promise.all([visitor.until("connected"), helper.until("connected"), meanwhile(both)]);
  } catch (error) {
    await part(both);
    throw new Error(`no session came about: ${error.message}\n${story(both, both.helper.log[0]?.at).join("\n")}`);
  }
  return both;
}

/** Ends both. */
export async function part({ visitor, helper }) {
  for (const side of [visitor, helper]) {
    side.hush();
    await side.close();
  }
}
