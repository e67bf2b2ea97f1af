// The loader's way to build elements, and the words of the page's language, handed to the parts so that they are not
// loaded twice.

import type { LauncherWords } from "../locales/launcher";
import type { Words } from "../locales/widget/words";
import type * as element from "./element";

/** What the loader hands over. */
export type Toolkit = Pick<typeof element, "button" | "dress" | "h"> & { words: Words; launcherWords: LauncherWords };

export let h: Toolkit["h"];
export let button: Toolkit["button"];
export let dress: Toolkit["dress"];
export let words: Words;
export let launcherWords: LauncherWords;

/** Takes what the loader has; before anything is drawn. */
export function take(given: Toolkit): void {
  ({ h, button, dress, words, launcherWords } = given);
}
