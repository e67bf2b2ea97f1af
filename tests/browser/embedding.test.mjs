// The tag on somebody else's page: under the strictest policy, under hostile styles, with a script that was changed.

import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";

import { CHANGED, NOT_COME, WEBSOCKET_REFUSED } from "./browser-words.mjs";
import { endAll, HelperHand, startBrowsers, VisitorHand } from "./people.mjs";
import { startProxy } from "./proxy.mjs";
import { startServer } from "./server.mjs";
import { html, snippet, startSite, strictPolicy } from "./site.mjs";

const HOSTILE = "<style>*{all:revert;display:block!important;font:40px cursive!important}</style>";

let server, theirs, ours, tag;
before(async () => {
  server = await startServer();
  [theirs, ours] = await startBrowsers();
  tag = await snippet(server.origin);
});
afterEach(async () => {
  await Promise.all([theirs.leave(), ours.leave()]);
});
after(async () => {
  // Of a part that was changed, the browser complains, and the widget that it did not come.
  const expected = [WEBSOCKET_REFUSED, CHANGED, NOT_COME, /favicon/];
  await endAll(theirs.close(expected), ours.close(), server.stop());
});

async function visit(origin, path = "/") {
  const page = await theirs.window();
  await page.goto(origin + path);
  return new VisitorHand(page);
}

async function talk(visitor) {
  const helper = await HelperHand.at(await ours.window(), server.console);
  await visitor.button("Help").click();
  await helper.accept();
  await visitor.is("connected");
  await visitor.say("Hello from elsewhere");
  await helper.reads("Hello from elsewhere");
  await helper.say("Welcome");
  await visitor.reads("Welcome");
  return helper;
}

test("on a page of another origin, under a policy that allows the server and nothing else", async () => {
  const site = await startSite({
    "/": { html: html("Elsewhere", tag), headers: { "content-security-policy": strictPolicy(server.origin) } },
  });
  const helper = await talk(await visit(site.origin));
  await helper.sees("Elsewhere", `${site.origin}/`);
  await site.stop();
});

test("the same with WebSockets allowed", async () => {
  const policy = strictPolicy(server.origin).replace("connect-src", `connect-src ${server.origin.replace("http", "ws")}`);
  const site = await startSite({ "/": { html: html("Elsewhere", tag), headers: { "content-security-policy": policy } } });
  const before = theirs.complaints.length;
  await talk(await visit(site.origin));
  assert.equal(theirs.complaints.slice(before).some((complaint) => WEBSOCKET_REFUSED.test(complaint)), false);
  await site.stop();
});

/** What is drawn in the widget's shadow root: of each element its place, size, font and visibility. */
const drawn = (host) =>
  host.evaluate((element) =>
    [...element.shadowRoot.querySelectorAll("*")]
      .filter((inner) => inner.getClientRects().length > 0)
      .map((inner) => {
        const { x, y, width, height } = inner.getBoundingClientRect();
        const { fontSize, fontFamily, display, color, visibility, opacity } = getComputedStyle(inner);
        return [inner.localName, x, y, width, height, fontSize, fontFamily, display, color, visibility, opacity].join(" ");
      }),
  );

test("hostile styles of the page change nothing in it", async () => {
  // The strictest policy under which a page can have such styles.
  const headers = { "content-security-policy": `${strictPolicy(server.origin)}; style-src 'unsafe-inline'` };
  const pages = {
    "/plain": { html: html("Plain", tag), headers },
    "/hostile": { html: html("Hostile", HOSTILE + tag), headers },
  };
  const site = await startSite(pages);
  const seen = [];
  for (const path of Object.keys(pages)) {
    const visitor = await visit(site.origin, path);
    await visitor.page.emulateMedia({ reducedMotion: "reduce" });
    await visitor.button("Help").waitFor();
    const launcher = await drawn(visitor.host);
    await visitor.button("Help").click();
    await visitor.is("unavailable");
    await visitor.page.waitForTimeout(500);
    seen.push({ launcher, panel: await drawn(visitor.host) });
    await visitor.button("Cancel").click();
  }
  assert.ok(seen[0].panel.length > 10);
  assert.deepEqual(seen[1], seen[0]);
  const helper = await talk(await visit(site.origin, "/hostile"));
  await helper.sees("Hostile", `${site.origin}/hostile`);
  await site.stop();
});

test("nothing but the script is asked for before Help", async () => {
  const site = await startSite({ "/": { html: html("Quiet", tag) } });
  const page = await theirs.window();
  const asked = [];
  page.on("request", (request) => asked.push(request.url()));
  await page.goto(`${site.origin}/`);
  const visitor = new VisitorHand(page);
  await visitor.button("Help").hover();
  await page.waitForTimeout(1000);
  const script = /src="([^"]+)"/.exec(tag)[1];
  assert.deepEqual(asked.filter((url) => !url.endsWith("/favicon.ico")), [`${site.origin}/`, script]);
  await site.stop();
});

test("each part is asked for once, and only what was checked can run: even where nothing may be kept", async () => {
  const asked = [];
  const proxy = await startProxy(server.origin, (path, body, headers) => {
    headers["cache-control"] = "no-store";
    // Whoever checks one answer and runs another runs this one.
    if (asked.includes(path)) body[body.length - 2] ^= 1;
    asked.push(path);
    return body;
  });
  const site = await startSite({ "/": { html: html("Not kept", tag.replaceAll(server.origin, proxy.origin)) } });
  await talk(await visit(site.origin));
  const parts = asked.map((path) => /^\/([\w-]+)\.[\w-]+\.js$/.exec(path)?.[1]).filter(Boolean);
  assert.deepEqual(parts.sort(), ["alongside", "chat", "later", "words-en"]);
  await theirs.leave();
  await proxy.stop();
  await site.stop();
});

for (const part of ["chat", "words-en"]) {
  test(`${part}, with one changed byte, does not run, and the visitor is told`, async () => {
    const changed = new RegExp(`/${part}\\.[\\w-]+\\.js$`);
    const proxy = await startProxy(server.origin, (path, body) => {
      if (changed.test(path)) body[body.length - 2] ^= 1;
      return body;
    });
    const site = await startSite({ "/": { html: html("Changed", tag.replaceAll(server.origin, proxy.origin)) } });
    const visitor = await visit(site.origin);
    await visitor.button("Help").click();
    await visitor.is("failed");
    await visitor.panel.getByText("Help does not work here at the moment.").waitFor();
    await visitor.button("Try again").waitFor();
    await proxy.stop();
    await site.stop();
  });
}

test("what comes later, with one changed byte, verifies nobody: the claim is lost, both are told, and the next finds it", async () => {
  let whole = false;
  const proxy = await startProxy(server.origin, (path, body) => {
    if (!whole && path.startsWith("/later.")) body[body.length - 2] ^= 1;
    return body;
  });
  const site = await startSite({ "/": { html: html("Changed", tag.replaceAll(server.origin, proxy.origin)) } });
  const helper = await HelperHand.at(await ours.window(), server.console);
  const visitor = await visit(site.origin);
  await visitor.button("Help").click();
  await visitor.is("waiting");
  await helper.accept();
  await helper.is("failed");
  await visitor.is("waiting");
  whole = true;
  await helper.button("Close").click();
  await helper.accept();
  await visitor.is("connected");
  await helper.sees("Changed", `${site.origin}/`);
  // The visitor's socket goes through it.
  await theirs.leave();
  await proxy.stop();
  await site.stop();
});

test("a loader with one changed byte does not run at all, and whole it does", async () => {
  let whole = false;
  const proxy = await startProxy(server.origin, (path, body) => {
    if (!whole && path.startsWith("/alongside.")) body[body.length - 2] ^= 1;
    return body;
  });
  const site = await startSite({ "/": { html: html("Changed", tag.replaceAll(server.origin, proxy.origin)) } });
  const page = await theirs.window();
  await page.goto(`${site.origin}/`);
  await page.waitForTimeout(500);
  assert.equal(await page.locator("alongside-help").count(), 0);
  whole = true;
  // Another person, to whom nothing was kept.
  await (await visit(site.origin)).button("Help").waitFor();
  await proxy.stop();
  await site.stop();
});

test("the site's own button asks, and ours stays away", async () => {
  const own = tag.replace("<script ", '<script data-launcher="#ask" ');
  const site = await startSite({ "/": { html: html("Own button", own, '<button id="ask">Talk to us</button>') } });
  const helper = await HelperHand.at(await ours.window(), server.console);
  const visitor = await visit(site.origin);
  await visitor.page.locator("alongside-help").waitFor({ state: "attached" });
  assert.equal(await visitor.button("Help").count(), 0);
  await visitor.button("Talk to us").click();
  await helper.accept();
  await visitor.is("connected");
  await site.stop();
});

test("who finds nobody there is told where else the site can be reached", async () => {
  const known = tag.replace("<script ", '<script data-contact="help@nook.example" ');
  const site = await startSite({ "/": { html: html("Contact", known) } });
  const visitor = await visit(site.origin);
  await visitor.button("Help").click();
  await visitor.is("unavailable");
  const link = visitor.panel.getByRole("link", { name: "help@nook.example", exact: true });
  await link.waitFor();
  assert.equal(await link.getAttribute("href"), "mailto:help@nook.example");
  await HelperHand.at(await ours.window(), server.console);
  await visitor.is("waiting");
  await link.waitFor({ state: "hidden" });
  await visitor.button("Cancel").click();
  await site.stop();
});

test("a page's script that opens the panel later does not ask by itself, and the API goes through a session", async () => {
  // Right at the load event: whatever Playwright looks at in the page afterwards counts as a person's click.
  const script =
    "<script>window.codes=[];addEventListener('load',()=>{Alongside.on('error',(e)=>codes.push(e.code));" +
    "Alongside.hide();Alongside.open()})</script>";
  const site = await startSite({ "/": { html: html("Later", tag + script) } });
  const helper = await HelperHand.at(await ours.window(), server.console);
  const visitor = await visit(site.origin);
  await visitor.button("Ask for help").waitFor();
  assert.equal(await visitor.page.evaluate(() => window.Alongside.state), "idle");
  await visitor.button("Ask for help").click();
  await helper.accept();
  await visitor.is("connected");
  assert.equal(await visitor.page.evaluate(() => window.Alongside.state), "connected");
  await visitor.page.evaluate(() => window.Alongside.close());
  await visitor.panel.waitFor({ state: "hidden" });
  assert.equal(await visitor.button("Help").count(), 0);
  await visitor.page.evaluate(() => window.Alongside.show());
  await visitor.button("Help").waitFor();
  await visitor.page.evaluate(() => window.Alongside.end());
  await helper.is("ended");
  assert.deepEqual(await visitor.page.evaluate(() => window.codes), []);
  await site.stop();
});

test("a page's own script asks at once within a person's click", async () => {
  const button = '<button onclick="Alongside.open()">Something else</button>';
  const site = await startSite({ "/": { html: html("Clicked", tag, button) } });
  const helper = await HelperHand.at(await ours.window(), server.console);
  const visitor = await visit(site.origin);
  await visitor.button("Help").waitFor();
  await visitor.button("Something else").click();
  await visitor.is("waiting");
  assert.equal(await visitor.button("Ask for help").count(), 0);
  await helper.accept();
  await visitor.is("connected");
  await site.stop();
});

test("a page may speak before the script is there, and asks only by a person's click", async () => {
  const stub =
    "<script>window.Alongside=function(){(Alongside.q=Alongside.q||[]).push(arguments)};" +
    'Alongside("identify",{plan:"Family"});Alongside("on","state",(e)=>{(window.states=window.states||[]).push(e.state)});' +
    'Alongside("open");</script>';
  const site = await startSite({ "/": { html: html("Stub", stub + tag) } });
  const helper = await HelperHand.at(await ours.window(), server.console);
  const visitor = await visit(site.origin);
  await visitor.button("Ask for help").waitFor();
  assert.equal(await visitor.host.getAttribute("data-state"), "idle");
  await visitor.button("Ask for help").click();
  await helper.accept();
  await visitor.is("connected");
  await helper.visitor.getByText("Family").waitFor();
  assert.deepEqual(await visitor.page.evaluate(() => window.states.at(-1)), "connected");
  await site.stop();
});
