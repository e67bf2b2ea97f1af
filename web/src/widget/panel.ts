// The panel over the page: what is going on, the conversation, and where to write.

import type { Event, State } from "../wire/peer";
import { drawComposer } from "./composer";
import { drawLog } from "./log";
import type { Standing } from "./standing";
import { button, h, launcherWords, words } from "./toolkit";

/** What can be done in the panel. */
export interface PanelActions {
  /** Asks for help once more. */
  ask(): void;
  /** Takes the ask back. */
  cancel(): void;
  /** Ends the session. */
  end(): void;
  /** Folds the panel. */
  close(): void;
  /** Sends a message. */
  say(text: string): void;
  /** Tells that somebody is writing, or has stopped. */
  writing(on: boolean): void;
  /** Shows what is shared in the place of the conversation, or the conversation again. */
  shared(button: HTMLElement, log: HTMLElement): void;
  /** Shows what the helper did, in the same way. */
  record(button: HTMLElement, log: HTMLElement): void;
  /** Saves the conversation. */
  save(): void;
  /** Says where the site can be reached otherwise. */
  contact(place: HTMLElement): void;
  /** Draws a text anew, with links. */
  link(body: HTMLElement, text: string): void;
}

/** What the panel shows. */
export interface View {
  readonly state: State;
  readonly standing: Standing;
  /** The helper's name, empty while there is none. */
  readonly helper: string;
  /** Whether the session is in another tab, and whether the server does not answer. */
  readonly elsewhere: boolean;
  readonly slow: boolean;
  /** Whether there is anything to save, and anything that a helper did. */
  readonly said: boolean;
  readonly done: boolean;
}

/** The panel, drawn. */
export interface Panel {
  readonly element: HTMLElement;
  /** Brings the screen up to date. */
  update(view: View): void;
  /** Takes in what happened in the conversation; by the helper's name. */
  handle(event: Event, helper: string): void;
  /** Begins a new conversation under the old one. */
  divide(): void;
  /** Takes all that was written off the screen. */
  clear(): void;
  /** Gives what stands in the text field; puts something else there, when that is given. */
  draft(text?: string): string;
  /** Says something about the last message. */
  note(text: string): void;
  /** Puts the focus where a person goes on. */
  focus(): void;
}

/** Draws the panel, folded. */
export function drawPanel(actions: PanelActions): Panel {
  const log = drawLog(actions.link);
  const composer = drawComposer(actions.say, actions.writing);
  const face = h("span", { className: "face", ariaHidden: "true" });
  const title = h("strong");
  const detail = h("p");
  const cancel = button(words.cancel, "plain", actions.cancel);
  const again = button("", "primary", actions.ask);
  // It may stand where the launcher was: the second press of a double one is not for it. Firefox does not tell.
  const end = button(words.end, "", ({ detail }) => detail > 1 || actions.end());
  const contact = h("p", { hidden: true });
  const save = button(words.save, "", actions.save);
  const sheet = (name: string, show: (button: HTMLElement, log: HTMLElement) => void): HTMLElement => {
    const made = button(name, "", () => show(made, log.element));
    made.ariaExpanded = "false";
    return made;
  };
  const record = sheet(words.record, actions.record);
  const [help, fold, ask, , tryAgain] = launcherWords;
  const element = h(
    "section",
    { className: "panel", role: "dialog", ariaLabel: help, tabIndex: -1, hidden: true },
    h(
      // No header or footer: inside a dialog they would count as the page's own landmarks.
      "div",
      { className: "top" },
      face,
      h("div", {}, h("div", { role: "status" }, title, detail), contact, cancel, again),
      button(fold, "fold", actions.close, "–"),
    ),
    log.element,
    log.typist,
    composer.element,
    h("div", { className: "foot" }, sheet(words.shared, actions.shared), record, save, end),
  );
  element.onkeydown = (event) => {
    if (event.key !== "Escape" || event.isComposing) return;
    // It would close a dialog around it as well.
    event.preventDefault();
    actions.close();
  };

  return {
    element,
    handle: log.handle,
    divide: log.divide,
    clear: log.clear,
    draft: composer.draft,
    note: composer.note,
    update({ state, standing, helper, elsewhere, slow, said, done }) {
      const over = elsewhere || state === "ended" || state === "failed";
      const there = state === "connected" || state === "reconnecting";
      // A status that is written is a status that is read aloud: only when it is new.
      if (title.textContent !== standing[0] || detail.textContent !== standing[1]) {
        [title.textContent = "", detail.textContent = ""] = standing;
      }
      face.textContent = [...helper][0] ?? "";
      cancel.hidden = over || there;
      again.hidden = !over;
      again.textContent = state === "failed" ? tryAgain : ask;
      record.hidden = !done;
      save.hidden = !said;
      contact.hidden = !slow && state !== "unavailable" && state !== "failed";
      if (!contact.hidden) actions.contact(contact);
      end.hidden = !there;
      composer.element.hidden = over;
    },
    focus() {
      // On a touch screen the keyboard would cover what there is to read.
      (composer.element.hidden || matchMedia("(pointer:coarse)").matches ? element : composer.field).focus();
    },
  };
}
