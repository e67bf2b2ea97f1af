import assert from "node:assert/strict";
import { test } from "node:test";
import { readConfig } from "./config";

const team = "A".repeat(43);
const script = "https://help.example/alongside.js";
const read = (dataset: DOMStringMap) => readConfig(dataset, script);

test("one team key or two", () => {
  const other = `${"b".repeat(42)}E`;
  assert.deepEqual(read({ team }).teams, [team]);
  assert.deepEqual(read({ team: ` ${team}\n${other} ` }).teams, [team, other]);
  assert.deepEqual(read({ team: `${team} ${other} ${team}` }).teams, [team, other]);
});

test("what is no team key is none", () => {
  for (const wrong of [undefined, "", "{{team}}", "A".repeat(42), "A".repeat(44), `${"A".repeat(42)}B`, `${"A".repeat(42)}+`, "javascript:0"]) {
    assert.deepEqual(read(wrong === undefined ? {} : { team: wrong }).teams, [], wrong);
  }
});

test("the server is the script's own origin, or the one that is named", () => {
  assert.equal(read({ team }).server, "https://help.example");
  assert.equal(read({ team, server: "https://other.example:8443/any/path?x" }).server, "https://other.example:8443");
  assert.equal(read({ team, server: "not an address" }).server, "https://help.example");
});

test("the page is loaded again where the tag says so", () => {
  for (const refresh of ["", "true", "refresh"]) assert.equal(read({ team, refresh }).refresh, true, refresh);
  for (const tag of [{ team }, { team, refresh: "false" }, { team, refresh: "False" }]) assert.equal(read(tag).refresh, false);
});

test("an unknown way to treat addresses is the careful one", () => {
  assert.equal(read({ url: "full" }).urls, "full");
  assert.equal(read({ url: "path" }).urls, "path");
  for (const url of ["", "FULL", "everything"]) assert.equal(read({ url }).urls, "clean");
});

test("where the site can be reached otherwise is what the tag says, or nothing", () => {
  assert.equal(read({ team, contact: " help@nook.example " }).contact, "help@nook.example");
  assert.equal(read({ team }).contact, "");
});
