// What becomes of an address that a visitor's page reported: opened at once, opened after a further press, or only shown.

import { mayOpen } from "../proto/address";
import type { Page } from "../wire/peer";

/** Where an address leads, seen from a session's own site. */
export type Opening =
  | { to: "same-site"; href: string }
  | { to: "elsewhere"; href: string; host: string }
  | { to: "redacted" }
  | { to: "nowhere" };

/** Decides about one page. The visitor's side is not trusted: all is looked at again here. */
export function opening(page: Pick<Page, "url" | "redacted">, origin: string): Opening {
  const { url } = page;
  if (!URL.canParse(url)) return { to: "nowhere" };
  const parsed = new URL(url);
  if (parsed.protocol !== "https:" && parsed.protocol !== "http:") return { to: "nowhere" };
  // `https://shop.example@evil.example/` reads as the one and leads to the other.
  if (parsed.username !== "" || parsed.password !== "") return { to: "nowhere" };
  if (page.redacted || url.includes("…")) return { to: "redacted" };
  // By the rules of the protocol and by those of this browser.
  if (mayOpen(url, origin) && parsed.origin === origin) return { to: "same-site", href: url };
  return parsed.origin === origin ? { to: "nowhere" } : { to: "elsewhere", href: parsed.href, host: parsed.host };
}
