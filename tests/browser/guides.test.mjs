// Every command and every snippet in the guides, run as it stands there: only hosts, ports and keys are this machine's.
//
// A line that is new in a guide fails this until somebody says here what must come of it.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { after, afterEach, before, test } from "node:test";
import { fileURLToPath } from "node:url";

import { freePort } from "./free-port.mjs";
import { endAll, FLAGS, HelperHand, startBrowser, VisitorHand } from "./people.mjs";
import { program, startServer } from "./server.mjs";
import { html, snippet, startSite } from "./site.mjs";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** The blocks of a guide in one language. */
function blocks(guide, language) {
  const text = readFileSync(join(root, guide), "utf8");
  return [...text.matchAll(/^```(\w*)\n([^]*?)^```$/gm)].filter(([, its]) => its === language).map(([, , block]) => block);
}

let server, browser, folder, key, site, port;
before(async () => {
  [server, browser] = await Promise.all([startServer(), startBrowser()]);
  folder = mkdtempSync(join(tmpdir(), "alongside-guides-"));
  key = new URL(server.console).hash.split(".")[1];
  site = await startSite({ "/cart": { html: html("Your cart", await snippet(server.origin)) } });
  port = await freePort();
  // As people have it in their path; what a machine without a screen or with root alone needs comes with it.
  const chromium = process.env.CHROMIUM ?? "/usr/bin/chromium";
  writeFileSync(join(folder, "chromium"), `#!/bin/sh\nexec ${chromium} --headless ${FLAGS.join(" ")} "$@"\n`);
  chmodSync(join(folder, "chromium"), 0o755);
  writeFileSync(join(folder, "invite"), `${server.console}\n`, { mode: 0o600 });
});
afterEach(async () => {
  await browser.leave();
  await Promise.all([...running].map((end) => end()));
});
after(async () => {
  await endAll(browser.close([/favicon/]), site.stop(), server.stop());
  rmSync(folder, { recursive: true, force: true });
});

/** What a console shows to whoever signs for it. */
function request() {
  const half = (kind) => generateKeyPairSync(kind).publicKey.export({ format: "jwk" }).x;
  return `alongside-request.1.${half("ed25519")}.${half("x25519")}`;
}

/** A line with this machine's addresses in the place of the examples'. */
const here = (line) =>
  line
    .replaceAll("https://help.example.org", server.origin)
    .replaceAll("https://shop.example", site.origin)
    .replaceAll("TEAM-KEY", key)
    .replace(/^(alongside-agent doctor .*)$/, `$1 --stun ${server.stun.replace("udp://", "")}`)
    .replaceAll("0.0.0.0:3478", "127.0.0.1:0")
    .replace("node web/", `node ${root}web/`)
    .replaceAll("9222", port)
    .replace("alongside-request.1.…", request())
    .replace("cargo run --release", `cargo run --quiet --manifest-path ${root}Cargo.toml`)
    .replace("cargo build --release", `cargo build --quiet --manifest-path ${root}Cargo.toml`);

const running = new Set();

/** Runs a line by a shell until its output has this in it, or to its end. */
async function run(line, { says, ends = false, input = "" }) {
  const child = spawn("sh", ["-c", here(line)], {
    cwd: folder,
    // A group of its own, so that all it has started can be ended with it.
    detached: true,
    env: {
      ...process.env,
      PATH: [dirname(program("alongside-agent")), folder, process.env.PATH].join(delimiter),
      ALONGSIDE_STUN: "127.0.0.1:0",
      ...(ends || { ALONGSIDE_LISTEN: "127.0.0.1:0" }),
    },
  });
  let said = "";
  const ended = new Promise((resolve) => child.on("close", resolve));
  const end = async () => {
    running.delete(end);
    try {
      process.kill(-child.pid, "SIGKILL");
    } catch {
      // Nothing of it is left.
    }
    await ended;
  };
  running.add(end);
  const heard = new Promise((resolve) => {
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (text) => says.test((said += text)) && resolve());
  });
  child.stdin.on("error", () => {});
  child.stdin.write(input);
  if (ends) child.stdin.end();
  const timeout = new Promise((_, reject) => setTimeout(reject, 120_000, new Error(`nothing comes of it: ${line}\n${said}`)).unref());
  if (ends) assert.equal(await Promise.race([ended, timeout]), 0, `${line}\n${said}`);
  else {
    const early = ended.then((status) => assert.fail(`${line}: ended with ${status}\n${said}`));
    await Promise.race([heard, early, timeout]);
  }
  assert.match(said, says, line);
}

const invite = () => `${server.console}\n`;

/** What must come of each line: it says this and goes on until it is ended, or ends well by itself. */
const OUTCOMES = {
  "cargo run --release": { says: /console +http:\/\/localhost:\d+\/console\/#invite=1\./ },
  "tests/run": null, // runs this test
  "cargo build --release -p alongside-agent": { says: /^/, ends: true },
  "cargo build --release -p alongside-signaling -p alongside-agent": { says: /^/, ends: true },
  "npm ci --prefix web": null, // done before the bundles that this test runs could be built
  "node web/build.mjs --out dist": { says: /^alongside\.[0-9a-f]{8}\.js /m, ends: true },
  "alongside-agent team new --out team.pem": { says: /^[\w-]{43}\n/, ends: true },
  "alongside-agent team show team.pem": { says: /^[\w-]{43}\n/, ends: true },
  "alongside-signaling --team TEAM-KEY --public-url https://help.example.org --stun 0.0.0.0:3478 --trusted-proxy 127.0.0.1": {
    says: /^(?=[^]*listening +http:)(?=[^]*tag for your pages: http:\S+\/snippet\?team=[\w-]{43}\s)(?=[^]*console: http:\S+\/console\/\s)/,
  },
  "alongside-agent team invite --team team.pem --name Dana --url https://help.example.org": { says: /\/console\/#invite=1\.\S+\n/, ends: true },
  "alongside-agent team sign --team team.pem --name Dana alongside-request.1.…": { says: /alongside-certificate\.1\.[\w-]{43}\./, ends: true },
  "curl 'https://help.example.org/snippet?team=TEAM-KEY'": { says: /<script async src="http[^"]+" integrity="sha384-/, ends: true },
  "alongside-agent help @invite": { says: /Demo helper/ },
  "alongside-agent help -": { says: /Demo helper/, input: invite },
  "alongside-agent help @invite --browser http://127.0.0.1:9222": { says: /Demo helper/ },
  "alongside-agent help @invite --json --state helper.state": { says: /"event":"enlisted"/ },
  'chromium --remote-debugging-port=9222 --user-data-dir="$(mktemp -d)" &': null, // run before each line that needs it
  "alongside-agent ask https://shop.example/cart": { says: /Your cart|waiting|Nobody|next/i },
  "alongside-agent ask https://shop.example/cart --browser http://127.0.0.1:9222": { says: /waiting|Nobody|next/i },
  "alongside-agent doctor https://help.example.org": { says: /./, ends: true },
};

const BROWSER = 'chromium --remote-debugging-port=9222 --user-data-dir="$(mktemp -d)" &';

for (const guide of ["README.md", "web/README.md", "signaling/README.md", "agent/README.md"]) {
  const lines = blocks(guide, "sh").flatMap((block) => block.trim().split("\n")).map((line) => line.replace(/\s+#.*$/, ""));
  for (const line of lines) {
    test(`${guide}: ${line}`, async () => {
      assert.ok(line in OUTCOMES, "say in OUTCOMES what must come of this line");
      const outcome = OUTCOMES[line];
      if (outcome === null) return;
      // A browser is there before what follows in it.
      if (line.includes("9222")) {
        await run(BROWSER.replace(/ &$/, ""), { says: /DevTools listening/ });
      }
      // Every guide begins with a key of its own.
      if (line.includes("team new")) rmSync(join(folder, "team.pem"), { force: true });
      await run(line, { ...outcome, input: outcome.input?.() });
    });
  }
}

test("web/README.md: the tags, as they are printed and as they are written", async () => {
  const [printed, short] = blocks("web/README.md", "html");
  const shape = (tag) => [...tag.matchAll(/\s([a-z-]+)(?==|\s|>)/g)].map(([, name]) => name).sort();
  assert.deepEqual(shape(printed), shape(await snippet(server.origin)));
  for (const tag of [short, ...blocks("README.md", "html")]) {
    const page = await startSite({ "/": { html: html("Written by the guide", here(tag)) } });
    await helps(page.origin);
    await page.stop();
  }
});

test("web/README.md: the policy is enough, over a WebSocket", async () => {
  const headers = { "content-security-policy": `default-src 'none'; ${policy()}` };
  const page = await startSite({ "/": { html: html("Strict", await snippet(server.origin)), headers } });
  await helps(page.origin);
  await page.stop();
});

/** What the guide adds to a page's policy. */
function policy() {
  const [added] = blocks("web/README.md", "text").filter((block) => block.startsWith("script-src "));
  return here(added.replace("wss://help.example.org", server.origin.replace("http", "ws"))).trim();
}

test("web/README.md: the script on one's own site", async () => {
  const dist = join(folder, "dist");
  const build = "node web/build.mjs --out dist";
  // It is there already where all of this file is run.
  if (!existsSync(dist)) await run(build, OUTCOMES[build]);
  const { loader } = JSON.parse(readFileSync(join(dist, "manifest.json"), "utf8"));
  const [, , own] = blocks("web/README.md", "html");
  const tag = here(own).replace("alongside.3f0c….js", loader.file).replace("sha384-…", loader.integrity);
  const [, connect] = policy().split("; ");
  const pages = { "/": { html: html("Own", tag), headers: { "content-security-policy": `script-src 'self'; ${connect}` } } };
  for (const file of readdirSync(dist).filter((name) => /^(alongside|chat|later|words-[a-z]+)\.[\w-]+\.js$/.test(name))) {
    pages[`/help/${file}`] = { html: readFileSync(join(dist, file)), headers: { "content-type": "text/javascript" } };
  }
  const page = await startSite(pages);
  await helps(page.origin);
  await page.stop();
});

test("web/README.md: the stub and the example in a script file of one's own", async () => {
  const [, , , stub] = blocks("web/README.md", "html");
  const [example] = blocks("web/README.md", "js");
  const page = await startSite({
    "/": {
      html: html("File", `<script src="/own.js"></script>${await snippet(server.origin)}`),
      headers: { "content-security-policy": policy().replace("script-src", "script-src 'self'") },
    },
    "/own.js": { html: stub.replace(/<\/?script>/g, "") + example, headers: { "content-type": "text/javascript" } },
  });
  await helps(page.origin, async (page, helper) => {
    await helper.visitor.getByText("no. 4711").waitFor();
    await page.getByRole("button", { name: "Close" }).click();
    await helper.say("Hello");
    await page.waitForFunction(() => document.title === "(1) File");
    await page.getByRole("button", { name: "Help" }).click();
    await page.waitForFunction(() => document.title === "File");
  });
  await page.stop();
});

test("web/README.md: the stub keeps what is called before the script is there", async () => {
  const [, , , stub] = blocks("web/README.md", "html");
  const call = '<script>Alongside("on", "state", ({ state }) => (document.title = state))</script>';
  const page = await startSite({ "/": { html: html("Stub", stub + call + (await snippet(server.origin))) } });
  await helps(page.origin, async (page) => assert.equal(await page.title(), "connected"));
  await page.stop();
});

/** Somebody asks for help there, and gets it; then the page is looked at. */
async function helps(origin, look = () => {}) {
  const page = await browser.window();
  await page.goto(`${origin}/`);
  const visitor = new VisitorHand(page);
  const helper = await HelperHand.at(await browser.window(), server.console);
  await visitor.button("Help").click();
  await helper.accept();
  await visitor.is("connected");
  await look(page, helper);
  await visitor.button("End").click();
  await helper.is("ended");
  await browser.leave();
}
