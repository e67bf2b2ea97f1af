// A site of somebody else's: served by this test, on another origin than the server.

import { createServer } from "node:http";

/** A page that is loaded again finds its connection open, as at a site of today. Units: milliseconds. */
export const KEPT_FOR = 60_000;

/** The policy that a page needs at the most: nothing but the server, Trusted Types without any policy. */
export const strictPolicy = (server) =>
  `default-src 'none'; script-src ${server}; connect-src ${server}; require-trusted-types-for 'script'; trusted-types 'none'`;

/**
 * Serves pages: a map from path to `{ html, headers }`, or a function of the path; at another address if one is given.
 *
 * Gives the site's origin, the paths that were asked for, and `stop`.
 */
export async function startSite(pages, { host = "127.0.0.1" } = {}) {
  const asked = [];
  const server = createServer({ keepAliveTimeout: KEPT_FOR }, (request, response) => {
    const path = new URL(request.url, "http://site").pathname;
    asked.push(path);
    const page = typeof pages === "function" ? pages(path) : pages[path];
    // A browser asks for an icon by itself; a site that has none is no fault of the widget's.
    const status = page ? 200 : path === "/favicon.ico" ? 204 : 404;
    response.writeHead(status, { "content-type": "text/html; charset=utf-8", ...page?.headers });
    response.end(page?.html);
  });
  await new Promise((resolve) => server.listen(0, host, resolve));
  // A test that has failed before it stopped this must not keep the others waiting.
  server.unref();
  return {
    origin: `http://localhost:${server.address().port}`,
    asked,
    stop: () => new Promise((resolve) => (server.close(resolve), server.closeAllConnections())),
  };
}

/** The tag for a page, as the server gives it. */
export async function snippet(server) {
  const answer = await fetch(`${server}/snippet`);
  if (!answer.ok) throw new Error(await answer.text());
  return (await answer.text()).trim();
}

/** A page with a title, and whatever stands in its head and body. */
export const html = (title, head, body = "") =>
  `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${title}</title>${head}</head><body><h1>${title}</h1>${body}</body></html>`;
