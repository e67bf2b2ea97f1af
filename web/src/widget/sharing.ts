// What is shared: the list of all that the helper was told, word for word.

import { words } from "../locales/sharing-en";
import type { Shared } from "../peer/visitor";
import type { Toolkit } from "./toolkit";

/** Draws the list from what was sent into its place. */
export function drawShared(h: Toolkit["h"], place: HTMLElement, { page, client }: Shared): void {
  const fields: Record<string, string> = words.fields;
  const rows = Object.entries({ ...page, ...client }).flatMap(([name, value]): [string, unknown][] =>
    fields[name] ? [[fields[name], value]] : [],
  );
  rows.push(...Object.entries(client?.attributes ?? {}));
  const list = h(
    "div",
    {},
    h("p", {}, page ? words.lead : words.nothing),
    h(
      "dl",
      {},
      ...rows.flatMap(([name, value]) => [
        h("dt", {}, name),
        // An address in a panel of the other direction keeps its own order, and the panel's side.
        h("dd", {}, h("bdi", {}, typeof value === "object" && value ? Object.values(value).join(" × ") : String(value))),
      ]),
    ),
    h("p", {}, page?.omitted ? `${words.omitted(page.omitted)}. ` : "", words.never),
  );
  // What is the same stays, with what somebody has selected in it.
  if (list.textContent !== place.textContent) place.replaceChildren(list);
}
