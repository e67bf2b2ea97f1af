// The project's own TypeScript, for tests that have to speak its handshake themselves.

import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

const web = fileURLToPath(new URL("../../web/", import.meta.url));
const { build } = createRequire(`${web}package.json`)("esbuild");
const { outputFiles } = await build({
  stdin: {
    contents: ["peer/seal", "peer/invite", "wire/base64url"].map((file) => `export * from "./src/${file}";`).join("\n"),
    resolveDir: web,
    loader: "ts",
  },
  bundle: true,
  write: false,
  format: "esm",
  platform: "neutral",
  target: "node20",
});

export const { initiate, respond, prologue, parseInvite, encode, decode } = await import(
  `data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString("base64")}`
);
