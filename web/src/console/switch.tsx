// A switch with a word on what it does.

import { useId } from "preact/hooks";

/** A switch; one that `isOff` cannot be used now, and its note says why. */
export function Switch(props: { label: string; note?: string; on: boolean; isOff?: boolean; onSet: (on: boolean) => void }) {
  const { label, note, on, isOff = false } = props;
  const id = useId();
  return (
    <div class="setting">
      <button
        type="button"
        class="switch"
        role="switch"
        aria-checked={on}
        aria-disabled={isOff ? "true" : undefined}
        aria-describedby={note === undefined ? undefined : id}
        onClick={() => !isOff && props.onSet(!on)}
      >
        {label}
      </button>
      {note !== undefined && (
        <p id={id} class="hint" aria-live="polite">
          {note}
        </p>
      )}
    </div>
  );
}
