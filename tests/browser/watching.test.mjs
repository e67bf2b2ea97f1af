// The watch over the browsers sees what it is there for: otherwise no test that finds nothing would mean anything.

import assert from "node:assert/strict";
import { test } from "node:test";

import { startBrowser } from "./people.mjs";
import { html, startSite } from "./site.mjs";

const wrongs = {
  "a request": ["/", "fetch('https://foreign.invalid/x').catch(() => {})", /foreign host: https:\/\/foreign\.invalid\/x/],
  "a WebSocket": ["/", "new WebSocket('wss://foreign.invalid/ws')", /foreign host: wss:\/\/foreign\.invalid\/ws/],
  "a STUN server": [
    "/",
    "new RTCPeerConnection({ iceServers: [{ urls: ['stun:127.0.0.1:9', 'stun:foreign.invalid:3478'] }] })",
    /foreign host: stun:foreign/,
  ],
  "a TURN server that comes later": [
    "/",
    "new RTCPeerConnection().setConfiguration({ iceServers: [{ urls: 'turns:foreign.invalid', username: 'a', credential: 'b' }] })",
    /foreign host: turns:foreign/,
  ],
  "an error in a page": ["/", "setTimeout(() => { throw new Error('thrown by the page') })", /thrown by the page/],
  "a promise that nobody caught": ["/", "void Promise.reject(new Error('left alone'))", /left alone/],
  "a violation of the page's policy": ["/strict", "document.body.append(new Image())\ndocument.images[0].src = '/x.png'", /Content Security Policy/],
};

test("whatever a browser does that it should not fails the test", async (t) => {
  const site = await startSite({
    "/": { html: html("A page", "") },
    "/strict": { html: html("A strict page", ""), headers: { "content-security-policy": "default-src 'none'" } },
  });
  for (const [name, [path, wrong, expected]] of Object.entries(wrongs)) {
    await t.test(name, async () => {
      const browser = await startBrowser();
      const page = await browser.window();
      await page.goto(site.origin + path);
      assert.deepEqual(browser.complaints, []);
      await page.evaluate(wrong);
      for (let waits = 0; browser.complaints.length === 0 && waits < 50; waits++) await page.waitForTimeout(100);
      await assert.rejects(browser.close(), (error) => error.actual.some((complaint) => expected.test(complaint)));
    });
  }
  await site.stop();
});

test("what stays on this machine is nothing to complain of", async () => {
  const site = await startSite({ "/": { html: html("A page", "") } });
  const browser = await startBrowser();
  const page = await browser.window();
  await page.goto(site.origin);
  await page.evaluate(async () => {
    await fetch("/");
    new RTCPeerConnection({ iceServers: [{ urls: "stun:127.0.0.1:3478" }] }).close();
  });
  await browser.close();
  await site.stop();
});
