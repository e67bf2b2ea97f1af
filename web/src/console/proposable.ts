// What a helper typed, as an address that can be proposed: one of the session's own site.

import { mayOpen } from "../proto/address";
import type { Page } from "../wire/peer";

/** An address of the session's site, or why it is none. */
export type Proposable = { url: string } | { problem: "empty" | "unreadable" | "elsewhere" };

/** Reads an address as people write them: whole, without its scheme, or as seen from the visitor's page. */
export function proposable(text: string, page: Pick<Page, "url" | "redacted"> | null, origin: string): Proposable {
  const typed = text.trim();
  if (typed === "") return { problem: "empty" };
  const from = startingFrom(page, origin);
  const [first = ""] = /^[^/?#]*/.exec(typed) ?? [];
  const { host, protocol } = new URL(origin);
  const isFile = typed[first.length] !== "/" && extension(first) === extension(new URL(from).pathname);
  const isHost = first === host || (!isFile && /^[^.:@]+(\.[^.:@]+)+(:\d+)?$/.test(first));
  const whole = isHost ? `${protocol}//${typed}` : typed;
  // Two words are no address, though an address could be made of them.
  if (/\s/.test(first) || !URL.canParse(whole, from)) return { problem: "unreadable" };
  const url = new URL(whole, from);
  if (mayOpen(url.href, origin)) return { url: url.href };
  return { problem: url.origin === origin ? "unreadable" : "elsewhere" };
}

// How a file's name ends, as in `.html`.
const extension = (path: string): string | undefined => /\.[^./]*$/.exec(path)?.[0];

/** Where a helper starts from: the visitor's page, or the site where that cannot be opened. */
export function startingFrom(page: Pick<Page, "url" | "redacted"> | null, origin: string): string {
  return page !== null && !page.redacted && mayOpen(page.url, origin) ? page.url : `${origin}/`;
}
