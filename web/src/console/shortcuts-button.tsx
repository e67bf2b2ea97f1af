// The dialog that shows every key, and the switch for those who want none.

import { useEffect, useRef, useState } from "preact/hooks";

import { words } from "../locales/console-en";
import { Keyboard } from "./icons";
import { keep, readKept } from "./kept";
import { isTaken, press, type Shortcut, shortcutOf, shortcuts } from "./shortcuts";
import { Switch } from "./switch";

/** The button in the bar, and all that keys do; `own` does what no control on the screen does. */
export function ShortcutsButton({ own }: { own: Partial<Record<Shortcut, () => void>> }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [on, setOn] = useState(() => readKept("shortcuts") !== "off");
  const [isKept, setIsKept] = useState(true);
  const said = words.shortcuts;
  const latest = useRef(own);
  latest.current = own;

  useEffect(() => {
    if (!on) return;
    const pressed = (event: KeyboardEvent): void => {
      const key = event.defaultPrevented || isTaken(document.activeElement) ? null : shortcutOf(event);
      if (key === null) return;
      event.preventDefault();
      (latest.current[key] ?? (() => press(key)))();
    };
    document.addEventListener("keydown", pressed);
    return () => document.removeEventListener("keydown", pressed);
  }, [on]);

  return (
    <>
      <button
        type="button"
        class="round keys"
        aria-label={said.label}
        title={said.label}
        aria-keyshortcuts={on ? "?" : undefined}
        onClick={() => dialog.current?.showModal()}
      >
        <Keyboard />
      </button>
      <dialog ref={dialog} class="card" aria-labelledby="shortcuts-title">
        <h2 id="shortcuts-title">{said.title}</h2>
        <p class="hint">{said.lead}</p>
        <dl class="keys">
          {shortcuts.map((key) => (
            <div key={key}>
              <dt>
                <kbd>{key}</kbd>
              </dt>
              <dd>{said.does[key]}</dd>
            </div>
          ))}
          {said.also.map(([key, does]) => (
            <div key={does}>
              <dt>
                <kbd>{key}</kbd>
              </dt>
              <dd>{does}</dd>
            </div>
          ))}
        </dl>
        <Switch
          label={said.single}
          note={said.singleNote}
          on={on}
          onSet={(on) => {
            setOn(on);
            setIsKept(keep("shortcuts", on ? "on" : "off"));
          }}
        />
        <p class="problem" role="status">
          {!isKept && words.notKept}
        </p>
        <p class="actions">
          <button type="button" class="plain" onClick={() => dialog.current?.close()}>
            {said.close}
          </button>
        </p>
      </dialog>
    </>
  );
}
