// What the clock shows where the visitor is.

/** A visitor's local time. */
export interface LocalTime {
  /** In words: the time, as clocks here are read. */
  readonly text: string;
  /** For `<time datetime>`: their date and time. Source: HTML section 2.3.5.5 (a valid local date and time string). */
  readonly machine: string;
  /** How many days their date is ahead of ours; negative: behind. */
  readonly days: number;
}

const DAY_MS = 86_400_000;

/**
 * Tells the time of a zone; `null` where there is no such zone, for a visitor's page may claim any.
 *
 * Units: milliseconds since 1970. `own` is our zone; left out, the machine's.
 */
export function localTime(timeZone: string, now: number, own?: string): LocalTime | null {
  try {
    const there = dateAndTime(now, timeZone);
    const here = dateAndTime(now, own);
    const text = new Date(now).toLocaleTimeString(undefined, { timeZone, timeStyle: "short" });
    return { text, machine: there.replace(" ", "T"), days: (day(there) - day(here)) / DAY_MS };
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

// Swedish writes dates as machines do: 2026-11-28 21:04.
const dateAndTime = (now: number, timeZone: string | undefined): string =>
  new Date(now).toLocaleString("sv", { timeZone, dateStyle: "short", timeStyle: "short" });

const day = (text: string): number => Date.parse(text.slice(0, 10));
