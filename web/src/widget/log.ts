// The conversation on the visitor's screen.

import { segments } from "../conversation/links";
import { type Entry, MAX_ENTRIES } from "../conversation/message-list";
import type { WidgetWords } from "../locales";
import { h } from "./element";

/** The log, drawn. */
export interface Log {
  /** What scrolls. */
  readonly element: HTMLElement;
  /** Brings the screen up to date with the list. */
  update(entries: readonly Entry[], typing: boolean, helper: string): void;
  /** Begins with a new list; what was written before stays above a line. */
  divide(): void;
}

/** Draws an empty log. */
export function drawLog(words: WidgetWords): Log {
  const log = h("div", { role: "log", ariaLabel: words.conversation });
  const typist = h("p", { className: "typing" });
  const element = h("div", { className: "scroll", tabIndex: 0 }, log, typist);
  /** The part of each message that changes: how far it has come. */
  let marks = new Map<string, HTMLElement>();

  function draw({ key, mark, text, at }: Entry, helper: string): HTMLElement {
    const shown = h("small", { ariaLive: "off" });
    marks.set(key, shown);
    return h(
      "article",
      { className: mark ? "own" : "other" },
      // Read aloud and copied as “Mira: Hello”.
      h("b", { dir: "auto" }, mark ? words.you : helper, h("i", {}, ": ")),
      h("p", { dir: "auto" }, ...segments(text).map((piece) => ("href" in piece ? link(piece) : piece.text))),
      h("small", {}, new Date(at).toLocaleTimeString(words.language, { timeStyle: "short" }), shown),
    );
  }

  return {
    element,
    update(entries, typing, helper) {
      // Who reads further up is left there, unless they write themselves.
      let follow = element.scrollHeight - element.scrollTop - element.clientHeight < 60;
      for (const entry of entries) {
        const { key, mark } = entry;
        if (!marks.has(key)) {
          log.append(draw(entry, helper));
          follow ||= mark !== null;
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
        log.firstChild?.remove();
      }
      typist.textContent = typing ? words.typing(helper) : "";
      if (follow) element.scrollTop = element.scrollHeight;
    },
    divide() {
      marks = new Map();
      if (log.firstChild) log.append(h("hr"));
    },
  };
}

function link({ text, href }: { text: string; href: string }): HTMLElement {
  return h("a", { href, target: "_blank", rel: "noopener noreferrer nofollow" }, text);
}
