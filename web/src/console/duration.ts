// How long somebody has been waiting, as a clock shows it.

/** Writes a duration: `0:07`, `12:40`, `1:02:03`. Units: milliseconds; a negative one counts as none. */
export function clock(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const two = (value: number): string => String(value).padStart(2, "0");
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor(seconds / 60) % 60;
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}

/** Writes the same for `<time datetime>`. Source: HTML section 2.3.5.6 (a valid duration string). */
export const machineDuration = (ms: number): string => `PT${Math.max(0, Math.floor(ms / 1000))}S`;
