// The messages of signaling over plain HTTP, for pages and networks that refuse WebSockets: one response that
// never ends carries what the server says, a line each; posts carry what we say, in order.

import { MAX_FRAME_BYTES } from "../wire/signaling";
import type { Transport, TransportListener } from "./signaling-socket";

/** Opens a stream. */
export function httpTransport(base: URL, listener: TransportListener): Transport {
  const abort = new AbortController();
  const url = new URL("stream", base);
  // The name by which the server knows the stream: its first line.
  let name = "";
  const waiting: string[] = [];
  let posting = false;
  let closing = false;

  const end = (): void => {
    abort.abort();
    if (!closing) listener.closed();
    closing = true;
  };

  const post = async (): Promise<void> => {
    // One post at a time keeps the order; what comes meanwhile goes together in the next.
    if (posting) return;
    posting = true;
    for (let body = waiting.shift(); body !== undefined; body = waiting.shift()) {
      while (waiting[0] !== undefined && body.length + waiting[0].length < MAX_FRAME_BYTES) {
        body += `\n${waiting.shift()}`;
      }
      // Text is what needs no preflight; `keepalive` lets the last words out of a page that is going away.
      const response = await fetch(`${url}/${name}`, { method: "POST", body, keepalive: true, ...BARE });
      if (!response.ok) throw new Error(`${response.status}`);
    }
    posting = false;
    if (closing) abort.abort();
  };

  const read = async (): Promise<void> => {
    const response = await fetch(url, { signal: abort.signal, cache: "no-store", ...BARE });
    if (!response.ok || response.body === null) return;
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    for (let rest = ""; ; ) {
      const { done, value } = await reader.read();
      if (done || closing) return;
      const lines = (rest + value).split("\n");
      rest = lines.pop() ?? "";
      if (rest.length > MAX_FRAME_BYTES) return;
      for (const line of lines) {
        if (name !== "") {
          // An empty line asks whether we are there; the answer is another.
          if (line === "") send("");
          listener.received(line);
        } else {
          name = line;
          listener.opened();
        }
        if (closing) return;
      }
    }
  };

  const send = (text: string): void => {
    waiting.push(text);
    post().catch(end);
  };

  read().then(end, end);
  return {
    send,
    close: () => {
      closing = true;
      // The last words first.
      if (!posting) abort.abort();
    },
  };
}

// The server needs no cookie and no address of the page.
const BARE: RequestInit = { credentials: "omit", referrerPolicy: "no-referrer" };
