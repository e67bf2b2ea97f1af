// The other files for operators, each held against the tool that reads it.

import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";

import { freePort } from "../browser/free-port.mjs";
import { program, startServer } from "../browser/server.mjs";
import { deploy, fitted } from "./proxy.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));
let folder;
before(() => (folder = mkdtempSync(join(tmpdir(), "alongside-deploy-"))));
after(() => rmSync(folder, { recursive: true, force: true }));

const there = (command, ...args) => spawnSync(command, args, { stdio: "ignore" }).status === 0;

test("the configuration is one that the server follows", async () => {
  const config = join(folder, "alongside.toml");
  const [listen, metrics] = [await freePort(), await freePort()];
  const text = fitted("alongside.toml", {
    "TEAM-KEY": "A".repeat(43),
    "127.0.0.1:8080": `127.0.0.1:${listen}`,
    "0.0.0.0:3478": "0.0.0.0:0",
    "127.0.0.1:9090": `127.0.0.1:${metrics}`,
  });
  writeFileSync(config, text);
  // With the demo as well, so that it says when it is ready.
  const server = await startServer({ listen: `127.0.0.1:${listen}`, more: ["--config", config] });
  const page = await (await fetch(`http://127.0.0.1:${metrics}/metrics`)).text();
  assert.match(page, /^alongside_waiting 0$/m);
  assert.equal((await fetch(`http://127.0.0.1:${listen}/healthz`)).status, 200);
  assert.equal(await server.stop(), 0, server.log);
});

test("the handbook tells of every flag, and the configuration of none that is not", () => {
  const help = execFileSync(program("alongside-signaling"), ["--help"], { encoding: "utf8" });
  const flags = new Set([...help.matchAll(/^ +(?:-\w, )?--([a-z-]+)/gm)].map(([, name]) => name));
  const handbook = readFileSync(join(deploy, "../README.md"), "utf8");
  for (const name of flags) {
    if (!["help", "version"].includes(name)) assert.match(handbook, new RegExp(`^\\|.*\`--${name}[ \`]`, "m"), name);
  }
  const keys = [...readFileSync(join(deploy, "alongside.toml"), "utf8").matchAll(/^([a-z-]+) = /gm)].map(([, name]) => name);
  assert.ok(keys.length > 0 && keys.every((name) => flags.has(name)), String(keys));
});

test("the unit is one that systemd takes, and locks up", { skip: !there("systemd-analyze", "--version") && "no systemd-analyze" }, () => {
  const unit = join(folder, "alongside-signaling.service");
  writeFileSync(unit, fitted("alongside-signaling.service", { "/usr/local/bin/alongside-signaling": program("alongside-signaling") }));
  const verified = spawnSync("systemd-analyze", ["verify", "--man=no", unit], { encoding: "utf8" });
  assert.deepEqual([verified.status, verified.stderr], [0, ""]);
  const judged = spawnSync("systemd-analyze", ["security", "--offline=yes", "--no-pager", unit], { encoding: "utf8" });
  const [, exposure] = /Overall exposure level.*: (\d+\.\d+)/.exec(judged.stdout) ?? [];
  console.log(`exposure level ${exposure} of 10`);
  assert.ok(Number(exposure) < 2, judged.stdout + judged.stderr);
});

test("what the container file copies and runs is there", () => {
  const lines = readFileSync(join(deploy, "Containerfile"), "utf8").replaceAll("\\\n", "").split("\n");
  const steps = lines.filter((line) => line && !line.startsWith("#")).map((line) => /^([A-Z]+) (.+)$/.exec(line)?.slice(1));
  assert.ok(steps.every(Boolean), "each line is an instruction");
  const of = (name) => steps.filter(([step]) => step === name).map(([, rest]) => rest);
  assert.equal(of("FROM").length, 2);
  const flags = new Set(execFileSync(program("alongside-signaling"), ["--help"], { encoding: "utf8" }).match(/ALONGSIDE_\w+/g));
  for (const variable of of("ENV")) assert.ok(flags.has(variable.split("=")[0]), variable);
  assert.ok(of("ENV").includes("ALONGSIDE_LISTEN=0.0.0.0:8080") && of("EXPOSE")[0].startsWith("8080/tcp"));
  // The package that is built is the one whose binary is copied and run.
  const [, built] = /cargo build --release --locked -p (\S+)/.exec(of("RUN").join("\n"));
  assert.ok(existsSync(join(root, "Cargo.lock")) && of("COPY")[1].includes(`target/release/${built} `));
  assert.deepEqual(JSON.parse(of("ENTRYPOINT")[0]), [`/usr/local/bin/${built}`]);
  // The flags of its example are the server's.
  const example = lines.filter((line) => line.startsWith("#")).join(" ");
  for (const flag of example.match(/--(team|public-url|trusted-proxy)\b/g)) {
    assert.ok(flags.has(`ALONGSIDE_${flag.slice(2).replaceAll("-", "_").toUpperCase()}`), flag);
  }
});

test("nothing that a build has left on this machine goes into the container's", () => {
  const left = execFileSync("git", ["status", "--short", "--ignored"], { cwd: root, encoding: "utf8" }).matchAll(/^!! (.+?)\/?$/gm);
  const ignored = readFileSync(join(root, ".dockerignore"), "utf8").split("\n").filter((line) => line && !line.startsWith("#"));
  const isIgnored = (path) => ignored.some((pattern) => (pattern.startsWith("**/") ? `/${path}`.endsWith(pattern.slice(2)) : path === pattern));
  const kept = [...left].map(([, path]) => path).filter((path) => !isIgnored(path) && !/\.log$|__pycache__$/.test(path));
  assert.deepEqual(kept, []);
});

const builder = ["podman", "buildah", "docker"].find((name) => there(name, "info"));

test("the container is built", { skip: !builder && "no podman, buildah or docker that runs here", timeout: 3_600_000 }, (t) => {
  const bases = readFileSync(join(deploy, "Containerfile"), "utf8").matchAll(/^FROM (\S+)/gm);
  for (const [, base] of bases) if (!there(builder, "pull", base)) return t.skip(`${base} cannot be pulled from here`);
  const file = ["-t", "alongside-signaling-test", "-f", join(deploy, "Containerfile"), root];
  execFileSync(builder, ["build", ...file], { stdio: "inherit" });
});
