// Who waits: the site they are on, and for how long.

import { words } from "../locales/console-en";
import type { Desk, Waiting } from "../peer/desk";
import type { SessionId } from "../wire/signaling";
import { clock, machineDuration } from "./duration";
import { Origin } from "./origin";
import { whyRefused } from "./refused";
import { useSteady } from "./steady-list";
import { useNow } from "./subscription";

const NOBODY: readonly Waiting[] = [];

/** The queue, longest waiting first; while somebody points at it, nobody in it moves. */
export function WaitingList(props: { desk: Desk; onAccept: (ticket: SessionId) => void }) {
  const { desk } = props;
  const waiting = desk.available ? desk.waiting : NOBODY;
  const [rows, held] = useSteady(
    waiting,
    (one) => one.ticket,
    (one) => desk.sessions.some((session) => session.id === one.ticket),
  );
  const now = useNow(waiting.length > 0 ? 1000 : 0);
  return (
    <section class="group">
      <h2>
        {words.waiting.title}
        {waiting.length > 0 && <span class="count" aria-hidden="true">{waiting.length}</span>}
      </h2>
      <ul role="list" aria-label={words.waiting.title} {...held}>
        {rows.map(({ item, gone }) => (
          <li key={item.ticket} class="waiter" aria-hidden={gone ? "true" : undefined}>
            <p id={`waiting-${item.ticket}`}>
              <Origin origin={item.origin} short />
              {gone ? (
                <span>{words.waiting.gone}</span>
              ) : (
                <time dateTime={machineDuration(now - item.since)}>{words.waiting.for(clock(now - item.since))}</time>
              )}
            </p>
            {!gone && (
              <button
                type="button"
                class="primary"
                aria-describedby={`waiting-${item.ticket}`}
                aria-keyshortcuts={item === waiting[0] ? "A" : undefined}
                // The second press of two is not meant for whoever stands there by then.
                onClick={(event) => event.detail > 1 || props.onAccept(item.ticket)}
              >
                {words.waiting.accept}
              </button>
            )}
          </li>
        ))}
      </ul>
      {waiting.length === 0 && <p class="hint">{nobody(desk)}</p>}
    </section>
  );
}

function nobody(desk: Desk): string {
  if (desk.connection === "refused") return whyRefused(desk);
  if (!desk.available) return words.waiting.away;
  return desk.connection === "enlisted" ? words.waiting.none : words.waiting.offline;
}
