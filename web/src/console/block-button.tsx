// Keeping a visitor away: a button, and the question whether that is meant, with all that it does in words.

import { useId, useRef } from "preact/hooks";

import { words } from "../locales/console-en";
import { Barred } from "./icons";
import type { Visit } from "./visit";
import type { Workspace } from "./workspace";

/** The button, for a live session and for one that is over; gone once it was pressed. */
export function BlockButton({ visit, workspace }: { visit: Visit; workspace: Workspace }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  const said = words.block;
  // Only the server can keep somebody away.
  const isReachable = workspace.desk.connection === "enlisted";
  if (visit.block !== null) return null;
  return (
    <>
      <button
        type="button"
        class="round"
        aria-label={said.button}
        title={said.button}
        aria-haspopup="dialog"
        onClick={() => dialog.current?.showModal()}
      >
        <Barred />
      </button>
      <dialog ref={dialog} class="card" aria-labelledby={`${id}-title`} aria-describedby={`${id}-what`}>
        <h2 id={`${id}-title`}>{said.title}</h2>
        <div id={`${id}-what`} class="what">
          <p>{visit.over ? said.whatOver : said.what}</p>
          <p>{said.others}</p>
          {!isReachable && <p class="warn">{said.unreachable}</p>}
        </div>
        <p class="actions">
          <button type="button" class="plain" onClick={() => dialog.current?.close()}>
            {said.no}
          </button>
          {isReachable && (
            <button type="button" class="danger" onClick={() => void workspace.block(visit)}>
              {said.yes}
            </button>
          )}
        </p>
      </dialog>
    </>
  );
}
