// What is shared: the list of all that the helper was told, word for word.

import type { Shared } from "../peer/visitor";
import { h, words } from "./toolkit";

/** Draws it. */
export function drawSharing({ page, client }: Shared): HTMLElement {
  const fields: Record<string, string> = words.fields;
  const rows = Object.entries({ ...page, ...client }).flatMap(([name, value]): [string, unknown][] =>
    fields[name] ? [[fields[name], value]] : [],
  );
  rows.push(...Object.entries(client?.attributes ?? {}));
  return h(
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
}
