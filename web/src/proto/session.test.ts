import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";

import type { Input, Output, Role, State } from "../wire/peer";
import type { TeamId } from "../wire/signaling";
import { proposals } from "./proposals";
import { resuming } from "./resuming";
import { Session } from "./session";

// Told in Rust (`tests/tests/transcripts`), replayed here: the same outputs for the same inputs (invariant I8).
type Transcript = {
  story: string;
  role: Role;
  teams: TeamId[];
  origin: string;
  steps: { at: number; input: Input; outputs: Output[]; state: State }[];
};

const folder = new URL("../../../tests/vectors/transcripts/", import.meta.url);

function outputs(session: Session): Output[] {
  const all: Output[] = [];
  do all.push(session.pollOutput());
  while (all.at(-1)?.output !== "timeout");
  return all;
}

for (const name of readdirSync(folder).sort()) {
  test(`transcript ${name}`, () => {
    const { role, teams, origin, steps } = JSON.parse(readFileSync(new URL(name, folder), "utf8")) as Transcript;
    const session = role === "visitor" ? Session.visitor(teams, origin) : Session.helper(origin);
    session.extend({ proposals, resuming });
    steps.forEach(({ at, input, outputs: expected, state }, index) => {
      session.handle(input, at);
      const place = `step ${index}, ${input.input}`;
      assert.deepEqual(outputs(session), expected, place);
      assert.equal(session.state, state, place);
    });
  });
}

test("half a surrogate pair is written as what replaces it", () => {
  const session = Session.visitor(["team"], "https://shop.example");
  session.handle({ input: "ask", place: "place", written: [] }, 1);
  session.handle({ input: "say", text: "a\ud83cb 🌷" }, 2);
  const written = outputs(session).find((output) => output.output === "event" && output.event.event === "message");
  assert.deepEqual(written, {
    output: "event",
    event: { event: "message", from: "visitor", seq: 1, at: 2, text: "a\ufffdb 🌷" },
  });
});
