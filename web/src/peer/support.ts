// Whether this browser can hold a session at all, asked before anything is sent.

import type { UnsupportedCode } from "../wire/peer";
import { beginConnection, type Begun } from "./head-start";

/**
 * Says what is missing here, or hands over a peer connection that is ready for its first description: making
 * one is the only way to learn whether a policy forbids it, and one made early connects sooner.
 */
export function prepareConnection(): Begun | UnsupportedCode {
  // Without a secure context `crypto.subtle` is missing, and nothing could be verified or sealed.
  if (!globalThis.crypto?.subtle) return "insecure-context";
  try {
    return beginConnection();
  } catch {
    return "webrtc";
  }
}
