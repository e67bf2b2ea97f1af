// Fetches a part of the widget, and runs it only if it is, to the byte, the one this build was made with.

import { h } from "./element";

let failures = 0;

/**
 * Loads a module from the folder that the loader lies in, by its name and its hash: SHA-256 in base64, without the sign at
 * its end.
 *
 * Errors: rejects when the file does not come, or is another one.
 */
export async function loadModule(name: string, hash: string, loader: string, nonce: string): Promise<unknown> {
  // The file is named by its hash, in letters that an address takes. A browser may remember a module that failed; another
  // address is another module.
  const { href } = new URL(`${name}.${hash.slice(0, 8).replace(/\W/g, "-")}.js${failures ? `?${failures}` : ""}`, loader);
  // `import()` knows no integrity of its own: it must not run before the preload has passed the check.
  const preload = new Promise((onload, onerror) =>
    document.documentElement.append(
      h("link", {
        rel: "modulepreload",
        crossOrigin: "anonymous",
        referrerPolicy: "no-referrer",
        integrity: `sha256-${hash}=`,
        nonce,
        onload,
        onerror,
        href,
      }),
    ),
  );
  try {
    await preload;
    return await import(href);
  } catch (error) {
    failures++;
    throw error;
  }
}
