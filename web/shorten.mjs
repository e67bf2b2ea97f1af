// Makes what a visitor loads small: shortens every name that nobody outside the bundles reads.
//
// Four kinds of names stay: those of the browser (Terser has the list), those of the wire, those of the site's
// API and the tag, and those that are looked up by a text that stands elsewhere.

import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { minify } from "./packages.mjs";

const folder = join(dirname(fileURLToPath(import.meta.url)), "src");
const source = (path) => readFileSync(join(folder, path), "utf8");
const words = (text) => text.replace(/\/\*[^]*?\*\/|\/\/.*/g, "").match(/[\w$-]+/g) ?? [];

/** The languages of the widget, by their codes: a file each, beside the one that says what is in them. */
export const languages = readdirSync(join(folder, "locales/widget"))
  .flatMap((file) => /^([a-z]{2})\.ts$/.exec(file)?.[1] ?? [])
  .sort();

// The types between a session and its driver stand beside those of the wire, and never leave the page.
const isInner = (statement) => /^type (Input|Output) /.test(statement);
const statements = source("wire/peer.ts").split(/^export /m);

const kept = new Set([
  ...words(source("wire/signaling.ts")),
  ...statements.filter((statement) => !isInner(statement)).flatMap(words),
  // What a certificate says.
  ...words("alg typ crit jti sub iat exp cnf jwk kty crv x noise origins automated"),
  // WebCrypto's, which the list of the browser's names leaves out.
  ...words("public additionalData iv salt info"),
  // The API, the details of its events, the tag's attributes, and what the host shows.
  ...words("Alongside q push on off open close show hide end identify state from text at count code id kind url"),
  ...words("team server url label position theme launcher refresh side lang contact"),
  // What one page keeps for the next, which may be of another build.
  ...words("at place written draft folded told free record what name answer joined proposed proposedRefresh"),
  // Looked up: marks and ends of a session by what a session tells, errors by code, fields by name, languages by theirs.
  ...words("sending delivered read unsent visitor helper lost page client attributes unverified no-key else"),
  ...words(/type ErrorWord =([^;]*)/.exec(source("locales/widget/words.ts"))[1]),
  ...languages,
  // What one bundle imports of another.
  ...words("mount words later"),
  ...words(source("peer/client-information.ts")),
  "Samsung Internet",
]);

// The tags of those types are texts. Each that is nothing else is as good as a number: what has a hyphen in it and
// stands nowhere on the wire is nothing else, and of the plain words these, which no bundle has as a text besides.
const plain = words(
  "accept allow decline described dial known navigated prepare prepared received say seal seen signal timeout verified writing",
);
const tags = [...statements.filter(isInner).join("").matchAll(/"(?:input|output)": "([\w-]+)"/g)]
  .map(([, tag]) => tag)
  .filter((tag) => (tag.includes("-") || plain.includes(tag)) && !kept.has(tag));

// What makes checks and does nothing else: a check that no bundle asks for is left out with what it is made of.
const makers = words("decoder typed record list nullable text filled integer oneOf base64url like refusal");

// Names that the browser has too, for things that no bundle touches: wherever one stands, it is ours.
const namesakes = words(
  "input event opened closed found connection channel configure addCandidate adopt drop put finish config emit " +
    "root frame host element note take cut link ready update seal mark timeout button icon",
);

/**
 * Tells our own names from the browser's where both are the same.
 *
 * Shape: what esbuild takes as `mangleProps` and `mangleCache`.
 */
export const renamed = {
  mangleProps: new RegExp(`^(${namesakes.join("|")})$`),
  mangleCache: Object.fromEntries(namesakes.map((name) => [name, `our_${name}`])),
};

// Names of the session machine, of the console's parts and of its words that nothing but its own code calls by. Of those
// that are long, or stand often: few enough to look through, for a console also has names of a library and of files that it
// keeps.
const consoles = words(
  "announced standing generation generations deadline dialled socketOpen unreadSince keepBeforeSending beginConnection " +
    "dropAttempt beginAnew attempting loseEachOther cameToNothing findEachOther canFindBack depositLost notAdmitted " +
    "socketLost pollOutput hasStored visitorButton giveBack gaveBack allowedToRefresh askedToRefresh notProposed " +
    "unsupportedTitle titleWaiting replaceTitle copyYourself offlineTitle makeAnother anotherNote outcomeElse replaceYes " +
    "replaceNo singleNote quietTitle failedElse someTitle awayTitle soundNote whatTitle nameNote whatOver",
);

/** The same for the console: what esbuild takes as `mangleProps`. */
export const renamedForHelpers = { mangleProps: new RegExp(`^(${consoles.join("|")})$`) };

/** How Terser writes code: statements and functions that begin alike are shorter after compression than short ones. */
export const alike = { passes: 4, inline: 1, lhs_constants: false, sequences: false, arrows: false };

/** Shortens the bundles of one build: what one calls by a name, the others call by the same. */
export function shortener() {
  const props = {};
  return async (code) => {
    const numbered = tags.reduce((text, tag, at) => text.replaceAll(`"${tag}"`, `"${at}"`), code);
    const nameCache = { props };
    const result = await minify(numbered, {
      module: true,
      ecma: 2022,
      compress: { ...alike, unsafe: true, unsafe_arrows: true, directives: false, pure_funcs: makers },
      mangle: { properties: { reserved: [...kept] } },
      nameCache,
    });
    Object.assign(props, nameCache.props);
    return result.code;
  };
}
