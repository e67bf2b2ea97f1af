// What the helper can propose: to go to an address of the site, or to load the page again.

import { useId, useRef, useState } from "preact/hooks";

import { words } from "../locales/console-en";
import type { HelperSession } from "../peer/desk";
import { host } from "./origin";
import { proposable, startingFrom } from "./proposable";

/** The two buttons, and the dialog for an address. */
export function Proposing({ session }: { session: HelperSession }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const box = useRef<HTMLInputElement>(null);
  const [address, setAddress] = useState("");
  const [problem, setProblem] = useState("");
  const id = useId();
  const { page, origin } = session;

  const write = (text: string): void => {
    setAddress(text);
    setProblem("");
  };
  const open = (): void => {
    const start = startingFrom(page, origin);
    write(start);
    // Before it is drawn: what gets the focus is selected at once.
    if (box.current) box.current.value = start;
    dialog.current?.showModal();
  };
  const propose = (): void => {
    const found = proposable(address, page, origin);
    if ("problem" in found) return setProblem(words.proposing.problems[found.problem](host(origin)));
    session.propose(found.url);
    // Not now, for the visitor is away: then it can be pressed again.
    if (session.state !== "connected") return setProblem(words.session.notProposed);
    dialog.current?.close();
  };

  return (
    <div class="actions proposing">
      <button type="button" class="plain" onClick={open}>
        {words.proposing.goTo}
      </button>
      <button type="button" class="plain" onClick={() => session.refresh()}>
        {words.proposing.refresh}
      </button>
      <dialog ref={dialog} class="card" aria-labelledby={`${id}-title`}>
        <form
          onSubmit={(event) => {
            event.preventDefault();
            propose();
          }}
        >
          <h2 id={`${id}-title`}>{words.proposing.title}</h2>
          <p class="hint" id={`${id}-lead`}>
            {words.proposing.lead}
          </p>
          <label for={`${id}-address`}>{words.proposing.address}</label>
          <input
            ref={box}
            id={`${id}-address`}
            type="text"
            inputMode="url"
            autocomplete="off"
            spellcheck={false}
            dir="ltr"
            aria-describedby={`${id}-problem ${id}-lead`}
            aria-invalid={problem === "" ? undefined : "true"}
            value={address}
            onInput={(event) => write(event.currentTarget.value)}
            onFocus={(event) => event.currentTarget.select()}
          />
          <p class="problem" id={`${id}-problem`} role="alert">
            {problem}
          </p>
          <div class="actions">
            <button type="submit" class="primary">
              {words.proposing.propose}
            </button>
            <button type="button" class="plain" onClick={() => dialog.current?.close()}>
              {words.proposing.cancel}
            </button>
          </div>
        </form>
      </dialog>
    </div>
  );
}
