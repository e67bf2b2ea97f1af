// The chat: loaded when somebody presses Help, and tied to one ask at a time.

import { flatCode } from "../conversation/error-code";
import { messageList } from "../conversation/message-list";
import { words as own } from "../locales/widget-en";
import { makeVisitor } from "../peer/visitor";
import type { EndedBy, Event, SessionErrorCode } from "../wire/peer";
import { drawPanel } from "./panel";
import style from "./panel.css";
import type { Chat, Shell } from "./shell";
import { explain, standing } from "./standing";
import { take } from "./toolkit";

type Seldom = typeof import("./seldom");

/** Puts the chat into the launcher's shell. */
export function mount({ config, toolkit, words: before, load, root, frame, emit, setState, setUnread, setOpen }: Shell): Chat {
  take(toolkit);
  const words = { ...before, ...own };
  const attributes: Record<string, string> = {};
  let loading: Promise<Seldom> | undefined;
  let visitor = fresh();
  let list = messageList("visitor");
  let position = 1;
  let endedBy: EndedBy = "lost";
  let problem = "";
  let unread = 0;
  let origin: Element | null = null;

  const panel = drawPanel(words, {
    ask,
    cancel() {
      visitor.end();
      close();
    },
    end,
    close,
    say: (text) => visitor.say(text),
    writing: (on) => visitor.writing(on),
    cut: async (text) => (await seldom()).segments(text),
    shared: async () => (await seldom()).drawShared(toolkit.h, visitor.shared()),
  });
  const { element } = panel;

  toolkit.dress(root, style);
  frame.append(element);
  document.addEventListener("visibilitychange", update);

  function fresh() {
    const made = makeVisitor(
      config,
      (event) => {
        // Of an ask before this one, nothing is shown.
        if (made === visitor) handle(event);
      },
      async () => (await seldom()).httpTransport,
    );
    return made;
  }

  async function seldom() {
    loading ??= load(SELDOM_FILE, SELDOM_INTEGRITY) as Promise<Seldom>;
    try {
      return await loading;
    } catch (error) {
      loading = undefined;
      throw error;
    }
  }

  function ask() {
    if (!["idle", "ended", "failed"].includes(visitor.state())) return;
    visitor = fresh();
    list = messageList("visitor");
    position = 1;
    panel.divide();
    visitor.identify(attributes);
    visitor.ask();
    update();
    panel.focus();
  }

  function handle(event: Event) {
    list.handle(event);
    if (event.event === "waiting") ({ position } = event);
    if (event.event === "ended") endedBy = event.by;
    if (event.event === "message") emit("message", { from: event.from, text: event.text, at: event.at });
    if (event.event === "error") {
      emit("error", { code: flatCode(event.code) });
      tellProblem(event.code);
    }
    update();
  }

  async function tellProblem(code: SessionErrorCode) {
    problem = explain(code, words.errors) ?? "";
    // Most need words that are seldom needed; without them there is only one thing to say.
    problem ||= (await seldom().then(({ errors }) => explain(code, errors), console.warn)) || words.error;
    panel.note(problem);
    update();
  }

  function update() {
    const state = visitor.state();
    const helper = visitor.helper();
    const held = !element.hidden && root.activeElement;
    panel.update({
      state,
      standing: standing({ state, position, helper, endedBy, problem }, words),
      helper: helper?.name ?? "",
      entries: list.entries,
      typing: list.typing,
    });
    // What had the focus may have gone with the state it belonged to.
    if (held && !root.activeElement?.checkVisibility()) panel.focus();

    const seen = element.hidden || document.hidden ? null : list.markSeen();
    if (seen) visitor.seen(seen);
    if (list.unread !== unread) {
      unread = list.unread;
      setUnread(unread, words.unread(unread));
    }
    setState(state);
  }

  function open(wanted: boolean) {
    if (element.hidden) {
      origin = root.activeElement ?? document.activeElement;
      element.hidden = false;
      setOpen(true);
    }
    if (wanted) ask();
    update();
    panel.focus();
  }

  function close() {
    const held = root.activeElement;
    element.hidden = true;
    setOpen(false);
    // Back to where the person came from, unless they have gone elsewhere already.
    if (held) (origin as HTMLElement | null)?.focus();
  }

  function end() {
    visitor.end();
  }

  return {
    open,
    close,
    end,
    identify(given) {
      Object.assign(attributes, given);
      visitor.identify(given);
    },
  };
}
