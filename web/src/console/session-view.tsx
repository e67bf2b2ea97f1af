// The session that fills the screen: the conversation, the page, the visitor, and the way out.

import { useEffect, useRef, useState } from "preact/hooks";

import { download } from "../conversation/download";
import { words } from "../locales/console-en";
import type { SessionErrorCode } from "../wire/peer";
import { BlockButton } from "./block-button";
import { Composer } from "./composer";
import { ConversationLog } from "./conversation-log";
import { Back, Glass, Person, Save } from "./icons";
import { Origin } from "./origin";
import { PageRegion } from "./page-region";
import { Proposing } from "./proposing";
import { savedSession } from "./saving";
import { SearchBar, useSearch } from "./search-bar";
import { Standing } from "./standing";
import { VisitorRegion } from "./visitor-region";
import type { Visit } from "./visit";
import type { Workspace } from "./workspace";

/** One session, live or ended. */
export function SessionView({ visit, workspace }: { visit: Visit; workspace: Workspace }) {
  const { session } = visit;
  const heading = useRef<HTMLHeadingElement>(null);
  const message = useRef<HTMLTextAreaElement>(null);
  const opener = useRef<HTMLButtonElement>(null);
  const [details, setDetails] = useState(false);
  const search = useSearch(visit.messages.entries);
  const save = (): void => {
    const { name, text } = savedSession(visit, workspace.name, Date.now());
    download(name, text);
  };
  const closeSearch = (): void => {
    search.want(null);
    opener.current?.focus();
  };
  // A press on Accept or on a session leads to the message box; not on touch, where a keyboard would cover the rest.
  useEffect(() => {
    const write = workspace.willWrite && !visit.over && !matchMedia("(pointer: coarse)").matches;
    (write ? message.current : heading.current)?.focus();
  }, []);
  // What had the focus may be gone with the end, or with the question whether to block.
  useEffect(() => {
    if (visit.over && document.activeElement === document.body) heading.current?.focus();
  }, [visit.over, visit.block]);

  return (
    <section class="session" data-state={visit.state} data-details={details ? "" : undefined}>
      <header class="head">
        <button type="button" class="round narrow" aria-label={words.sessions.back} onClick={() => workspace.select(null)}>
          <Back />
        </button>
        <div class="whose">
          <h2 ref={heading} tabIndex={-1}>
            <Origin origin={session.origin} />
            {visit.number > 1 && ` (${visit.number})`}
          </h2>
          {/* Of the end another place tells, and why. */}
          <p class="state" role={visit.over ? undefined : "status"}>
            <Standing visit={visit} desk={workspace.desk} />
          </p>
        </div>
        <button
          ref={opener}
          type="button"
          class="round"
          aria-label={words.search.button}
          title={words.keyed(words.search.button, "S")}
          aria-keyshortcuts="S"
          aria-expanded={search.wanted !== null}
          onClick={() => (search.wanted === null ? search.want("") : closeSearch())}
        >
          <Glass />
        </button>
        <button type="button" class="round" aria-label={words.saved.button} title={words.saved.button} onClick={save}>
          <Save />
        </button>
        <BlockButton visit={visit} workspace={workspace} />
        <button
          type="button"
          class="round details"
          aria-label={words.session.visitorButton}
          title={words.session.visitorButton}
          aria-expanded={details}
          onClick={() => setDetails(!details)}
        >
          <Person />
        </button>
        <div class="out">
          {visit.over ? (
            <button key="close" type="button" class="plain parting" aria-keyshortcuts="E" onClick={() => workspace.close(visit)}>
              {words.session.close}
            </button>
          ) : (
            <>
              <button key="return" type="button" class="plain" onClick={() => visit.giveBack()}>
                {words.session.giveBack}
              </button>
              <button key="end" type="button" class="plain parting" aria-keyshortcuts="E" onClick={() => session.end()}>
                {words.session.end}
              </button>
            </>
          )}
        </div>
      </header>
      <PageRegion page={session.page} origin={session.origin} following={visit.following} isOver={visit.over}>
        <Proposing session={session} />
      </PageRegion>
      <div class="talk">
        {search.wanted !== null && <SearchBar search={search} onClose={closeSearch} />}
        <ConversationLog visit={visit} found={search.found} onSeen={() => workspace.seen(visit)} />
        {visit.over ? <Ending visit={visit} /> : <Composer visit={visit} box={message} />}
      </div>
      <VisitorRegion client={session.client} page={session.page} />
    </section>
  );
}

function Ending({ visit }: { visit: Visit }) {
  const end = visit.gaveBack && visit.endedBy === "helper" ? words.session.gaveBack : words.session.endedBy[visit.endedBy ?? "lost"];
  const why = visit.session.state === "failed" ? failure(visit.error) : end;
  return (
    <div class="ending">
      <p role="status">{why}</p>
      {visit.block !== null && <p role="status">{words.block.outcome[visit.block] ?? words.block.outcomeElse}</p>}
      {visit.draft.trim() !== "" && (
        <label class="hint">
          {words.conversation.marks.unsent}
          <textarea readOnly dir="auto" value={visit.draft} />
        </label>
      )}
      {visit.messages.entries.length > 0 && <p class="hint">{words.session.readable}</p>}
    </div>
  );
}

function failure(error: SessionErrorCode | null): string {
  const { failed, failedElse } = words.session;
  if (error === null) return failedElse;
  // What the server refused is told by why; the rest by what failed.
  if (typeof error === "object" && "refused" in error) return failed[error.refused] ?? failedElse;
  return failed[typeof error === "string" ? error : Object.keys(error)[0]!] ?? failedElse;
}
