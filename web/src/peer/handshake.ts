// Who the helper is, before anything of theirs is believed: message 2, then certificate, origin and key, then the
// offer (invariant I2).

import { encode } from "../wire/base64url";
import { decodeIntroduction } from "../wire/decode";
import type { UnverifiedCode } from "../wire/peer";
import type { SessionId, TeamId } from "../wire/signaling";
import { verifyCertificate } from "./certificate";
import type { KeyPair } from "./key-pair";
import { type Bytes, initiate, type Initiator, prologue, type SealedChannel } from "./seal";
import { readText } from "./text";

/** What the visitor knows by themself. */
export type Expected = { team: TeamId; origin: string; nowS: number };

/** A helper who is who they say. */
export type Introduced = { name: string; automated: boolean; offer: string; channel: SealedChannel };

/** Verifies who claims an ask, by the key that it was made with. */
export async function verify(
  key: KeyPair,
  session: SessionId,
  message2: Bytes,
  expected: Expected,
): Promise<Introduced | UnverifiedCode> {
  const initiator = await initiate(prologue(expected.team, session, expected.origin), key);
  return openIntroduction(initiator, message2, expected);
}

/** Opens message 2 and verifies what is in it; else gives the code of what is wrong. */
export async function openIntroduction(
  initiator: Initiator,
  message2: Bytes,
  { team, origin, nowS }: Expected,
): Promise<Introduced | UnverifiedCode> {
  try {
    const { payload, remoteStatic, channel } = await initiator.finish(message2);
    const introduction = decodeIntroduction(readText(payload));
    if (!introduction || typeof introduction === "string") return "handshake-failed";
    const claims = await verifyCertificate(introduction.certificate, team, nowS);
    if (typeof claims === "string") return claims;
    const { sub: name, automated, origins, noise } = claims;
    if (origins && !origins.includes(origin)) return "origin-not-allowed";
    if (noise !== encode(remoteStatic)) return "key-mismatch";
    return { name, automated, offer: introduction.offer, channel };
  } catch {
    return "handshake-failed";
  }
}
