// Runs every `*.test.ts` under this folder. Node.js 20 takes no patterns after `--test`, and shells differ.

import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const web = dirname(fileURLToPath(import.meta.url));
const named = process.argv.slice(2);
const found = ["build.test.ts", ...readdirSync(join(web, "src"), { recursive: true }).map((path) => join("src", path))]
  .filter((path) => path.endsWith(".test.ts"))
  .filter((path) => named.length === 0 || named.some((part) => path.includes(part)))
  .sort();
if (found.length === 0) {
  console.error(`no test file has ${named.join(" or ")} in its path`);
  process.exit(2);
}
// The reporter that ends with what failed: without a terminal, Node.js 20 would take the one that buries it.
const flags = ["--import", "tsx", "--test", "--test-reporter=spec"];
const { status } = spawnSync(process.execPath, [...flags, ...found], { cwd: web, stdio: "inherit" });
process.exit(status ?? 1);
