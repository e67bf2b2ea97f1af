// What was said, newest at the bottom.

import type { VNode } from "preact";
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";

import { segments } from "../conversation/links";
import type { Entry, Note } from "../conversation/message-list";
import { words } from "../locales/console-en";
import { type Hit, pieces } from "./search";
import type { Visit } from "./visit";

// How near to the end still counts as being there. Units: CSS pixels; less than one line.
const NEAR = 24;

/** What is looked for in the conversation: every place where it stands, and which of them is looked at. */
export interface Found {
  readonly hits: readonly Hit[];
  readonly at: Hit | null;
}

/** The conversation; it stays at its end unless the helper scrolls up to read, or looks at what was found. */
export function ConversationLog({ visit, found, onSeen }: { visit: Visit; found: Found; onSeen: () => void }) {
  const { entries, typing } = visit.messages;
  const log = useRef<HTMLDivElement>(null);
  const [atEnd, setAtEnd] = useState(true);
  const newest = entries.at(-1)?.key;
  // Drawn anew only when something was said or a mark has moved on.
  const list = useMemo(() => <Messages entries={entries} found={found} />, [entries, found]);
  const toEnd = (): void => {
    if (log.current !== null) log.current.scrollTop = log.current.scrollHeight;
  };

  useLayoutEffect(() => {
    if (atEnd || isOwn(entries.at(-1))) toEnd();
  }, [newest]);
  useLayoutEffect(() => {
    log.current?.querySelector("mark[aria-current]")?.scrollIntoView({ block: "center" });
  }, [found]);
  useEffect(() => {
    if (log.current === null) return;
    const resized = new ResizeObserver(() => atEnd && toEnd());
    resized.observe(log.current);
    return () => resized.disconnect();
  }, [atEnd]);
  // Read is what has been on a screen that somebody looks at. Before it is painted, lest it flashes as unread.
  useLayoutEffect(() => {
    const look = (): void => {
      if (atEnd && document.visibilityState === "visible") onSeen();
    };
    look();
    document.addEventListener("visibilitychange", look);
    return () => document.removeEventListener("visibilitychange", look);
  }, [newest, atEnd]);

  return (
    <div class="conversation">
      <div
        ref={log}
        class="log"
        role="log"
        aria-label={words.conversation.label}
        tabIndex={0}
        onScroll={(event) => {
          const { scrollTop, scrollHeight, clientHeight } = event.currentTarget;
          setAtEnd(scrollHeight - scrollTop - clientHeight < NEAR);
        }}
      >
        {entries.length === 0 && visit.state === "connected" && <p class="hint">{words.session.connected}</p>}
        {list}
      </div>
      {!atEnd && (
        <button type="button" class="newest" onClick={toEnd}>
          {words.conversation.newest}
        </button>
      )}
      <p class="typing">{typing && !visit.over ? words.conversation.typing : ""}</p>
    </div>
  );
}

// What the helper wrote or asked for brings them back to the end.
function isOwn(entry: Entry | Note | undefined): boolean {
  return entry !== undefined && ("note" in entry ? entry.note === "proposing" : entry.from === "helper");
}

function fromOf(entry: Entry | Note | undefined): Entry["from"] | null {
  return entry !== undefined && "from" in entry ? entry.from : null;
}

function Messages({ entries, found }: { entries: readonly (Entry | Note)[]; found: Found }) {
  const hits = new Map<string, Hit[]>();
  for (const hit of found.hits) hits.set(hit.key, [...(hits.get(hit.key) ?? []), hit]);
  // A mark stands at the last message that it holds for: it is true of all above.
  const marked = new Map(entries.flatMap((entry) => ("note" in entry ? [] : [[entry.mark, entry.key]])));
  return (
    <ol role="list">
      {entries.map((entry, index) =>
        "note" in entry ? (
          <li key={entry.key} class="note">
            <Noted note={entry} />
          </li>
        ) : (
          drawn(entry, fromOf(entries[index - 1]) === entry.from, marked.get(entry.mark) === entry.key, hits.get(entry.key), found.at)
        ),
      )}
    </ol>
  );
}

/** What is drawn of each message, by how it stands in the list: what is as it was is not looked at again. */
const messages = new WeakMap<Entry, Map<string, VNode>>();

function drawn(entry: Entry, follows: boolean, marked: boolean, hits: readonly Hit[] | undefined, at: Hit | null): VNode {
  if (hits) return <Message key={entry.key} entry={entry} follows={follows} marked={marked} hits={hits} at={at} />;
  const known = messages.get(entry) ?? new Map<string, VNode>();
  messages.set(entry, known);
  const way = `${follows} ${marked}`;
  const node = known.get(way) ?? <Message key={entry.key} entry={entry} follows={follows} marked={marked} />;
  known.set(way, node);
  return node;
}

function Noted({ note: { note, url } }: { note: Note }) {
  if (note === "declined" || note === "withdrawn") return words.proposing[note];
  if (note === "allowed") return url === null ? words.proposing.allowedToRefresh : words.proposing.allowed;
  if (url === null) return words.proposing.askedToRefresh;
  return (
    <>
      {words.proposing.asked} <bdi dir="ltr">{url}</bdi>
    </>
  );
}

interface Drawn {
  entry: Entry;
  follows: boolean;
  marked: boolean;
  hits?: readonly Hit[];
  at?: Hit | null;
}

function Message({ entry, follows, marked, hits = [], at = null }: Drawn) {
  const own = entry.from === "helper";
  let start = 0;
  return (
    <li class={`message ${own ? "own" : "theirs"}${follows ? " follows" : ""}`}>
      <span class={follows ? "unseen" : "who"}>{own ? words.conversation.you : words.conversation.visitor} </span>
      <p class="text" dir="auto">
        {segments(entry.text).map((part) => {
          const text = marks(part.text, start, hits, at);
          start += part.text.length;
          if (!("href" in part)) return text;
          return (
            <a href={part.href} target="_blank" rel="noopener noreferrer" referrerpolicy="no-referrer">
              {text}
            </a>
          );
        })}
      </p>
      <span class="meta">
        <Time at={entry.at} />
        {marked && entry.mark !== null && (
          <span aria-live="off" data-mark={entry.mark}>
            {words.conversation.marks[entry.mark]}
          </span>
        )}
      </span>
    </li>
  );
}

function marks(text: string, start: number, hits: readonly Hit[], at: Hit | null): string | (string | VNode)[] {
  if (hits.length === 0) return text;
  return pieces(text, start, hits).map(({ text, hit }) =>
    hit === null ? text : <mark aria-current={hit === at ? "true" : undefined}>{text}</mark>,
  );
}

// The time is the writer's claim, and may be none that a calendar has.
function Time({ at }: { at: number }) {
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) return null;
  return <time dateTime={date.toISOString()}>{clockTime.format(date)}</time>;
}

const clockTime = new Intl.DateTimeFormat(undefined, { timeStyle: "short" });
