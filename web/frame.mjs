// The pages of the demo shop: each is what stands between header and footer, below a comment that says what the rest
// has to know of it. The frame around them is one for each language.
//
//   title    what the page is called
//   note     what the line at the top says about it
//   script   its script
//   style    its stylesheet, if it has one beside the shop's
//   part     which link of the navigation leads to it, if one does
//   tag      more attributes for the tag of the Help button
//   lang     its language, if that is not English

import { BuildError } from "./build-error.mjs";

const NEEDED = ["title", "note", "script"];
const KNOWN = [...NEEDED, "style", "part", "tag", "lang"];

/**
 * Puts the frame around each page, and leaves other files as they are.
 *
 * Errors: `BuildError` when a page lacks what it has to say, or says what nobody knows.
 */
export function* framed(files) {
  const frames = {};
  const rest = [];
  for (const [path, bytes] of files) {
    const [, language] = /^frames\/(\w+)\.html$/.exec(path) ?? [];
    if (language) frames[language] = bytes.toString("utf8");
    else rest.push([path, bytes]);
  }
  for (const [path, bytes] of rest) {
    yield [path, path.endsWith(".html") ? Buffer.from(page(path, bytes.toString("utf8"), frames)) : bytes];
  }
}

function page(path, source, frames) {
  const [, head, main] = /^<!--\n([^]*?)\n-->\n([^]*)$/.exec(source) ?? [];
  if (head === undefined) throw new BuildError(`web/demo/${path} does not begin with what it says of itself`);
  const said = Object.fromEntries(
    head.split("\n").map((line) => {
      const [, name, value] = /^(\w+): +(.+)$/.exec(line) ?? [];
      if (!KNOWN.includes(name)) throw new BuildError(`web/demo/${path}: nobody knows what to do with "${line}"`);
      return [name, value];
    }),
  );
  for (const name of NEEDED) if (!said[name]) throw new BuildError(`web/demo/${path} does not say its ${name}`);
  const { lang = "en", style, part, tag, ...texts } = said;
  const frame = frames[lang];
  if (frame === undefined) throw new BuildError(`web/demo/frames/${lang}.html is missing: ${path} asks for it`);
  const links = frame.match(/\{\{here\}\} href="[^"]+"/g) ?? [];
  if (part && !links.some((link) => link.endsWith(` href="${part}"`))) {
    throw new BuildError(`web/demo/${path}: no link of the navigation leads to ${part}`);
  }
  const filled = {
    ...texts,
    tag: tag ? ` ${tag}` : "",
    style: style ? `\n  <link rel="stylesheet" href="/demo/${style}">` : "",
    main: main.trimEnd(),
  };
  return frame
    .replace(/\{\{here\}\}( href="([^"]+)")/g, (_, link, target) => (target === part ? `${link} aria-current="page"` : link))
    // The team stays open: the server knows it.
    .replace(/\{\{(\w+)\}\}/g, (open, name) => filled[name] ?? open);
}
