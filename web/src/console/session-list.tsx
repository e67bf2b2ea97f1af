// Who is being helped, and who was until a moment ago.

import { words } from "../locales/console-en";
import { host } from "./origin";
import { Standing } from "./standing";
import type { Visit } from "./workspace";

/** Every session that is not closed; pressing one turns to it. */
export function SessionList(props: { visits: readonly Visit[]; selected: Visit | null; onSelect: (visit: Visit) => void }) {
  return (
    <section class="group">
      <h2>{words.sessions.title}</h2>
      <ul role="list" aria-label={words.sessions.title}>
        {props.visits.map((visit) => (
          <Entry key={visit.session.id} visit={visit} selected={visit === props.selected} onSelect={props.onSelect} />
        ))}
      </ul>
      {props.visits.length === 0 && <p class="hint">{words.sessions.none}</p>}
    </section>
  );
}

function Entry({ visit, selected, onSelect }: { visit: Visit; selected: boolean; onSelect: (visit: Visit) => void }) {
  const { session, messages } = visit;
  const described = `session-${session.id}`;
  // Not the last message: somebody who looks over the helper's shoulder sees one conversation at a time.
  const below =
    visit.state !== "connected"
      ? <Standing visit={visit} />
      : messages.typing
        ? words.conversation.typing
        : (session.page?.title ?? words.state.connected);
  return (
    <li>
      <button
        type="button"
        class="entry"
        data-tone={visit.state}
        aria-current={selected ? "true" : undefined}
        aria-describedby={described}
        onClick={() => onSelect(visit)}
      >
        <bdi dir="ltr">{words.sessions.numbered(host(session.origin), visit.number)}</bdi>
      </button>
      <span class="below" id={described}>
        <span class="line">
          <bdi>{below}</bdi>
        </span>
        {messages.unread > 0 && (
          <span class="unread" title={words.sessions.unread(messages.unread)}>
            <span aria-hidden="true">{messages.unread}</span>
            <span class="unseen">{words.sessions.unread(messages.unread)}</span>
          </span>
        )}
      </span>
    </li>
  );
}
