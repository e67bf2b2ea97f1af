// Where the visitor writes.

import { look } from "../conversation/draft";
import { TYPING_TIMEOUT_MS } from "../wire/peer";
import { button, h, words } from "./toolkit";

/** The text field with its button, drawn. */
export interface Composer {
  readonly element: HTMLElement;
  readonly field: HTMLTextAreaElement;
  /** Says something about the message, until it is changed. */
  note(text: string): void;
  /** Gives what stands in the field; puts something else there, when that is given. */
  draft(text?: string): string;
}

/** Draws the text field. `say` is given each message; `writing` is told when somebody writes or has stopped. */
export function drawComposer(say: (text: string) => void, writing: (on: boolean) => void): Composer {
  const hint = h("p", { id: "note", ariaLive: "polite" });
  const field = h("textarea", { rows: 1, dir: "auto", enterKeyHint: "send", ariaLabel: words.message, placeholder: words.placeholder });
  field.setAttribute("aria-describedby", "note");
  const send = button(words.send, "primary", submit, "↑");
  let stop: ReturnType<typeof setTimeout> | undefined;

  function submit() {
    const { ready, text } = look(field.value);
    field.focus();
    if (!ready) return;
    field.value = "";
    changed();
    say(text);
  }

  function changed() {
    const { ready, text, over } = look(field.value);
    send.ariaDisabled = `${!ready}`;
    note(over > 0 ? words.tooLong(over) : "");
    field.style.height = "auto";
    field.style.height = `${field.scrollHeight}px`;
    tell(text !== "");
  }

  /** Who has not written for half of the time after which it is forgotten has stopped. */
  function tell(on: boolean) {
    clearTimeout(stop);
    if (on) stop = setTimeout(tell, TYPING_TIMEOUT_MS / 2, false);
    writing(on);
  }

  function note(text: string) {
    hint.textContent = text;
  }

  function draft(text?: string) {
    // Who only looks has written nothing, nor who puts there what is there.
    if ((text ?? field.value) !== field.value) {
      field.value = text!;
      changed();
    }
    return field.value;
  }

  field.oninput = changed;
  field.onkeydown = (event) => {
    // While an input method composes, Enter chooses a word. Safari ends the composition before the key: 229.
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    submit();
  };
  send.ariaDisabled = "true";
  return { element: h("div", { className: "composer" }, h("div", { className: "field" }, field, send), hint), field, note, draft };
}
