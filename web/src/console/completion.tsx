// The short list over the message box while a slash calls canned replies up.

import { words } from "../locales/console-en";
import type { Call, Reply } from "./replies";

/** The id of the list, and of each of its options: what the message box points at. */
export const COMPLETION = "completion";
export const optionId = (at: number): string => `${COMPLETION}-${at}`;

/** The replies that are called up; the one at `chosen` is taken by Tab or Enter. */
export function Completion({ call, chosen, onChoose }: { call: Call; chosen: number; onChoose: (reply: Reply) => void }) {
  return (
    <div class="completion">
      <ul id={COMPLETION} role="listbox" aria-label={words.replies.label}>
        {call.replies.map((reply, at) => (
          <li
            key={reply.name}
            id={optionId(at)}
            role="option"
            aria-selected={at === chosen}
            // The focus stays where is written.
            onPointerDown={(event) => event.preventDefault()}
            onClick={() => onChoose(reply)}
          >
            <b>
              <bdi>/{reply.name}</bdi>
            </b>{" "}
            <span class="preview" dir="auto">
              {reply.text}
            </span>
          </li>
        ))}
      </ul>
      <p class="hint">{words.replies.how}</p>
    </div>
  );
}
