// Which page the visitor is on, and the button that opens it here.

import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";

import { words } from "../locales/console-en";
import type { Page } from "../wire/peer";
import type { Following } from "./following";
import { Outside } from "./icons";
import { opening } from "./opening";
import { host } from "./origin";

/** The visitor's page, and until the end what can be done about it, `children` among that. Only an address of the session's own site opens at once. */
export function PageRegion(props: { page: Page | null; origin: string; following: Following; isOver: boolean; children: ComponentChildren }) {
  const { page, origin, following } = props;
  return (
    <section class="page" aria-label={words.page.label}>
      {page === null ? <p class="hint">{words.page.unknown}</p> : <Known page={page} origin={origin} following={following} />}
      {/* Also while the visitor is between two pages: what is being typed there stays. */}
      {page !== null && !props.isOver && (
        <>
          <Along following={following} />
          {props.children}
        </>
      )}
    </section>
  );
}

function Known({ page, origin, following }: { page: Page; origin: string; following: Following }) {
  const way = opening(page, origin);
  // The foreign address that was asked about: for another it is asked anew.
  const [asked, setAsked] = useState("");
  const away = way.to === "elsewhere" && asked === way.href;
  return (
    <>
      {/* Every page turns up; what can be pressed beside it stays, and keeps the focus. */}
      <h3 key={page.epoch}>
        <bdi>{page.title.trim() === "" ? words.page.untitled : page.title}</bdi>
      </h3>
      <p class="address">
        {way.to === "same-site" ? (
          <a href={way.href} target="_blank" rel="noopener noreferrer" referrerpolicy="no-referrer" dir="ltr">
            {way.href}
          </a>
        ) : (
          <bdi dir="ltr">{page.url}</bdi>
        )}
      </p>
      {page.omitted > 0 && <p class="hint">{words.page.omitted(page.omitted)}</p>}
      {way.to === "redacted" && <p class="hint">{words.page.redacted}</p>}
      {way.to === "nowhere" && <p class="hint">{words.page.unsafe}</p>}
      {way.to === "elsewhere" && <p class="hint warn">{words.page.elsewhere(way.host, host(origin))}</p>}
      {way.to === "same-site" && (
        <button type="button" class="plain" aria-keyshortcuts="O" onClick={() => following.open(way.href)}>
          <Outside />
          {words.page.open}
        </button>
      )}
      {way.to === "elsewhere" && (
        <button type="button" class={away ? "plain apart" : "plain"} onClick={() => (away ? show(way.href) : setAsked(way.href))}>
          {away && <Outside />}
          {away ? words.page.openOf(way.host) : words.page.open}
        </button>
      )}
    </>
  );
}

/** Whether the helper's window goes along, and whether it shows the same page. */
function Along({ following }: { following: Following }) {
  const { on, mark, problem } = following;
  return (
    <div class="along">
      <label>
        <input type="checkbox" aria-keyshortcuts="F" checked={on} onChange={({ currentTarget }) => following.follow(currentTarget.checked)} />
        {words.page.follow}
      </label>
      <p role="status" class="same" data-same={mark}>
        {words.page.same[mark]}
      </p>
      {mark === "no" && <p class="hint">{words.page.own}</p>}
      {problem && <p class="hint warn">{words.page.problems[problem]}</p>}
    </div>
  );
}

// The page gets no handle on the console, and its site does not learn where the helper came from.
const show = (href: string): void => void window.open(href, "_blank", "noopener,noreferrer");
