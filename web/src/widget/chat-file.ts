// Fetches the chat, and runs it only if it is, to the byte, the one this loader was built with.

import { h } from "./element";
import type { Mount } from "./shell";

let attempts = 0;

/**
 * Loads the chat from the folder that the loader lies in.
 *
 * Errors: rejects when the file does not come, or is another one.
 */
export async function loadChat(loader: string, nonce: string): Promise<Mount> {
  // A browser may remember a module that failed; another address is another module.
  const href = new URL(CHAT_FILE + (attempts++ ? `?${attempts}` : ""), loader).href;
  // `import()` knows no integrity of its own: it must not run before the preload has passed the check.
  await new Promise((onload, onerror) => {
    const link = h("link", {
      rel: "modulepreload",
      crossOrigin: "anonymous",
      referrerPolicy: "no-referrer",
      integrity: CHAT_INTEGRITY,
      nonce,
      onload,
      onerror,
      href,
    });
    document.documentElement.append(link);
  });
  return ((await import(href)) as { mount: Mount }).mount;
}
