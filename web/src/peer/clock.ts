// The one clock that machines are given: Unix milliseconds that never run backwards.

let last = 0;
let offset = 0;

/**
 * Reads the clock.
 *
 * Units: whole milliseconds since 1970. When somebody sets the wall clock back, this one runs on from where it
 * was: a timeout is late by nothing. `performance.now()` would be simpler, but stands still while some
 * machines sleep.
 */
export function now(): number {
  const wall = Date.now() + offset;
  if (wall < last) offset += last - wall;
  last = Math.max(last, wall);
  return last;
}
