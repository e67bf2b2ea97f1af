// No language lacks what another says, or says it in the words of another.

import assert from "node:assert/strict";
import { test } from "node:test";
import { launcherWords } from "../launcher";
import { words as ar } from "./ar";
import { words as de } from "./de";
import { words as en } from "./en";
import { words as es } from "./es";
import { words as fr } from "./fr";
import { words as ja } from "./ja";
import type { Words } from "./words";

const languages: Record<string, Words> = { ar, de, en, es, fr, ja };

// What is the same word in two languages.
const SHARED = new Set(["Message", "Conversation", "Browser", "System", ""]);

/** Every text of a language by where it stands; what has a place for a name or a number is said with one. */
function texts(value: unknown, path = ""): [path: string, text: string][] {
  if (typeof value === "string") return [[path, value]];
  if (typeof value === "function") return texts(value("Mira 5"), `${path}()`);
  return Object.entries(value as object).flatMap(([name, inner]) => texts(inner, `${path}.${name}`));
}

const english = new Map(texts(en));

for (const [code, words] of Object.entries(languages)) {
  test(`${code} says everything`, () => {
    assert.equal(words.code, code);
    const said = texts(words);
    assert.deepEqual(said.map(([path]) => path), [...english.keys()]);
    for (const [path, text] of said) {
      assert.ok(text.trim(), path);
      assert.equal(text, text.normalize("NFC").trim(), path);
      // Whoever has a place for a name uses it.
      assert.equal(text.includes("Mira 5"), english.get(path)?.includes("Mira 5"), path);
    }
    if (words === en) return;
    const same = said.filter(([path, text]) => english.get(path) === text && !SHARED.has(text));
    assert.deepEqual(same, []);
  });
}

test("the launcher speaks the same languages, with as many texts in each", () => {
  assert.deepEqual(Object.keys(launcherWords).sort(), Object.keys(languages));
  for (const [code, words] of Object.entries(launcherWords)) {
    assert.equal(words.length, launcherWords["en"]?.length, code);
    assert.ok(words.every((text) => text.trim()), code);
  }
});
