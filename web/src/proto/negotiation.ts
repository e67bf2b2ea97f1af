// The peer connection of a session: its generation, and candidates that cannot be used yet.

import { MAX_CANDIDATES, type Candidate, type Output } from "../wire/peer";

/** Holds candidates back until they are let through, and lets no more through than is honest. */
function gate(pass: (candidate: Candidate) => void) {
  let kept: Candidate[] | null = [];
  let count = 0;
  return {
    take(candidate: Candidate): void {
      if (++count > MAX_CANDIDATES) return;
      if (kept) kept.push(candidate);
      else pass(candidate);
    },
    takeOut: (max: number): Candidate[] => kept?.splice(0, max) ?? [],
    open(): void {
      kept?.forEach(pass);
      kept = null;
    },
    isClosed: (): boolean => kept !== null,
  };
}

/** The negotiation of a session. */
export type Negotiation = ReturnType<typeof negotiation>;

/** Passes candidates on in both directions, each as soon as it can be used. */
export function negotiation(out: (output: Output) => void) {
  let generation = 0;
  let live = false;

  const seal = (candidate: Candidate): void => out({ output: "seal", signal: { type: "candidate", ...candidate } });
  const add = (candidate: Candidate): void => out({ output: "add-candidate", generation, candidate });
  let local = gate(seal);
  let remote = gate(add);

  return {
    /** Begins with a peer connection of this generation. */
    begin(given: number): void {
      generation = given;
      live = true;
      local = gate(seal);
      remote = gate(add);
    },

    /** Whether the peer connection that was begun last has not been closed since. */
    live: (): boolean => live,

    /** Whether this is the generation of that peer connection. */
    is: (asked: number): boolean => live && asked === generation,

    /** Closes the peer connection, if there is one. */
    close(): void {
      if (live) out({ output: "close", generation });
      live = false;
    },

    /** Notes that the peer connection is gone. */
    lose(): void {
      live = false;
    },

    /** Takes a local candidate: it leaves once the other side can take it. */
    found: (candidate: Candidate): void => local.take(candidate),

    /** Takes out what was found too early, for what leaves now. */
    early: (max: number): Candidate[] => (live ? local.takeOut(max) : []),

    /** Takes a remote candidate: it is added once the remote description stands. */
    heard(candidate: Candidate): void {
      if (live) remote.take(candidate);
    },

    /** The other side can take candidates now. */
    letOut: (): void => local.open(),

    /** The remote description stands. */
    letIn: (): void => remote.open(),

    /** Whether the remote description is still to come. */
    awaiting: (): boolean => live && remote.isClosed(),

    /** The number of the peer connection that was begun last. */
    generation: (): number => generation,
  };
}
