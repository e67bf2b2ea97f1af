// Where the helper writes.

import type { RefObject } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";

import { type Draft, look } from "../conversation/draft";
import { words } from "../locales/console-en";
import { TYPING_TIMEOUT_MS } from "../wire/peer";
import { CannedReplies, useReplies } from "./canned-replies";
import { COMPLETION, Completion, optionId } from "./completion";
import { Lines, Plane } from "./icons";
import { type Call, callAt } from "./replies";
import { roomLeft } from "./room";
import { useRedraw } from "./subscription";
import type { Visit } from "./visit";

// How often *is writing* is repeated while it lasts. Units: milliseconds; twice before it would be forgotten.
const REPEAT_MS = TYPING_TIMEOUT_MS / 2;

// From when on the room left is shown. Units: bytes of UTF-8.
const SHOW_LEFT = 400;

/** The message box. Enter sends, Shift and Enter makes a new line, a slash and a name call a canned reply up. */
export function Composer({ visit, box }: { visit: Visit; box: RefObject<HTMLTextAreaElement | null> }) {
  const redraw = useRedraw();
  const told = useRef(0);
  const pause = useRef<ReturnType<typeof setTimeout>>(undefined);
  const dialog = useRef<HTMLDialogElement>(null);
  const [replies, keepReplies] = useReplies();
  const [called, setCalled] = useState<{ call: Call; chosen: number } | null>(null);
  const draft = look(visit.draft);
  const wrong = problem(visit, draft);

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
    setCalled(null);
    redraw();
    box.current?.focus();
  };
  const lookForCall = (area: HTMLTextAreaElement): void => {
    const call = area.selectionStart === area.selectionEnd ? callAt(area.value, area.selectionStart, replies) : null;
    setCalled(call && { call, chosen: 0 });
  };
  /** Puts a text into the draft, in the place of what is selected or called up: nothing is sent by that. */
  const insert = (text: string, from?: number, to?: number): void => {
    const area = box.current;
    if (area === null) return;
    area.focus();
    area.setRangeText(text, from ?? area.selectionStart, to ?? area.selectionEnd, "end");
    wrote(area.value);
    setCalled(null);
  };
  const choose = (at: number): void => {
    const reply = called?.call.replies[at];
    if (called && reply) insert(reply.text, called.call.from, called.call.to);
  };
  /** Whether the list over the box has taken the key. */
  const isCall = (event: KeyboardEvent): boolean => {
    if (called === null || event.shiftKey || event.ctrlKey || event.altKey || event.metaKey) return false;
    const { length } = called.call.replies;
    if (event.key === "Escape") setCalled(null);
    else if (event.key === "ArrowDown") setCalled({ ...called, chosen: (called.chosen + 1) % length });
    else if (event.key === "ArrowUp") setCalled({ ...called, chosen: (called.chosen + length - 1) % length });
    else if (event.key === "Enter" || event.key === "Tab") choose(called.chosen);
    else {
      // The caret goes elsewhere, or a letter follows and is looked at then.
      if (/^(Arrow|Home|End|Page)/.test(event.key)) setCalled(null);
      return false;
    }
    return true;
  };
  useEffect(() => stopped, []);
  // As high as what is written, where the stylesheet alone does not see to that: in older Firefox and Safari.
  useLayoutEffect(() => {
    const { current: area } = box;
    if (area === null || CSS.supports("field-sizing", "content")) return;
    area.style.height = "auto";
    // And its two borders.
    area.style.height = `${area.scrollHeight + 2}px`;
  }, [visit.draft]);

  return (
    <div class="writing">
      {called !== null && <Completion {...called} onChoose={(reply) => choose(called.call.replies.indexOf(reply))} />}
      <form
        class="composer"
        onSubmit={(event) => {
          event.preventDefault();
          send();
        }}
      >
        <button
          type="button"
          class="round"
          aria-label={words.replies.label}
          title={words.replies.label}
          aria-haspopup="dialog"
          aria-keyshortcuts="C"
          onClick={() => dialog.current?.showModal()}
        >
          <Lines />
        </button>
        <textarea
          ref={box}
          aria-label={words.conversation.message}
          placeholder={words.conversation.placeholder}
          aria-invalid={draft.over > 0 ? "true" : undefined}
          aria-describedby="left"
          aria-keyshortcuts="M"
          aria-autocomplete="list"
          aria-controls={called === null ? undefined : COMPLETION}
          aria-activedescendant={called === null ? undefined : optionId(called.chosen)}
          rows={1}
          dir="auto"
          value={visit.draft}
          onInput={(event) => {
            wrote(event.currentTarget.value);
            lookForCall(event.currentTarget);
          }}
          onClick={() => setCalled(null)}
          onBlur={() => setCalled(null)}
          onKeyDown={(event) => {
            if (event.isComposing) return;
            if (isCall(event)) return event.preventDefault();
            // Out of the box, letters are shortcuts.
            if (event.key === "Escape") return event.currentTarget.closest(".talk")?.querySelector<HTMLElement>(".log")?.focus();
            if (event.key !== "Enter" || event.shiftKey) return;
            event.preventDefault();
            send();
          }}
        />
        <button type="submit" class="primary" aria-disabled={draft.ready ? undefined : "true"}>
          <Plane />
          {words.conversation.send}
        </button>
        <p class="left" id="left">
          {/* Heard when it comes, which how much room is left is not. */}
          <span role="status">{wrong}</span>
          {wrong === "" && -draft.over < SHOW_LEFT && words.conversation.left(roomLeft(draft))}
        </p>
      </form>
      <p class="unseen" role="status">
        {called === null ? "" : words.replies.found(called.call.replies.length)}
      </p>
      <CannedReplies
        dialog={dialog}
        replies={replies}
        onKeep={keepReplies}
        onChoose={(text) => {
          dialog.current?.close();
          insert(text);
        }}
      />
    </div>
  );
}

function problem(visit: Visit, { over }: Draft): string {
  if (over > 0) return words.conversation.tooLong;
  if (visit.error === "not-sent") return words.session.notSent;
  if (visit.error === "not-proposed") return words.session.notProposed;
  return "";
}
