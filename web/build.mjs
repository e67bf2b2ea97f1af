// Makes the files that a signaling server hands out, and nothing else: no server, no watcher, no state.
//
//   node build.mjs --out DIR
//
// The same sources give the same bytes: no time, path or machine name is in them. What is named by its hash
// may be cached for ever; `alongside.js` is the loader once more under the name that pages embed.

import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { brotliCompressSync, constants } from "node:zlib";

import { BuildError } from "./build-error.mjs";
import { framed } from "./frame.mjs";
import { esbuild, minify } from "./packages.mjs";
import { alike, languages, renamed, renamedForHelpers, shortener } from "./shorten.mjs";

const web = dirname(fileURLToPath(import.meta.url));

// The oldest browsers that have X25519 and Ed25519 in WebCrypto.
const target = ["chrome137", "firefox130", "safari17"];

const entries = {
  loader: "src/widget/loader.ts",
  chat: "src/widget/chat.ts",
  later: "src/widget/later.ts",
  console: "src/console/main.tsx",
  page: "src/console/index.html",
  demo: "demo/index.html",
};

// How JSX is written for the bundle; `tsconfig.json` says another way, by which its types are checked.
const jsx = {
  jsx: "transform",
  jsxFactory: "h",
  jsxFragment: "Fragment",
  inject: [join(web, "src/console/jsx.ts")],
  tsconfigRaw: { compilerOptions: { target: "ES2022", verbatimModuleSyntax: true } },
};

/**
 * Makes all files in memory.
 *
 * Shape: a map from path (with `/`) to bytes, `manifest.json` last.
 * Errors: `BuildError` when an entry is missing or a source does not compile.
 */
export async function bundle() {
  for (const entry of Object.values(entries)) {
    if (!existsSync(join(web, entry))) throw new BuildError(`web/${entry} is missing: the build starts from it`);
  }
  const files = new Map();
  const visitors = shortener();

  const plugins = [styleText, visitorOnly];
  const packages = [];
  /** Makes a part of the widget: its name, and the only bytes that may run under it. The name is made of their hash, as `checked-module.ts` makes it. */
  const part = async (name, entry, define = {}) => {
    const made = await script(entry, { format: "esm", plugins, define, ...renamed }, visitors);
    packages.push(...made.packages);
    const trusted = integrity(made.code, "sha256");
    const hash = trusted.slice("sha256-".length, -"=".length);
    const file = `${name}.${hash.slice(0, 8).replace(/\W/g, "-")}.js`;
    files.set(file, made.code);
    return { file, integrity: trusted, hash };
  };

  const words = {};
  for (const code of languages) words[code] = await part(`words-${code}`, `src/locales/widget/${code}.ts`);
  const later = await part("later", entries.later);
  // Each part trusts those it loads and no other: their hashes are in it, up to the page's own tag.
  const LATER_HASH = JSON.stringify(later.hash);
  const chat = await part("chat", entries.chat, { LATER_HASH });
  const spoken = Object.entries(words).map(([code, { hash }]) => [code, hash]);
  const define = {
    LATER_HASH,
    CHAT_HASH: JSON.stringify(chat.hash),
    WORDS_HASHES: JSON.stringify(Object.fromEntries(spoken)),
  };
  const loader = await script(entries.loader, { format: "iife", plugins, define, ...renamed }, visitors);
  const loaderName = `alongside.${nameHash(loader.code)}.js`;
  files.set("alongside.js", loader.code);
  files.set(loaderName, loader.code);

  const app = await script(entries.console, { format: "esm", minify: true, plugins: [helperOnly], ...jsx, ...renamedForHelpers }, helpers);
  if (app.style === null) throw new BuildError(`web/${entries.console} imports no stylesheet`);
  const appName = `console.${nameHash(app.code)}.js`;
  const styleName = `console.${nameHash(app.style)}.css`;
  files.set("console/index.html", page({ script: appName, style: styleName }));
  files.set(`console/${appName}`, app.code);
  files.set(`console/${styleName}`, app.style);
  files.set("console/licences.txt", licences([...packages, ...loader.packages, ...app.packages]));

  for (const [path, bytes] of framed(folder(join(web, "demo")))) files.set(`demo/${path}`, bytes);

  const told = ({ file, integrity }) => ({ file, integrity });
  const manifest = {
    loader: { file: loaderName, integrity: integrity(loader.code) },
    chat: told(chat),
    later: told(later),
    words: Object.fromEntries(Object.entries(words).map(([code, said]) => [code, told(said)])),
    console: { file: `console/${appName}`, integrity: integrity(app.code) },
  };
  files.set("manifest.json", Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`));
  return files;
}

/** Says how large bytes are on the wire. */
export function brotliSize(bytes) {
  return brotliCompressSync(bytes, {
    params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length },
  }).length;
}

async function helpers(code) {
  return (await minify(code, { module: true, ecma: 2022, compress: alike })).code;
}

async function script(entry, options, shorten) {
  const result = await esbuild.build({
    absWorkingDir: web,
    entryPoints: [entry],
    outdir: "out",
    bundle: true,
    write: false,
    minifySyntax: true,
    charset: "utf8",
    legalComments: "none",
    metafile: true,
    logLevel: "silent",
    target,
    ...options,
  });
  for (const warning of result.warnings) throw new BuildError(describe(warning));
  const find = (end) => result.outputFiles.find((file) => file.path.endsWith(end));
  const style = find(".css");
  return {
    code: Buffer.from(await shorten(find(".js").text)),
    style: style === undefined ? null : Buffer.from(style.contents),
    packages: Object.keys(result.metafile.inputs).flatMap((input) => {
      const found = /^node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(input);
      return found === null ? [] : [found[1]];
    }),
  };
}

// A stylesheet that a widget source imports is its text: the widget puts it into its shadow root, where no
// policy of the page can refuse it.
const styleText = {
  name: "style-text",
  setup(build) {
    build.onLoad({ filter: /\.css$/ }, async ({ path }) => {
      const { code, warnings } = await esbuild.transform(readFileSync(path, "utf8"), {
        loader: "css",
        minify: true,
        charset: "utf8",
        legalComments: "none",
        target,
      });
      return { contents: code.trim(), loader: "text", warnings };
    });
  },
};

// The session machine serves either side: what it does for one need not be loaded by the other.
const oneSide = (own) => (build) =>
  build.onLoad({ filter: /[\\/]src[\\/]proto[\\/](proposals|resuming|session|talk)\.ts$/ }, ({ path }) => {
    const source = readFileSync(path, "utf8");
    const contents = source.replace(
      /\bown ([=!])== "(visitor|helper)"/g,
      (_, sign, role) => `${(sign === "=") === (role === own)}`,
    );
    // Else this step is forgotten when the machine is written another way.
    if (contents === source) throw new BuildError(`${path} asks nowhere which side it is`);
    return { contents, loader: "ts" };
  });

const visitorOnly = {
  name: "visitor-only",
  setup(build) {
    build.onResolve({ filter: /\/wire\/decode$/ }, () => ({ path: join(web, "src/wire/decode-visitor.ts") }));
    oneSide("visitor")(build);
  },
};

const helperOnly = { name: "helper-only", setup: oneSide("helper") };

function page(names) {
  const template = readFileSync(join(web, entries.page), "utf8");
  for (const name of Object.keys(names)) {
    if (!template.includes(`{{${name}}}`)) throw new BuildError(`web/${entries.page} has no place for {{${name}}}`);
  }
  return Buffer.from(template.replace(/\{\{(\w+)\}\}/g, (whole, name) => names[name] ?? whole));
}

function licences(packages) {
  const parts = [...new Set(packages)].sort().map((name) => {
    const root = join(web, "node_modules", name);
    const { version, license } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
    const file = readdirSync(root).find((entry) => /^licen[cs]e/i.test(entry));
    if (file === undefined) throw new BuildError(`the package ${name} comes without its licence's text`);
    return `${name} ${version} (${license})\n\n${readFileSync(join(root, file), "utf8").trim()}\n`;
  });
  return Buffer.from(parts.join("\n\n"));
}

function* folder(root) {
  const paths = readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.startsWith("."))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .sort();
  for (const path of paths) yield [relative(root, path).split(sep).join("/"), readFileSync(path)];
}

// Eight hexadecimal digits: 32 bits tell a handful of files apart for longer than the project will live.
function nameHash(bytes) {
  return createHash("sha256").update(bytes).digest("hex").slice(0, 8);
}

// A hash cannot be compressed, and many stand between the parts of the widget: theirs is the shorter one, and as good.
function integrity(bytes, hash = "sha384") {
  return `${hash}-${createHash(hash).update(bytes).digest("base64")}`;
}

function describe({ text, location }) {
  return location ? `web/${location.file}:${location.line}:${location.column}: ${text}` : text;
}

function write(files, out) {
  mkdirSync(out, { recursive: true });
  // Files of an earlier build, by the names that only a build gives.
  for (const name of readdirSync(out)) {
    if (/^(alongside(\.[0-9a-f]{8})?\.js|(chat|later|words-[a-z]+)\.[\w-]{8}\.js|console|demo|manifest\.json)$/.test(name)) {
      rmSync(join(out, name), { recursive: true });
    }
  }
  for (const [path, bytes] of files) {
    const target = join(out, path);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, bytes);
  }
}

async function main() {
  const { values } = parseArgs({ options: { out: { type: "string" } } });
  if (values.out === undefined) throw new BuildError("--out DIR is missing: say where the files go");
  const files = await bundle();
  write(files, values.out);
  for (const [path, bytes] of files) {
    if (/\.(js|css|html)$/.test(path)) {
      console.log(`${path.padEnd(34)} ${String(bytes.length).padStart(7)} B ${String(brotliSize(bytes)).padStart(6)} B brotli`);
    }
  }
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  main().catch((error) => {
    const lines =
      error instanceof BuildError || error.code?.startsWith("ERR_PARSE_ARGS")
        ? [error.message]
        : (error.errors?.map(describe) ?? [error.stack]);
    for (const line of lines) console.error(`web/build.mjs: ${line}`);
    process.exitCode = 1;
  });
}
