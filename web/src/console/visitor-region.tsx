// What the visitor uses, as their own page told it.

import type { ComponentChildren } from "preact";

import { words } from "../locales/console-en";
import type { Client, Page } from "../wire/peer";
import { localTime } from "./local-time";
import { useNow } from "./subscription";

// Units: milliseconds. The clock shows minutes, and turns with the one on the wall.
const CLOCK_MS = 1_000;

/** Client information, with the time where the visitor is and what the site has added. */
export function VisitorRegion({ client, page }: { client: Client | null; page: Page | null }) {
  return (
    <section class="visitor" aria-label={words.visitor.label} tabIndex={0}>
      <h3>{words.visitor.label}</h3>
      {client === null ? <p class="hint">{words.visitor.unknown}</p> : <Facts client={client} page={page} />}
    </section>
  );
}

function Facts({ client, page }: { client: Client; page: Page | null }) {
  const { width, height, scale } = client.screen;
  const facts: [string, ComponentChildren][] = [
    [words.visitor.browser, client.browser],
    [words.visitor.platform, client.platform],
    [words.visitor.language, language(client.language)],
    [words.visitor.time, client.timeZone === "" ? "" : <LocalTime timeZone={client.timeZone} />],
    [words.visitor.screen, width > 0 ? words.visitor.scaled(words.visitor.size(width, height), scale) : ""],
  ];
  if (page !== null && page.viewport.width > 0) facts.push([words.visitor.window, words.visitor.size(page.viewport.width, page.viewport.height)]);
  // Some agents have neither a screen nor a language.
  const told = facts.filter(([, value]) => value !== "");
  return (
    <dl>
      {told.map(([name, value]) => (
        <div>
          <dt>{name}</dt>
          <dd>
            <bdi>{value}</bdi>
          </dd>
        </div>
      ))}
      {Object.entries(client.attributes).map(([name, value]) => (
        <div class="added">
          <dt>
            <bdi>{name}</bdi>
          </dt>
          <dd>
            <bdi>{value}</bdi>
          </dd>
        </div>
      ))}
    </dl>
  );
}

// The visitor's page may claim a language or a time zone that does not exist: then it is shown as it came.
function language(tag: string): string {
  try {
    const name = new Intl.DisplayNames(undefined, { type: "language" }).of(tag);
    return name === undefined || name === tag ? tag : `${name} (${tag})`;
  } catch (error) {
    if (error instanceof RangeError) return tag;
    throw error;
  }
}

function LocalTime({ timeZone }: { timeZone: string }) {
  const now = useNow(CLOCK_MS);
  const there = localTime(timeZone, now);
  const zone = timeZone.replaceAll("_", " ");
  if (there === null) return zone;
  return (
    <>
      <time dateTime={there.machine}>{there.text}</time>
      {there.days !== 0 && ` ${words.visitor.days(there.days)}`} ({zone})
    </>
  );
}
