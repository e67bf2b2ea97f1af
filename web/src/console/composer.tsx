// Where the helper writes.

import type { RefObject } from "preact";
import { useEffect, useReducer, useRef } from "preact/hooks";

import { look } from "../conversation/draft";
import { words } from "../locales/console-en";
import { TYPING_TIMEOUT_MS } from "../wire/peer";
import { Plane } from "./icons";
import type { Visit } from "./workspace";

// How often *is writing* is repeated while it lasts. Units: milliseconds; twice before it would be forgotten.
const REPEAT_MS = TYPING_TIMEOUT_MS / 2;

// From when on the room left is shown. Units: bytes of UTF-8.
const SHOW_LEFT = 400;

/** The message box. Enter sends, Shift and Enter makes a new line. */
export function Composer({ visit, box }: { visit: Visit; box: RefObject<HTMLTextAreaElement | null> }) {
  const [, redraw] = useReducer((count: number, _: void) => count + 1, 0);
  const told = useRef(0);
  const pause = useRef<ReturnType<typeof setTimeout>>(undefined);
  const { text, over, ready } = look(visit.draft);

  const stopped = (): void => {
    clearTimeout(pause.current);
    if (told.current === 0) return;
    told.current = 0;
    if (!visit.over) visit.session.writing(false);
  };
  const wrote = (written: string): void => {
    visit.draft = written;
    redraw();
    clearTimeout(pause.current);
    if (written.trim() === "") return stopped();
    pause.current = setTimeout(stopped, TYPING_TIMEOUT_MS);
    if (Date.now() - told.current < REPEAT_MS) return;
    told.current = Date.now();
    visit.session.writing(true);
  };
  const send = (): void => {
    // What is written may be newer than what is drawn.
    const { text, ready } = look(visit.draft);
    if (!ready) return;
    stopped();
    visit.say(text);
    redraw();
    box.current?.focus();
  };
  useEffect(() => stopped, []);

  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <textarea
        ref={box}
        aria-label={words.conversation.message}
        placeholder={words.conversation.placeholder}
        aria-invalid={over > 0 ? "true" : undefined}
        aria-describedby="left"
        rows={1}
        dir="auto"
        value={visit.draft}
        onInput={(event) => wrote(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
          event.preventDefault();
          send();
        }}
      />
      <button type="submit" class="primary" aria-disabled={ready ? undefined : "true"}>
        <Plane />
        {words.conversation.send}
      </button>
      <p class="left" id="left">
        {hint(visit, over)}
      </p>
    </form>
  );
}

function hint(visit: Visit, over: number): string {
  if (over > 0) return words.conversation.tooLong;
  if (visit.error === "not-sent") return words.session.notSent;
  if (visit.error === "not-proposed") return words.session.notProposed;
  return -over < SHOW_LEFT ? words.conversation.left(-over) : "";
}
