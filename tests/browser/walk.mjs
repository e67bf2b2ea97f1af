// A small site with every way from page to page: links, a form, `pushState`, a hash.

import { html } from "./site.mjs";

/** Its pages, with this in their heads. */
export const pagesToWalk = (head) => ({
  "/": { html: html("A page", head, `<a href="/other">Other</a><form method="post" action="/other"><button>Post</button></form>`) },
  "/other": { html: html("Another page", head, `<a href="/">Back</a>`) },
  "/app": {
    html: html(
      "An app",
      head,
      `<button onclick="history.pushState({}, '', '/app/part'); document.title = 'A part'">Part</button><a href="#there">There</a>`,
    ),
  },
});
