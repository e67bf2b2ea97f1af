// Fetches a part of the widget, and runs it only if it is, to the byte, the one this build was made with.

import { h } from "./element";

let failures = 0;

/**
 * Loads a module from the folder that the loader lies in.
 *
 * Errors: rejects when the file does not come, or is another one.
 */
export async function loadModule(file: string, integrity: string, loader: string, nonce: string): Promise<unknown> {
  // A browser may remember a module that failed; another address is another module.
  const href = new URL(file + (failures ? `?${failures}` : ""), loader).href;
  // `import()` knows no integrity of its own: it must not run before the preload has passed the check.
  const preload = new Promise((onload, onerror) =>
    document.documentElement.append(
      h("link", {
        rel: "modulepreload",
        crossOrigin: "anonymous",
        referrerPolicy: "no-referrer",
        integrity,
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
