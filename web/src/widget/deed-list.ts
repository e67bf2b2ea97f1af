// The record: all that a helper did, and what the visitor said to it.

import type { Deed } from "./deed";
import { h, words } from "./toolkit";

/** Says one deed in words; an address that belongs to it comes after. */
export function inWords({ what, name }: Deed): string {
  return { ...words, ended: words.ended.helper }[what](name);
}

/** Draws all of them. */
export function drawRecord(deeds: readonly Deed[]): HTMLElement {
  return h(
    "div",
    {},
    deeds.length ? "" : h("p", {}, words.blank),
    h(
      "ol",
      {},
      ...deeds.map((deed) =>
        h(
          "li",
          {},
          h("small", {}, new Date(deed.at).toLocaleTimeString(words.code, { timeStyle: "short" })),
          h("p", { dir: "auto" }, inWords(deed)),
          // Of an address every character is to be seen, in its own order.
          deed.url === null ? "" : h("p", { className: "where", dir: "ltr" }, deed.url),
          deed.answer ? h("p", {}, words[deed.answer]) : "",
        ),
      ),
    ),
  );
}
