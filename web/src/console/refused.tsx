// What a helper sees when they cannot take up work: the server refuses them, or their browser lacks something.

import { words } from "../locales/console-en";
import type { Desk } from "../peer/desk";
import { Mark } from "./icons";

/** Says why, and what to do next. */
export function Refused(props: { desk: Desk; onRetry: () => void; onImport: () => void }) {
  const why = words.refused;
  return (
    <main class="door">
      <div class="card">
        <Mark />
        <h1>{props.desk.unsupported === null ? why.title : why.unsupportedTitle}</h1>
        <p role="alert">{whyRefused(props.desk)}</p>
        <p class="actions">
          <button type="button" class="primary" onClick={props.onRetry}>
            {why.retry}
          </button>
          <button type="button" class="plain" onClick={props.onImport}>
            {why.other}
          </button>
        </p>
      </div>
    </main>
  );
}

/** Why the helper cannot take up work, and what helps. */
export function whyRefused({ refusal, unsupported }: Desk): string {
  const { because, unsupported: lacks, else: other } = words.refused;
  return (unsupported === null ? because[refusal ?? ""] : lacks[unsupported]) ?? other;
}
