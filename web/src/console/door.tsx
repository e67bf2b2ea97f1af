// Before there is a helper: the place to paste an invite, and the question whether another one is meant.

import { useEffect, useRef, useState } from "preact/hooks";

import { words } from "../locales/console-en";
import type { Identity } from "../peer/invite";
import { Mark } from "./icons";
import type { ImportProblem } from "./importing";
import { Requesting } from "./requesting";

/** Asks for an invite, says what one is, and what was wrong with the last. */
export function Door(props: {
  problem: ImportProblem | null;
  held: Identity | null;
  onInvite: (text: string) => Promise<void>;
  onStay: (held: Identity) => void;
}) {
  const { held, problem } = props;
  const box = useRef<HTMLTextAreaElement>(null);
  const [busy, setBusy] = useState(false);
  useEffect(() => box.current?.focus(), []);
  return (
    <main class="door">
      <form
        class="card"
        onSubmit={async (event) => {
          event.preventDefault();
          setBusy(true);
          await props.onInvite(box.current?.value ?? "");
          setBusy(false);
          box.current?.focus();
        }}
      >
        <Mark />
        <h1>{words.invite.title}</h1>
        <p>{words.invite.lead}</p>
        <label for="invite">{words.invite.label}</label>
        <textarea
          ref={box}
          id="invite"
          rows={3}
          dir="ltr"
          spellcheck={false}
          autocomplete="off"
          autocapitalize="off"
          aria-invalid={problem === null ? undefined : "true"}
          aria-describedby="problem"
          onKeyDown={(event) => {
            if (event.key !== "Enter" || event.isComposing) return;
            event.preventDefault();
            event.currentTarget.form?.requestSubmit();
          }}
        />
        <p id="problem" class="problem" role="alert">
          {problem === null ? "" : words.invite.problems[problem]}
        </p>
        <p class="actions">
          <button type="submit" class="primary" aria-disabled={busy ? "true" : undefined}>
            {words.invite.button}
          </button>
          {held !== null && (
            <button type="button" class="plain" onClick={() => props.onStay(held)}>
              {words.invite.replaceNo}
            </button>
          )}
        </p>
        <section class="about">
          <h2>{words.invite.whatTitle}</h2>
          <p>{words.invite.what}</p>
          <p>{words.invite.care}</p>
          <p>{words.invite.kept}</p>
        </section>
        <Requesting />
      </form>
    </main>
  );
}

/** Asks whether an invite of another team is meant to take the place of the present one. */
export function Replacing(props: {
  held: Identity;
  offered: Identity;
  onYes: (offered: Identity) => Promise<void>;
  onNo: (held: Identity) => void;
}) {
  const { held, offered } = props;
  const stay = useRef<HTMLButtonElement>(null);
  useEffect(() => stay.current?.focus(), []);
  return (
    <main class="door">
      <div class="card">
        <Mark />
        <h1>{words.invite.replaceTitle}</h1>
        <p>{words.invite.replace(held.claims.sub, offered.claims.sub)}</p>
        <p class="key">{offered.team}</p>
        <p class="actions">
          <button ref={stay} type="button" class="primary" onClick={() => props.onNo(held)}>
            {words.invite.replaceNo}
          </button>
          <button type="button" class="plain" onClick={() => props.onYes(offered)}>
            {words.invite.replaceYes}
          </button>
        </p>
      </div>
    </main>
  );
}
