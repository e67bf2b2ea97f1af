// Proposals at the visitor, in a part that is loaded when the first one comes.

import { proposals } from "../proto/proposals";
import type { Session } from "../proto/session";
import { decodeProposal } from "../wire/decode-proposal";
import type { Driver } from "./driver";

/** Hears a message that may be about a proposal; any other is of an unknown type, and ignored. */
export function hearProposal(text: string, session: Session, driver: Driver): void {
  session.extend({ proposals });
  const decoded = decodeProposal(text);
  if (decoded) driver.heard(decoded);
}
