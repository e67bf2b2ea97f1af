// Which language the widget speaks: the tag's, else the page's, else one that the person reads.

import { launcherWords } from "../locales/launcher";

/** Languages that are written from right to left. */
const LEFTWARD = "ar";

/** A language, and the way it is written. */
export interface Language {
  readonly code: string;
  readonly direction: "ltr" | "rtl";
}

/** Chooses the first language of a list that the widget has, whatever country comes after it; English for none. */
export function chooseLanguage(wished: readonly (string | undefined)[]): Language {
  const codes = wished.map((tag) => tag?.trim().toLowerCase().split(/[-_]/)[0] ?? "");
  const code = codes.find((code) => Object.hasOwn(launcherWords, code)) ?? "en";
  return { code, direction: code === LEFTWARD ? "rtl" : "ltr" };
}
