// The conversation on the visitor's screen. The screen is the list: each event of the session changes it where it is.

import { MAX_ENTRIES } from "../conversation/message-list";
import type { Words } from "../locales/widget/words";
import type { Event } from "../wire/peer";
import { h, words } from "./toolkit";

/** The log, drawn. */
export interface Log {
  readonly element: HTMLElement;
  /** Says when the other side is writing. */
  readonly typist: HTMLElement;
  /** Takes in one event of the session; those that are not about the conversation change nothing. */
  handle(event: Event, helper: string): void;
  /** Begins with a new conversation; what was written before stays above a line. */
  divide(): void;
  /** Takes everything off the screen. */
  clear(): void;
}

/** Draws an empty log; `link` draws a text anew that may have addresses in it. */
export function drawLog(link: (body: HTMLElement, text: string) => void): Log {
  const lines = h("div");
  // Laid out from the end, so that whoever reads the newest message stays with it, whatever grows.
  const element = h("div", { className: "scroll", role: "log", ariaLabel: words.conversation, tabIndex: 0 }, lines);
  const typist = h("p", { className: "typing" });
  /** Of each of one's own messages, by its number less one, the part that changes: how far it has come. */
  let own: HTMLElement[] = [];
  /** How many of them are delivered, and how many were read. */
  let delivered = 0;
  let read = 0;

  function draw({ from, text, at }: Extract<Event, { event: "message" }>, helper: string) {
    const isOwn = from === "visitor";
    const shown = h("span", { ariaLive: "off" });
    const body = h("p", { dir: "auto" }, text);
    if (/https?:/i.test(text)) link(body, text);
    lines.append(
      h(
        "article",
        { className: isOwn ? "own" : "other" },
        // Read aloud and copied as “Mira: Hello”.
        h("b", {}, h("bdi", {}, isOwn ? words.you : helper), h("i", {}, ": ")),
        body,
        h("small", {}, new Date(at).toLocaleTimeString(words.code, { timeStyle: "short" }), shown),
      ),
    );
    // What a flood pushes out.
    if (lines.childElementCount > MAX_ENTRIES) lines.firstChild?.remove();
    if (!isOwn) return;
    mark(own.length, own.push(shown), "sending");
    // Who reads further up is left there, unless they write themselves.
    element.scrollTop = 0;
  }

  function mark(from: number, to: number, how: keyof Words["marks"]) {
    for (const shown of own.slice(from, to)) {
      shown.className = how;
      shown.textContent = ` · ${words.marks[how]}`;
    }
  }

  function divide() {
    if (lines.lastElementChild?.localName === "article") lines.append(h("hr"));
    own = [];
    delivered = read = 0;
  }

  return {
    element,
    typist,
    handle(event, helper) {
      switch (event.event) {
        case "message":
          return draw(event, helper);
        // Of both, the session tells rising numbers alone, and of what was read that it was delivered first.
        case "delivered":
          mark(delivered, event.seq, "delivered");
          delivered = event.seq;
          return;
        case "read":
          mark(read, event.seq, "read");
          read = event.seq;
          return;
        case "typing":
          typist.textContent = event.on ? words.typing(helper) : "";
          return;
        case "anew":
          // What was not delivered is told again, below the line.
          for (const shown of own.slice(delivered)) shown.closest("article")?.remove();
          return divide();
        case "state":
          if (event.state !== "ended" && event.state !== "failed") return;
          typist.textContent = "";
          mark(delivered, own.length, "unsent");
      }
    },
    divide,
    clear() {
      lines.replaceChildren();
      divide();
    },
  };
}
