import assert from "node:assert/strict";
import { test } from "node:test";
import { chooseLanguage } from "./language";

test("the first language that there is, whatever the country", () => {
  const cases: [wished: (string | undefined)[], code: string][] = [
    [["de"], "de"],
    [["fr-CA", "de"], "fr"],
    [["JA_jp"], "ja"],
    [[undefined, "", "nl", "es-419", "en"], "es"],
    [[" ar "], "ar"],
    [["tlh", "nl"], "en"],
    [["constructor", "__proto__"], "en"],
    [[], "en"],
  ];
  for (const [wished, code] of cases) assert.equal(chooseLanguage(wished).code, code, String(wished));
});

test("Arabic is written from right to left, the others are not", () => {
  for (const code of ["en", "de", "es", "fr", "ja"]) assert.equal(chooseLanguage([code]).direction, "ltr");
  assert.equal(chooseLanguage(["ar-EG"]).direction, "rtl");
});
