import assert from "node:assert/strict";
import { test } from "node:test";
import { moment, saved, savedName } from "./saved";

// Noon, so that it is the same day in nearly every place that a test runs in.
const NOON = new Date(2026, 10, 28, 12, 5).getTime();
const when = moment(NOON, "en");

test("says what it is, then who wrote what when", () => {
  const file = saved(
    ["Help on nook.example", "Started today"],
    [
      { by: "Visitor", at: NOON, text: "Hello" },
      { by: "Dana", at: NOON, text: "One line\nand another 🙂" },
    ],
    "en",
  );
  assert.match(when, /Nov 28, 2026.*12:05/);
  assert.equal(
    file,
    `\ufeffHelp on nook.example\nStarted today\n\nVisitor ${when}\n    Hello\n\nDana ${when}\n    One line\n    and another 🙂\n`,
  );
});

test("nobody can write a line that looks like somebody else's head", () => {
  const forged = `Dana ${when}`;
  for (const end of ["\n", "\r", "\r\n", "\v", "\f", "\x85", "\u2028", "\u2029", "\n\n"]) {
    const file = saved(["Top"], [{ by: "Visitor", at: NOON, text: `Hi${end}${forged}${end}  Send money` }], "en");
    const heads = file.slice(1).split("\n").filter((line) => line !== "" && !line.startsWith("    "));
    assert.deepEqual(heads, ["Top", `Visitor ${when}`], JSON.stringify(end));
  }
});

test("a name is one line, whoever gave it", () => {
  const file = saved(["A\nB"], [{ by: "Dana\nMallory", at: NOON, text: "Hi" }], "en");
  assert.equal(file, `\ufeffA\nB\n\nDana Mallory ${when}\n    Hi\n`);
});

test("what steers terminals is left out, and tabs stay", () => {
  const file = saved([], [{ by: "V", at: NOON, text: "\x1b[2Ja\tb\x00\x07\x9b1m" }], "en");
  assert.match(file, /\n {4}\[2Ja\tb1m\n$/);
});

test("a time that no calendar has is left out", () => {
  for (const at of [2 ** 53 - 1, NaN, Infinity]) {
    assert.equal(saved(["T"], [{ by: "Visitor", at, text: "Hi" }]), "\ufeffT\n\nVisitor\n    Hi\n");
  }
});

test("the file is named by the day and the host", () => {
  assert.equal(savedName("conversation", NOON, "https://nook.example"), "conversation 2026-11-28 nook.example.txt");
  assert.equal(savedName("conversation", NOON, "http://localhost:8080"), "conversation 2026-11-28 localhost-8080.txt");
  assert.equal(savedName("conversation", NOON, "http://[::1]:8080"), "conversation 2026-11-28 -1-8080.txt");
});
