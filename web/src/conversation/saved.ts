// A conversation as a file to keep: plain text, which opens everywhere, can be printed, and runs nothing.
//
// What somebody wrote never passes for what another did: every line of it is set in, and only heads are not. Nor does it
// steer a terminal that the file is shown in.

/** One thing that was written or done. */
export interface SavedEntry {
  /** Who, as the file names them. */
  readonly by: string;
  /** When. Units: milliseconds since 1970. */
  readonly at: number;
  /** What. */
  readonly text: string;
}

/** Writes the file: a few lines on top that say what it is, then every entry in the order given. */
export function saved(top: readonly string[], entries: readonly SavedEntry[], language?: string): string {
  const blocks = entries.map(({ by, at, text }) => {
    const head = [...lines(by), moment(at, language)].filter((part) => part !== "").join(" ");
    return [head, ...lines(text).map((line) => `    ${line}`)];
  });
  // The mark in front tells old programs that this is UTF-8.
  return `\ufeff${[top.flatMap(lines), ...blocks].map((block) => `${block.join("\n")}\n`).join("\n")}`;
}

/**
 * A day and a time in words; empty when it is none that a calendar has, for times are their writers' claims. A `long` one
 * names the zone: the file may be read in another.
 */
export function moment(at: number, language?: string, timeStyle: "short" | "long" = "short"): string {
  const date = new Date(at);
  return Number.isNaN(+date) ? "" : date.toLocaleString(language, { dateStyle: "medium", timeStyle });
}

/** The file's name: a word, the day here, and the site's host in letters that every system takes. */
export function savedName(word: string, at: number, origin: string): string {
  return `${word} ${new Date(at).toLocaleDateString("sv")} ${origin.replace(/^.*\/\//, "").replace(/[^\w.-]+/g, "-")}.txt`;
}

function lines(text: string): string[] {
  return text.split(/\r\n|[\n\v\f\r\x85\u2028\u2029]/).map((line) => line.replace(/[^\P{Cc}\t]/gu, ""));
}
