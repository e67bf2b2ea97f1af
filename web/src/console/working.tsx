// The working screen: who waits, who is being helped, and the session that fills the rest.

import { useEffect, useRef, useState } from "preact/hooks";

import { words } from "../locales/console-en";
import type { Desk } from "../peer/desk";
import type { Identity } from "../peer/invite";
import { ALERTS, useAlerts } from "./alerts";
import { arrivals } from "./arrivals";
import { leaveBehind, SELECTED } from "./handover";
import { Mark } from "./icons";
import { host } from "./origin";
import { Presence } from "./presence";
import { Refused, whyRefused } from "./refused";
import { SessionList } from "./session-list";
import { SessionView } from "./session-view";
import { useChanges } from "./subscription";
import { WaitingList } from "./waiting-list";
import type { Workspace } from "./workspace";

/** The desk of an enlisted helper. */
export function Working(props: {
  workspace: Workspace;
  identity: Identity;
  onForget: () => void;
  onRetry: () => void;
  onImport: () => void;
}) {
  const { workspace, identity } = props;
  const { desk, selected, visits } = workspace;
  useChanges(workspace);
  const alerts = useAlerts(workspace);
  const count = desk.available ? desk.waiting.length : 0;
  // How many people wait for the helper: in the queue, or for an answer.
  const people = count + visits.filter((visit) => visit.messages.unread > 0).length;
  useEffect(() => {
    document.title = people > 0 ? words.titleWaiting(people) : words.product;
  }, [people]);

  useEffect(() => {
    const leave = (): void => {
      for (const { session, over, draft } of workspace.visits) if (!over) leaveBehind(session.id, draft);
      leaveBehind(SELECTED, workspace.selected?.session.id ?? "");
    };
    addEventListener("pagehide", leave);
    return () => removeEventListener("pagehide", leave);
  }, [workspace]);

  // Whoever is being helped stays on the screen: the two need no server. So does what was said, until it is closed.
  if (desk.connection === "refused" && visits.length === 0) {
    return <Refused desk={desk} onRetry={props.onRetry} onImport={props.onImport} />;
  }
  return (
    <div class="working" data-view={selected === null ? "lists" : "session"}>
      <Presence workspace={workspace} identity={identity} alerts={alerts} onForget={props.onForget} />
      <main class="room">
        <nav class="lists" aria-label={words.visitors}>
          <WaitingList desk={desk} onAccept={(ticket) => workspace.accept(ticket)} />
          <SessionList desk={desk} visits={visits} selected={selected} onSelect={(visit) => workspace.select(visit)} />
        </nav>
        <div class="stage">
          {selected === null ? (
            <Quiet desk={desk} waiting={count} sessions={visits.length} asks={!alerts.sound && !alerts.notices} />
          ) : (
            <SessionView key={selected.session.id} visit={selected} workspace={workspace} />
          )}
        </div>
      </main>
      <Announcer workspace={workspace} />
    </div>
  );
}

function Quiet({ desk, waiting, sessions, asks }: { desk: Desk; waiting: number; sessions: number; asks: boolean }) {
  const [title, text] = quiet(desk, waiting, sessions);
  return (
    <div class="quiet">
      <Mark />
      <h2>{title}</h2>
      <p>{text}</p>
      {asks && desk.available && (
        <button type="button" class="plain" popovertarget={ALERTS}>
          {words.alerts.offer}
        </button>
      )}
    </div>
  );
}

function quiet(desk: Desk, waiting: number, sessions: number): [title: string, text: string] {
  if (desk.connection === "refused") return [words.refused.title, whyRefused(desk)];
  if (desk.connection !== "enlisted") return [words.sessions.offlineTitle, words.sessions.offline];
  if (!desk.available) return [words.sessions.awayTitle, words.sessions.away];
  if (waiting > 0) return [words.sessions.someTitle, words.sessions.some];
  return [words.sessions.quietTitle, sessions > 0 ? words.sessions.pick : words.sessions.quiet];
}

// One polite voice for what happens away from where the helper is looking; messages speak for themselves (a log).
function Announcer({ workspace }: { workspace: Workspace }) {
  const [said, set] = useState("");
  // The same words are heard a second time only if something in them is another: a space that nobody sees.
  const say = (text: string): void => set((before) => (before === text ? `${text}\xa0` : text));
  const look = useRef(arrivals());
  const { waiting } = workspace.desk;
  const tickets = waiting.map((one) => one.ticket).join();
  const title = workspace.selected?.session.page?.title ?? "";
  useEffect(() => {
    const [first] = look.current(waiting);
    if (first !== undefined) say(words.waiting.arrived(host(first.origin)));
  }, [tickets]);
  useEffect(() => {
    if (title !== "") say(words.page.now(title));
  }, [title, workspace.selected]);
  return (
    <p class="unseen" role="status">
      {said}
    </p>
  );
}
