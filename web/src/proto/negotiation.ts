// The peer connection of a session: its generation, and candidates that cannot be used yet.

import { MAX_CANDIDATES, type Candidate, type Output } from "../wire/peer";

/** Passes candidates on in both directions, each as soon as it can be used. */
export class Negotiation {
  #out: (output: Output) => void;
  /** The number of the peer connection that stands, or stood last. */
  generation = 0;
  #live = false;
  /** Candidates that came too early; `null` once they pass. */
  #local: Candidate[] | null = null;
  #remote: Candidate[] | null = null;
  #found = 0;
  #heard = 0;

  constructor(out: (output: Output) => void) {
    this.#out = out;
  }

  /** Begins a peer connection and gives its generation. */
  begin(): number {
    this.#live = true;
    this.#local = [];
    this.#remote = [];
    this.#found = this.#heard = 0;
    return ++this.generation;
  }

  /** Whether this is the generation of the peer connection that stands. */
  is(generation: number): boolean {
    return this.#live && generation === this.generation;
  }

  /** Closes the peer connection, if there is one. */
  close(): void {
    if (this.#live) this.#out({ output: "close", generation: this.generation });
    this.#live = false;
  }

  /** Takes a local candidate: it leaves once the other side can take it. */
  found(candidate: Candidate): void {
    if (++this.#found > MAX_CANDIDATES) return;
    if (this.#local) this.#local.push(candidate);
    else this.#seal(candidate);
  }

  /** Takes a remote candidate: it is added once the remote description stands. */
  heard(candidate: Candidate): void {
    if (!this.#live || ++this.#heard > MAX_CANDIDATES) return;
    if (this.#remote) this.#remote.push(candidate);
    else this.#add(candidate);
  }

  /** The other side can take candidates now. */
  letOut(): void {
    this.#local?.forEach((candidate) => this.#seal(candidate));
    this.#local = null;
  }

  /** The remote description stands. */
  letIn(): void {
    this.#remote?.forEach((candidate) => this.#add(candidate));
    this.#remote = null;
  }

  /** Whether the remote description is still to come. */
  get awaiting(): boolean {
    return this.#live && this.#remote !== null;
  }

  #seal(candidate: Candidate): void {
    this.#out({ output: "seal", signal: { type: "candidate", ...candidate } });
  }

  #add(candidate: Candidate): void {
    this.#out({ output: "add-candidate", generation: this.generation, candidate });
  }
}
