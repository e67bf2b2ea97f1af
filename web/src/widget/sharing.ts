// What is shared: the list of all that the helper was told, word for word.

import type { WidgetWords } from "../locales";
import type { Client, Page } from "../wire/peer";
import { h } from "./element";

/** Draws the list from what was sent. */
export function drawShared(page: Page | null, client: Client | null, { shared }: WidgetWords): Node[] {
  const rows = Object.entries({ ...page, ...client }).flatMap(([name, value]) =>
    name in shared.fields ? [[shared.fields[name as keyof typeof shared.fields], value] as const] : [],
  );
  rows.push(...Object.entries(client?.attributes ?? {}));
  return [
    h("p", {}, page ? shared.lead : shared.nothing),
    h(
      "dl",
      {},
      ...rows.flatMap(([name, value]) => [
        h("dt", {}, name),
        // An address in a panel of the other direction keeps its own order, and the panel's side.
        h("dd", {}, h("bdi", {}, typeof value === "object" ? Object.values(value).join(" × ") : String(value))),
      ]),
    ),
    h("p", {}, page?.omitted ? `${shared.omitted(page.omitted)}. ` : "", shared.never),
  ];
}
