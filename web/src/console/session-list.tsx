// Who is being helped, and who was until a moment ago.

import type { RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";

import { words } from "../locales/console-en";
import type { Desk } from "../peer/desk";
import { clock, machineDuration } from "./duration";
import { host } from "./origin";
import { Standing } from "./standing";
import { useSteady } from "./steady-list";
import { useNow } from "./subscription";
import type { Visit } from "./visit";

/** Every session that is not closed; pressing one turns to it. While somebody points at the list, nothing in it moves. */
export function SessionList(props: {
  desk: Desk;
  visits: readonly Visit[];
  selected: Visit | null;
  onSelect: (visit: Visit) => void;
}) {
  const [rows, held] = useSteady(props.visits, (visit) => visit.session.id);
  const first = rows.find(({ item }) => item.messages.unread > 0)?.item;
  const entry = useRef<HTMLLIElement>(null);
  // What waits to be read comes into view by itself; so does what is on the screen, once.
  useEffect(() => {
    if (!held.ref.current?.matches(":hover")) entry.current?.scrollIntoView({ block: "nearest" });
  }, [first, props.selected]);
  return (
    <section class="group">
      <h2>
        {words.sessions.title}
        {rows.length > 1 && <span class="count calm" aria-hidden="true">{rows.length}</span>}
      </h2>
      <ul role="list" aria-label={words.sessions.title} {...held}>
        {rows.map(({ item, gone }) => {
          if (gone) return <li key={item.session.id} class="left-empty" aria-hidden="true" />;
          const selected = item === props.selected;
          const shown = item === (first ?? props.selected);
          return <Entry key={item.session.id} {...props} visit={item} selected={selected} list={shown ? entry : null} />;
        })}
      </ul>
      {props.visits.length === 0 && <p class="hint">{words.sessions.none}</p>}
    </section>
  );
}

function Entry(props: {
  desk: Desk;
  visit: Visit;
  selected: boolean;
  list: RefObject<HTMLLIElement | null> | null;
  onSelect: (visit: Visit) => void;
}) {
  const { visit, selected, onSelect } = props;
  const { session, messages } = visit;
  const described = `session-${session.id}`;
  // Not the last message: somebody who looks over the helper's shoulder sees one conversation at a time.
  const below =
    visit.state !== "connected"
      ? <Standing visit={visit} desk={props.desk} />
      : messages.typing
        ? words.conversation.typing
        : (session.page?.title ?? words.state.connected);
  return (
    <li ref={props.list} class={messages.unread > 0 ? "urgent" : undefined}>
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
        <span class="line" dir="auto">
          {below}
        </span>
        {messages.unread > 0 && visit.unreadSince !== null && <Since at={visit.unreadSince} />}
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

// For how long somebody has been waiting for an answer. Units: milliseconds since 1970.
function Since({ at }: { at: number }) {
  const now = useNow(1_000);
  return (
    <time aria-hidden="true" dateTime={machineDuration(now - at)}>
      {clock(now - at)}
    </time>
  );
}
