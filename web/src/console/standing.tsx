// Where a session is, in words.

import { words } from "../locales/console-en";
import type { Desk } from "../peer/desk";
import { useNow } from "./subscription";
import type { Visit } from "./visit";

// How long a page may take to open. Units: milliseconds. After that the visitor is elsewhere.
const OPENING_MS = 10_000;

/** Says where a session is; of a visitor who is away, whether they are just opening a page, or it is our own line. */
export function Standing({ visit, desk }: { visit: Visit; desk: Desk }) {
  const { state } = visit;
  const now = useNow(state === "reconnecting" ? 1_000 : 0);
  const isOurs = state === "reconnecting" && desk.connection === "lost";
  const isAway = visit.lostAt !== null && now - visit.lostAt > OPENING_MS;
  return <>{isOurs ? words.presence.connection.lost : isAway ? words.session.away : words.state[state]}</>;
}
