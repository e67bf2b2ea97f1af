// What went wrong in a session, as one flat code: what a site is told and what the words are looked up by.

import type { PeerErrorCode, SessionErrorCode, UnsupportedCode, UnverifiedCode } from "../wire/peer";
import type { ErrorCode } from "../wire/signaling";

/** A code of any layer. */
export type FlatCode = UnverifiedCode | ErrorCode | PeerErrorCode | UnsupportedCode | Extract<SessionErrorCode, string>;

/** The innermost code: of `{ "unverified": "key-mismatch" }` it is `key-mismatch`. */
export function flatCode(code: SessionErrorCode): FlatCode {
  return typeof code === "string" ? code : (Object.values(code)[0] as FlatCode);
}
