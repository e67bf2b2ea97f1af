// What leaves the build, by weight and by sameness. A visitor pays for the loader on every page, and for the
// chat once they ask.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";

import { brotliSize, bundle } from "./build.mjs";
import { BuildError } from "./build-error.mjs";
import { framed } from "./frame.mjs";

const KB = 1024;
const files: Map<string, Buffer> = await bundle();
const manifest = JSON.parse(text("manifest.json"));

function bytes(path: string): Buffer {
  const found = files.get(path);
  assert.ok(found, `${path} is missing`);
  return found;
}

function text(path: string): string {
  return bytes(path).toString("utf8");
}

// What a visitor loads, by when. Units: bytes in brotli. Up to an open chat in which they can write, words included; then,
// while they wait for a helper, what connects them and finds back over page loads.
const UP_TO_A_CHAT = 16 * KB;
const IN_ALL = 28 * KB;
const A_LANGUAGE = 2 * KB;

const languages: Record<string, { file: string; integrity: string }> = manifest.words;
const parts = [manifest.chat, manifest.later, ...Object.values(languages)];

test("the loader weighs at most 4 KB, all up to an open chat at most 16 KB, and everything at most 28 KB", () => {
  const weigh = ({ file }: { file: string }) => brotliSize(bytes(file));
  const loader = weigh(manifest.loader);
  const said = Object.entries(languages).map(([code, words]) => [code, weigh(words)] as const);
  for (const [code, words] of said) assert.ok(words <= A_LANGUAGE, `the words in ${code} weigh ${words} bytes of ${A_LANGUAGE}`);
  const words = said.find(([code]) => code === "en")![1];
  const chat = weigh(manifest.chat);
  const later = weigh(manifest.later);
  console.log(`loader ${loader}, chat ${chat}, later ${later}, words ${said.map(([code, size]) => `${code} ${size}`).join(", ")}`);
  assert.ok(loader <= 4 * KB, `the loader weighs ${loader} bytes of ${4 * KB}`);
  assert.ok(loader + chat + words <= UP_TO_A_CHAT, `loader, chat and words weigh ${loader} + ${chat} + ${words} bytes of ${UP_TO_A_CHAT}`);
  assert.ok(loader + chat + words + later <= IN_ALL, `what comes later weighs ${later} more, ${IN_ALL} in all`);
});

// A helper loads the console once a day; on a slow mobile line that is a second.
// Units: bytes in brotli.
const CONSOLE = 45 * KB;

test("the console weighs at most 45 KB in all: its page, its script and its stylesheet", () => {
  const parts = [...files.keys()].filter((path) => /^console\/.*\.(html|js|css)$/.test(path));
  const weights = parts.map((path) => brotliSize(bytes(path)));
  const all = weights.reduce((sum, weight) => sum + weight, 0);
  assert.equal(parts.length, 3, parts.join(" "));
  assert.ok(all <= CONSOLE, `the console weighs ${weights.join(" + ")} = ${all} bytes of ${CONSOLE}`);
});

test("nothing is imported but by the loader's one function, which checks the hash first", () => {
  assert.equal(text(manifest.loader.file).match(/\bimport\b/g)?.length, 1);
  for (const { file } of parts) assert.doesNotMatch(text(file), /\bimport\b\s*[("{*]/);
});

test("each part trusts the next that was built with it, and the manifest tells all truly", () => {
  const trusted = [[manifest.chat, manifest.later], ...parts.map((part) => [manifest.loader, part])];
  for (const [part, next] of trusted) {
    assert.ok(text(part.file).includes(next.integrity.slice("sha256-".length, -1)));
    assert.equal(next.file.split(".")[1], next.integrity.slice("sha256-".length).slice(0, 8).replace(/\W/g, "-"));
  }
  for (const { file, integrity } of [manifest.loader, manifest.console, ...parts]) {
    const [hash] = integrity.split("-");
    assert.match(hash, /^sha(256|384)$/);
    assert.equal(integrity, `${hash}-${createHash(hash).update(bytes(file)).digest("base64")}`);
  }
  assert.deepEqual(bytes("alongside.js"), bytes(manifest.loader.file));
});

test("the console's page names the files that were built with it", () => {
  const page = text("console/index.html");
  for (const [, name] of page.matchAll(/(?:src|href)="([^"]+)"/g)) bytes(`console/${name}`);
  assert.ok(page.includes(manifest.console.file.slice("console/".length)));
  assert.doesNotMatch(page, /\{\{/);
});

test("nothing in a bundle needs more than the page's policy gives", () => {
  for (const [path, content] of files) {
    if (!path.endsWith(".js") || path.startsWith("demo/")) continue;
    // Preact's own branch for `dangerouslySetInnerHTML` is never taken in the console.
    const own = path.startsWith("console/") ? [/\beval\(/, /new Function\b/] : [/\beval\(/, /new Function\b/, /innerHTML/];
    for (const banned of own) assert.doesNotMatch(content.toString("utf8"), banned, path);
  }
});

test("the same sources give the same bytes", async () => {
  const again: Map<string, Buffer> = await bundle();
  assert.deepEqual([...again.keys()], [...files.keys()]);
  for (const [path, content] of again) assert.ok(content.equals(bytes(path)), path);
});

test("every page of the shop stands whole in a frame of its language", () => {
  const pages = [...files].filter(([path]) => path.startsWith("demo/") && path.endsWith(".html"));
  assert.ok(pages.length > 8);
  assert.ok(![...files.keys()].some((path) => path.startsWith("demo/frames/")));
  for (const [path, content] of pages) {
    const page = content.toString("utf8");
    assert.match(page, /^<!doctype html>\n<html lang="(en|ar" dir="rtl)">/, path);
    for (const [once, mark] of Object.entries({ title: /<title>[^<{]+<\/title>/g, main: /<main id="main"/g, tag: /src="\/alongside\.js" data-team="\{\{team\}\}"/g })) {
      assert.equal(page.match(mark)?.length, 1, `${path}: ${once}`);
    }
    // What is still open is filled in by the server.
    const open = (page.match(/\{\{\w+\}\}/g) ?? []).filter((one) => one !== "{{team}}");
    const own = { "demo/account.html": ["{{name}}"], "demo/sign-in.html": ["{{problem}}"] }[path] ?? [];
    assert.deepEqual(open, own, path);
    for (const [, name] of page.matchAll(/(?:src|href)="\/(demo\/[\w./-]+\.(?:js|css|svg))"/g)) bytes(name ?? "");
  }
});

test("a page that does not say what it has to say is not built", () => {
  const build = (page: string): string => {
    const frame = `<nav><a{{here}} href="/demo/x.html">X</a></nav>{{style}}{{tag}}{{title}}{{note}}{{script}}{{main}}`;
    const made = new Map(framed(Object.entries({ "x.html": page, "frames/en.html": frame }).map(([path, text]) => [path, Buffer.from(text)])));
    return made.get("x.html")?.toString() ?? "";
  };
  const said = "title: T\nnote: N\nscript: s.js";
  assert.equal(build(`<!--\n${said}\n-->\n<main>$&</main>\n`), `<nav><a href="/demo/x.html">X</a></nav>TNs.js<main>$&</main>`);
  assert.match(build(`<!--\n${said}\npart: /demo/x.html\n-->\n`), /<a href="\/demo\/x\.html" aria-current="page">/);
  for (const wrong of [
    "<main></main>",
    `<!--\ntitle: T\nscript: s.js\n-->\n`,
    `<!--\n${said}\ncolour: red\n-->\n`,
    `<!--\n${said}\npart: /demo/y.html\n-->\n`,
    `<!--\n${said}\nlang: xx\n-->\n`,
  ]) {
    assert.throws(() => build(wrong), BuildError, wrong);
  }
});
