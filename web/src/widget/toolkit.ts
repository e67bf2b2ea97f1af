// The loader's way to build elements, handed to the chat so that it is not loaded twice.

import type * as element from "./element";

/** What the loader hands over. */
export type Toolkit = Pick<typeof element, "button" | "dress" | "h">;

export let h: Toolkit["h"];
export let button: Toolkit["button"];
export let dress: Toolkit["dress"];

/** Takes the loader's functions; before anything is drawn. */
export function take(given: Toolkit): void {
  ({ h, button, dress } = given);
}
