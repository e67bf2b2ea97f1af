// What the two say about proposals, decoded: a part of its own, since few visitors ever need it.

import { decoder, integer, nullable, text, typed, type Fields } from "./check";
import { MAX_MESSAGE_BYTES, MAX_URL_BYTES, type PeerMessage } from "./peer";

const u32 = integer(0, 2 ** 32 - 1);

/** A proposal and its answers. */
export const PROPOSAL: Record<string, Fields> = {
  propose: { id: integer(1, 2 ** 32 - 1), url: nullable(text(MAX_URL_BYTES)) },
  allowed: { id: u32 },
  declined: { id: u32 },
};

/** Decodes what a visitor is told on the `control` data channel about proposals. */
export const decodeProposal = decoder<PeerMessage>(MAX_MESSAGE_BYTES, typed(PROPOSAL));
