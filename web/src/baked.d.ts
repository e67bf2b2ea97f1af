// What `build.mjs` puts into the bundles in place of these names.

/** The file name of the chat, which stands beside the loader on the server. */
declare const CHAT_FILE: string;

/** The only chat that the loader runs, as an `integrity` attribute has it: `sha256-` and base64. */
declare const CHAT_INTEGRITY: string;

/** The same for what an open chat can do without for a moment. */
declare const LATER_FILE: string;
declare const LATER_INTEGRITY: string;

/** The same for the words of each language, by its code. */
declare const WORDS_PARTS: Readonly<Record<string, [file: string, integrity: string]>>;

/** A stylesheet: in a widget bundle its minified text, in the console a file of its own. */
declare module "*.css" {
  const text: string;
  export default text;
}
