// Who waits: the site they are on, and for how long.

import { words } from "../locales/console-en";
import type { Desk } from "../peer/desk";
import type { SessionId } from "../wire/signaling";
import { clock, machineDuration } from "./duration";
import { Origin } from "./origin";
import { useNow } from "./subscription";

/** The queue, longest waiting first. */
export function WaitingList(props: { desk: Desk; onAccept: (ticket: SessionId) => void }) {
  const { desk } = props;
  const waiting = desk.available ? [...desk.waiting].sort((one, other) => one.since - other.since) : [];
  const now = useNow(waiting.length > 0 ? 1000 : 0);
  return (
    <section class="group">
      <h2>
        {words.waiting.title}
        {waiting.length > 0 && <span class="count" aria-hidden="true">{waiting.length}</span>}
      </h2>
      <ul role="list" aria-label={words.waiting.title}>
        {waiting.map((one) => (
          <li key={one.ticket} class="waiter">
            <p id={`waiting-${one.ticket}`}>
              <Origin origin={one.origin} short />
              <time dateTime={machineDuration(now - one.since)}>{words.waiting.for(clock(now - one.since))}</time>
            </p>
            <button
              type="button"
              class="primary"
              aria-describedby={`waiting-${one.ticket}`}
              onClick={() => props.onAccept(one.ticket)}
            >
              {words.waiting.accept}
            </button>
          </li>
        ))}
      </ul>
      {waiting.length === 0 && <p class="hint">{nobody(desk)}</p>}
    </section>
  );
}

function nobody(desk: Desk): string {
  if (desk.refusal) return words.refused.because[desk.refusal] ?? words.refused.else;
  if (!desk.available) return words.waiting.away;
  return desk.connection === "enlisted" ? words.waiting.none : words.waiting.offline;
}
