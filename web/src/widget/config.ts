// What the tag in the page says.

import type { TeamId } from "../wire/signaling";

/** The tag's attributes, read. */
export interface Config {
  /** The origin of the signaling server. */
  readonly server: string;
  /** The team keys: one, or two during a rollover; empty when the tag has no valid one. */
  readonly teams: TeamId[];
  /** How much of the page's address a helper sees. */
  readonly urls: "clean" | "path" | "full";
  /** Whether the page is loaded again before anybody is asked. */
  readonly refresh: boolean;
  /** Where the site can be reached when nobody is there; empty when it does not say. */
  readonly contact: string;
}

// 43 characters of base64url hold 258 bits; the last two of them are zero for the 256 of a key.
// A count in the pattern would be written out by the browser, in a page that has other things to do.
const CHARACTERS = 43;
const TEAM = /^[\w-]+[AEIMQUYcgkosw048]$/;

/** Reads what matters to a session; what is not valid counts as not said. */
export function readConfig({ team, server, url, refresh, contact }: DOMStringMap, script: string): Config {
  const named = server && URL.canParse(server) ? server : script;
  return {
    server: new URL(named).origin,
    teams: (team ?? "")
      .split(/\s+/)
      .filter((key) => key.length === CHARACTERS && TEAM.test(key))
      .slice(0, 2),
    // What is not known shows a helper no more than the default does.
    urls: url === "path" || url === "full" ? url : "clean",
    refresh: refresh !== undefined && refresh.toLowerCase() !== "false",
    contact: contact?.trim() ?? "",
  };
}
