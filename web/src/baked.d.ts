// What `build.mjs` puts into the bundles in place of these names.

/** The hash of the only chat that the loader runs: SHA-256 in base64, without the sign at its end. */
declare const CHAT_HASH: string;

/** The same for what an open chat can do without for a moment. */
declare const LATER_HASH: string;

/** The same for the words of each language, by its code. */
declare const WORDS_HASHES: Readonly<Record<string, string>>;

/** A stylesheet: in a widget bundle its minified text, in the console a file of its own. */
declare module "*.css" {
  const text: string;
  export default text;
}
