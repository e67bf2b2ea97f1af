// The conversation on the visitor's screen.

import { type Entry, MAX_ENTRIES, type MessageList } from "../conversation/message-list";
import * as words from "../locales/widget-en";
import { h } from "./toolkit";

/** The log, drawn. */
export interface Log {
  readonly element: HTMLElement;
  /** Says when the other side is writing. */
  readonly typist: HTMLElement;
  /** Brings the screen up to date with the list. */
  update(list: Pick<MessageList, "entries" | "typing">, helper: string): void;
  /** Whether nothing was ever written. */
  isEmpty(): boolean;
  /** Begins with a new list; what was written before stays above a line. */
  divide(): void;
}

/** Draws an empty log; `link` draws a text anew that may have addresses in it. */
export function drawLog(link: (body: HTMLElement, text: string) => void): Log {
  const lines = h("div");
  // Laid out from the end, so that whoever reads the newest message stays with it, whatever grows.
  const element = h("div", { className: "scroll", role: "log", ariaLabel: words.conversation, tabIndex: 0 }, lines);
  const typist = h("p", { className: "typing" });
  /** The part of each message that changes: how far it has come. */
  let marks = new Map<string, HTMLElement>();

  function draw({ key, mark, text, at }: Entry, helper: string): HTMLElement {
    const shown = h("span", { ariaLive: "off" });
    marks.set(key, shown);
    const body = h("p", { dir: "auto" }, text);
    if (/https?:/i.test(text)) link(body, text);
    return h(
      "article",
      { className: mark ? "own" : "other" },
      // Read aloud and copied as “Mira: Hello”.
      h("b", {}, h("bdi", {}, mark ? words.you : helper), h("i", {}, ": ")),
      body,
      h("small", {}, new Date(at).toLocaleTimeString([], { timeStyle: "short" }), shown),
    );
  }

  return {
    element,
    typist,
    update({ entries, typing }, helper) {
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
