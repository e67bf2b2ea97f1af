// The messages of signaling over plain HTTP, for pages and networks that refuse WebSockets: one response that
// never ends carries what the server says, a line each; posts carry what we say, in order.

import { MAX_FRAME_BYTES } from "../wire/signaling";
import type { Transport, TransportListener } from "./signaling-socket";

// The server needs no cookie and no address of the page; `keepalive` lets the last words out of a page that is
// going away.
const POST: RequestInit = { method: "POST", credentials: "omit", referrerPolicy: "no-referrer", keepalive: true };

// How long the last words may take to leave. Units: milliseconds. A browser holds six connections to one server, and
// whoever dials again needs two: those of a server that answers nothing are given up before they are missed.
const LAST_WORDS_MS = 1_000;

/** Opens a stream. */
export function httpTransport(base: string, listener: TransportListener): Transport {
  const abort = new AbortController();
  // What is said may outlive the stream, as last words do.
  const saying = new AbortController();
  const url = `${base}stream`;
  // The name by which the server knows the stream: its first line.
  let name = "";
  const waiting: string[] = [];
  let posting = false;
  let closing = false;

  const end = (): void => {
    abort.abort();
    if (!closing) listener.closed();
  };

  const send = async (text: string): Promise<void> => {
    waiting.push(text);
    // One post at a time keeps the order; what comes meanwhile goes together in the next.
    if (posting) return;
    posting = true;
    while (waiting.length > 0) {
      let body = waiting.shift() ?? "";
      while (waiting[0] !== undefined && body.length + waiting[0].length < MAX_FRAME_BYTES) {
        body += `\n${waiting.shift()}`;
      }
      const response = await fetch(`${url}/${name}`, { ...POST, body, signal: saying.signal });
      if (!response.ok) return end();
    }
    posting = false;
    if (closing) end();
  };

  const read = async (): Promise<void> => {
    const { ok, body } = await fetch(url, { ...POST, method: "GET", keepalive: false, signal: abort.signal });
    if (!ok) return;
    const reader = body?.pipeThrough(new TextDecoderStream()).getReader();
    let rest = "";
    for (let read = await reader?.read(); read?.value && !closing; read = await reader?.read()) {
      const lines = (rest + read.value).split("\n");
      rest = lines.pop() ?? "";
      if (rest.length > MAX_FRAME_BYTES) break;
      for (const line of lines) {
        if (!name) {
          name = line;
          listener.opened();
        } else {
          // An empty line asks whether we are there; the answer is another.
          if (!line) send("").catch(end);
          listener.received(line);
        }
        if (closing) return;
      }
    }
  };

  // Whoever is closing has last words on their way, and ends after them.
  const over = (): void => (closing && posting ? undefined : end());

  read().then(over, over);
  // A page that is kept for coming back would hold it open, and nobody would miss who has gone.
  addEventListener("pagehide", end, { signal: abort.signal });
  return {
    send: (text) => void send(text).catch(end),
    close() {
      closing = true;
      // The last words first.
      if (posting) setTimeout(() => saying.abort(), LAST_WORDS_MS);
      else end();
    },
  };
}
