// A message with an address in it, drawn again with links.

import { segments } from "../conversation/links";
import { h } from "./toolkit";

/** Puts a text into its element, its web addresses as links. */
export function drawLinks(body: HTMLElement, text: string): void {
  body.replaceChildren(
    ...segments(text).map((piece) =>
      "href" in piece
        ? h("a", { href: piece.href, target: "_blank", rel: "noopener noreferrer nofollow" }, piece.text)
        : piece.text,
    ),
  );
}
