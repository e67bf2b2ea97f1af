// Whether helper and visitor look at the same page.

import { cleanAddress } from "../proto/address";

/** What is known about it. */
export type SamePage = "yes" | "no" | "unknown";

/**
 * Compares the address that the visitor's agent has reported with the one that the helper's own copy of the page tells.
 * The visitor's was cleaned in a way that the site has chosen, so the helper's is cleaned in each.
 */
export function samePage(theirs: string | null, ours: string | null): SamePage {
  if (theirs === null || ours === null) return "unknown";
  const isSame = (["clean", "path", "full"] as const).some((way) => cleanAddress(ours, way).url === theirs);
  return isSame ? "yes" : "no";
}
