// Finds words in bytes, also where they were written in another way.

const escaped = (text, write) => [...Buffer.from(text)].map(write).join("");
const hex = (byte) => byte.toString(16).padStart(2, "0");

// Base64 of a text that begins at any place of a longer one: the characters that hold nothing but it.
function inBase64(bytes) {
  return [0, 1, 2].flatMap((before) => {
    const encoded = Buffer.concat([Buffer.alloc(before), bytes]).toString("base64");
    const from = Math.ceil((before * 8) / 6);
    const inner = encoded.slice(from, Math.floor(((before + bytes.length) * 8) / 6));
    return [inner, inner.replaceAll("+", "-").replaceAll("/", "_")];
  });
}

/** Every way in which a word (a text, or bytes) is looked for. */
export function waysToWrite(word) {
  const bytes = Buffer.from(word);
  const ways = [bytes, ...inBase64(bytes), bytes.toString("hex"), bytes.toString("hex").toUpperCase()];
  if (typeof word === "string") {
    const wide = Buffer.from(word, "utf16le");
    ways.push(
      wide,
      Buffer.from(wide).swap16(),
      ...inBase64(wide),
      escaped(word, (byte) => `%${hex(byte)}`),
      escaped(word, (byte) => `%${hex(byte).toUpperCase()}`),
      escaped(word, (byte) => `\\u00${hex(byte)}`),
      escaped(word, (byte) => `\\x${hex(byte)}`),
      JSON.stringify(word).slice(1, -1),
      encodeURIComponent(word),
      JSON.stringify(word).slice(1, -1).replaceAll("/", "\\/"),
    );
  }
  return [...new Map(ways.map((way) => [Buffer.from(way).toString("latin1"), Buffer.from(way)])).values()];
}

/** What bytes say when each run of them that could be base64 is decoded, read from each of its first four characters. */
export function* decodedRuns(bytes) {
  for (const [run] of bytes.toString("latin1").matchAll(/[A-Za-z0-9+/_-]{12,}/g)) {
    // Node.js reads both alphabets.
    for (let from = 0; from < 4; from++) yield Buffer.from(run.slice(from), "base64");
  }
}

/** What a text says once its percent signs and its JSON escapes are resolved. */
export function unescaped(bytes) {
  const code = (_, digits) => String.fromCharCode(Number.parseInt(digits, 16));
  const text = bytes.toString("latin1");
  return Buffer.from(text.replace(/%([0-9a-f]{2})/gi, code).replace(/\\u00([0-9a-f]{2})/gi, code).replaceAll("\\/", "/"), "latin1");
}

/** Looks for words by name; gives the names of those that were found. */
export class Scanner {
  #words;

  /** Takes texts or bytes by their names. */
  constructor(words) {
    this.#words = Object.entries(words).map(([name, word]) => ({ name, ways: waysToWrite(word) }));
  }

  /** In the bytes alone, in whatever way it is written there. */
  in(bytes) {
    return this.#words.filter(({ ways }) => ways.some((way) => bytes.includes(way))).map(({ name }) => name);
  }

  /** In the bytes, and in all that is encoded in them, twice over. */
  inAndWithin(bytes, depth = 2) {
    const found = new Set([...this.in(bytes), ...this.in(unescaped(bytes))]);
    if (depth > 0) {
      const runs = [...decodedRuns(bytes)];
      // A line between two runs, so that none is made of the ends of two.
      const joined = Buffer.concat(runs.flatMap((run) => [run, Buffer.from("\n")]));
      if (runs.length > 0) for (const name of this.inAndWithin(joined, depth - 1)) found.add(name);
    }
    return [...found];
  }
}
