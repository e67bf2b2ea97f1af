// What went wrong, in words, where it is no secret to the server: what it could suppress is in `widget-en.ts`.

import { flatCode } from "../conversation/error-code";
import { words } from "../locales/errors-en";
import type { SessionErrorCode } from "../wire/peer";

/** Says in words what went wrong, if there are any for it. */
export function explain(error: SessionErrorCode): string | undefined {
  const errors: Record<string, string> = words;
  // What is known by its inner code has its own words; else the kind of error may have some.
  const code = [flatCode(error), ...Object.keys(error)].find((code) => Object.hasOwn(errors, code));
  return code && errors[code];
}
