// Fresh names that nobody can guess.

import { encode } from "../wire/base64url";

/** Draws 16 bytes, as session ids and places have them. Shape: 22 characters of base64url. */
export function drawId(): string {
  return encode(crypto.getRandomValues(new Uint8Array(16)));
}

/** Draws a key of 32 bytes. Shape: 43 characters of base64url. */
export function drawKey(): string {
  return encode(crypto.getRandomValues(new Uint8Array(32)));
}
