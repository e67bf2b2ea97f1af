// What becomes of an address that a visitor's page reported: opened at once, opened after a further press, or only shown.

import type { Page } from "../wire/peer";

/** Where an address leads, seen from a session's own site. */
export type Opening =
  | { to: "same-site"; href: string }
  | { to: "elsewhere"; href: string; host: string }
  | { to: "redacted" }
  | { to: "nowhere" };

/** Decides about one page. The visitor's side is not trusted: all is looked at again here. */
export function opening(page: Pick<Page, "url" | "redacted">, origin: string): Opening {
  if (!URL.canParse(page.url)) return { to: "nowhere" };
  const url = new URL(page.url);
  if (url.protocol !== "https:" && url.protocol !== "http:") return { to: "nowhere" };
  // `https://shop.example@evil.example/` reads as the one and leads to the other.
  if (url.username !== "" || url.password !== "") return { to: "nowhere" };
  if (page.redacted || page.url.includes("…")) return { to: "redacted" };
  if (url.origin === origin) return { to: "same-site", href: url.href };
  return { to: "elsewhere", href: url.href, host: url.host };
}
