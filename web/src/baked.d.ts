// What `build.mjs` puts into the bundles in place of these names.

/** The file name of the chat, which stands beside the loader on the server. */
declare const CHAT_FILE: string;

/** The only chat that the loader runs, as an `integrity` attribute has it: `sha256-` and base64. */
declare const CHAT_INTEGRITY: string;

/** The same for what few visitors need, which the chat loads. */
declare const SELDOM_FILE: string;
declare const SELDOM_INTEGRITY: string;

/** A stylesheet: in a widget bundle its minified text, in the console a file of its own. */
declare module "*.css" {
  const text: string;
  export default text;
}
