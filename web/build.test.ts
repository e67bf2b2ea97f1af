// What leaves the build, by weight and by sameness. A visitor pays for the loader on every page, and for the
// chat once they ask.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";

import { brotliSize, bundle } from "./build.mjs";

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

// What loader and chat may weigh together: all that is loaded up to an open chat. What takes a session over page loads
// comes after it, in a part of its own; but for the head start that a page load gives it, which must be there first.
// Units: bytes in brotli.
const UP_TO_A_CHAT = 17 * KB;

test("the loader weighs at most 4 KB, and all up to an open chat at most 17 KB", () => {
  const loader = brotliSize(bytes(manifest.loader.file));
  const chat = brotliSize(bytes(manifest.chat.file));
  assert.ok(loader <= 4 * KB, `the loader weighs ${loader} bytes of ${4 * KB}`);
  assert.ok(loader + chat <= UP_TO_A_CHAT, `loader and chat weigh ${loader} + ${chat} bytes of ${UP_TO_A_CHAT}`);
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
  for (const { file } of [manifest.chat, manifest.seldom]) assert.doesNotMatch(text(file), /\bimport\b\s*[("{*]/);
});

test("each part trusts the next that was built with it, and the manifest tells all truly", () => {
  for (const [part, next] of [[manifest.loader, manifest.chat], [manifest.chat, manifest.seldom]]) {
    assert.ok(text(part.file).includes(next.file));
    assert.ok(text(part.file).includes(next.integrity));
  }
  for (const { file, integrity } of [manifest.loader, manifest.chat, manifest.seldom, manifest.console]) {
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
