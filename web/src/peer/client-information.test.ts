import assert from "node:assert/strict";
import { test } from "node:test";

import { readUserAgent } from "./client-information";
import { cut } from "./cut";

const cases: [string, string, string][] = [
  ["Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:153.0) Gecko/20100101 Firefox/153.0", "Firefox 153", "Windows"],
  ["Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36", "Chrome 156", "Linux"],
  ["Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36 Edg/156.0.0.0", "Edge 156", "Windows"],
  ["Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.2 Safari/605.1.15", "Safari 26.2", "macOS"],
  ["Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.1 Mobile/15E148 Safari/604.1", "Safari 26.1", "iOS 18.6"],
  ["Mozilla/5.0 (iPad; CPU OS 17_2 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/150.0.1 Mobile/15E148 Safari/604.1", "Chrome 150", "iPadOS 17.2"],
  ["Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/29.0 Chrome/136.0.0.0 Mobile Safari/537.36", "Samsung Internet 29", "Android 10"],
  ["Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36", "Chrome 156", "ChromeOS"],
  ["Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/156.0.0.0 Safari/537.36", "Chrome 156", "Linux"],
  ["curl/8.5.0", "", ""],
];

for (const [text, browser, platform] of cases) {
  test(`reads ${browser || "nothing"} on ${platform || "nothing"}`, () => {
    assert.deepEqual(readUserAgent(text), { browser, platform });
  });
}

test("cuts between characters, and marks it", () => {
  assert.equal(cut("short", 8), "short");
  assert.equal(cut("exactly8", 8), "exactly8");
  assert.equal(cut("nine char", 8), "nine …");
  assert.equal(cut("ééééé", 8), "éé…");
  assert.equal(cut("👋👋👋", 9), "👋…");
  for (const text of ["a".repeat(50), "ü".repeat(50), "👋".repeat(50), "a👋".repeat(20)]) {
    for (let limit = 8; limit < 40; limit += 1) {
      const bytes = new TextEncoder().encode(cut(text, limit));
      assert.ok(bytes.length <= limit && bytes.length > limit - 7, `${text} at ${limit}`);
    }
  }
});

test("a broken half of a character becomes a whole one", () => {
  assert.equal(cut("a\ud800b", 8), "a\ufffdb");
});
