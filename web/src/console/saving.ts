// A session as a file to keep: who wrote what when, and on which pages the visitor was meanwhile.

import { moment, saved, type SavedEntry, savedName } from "../conversation/saved";
import { words } from "../locales/console-en";
import { host } from "./origin";
import type { Visit } from "./visit";

/** The file's name and its text; `name` is the helper's. Units: milliseconds since 1970. */
export function savedSession(visit: Visit, name: string, now: number): { name: string; text: string } {
  const { session, endedAt, pagesSince } = visit;
  const said = words.saved;
  const top = [
    said.title(host(session.origin)),
    said.helper(name),
    said.began(session.began === null ? said.unknown : whole(session.began)),
    endedAt === null ? said.goesOn(whole(now)) : said.ended(whole(endedAt)),
    said.clocks,
  ];
  if (pagesSince !== null) top.push(said.pages(whole(pagesSince)));
  return { name: savedName(said.file, session.began ?? now, session.origin), text: saved(top, entries(visit, name)) };
}

const whole = (at: number): string => moment(at, undefined, "long");

function* pagesAfter(visit: Visit, keys: ReadonlySet<string>, key: string | null): Generator<SavedEntry> {
  for (const { at, page, after } of visit.visited) {
    // What came after a message that is too old to be kept stands on top.
    if ((after !== null && keys.has(after) ? after : null) !== key) continue;
    yield { by: words.saved.page, at, text: page.title.trim() === "" ? page.url : `${page.title.trim()}\n${page.url}` };
  }
}

function entries(visit: Visit, name: string): SavedEntry[] {
  const all = visit.messages.entries;
  const keys = new Set(all.map(({ key }) => key));
  const written = [...pagesAfter(visit, keys, null)];
  for (const entry of all) {
    if ("note" in entry) {
      const text = [words.saved.notes[entry.note], entry.url ?? words.saved.refresh].join(" ");
      written.push({ by: words.saved.proposal, at: entry.at, text });
    } else {
      const unsent = entry.mark === "unsent" ? ` ${words.saved.unsent}` : "";
      written.push({ by: entry.from === "helper" ? name + unsent : words.conversation.visitor, at: entry.at, text: entry.text });
    }
    written.push(...pagesAfter(visit, keys, entry.key));
  }
  return written;
}
