// The project's own TypeScript, for tests that have to speak its handshake themselves, or to have a part of it alone.

import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

const web = fileURLToPath(new URL("../../web/", import.meta.url));
const { build } = createRequire(`${web}package.json`)("esbuild");

/** Gives what these files export, as a module to import: here or in a page. */
export async function moduleOf(...files) {
  const { outputFiles } = await build({
    stdin: {
      contents: files.map((file) => `export * from "./src/${file}";`).join("\n"),
      resolveDir: web,
      loader: "ts",
    },
    bundle: true,
    write: false,
    format: "esm",
    platform: "neutral",
    target: "node20",
  });
  return `data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString("base64")}`;
}

export const { initiate, respond, prologue, parseInvite, encode, decode } = await import(
  await moduleOf("peer/seal", "peer/invite", "wire/base64url")
);
