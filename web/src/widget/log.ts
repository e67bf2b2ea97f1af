// The conversation on the visitor's screen.

import { segments } from "../conversation/links";
import { type Entry, MAX_ENTRIES } from "../conversation/message-list";
import type { WidgetWords } from "../locales";
import { h } from "./element";

/** The log, drawn. */
export interface Log {
  readonly element: HTMLElement;
  /** Says when the other side is writing. */
  readonly typist: HTMLElement;
  /** Brings the screen up to date with the list. */
  update(entries: readonly Entry[], typing: boolean, helper: string): void;
  /** Whether nothing was ever written. */
  isEmpty(): boolean;
  /** Begins with a new list; what was written before stays above a line. */
  divide(): void;
}

/** Draws an empty log. */
export function drawLog(words: WidgetWords): Log {
  const lines = h("div");
  // Laid out from the end, so that whoever reads the newest message stays with it, whatever grows.
  const element = h("div", { className: "scroll", role: "log", ariaLabel: words.conversation, tabIndex: 0 }, lines);
  const typist = h("p", { className: "typing" });
  /** The part of each message that changes: how far it has come. */
  let marks = new Map<string, HTMLElement>();

  function draw({ key, mark, text, at }: Entry, helper: string): HTMLElement {
    const shown = h("span", { ariaLive: "off" });
    marks.set(key, shown);
    return h(
      "article",
      { className: mark ? "own" : "other" },
      // Read aloud and copied as “Mira: Hello”.
      h("b", {}, h("bdi", {}, mark ? words.you : helper), h("i", {}, ": ")),
      h("p", { dir: "auto" }, ...segments(text).map((piece) => ("href" in piece ? link(piece) : piece.text))),
      h("small", {}, new Date(at).toLocaleTimeString([], { timeStyle: "short" }), shown),
    );
  }

  return {
    element,
    typist,
    update(entries, typing, helper) {
      for (const entry of entries) {
        const { key, mark } = entry;
        if (!marks.has(key)) {
          lines.append(draw(entry, helper));
          // Who reads further up is left there, unless they write themselves.
          if (mark) element.scrollTop = 0;
        }
        const shown = marks.get(key);
        if (shown && mark && shown.className !== mark) {
          shown.className = mark;
          shown.textContent = ` · ${words.marks[mark]}`;
        }
      }
      // What a flood has pushed out of the list.
      for (const [key] of marks) {
        if (marks.size <= MAX_ENTRIES) break;
        marks.delete(key);
        lines.firstChild?.remove();
      }
      typist.textContent = typing ? words.typing(helper) : "";
    },
    isEmpty: () => !lines.firstChild,
    divide() {
      marks = new Map();
      if (lines.lastElementChild?.tagName === "ARTICLE") lines.append(h("hr"));
    },
  };
}

function link({ text, href }: { text: string; href: string }): HTMLElement {
  return h("a", { href, target: "_blank", rel: "noopener noreferrer nofollow" }, text);
}
