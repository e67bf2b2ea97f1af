// Who the helper is, before anything of theirs is believed: message 2, then certificate, origin and key, then the
// offer (invariant I2).

import { decodeIntroduction } from "../wire/decode";
import type { UnverifiedCode } from "../wire/peer";
import type { TeamId } from "../wire/signaling";
import { verifyCertificate } from "./certificate";
import type { Bytes, Initiator, SealedChannel } from "./seal";
import { readText } from "./text";

/** What the visitor knows by themself. */
export type Expected = { team: TeamId; origin: string; nowS: number };

/** A helper who is who they say, or why not. */
export type Introduced =
  | { ok: true; name: string; automated: boolean; offer: string; channel: SealedChannel }
  | { ok: false; code: UnverifiedCode };

/** Opens message 2 and verifies what is in it. */
export async function openIntroduction(
  initiator: Initiator,
  message2: Bytes,
  { team, origin, nowS }: Expected,
): Promise<Introduced> {
  const refuse = (code: UnverifiedCode): Introduced => ({ ok: false, code });
  try {
    const { payload, remoteStatic, channel } = await initiator.finish(message2);
    const introduction = decodeIntroduction(readText(payload));
    if (!introduction.ok || !introduction.value) return refuse("handshake-failed");
    const { certificate, offer } = introduction.value;
    const verified = await verifyCertificate(certificate, team, nowS);
    if (!verified.ok) return verified;
    const { sub: name, automated, origins, noise } = verified.value;
    if (origins && !origins.includes(origin)) return refuse("origin-not-allowed");
    if (noise.some((byte, at) => byte !== remoteStatic[at])) return refuse("key-mismatch");
    return { ok: true, name, automated, offer, channel };
  } catch {
    return refuse("handshake-failed");
  }
}
