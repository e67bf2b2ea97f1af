// What a helper typed, as an address that can be proposed: one of the session's own site.

import { mayOpen } from "../proto/address";
import type { Page } from "../wire/peer";

/** An address of the session's site, or why it is none. */
export type Proposable = { url: string } | { problem: "empty" | "unreadable" | "elsewhere" };

/** Reads an address as people write them: whole, without its scheme, or from a slash, `?` or `#` on. */
export function proposable(text: string, page: Pick<Page, "url" | "redacted"> | null, origin: string): Proposable {
  const typed = text.trim();
  if (typed === "") return { problem: "empty" };
  const { host, protocol } = new URL(origin);
  const isPart = /^[/?#]/.test(typed);
  const isBare = typed === host || typed.startsWith(`${host}/`);
  const whole = isBare ? `${protocol}//${typed}` : typed;
  const base = isPart ? startingFrom(page, origin) : undefined;
  if (!URL.canParse(whole, base)) return { problem: "unreadable" };
  const url = new URL(whole, base);
  if (mayOpen(url.href, origin)) return { url: url.href };
  return { problem: url.origin === origin ? "unreadable" : "elsewhere" };
}

/** Where a helper starts from: the visitor's page, or the site where that cannot be opened. */
export function startingFrom(page: Pick<Page, "url" | "redacted"> | null, origin: string): string {
  return page !== null && !page.redacted && mayOpen(page.url, origin) ? page.url : `${origin}/`;
}
