// Addresses: what of one leaves the visitor, and which of them a helper's agent may open.
//
// Both work on addresses as the URL standard serializes them, on text alone: `PROTOCOL.md` has the rules, and
// one table of cases (`tests/vectors/address.json`) keeps this file and its Rust twin alike.

import { MAX_URL_BYTES, type Whereabouts } from "../wire/peer";
import { utf8Length } from "../wire/utf8";

/** An address without what may be secret in it. */
export type CleanAddress = Pick<Whereabouts, "url" | "omitted" | "redacted">;

// The longest query value that is kept. Units: characters.
const MAX_VALUE = 32;

// From how many digits on a value may be the number of a card.
const CARD_DIGITS = 13;

// From which length on a word may be a token: in a query, where little is lost with it, and in a path, where
// the whole address is lost. Units: characters.
const QUERY_TOKEN = 10;
const PATH_TOKEN = 20;

const SECRET_PART = /token|secret|passw|passcode|pwd|session|sessid|csrf|xsrf|jwt|saml|signature|credential|apikey/;
const WORDS = "activate|auth|confirm|invite|magic|oauth|otp|reset|unsubscribe|verify";
const SECRET_WORD = new RegExp(
  `(^|[^a-z])(${WORDS}|access|assertion|authorization|bearer|challenge|code|hash|hmac|key|login|nonce|pass|pin|refresh|sid|sig|state|ticket)([^a-z]|$)`,
);
// Before a token in a path; fewer, because `/ticket/4711` is a page.
const SECRET_SEGMENT = new RegExp(`^(${WORDS}|password|secret|token)$`, "i");

const UUID = /[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}/i;

// Scheme and host; user information; host; path; query; fragment. A backslash is a slash to browsers.
const ADDRESS = /^(https?:\/\/)(?:([^/?#@\\]*)@)?([^/?#@\\]+)(\/[^?#\\]*)(?:\?([^#]*))?(?:#(.*))?$/;

function split(href: string): RegExpExecArray | null {
  return /^[!-~]+$/.test(href) ? ADDRESS.exec(href) : null;
}

/** Undoes percent-encoding, up to three times: what is hidden twice is still hidden. */
function revealed(text: string): string {
  for (let round = 0; round < 3; round++) {
    try {
      text = decodeURIComponent(text);
    } catch {
      break;
    }
  }
  return text;
}

/** How often something is in a text. */
function count(text: string, mark: RegExp): number {
  return text.split(mark).length - 1;
}

/** Whether a word of at least that length turns so often between letters, capitals and digits that nobody chose it. */
function hasToken(text: string, min: number): boolean {
  return text.split(/[^\w-]+/).some(
    // One turn at each place where a digit meets a letter, or a small letter a capital.
    (word) => word.length >= min && count(word, /\d(?=[A-Za-z])|[A-Z](?=\d)|[a-z](?=[A-Z\d])/) * 5 >= word.length,
  );
}

function isSecretName(name: string): boolean {
  const words = name.replace(/[a-z](?=[A-Z])/g, "$& ").toLowerCase();
  return SECRET_PART.test(words) || SECRET_WORD.test(words);
}

// What no plain value has in it: separators, further encoding, and what a page could be written with.
const ODD = /[\0-\x1f\x7f%=?&#@;\\<>"]/;

function isHarmless(text: string): boolean {
  return (
    [...text].length <= MAX_VALUE &&
    !ODD.test(text) &&
    count(text, /\d/) < CARD_DIGITS &&
    !hasToken(text, QUERY_TOKEN)
  );
}

/** Whether a `name=value` can be shown. */
function isPlainPair(pair: string): boolean {
  const [name = "", ...values] = pair.split("=").map((part) => revealed(part.replaceAll("+", " ")));
  return isHarmless(name) && values.length < 2 && isHarmless(values[0] ?? "") && !isSecretName(name);
}

function isTokenSegment(segment: string, before: string): boolean {
  return (
    hasToken(segment, PATH_TOKEN) ||
    UUID.test(segment) ||
    (segment.includes("=") && isSecretName(segment)) ||
    (SECRET_SEGMENT.test(before) && (/\d/.test(segment) || [...segment].length >= 16))
  );
}

/**
 * Takes out of an address what may be secret: `clean` leaves plain parts only, `path` neither query nor
 * fragment, `full` all but user information.
 *
 * Errors: of what is no http(s) address, nothing is kept.
 */
export function cleanAddress(href: string, urls: "clean" | "path" | "full"): CleanAddress {
  const parts = split(href);
  if (!parts) return { url: "", omitted: 1, redacted: true };
  const [, scheme = "", user, host = "", path = "", query, fragment] = parts;
  let omitted = user === undefined ? 0 : 1;
  let redacted = false;

  // What is left of some pairs, the separator before each of them.
  const pairs = (all: string[], separator: string, keep: (pair: string) => boolean): string =>
    all
      .filter((pair) => pair !== "" && (keep(pair) || !++omitted))
      .map((pair) => separator + pair)
      .join("");

  const cleanPath = (path: string): string => {
    let before = "";
    return path
      .split("/")
      .map((segment) => {
        const [base = "", ...parameters] = segment.split(";");
        const shown = revealed(base);
        const isToken = isTokenSegment(shown, before);
        before = shown;
        redacted ||= isToken;
        return (isToken ? "…" : base) + pairs(parameters, ";", isPlainPair);
      })
      .join("/");
  };

  const cleanQuery = (query = "", keep = isPlainPair): string =>
    pairs(query.split("&"), "&", keep).replace("&", "?");

  const cleanFragment = (fragment: string): string => {
    const route = /^(!?\/[^?]*)(?:\?(.*))?$/.exec(fragment);
    if (route) return `#${cleanPath(route[1] ?? "")}${cleanQuery(route[2])}`;
    const anchor = revealed(fragment);
    if (!ODD.test(anchor) && !isTokenSegment(anchor, "")) return `#${fragment}`;
    omitted++;
    return "";
  };

  let url = scheme + host;
  if (urls === "full") url += href.slice(href.indexOf("/", scheme.length));
  else {
    url += cleanPath(path) + cleanQuery(query, urls === "clean" ? isPlainPair : () => false);
    if (fragment) {
      if (urls === "clean") url += cleanFragment(fragment);
      else omitted++;
    }
  }
  return utf8Length(url) > MAX_URL_BYTES
    ? { url: `${scheme}${host}/…`, omitted: omitted + 1, redacted: true }
    : { url, omitted, redacted };
}

/**
 * Whether an address that the visitor reported may be opened in a session of this origin: http or https, the
 * same origin, no user information, nothing left out of its path, and no character that browsers read as another.
 */
export function mayOpen(url: string, origin: string): boolean {
  // What follows an origin and a slash is neither host nor user information.
  return split(url) !== null && url.startsWith(`${origin}/`) && url.length <= MAX_URL_BYTES;
}
