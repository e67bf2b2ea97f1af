// What a helper did, as the visitor's record has it.

/** One thing that a helper did. */
export type Deed = {
  what: "joined" | "proposed" | "proposedRefresh" | "ended";
  /** Who did it. */
  name: string;
  /** When, by this browser's clock. Units: milliseconds since 1970. */
  at: number;
  /** The address that was proposed. */
  url: string | null;
  /** What the visitor said to it. */
  answer: "allowed" | "declined" | null;
};

/** How many are kept: a helper who proposes without end fills 800 KB with addresses at the most, and no person reads on. */
export const MAX_DEEDS = 200;
