// The dialog with the helper's canned replies: choose one into the draft, write, change and delete them.

import type { RefObject } from "preact";
import { useEffect, useId, useLayoutEffect, useRef, useState } from "preact/hooks";

import { words } from "../locales/console-en";
import { keep, onKept, readKept } from "./kept";
import { readReplies, type Reply, withReply } from "./replies";

const KEPT = "replies";

/** The replies of this browser, and a way to keep others in their place; it says whether the browser did. */
export function useReplies(): [replies: readonly Reply[], keepReplies: (replies: readonly Reply[]) => boolean] {
  const [replies, setReplies] = useState(() => readReplies(readKept(KEPT)));
  useEffect(() => onKept(KEPT, () => setReplies(readReplies(readKept(KEPT)))), []);
  return [
    replies,
    (next) => {
      setReplies(next);
      return keep(KEPT, JSON.stringify(next));
    },
  ];
}

/** What the dialog shows: the list, or one reply being written; `instead` is its name so far. */
type View = { at: "list" } | Written;
type Written = { at: "form"; instead: string | null; name: string; text: string; problem: string };

const NEW: Written = { at: "form", instead: null, name: "", text: "", problem: "" };

/** The dialog; its owner opens it. */
export function CannedReplies(props: {
  dialog: RefObject<HTMLDialogElement | null>;
  replies: readonly Reply[];
  onKeep: (replies: readonly Reply[]) => boolean;
  onChoose: (text: string) => void;
}) {
  const { dialog, replies } = props;
  const [view, setView] = useState<View>({ at: "list" });
  // What was being written when the form was left by Escape: it is there again when the same is written next.
  const unfinished = useRef(new Map<string | null, Written>()).current;
  const [said, say] = useState("");
  const [deleted, setDeleted] = useState<Reply | null>(null);
  const undo = useRef<HTMLButtonElement>(null);
  const id = useId();

  // What had the focus is gone with the view, or with the reply that was deleted.
  useLayoutEffect(() => {
    if (view.at === "list" && dialog.current?.open) dialog.current.querySelector("button")?.focus();
  }, [view.at]);
  useLayoutEffect(() => undo.current?.focus(), [deleted]);

  const change = (next: readonly Reply[]): void => say(props.onKeep(next) ? "" : words.notKept);
  const save = (): void => {
    if (view.at !== "form") return;
    const next = withReply(replies, view, view.instead);
    if (typeof next === "string") return setView({ ...view, problem: words.replies.problems[next] });
    change(next);
    setDeleted(null);
    drop(view);
  };
  const write = (written: Written): void => setView(unfinished.get(written.instead) ?? written);
  const leave = (): void => {
    if (view.at === "form") unfinished.set(view.instead, view);
    setView({ at: "list" });
  };
  const drop = ({ instead }: Written): void => {
    unfinished.delete(instead);
    setView({ at: "list" });
  };
  const remove = (reply: Reply): void => {
    change(replies.filter((other) => other !== reply));
    setDeleted(reply);
  };
  const restore = (reply: Reply): void => {
    const next = withReply(replies, reply, null);
    if (typeof next !== "string") change(next);
    setDeleted(null);
  };

  return (
    <dialog
      ref={dialog}
      class="card replies"
      aria-labelledby={`${id}-title`}
      onCancel={(event) => {
        // One step at a time: from what is being written to the list, and from there out.
        if (view.at === "form") event.preventDefault();
        leave();
      }}
      onClose={() => {
        leave();
        setDeleted(null);
        say("");
      }}
    >
      <h2 id={`${id}-title`}>{words.replies.label}</h2>
      {view.at === "form" ? (
        <Form key={view.instead} view={view} onWrite={setView} onSave={save} onCancel={() => drop(view)} />
      ) : (
        <>
          <p class="hint">{replies.length === 0 ? words.replies.none : words.replies.lead}</p>
          <List replies={replies} onChoose={props.onChoose} onEdit={(reply) => write({ ...NEW, ...reply, instead: reply.name })} onDelete={remove} />
          <p class="hint" role="status">
            {said !== "" ? said : deleted !== null && words.replies.deleted(deleted.name)}
          </p>
          <p class="actions">
            <button type="button" class="primary" onClick={() => write(NEW)}>
              {words.replies.add}
            </button>
            {deleted !== null && (
              <button ref={undo} type="button" class="plain" onClick={() => restore(deleted)}>
                {words.replies.undo}
              </button>
            )}
            <button type="button" class="plain" onClick={() => dialog.current?.close()}>
              {words.replies.close}
            </button>
          </p>
        </>
      )}
    </dialog>
  );
}

function List(props: {
  replies: readonly Reply[];
  onChoose: (text: string) => void;
  onEdit: (reply: Reply) => void;
  onDelete: (reply: Reply) => void;
}) {
  const list = useRef<HTMLUListElement>(null);
  // Up and down go from reply to reply; Tab goes to what can be done with one, too.
  const walk = (event: KeyboardEvent): void => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const picks = [...(list.current?.querySelectorAll<HTMLElement>(".pick") ?? [])];
    const at = picks.findIndex((pick) => pick.closest("li")?.contains(document.activeElement));
    if (by === undefined || at < 0) return;
    event.preventDefault();
    picks[(at + by + picks.length) % picks.length]?.focus();
  };
  return (
    <ul ref={list} role="list" aria-label={words.replies.list} onKeyDown={walk}>
      {props.replies.map((reply) => (
        <li key={reply.name}>
          <button type="button" class="pick" onClick={() => props.onChoose(reply.text)}>
            <b>
              <bdi>/{reply.name}</bdi>
            </b>{" "}
            <span class="preview" dir="auto">
              {reply.text}
            </span>
          </button>
          <button type="button" class="quietly" aria-label={words.replies.editOf(reply.name)} onClick={() => props.onEdit(reply)}>
            {words.replies.edit}
          </button>
          <button type="button" class="quietly" aria-label={words.replies.deleteOf(reply.name)} onClick={() => props.onDelete(reply)}>
            {words.replies.delete}
          </button>
        </li>
      ))}
    </ul>
  );
}

function Form(props: { view: Written; onWrite: (view: View) => void; onSave: () => void; onCancel: () => void }) {
  const { view } = props;
  const id = useId();
  const first = useRef<HTMLInputElement>(null);
  useLayoutEffect(() => first.current?.focus(), []);
  const wrong = view.problem === "" ? undefined : "true";
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        props.onSave();
      }}
    >
      <label for={`${id}-name`}>{words.replies.name}</label>
      <input
        ref={first}
        id={`${id}-name`}
        type="text"
        autocomplete="off"
        spellcheck={false}
        dir="auto"
        aria-invalid={wrong}
        aria-describedby={`${id}-problem ${id}-note`}
        value={view.name}
        onInput={(event) => props.onWrite({ ...view, name: event.currentTarget.value, problem: "" })}
      />
      <p class="hint" id={`${id}-note`}>
        {words.replies.nameNote}
      </p>
      <label for={`${id}-text`}>{words.replies.text}</label>
      <textarea
        id={`${id}-text`}
        rows={4}
        dir="auto"
        aria-describedby={`${id}-problem`}
        value={view.text}
        onInput={(event) => props.onWrite({ ...view, text: event.currentTarget.value, problem: "" })}
      />
      <p class="problem" id={`${id}-problem`} role="alert">
        {view.problem}
      </p>
      <p class="actions">
        <button type="submit" class="primary">
          {words.replies.save}
        </button>
        <button type="button" class="plain" onClick={props.onCancel}>
          {words.replies.cancel}
        </button>
      </p>
    </form>
  );
}
