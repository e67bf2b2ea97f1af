// What a helper is told of the visitor and of the page they are on, from when they have asked.

import { cleanAddress } from "../proto/address";
import type { Input } from "../wire/peer";
import { clientInformation } from "./client-information";
import { watchNavigation } from "./navigation";

/** How much of an address the helper sees: cleaned of what may be secret, the path alone, or all of it. */
export type Urls = "clean" | "path" | "full";

/** Tells what the visitor uses and what the site knows about them, and watches where they are until the signal. */
export function observe(
  urls: Urls,
  attributes: Readonly<Record<string, string>>,
  input: (input: Input) => void,
  signal: AbortSignal,
): void {
  identify(attributes, input);
  watchNavigation(
    (address) => cleanAddress(address, urls),
    (page) => input({ input: "navigated", page }),
    signal,
  );
}

/** Tells anew what the visitor uses and what the site knows about them. */
export function identify(attributes: Readonly<Record<string, string>>, input: (input: Input) => void): void {
  input({ input: "known", client: clientInformation(attributes) });
}
