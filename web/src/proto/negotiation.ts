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
    open(): void {
      kept?.forEach(pass);
      kept = null;
    },
    isClosed: (): boolean => kept !== null,
  };
}

/** Passes candidates on in both directions, each as soon as it can be used. */
export function negotiation(out: (output: Output) => void) {
  let generation = 0;
  let live = false;

  const seal = (candidate: Candidate): void => out({ output: "seal", signal: { type: "candidate", ...candidate } });
  const add = (candidate: Candidate): void => out({ output: "add-candidate", generation, candidate });
  let local = gate(seal);
  let remote = gate(add);

  return {
    /** Begins a peer connection and gives its generation. */
    begin(): number {
      live = true;
      local = gate(seal);
      remote = gate(add);
      return ++generation;
    },

    /** Whether this is the generation of the peer connection that stands. */
    is: (asked: number): boolean => live && asked === generation,

    /** Closes the peer connection, if there is one. */
    close(): void {
      if (live) out({ output: "close", generation });
      live = false;
    },

    /** Takes a local candidate: it leaves once the other side can take it. */
    found: (candidate: Candidate): void => local.take(candidate),

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

    /** The number of the peer connection that stands, or stood last. */
    generation: (): number => generation,
  };
}
