// What a language consists of. English is part of the bundles; another language is a file with the same words,
// loaded only where it is wanted.

import type { words as launcher } from "./launcher-en";
import type { words as widget } from "./widget-en";

/** The same shape with any words in it. */
type Translation<T> = {
  readonly [K in keyof T]: T[K] extends string
    ? string
    : T[K] extends (...values: infer V) => infer R
      ? (...values: V) => Translation<R>
      : Translation<T[K]>;
};

/** The words of the launcher. */
export type LauncherWords = Translation<typeof launcher>;

/** The words of the chat over the page, but for those of the launcher. */
export type WidgetWords = Translation<typeof widget>;
