// The way to the signaling server: one socket that is opened again whenever it is lost, until it is closed.
//
// A policy or a proxy may refuse WebSockets where it allows the server itself (`connect-src https://host` does
// not cover `wss://host`), so a WebSocket that never opened is followed by the same messages over plain HTTP.

import { decodeBroker } from "../wire/decode";
import type { AgentToBroker, BrokerToAgent } from "../wire/signaling";
import { dialServer } from "./head-start";

/** What a socket tells. */
export type SocketListener = {
  /** The server can be spoken to. */
  opened(): void;
  /** The server is gone; the socket is redialling. */
  lost(): void;
  /** The server said something. */
  received(message: BrokerToAgent): void;
};

/** One way to carry texts to the server and back; told of its end at most once, and not after `close`. */
export type Transport = { send(text: string): void; close(): void };

/** Opens a way to the server. */
export type OpenTransport = (base: string, listener: TransportListener) => Transport;

/** What a transport tells. */
export type TransportListener = { opened(): void; received(text: string): void; closed(): void };

// The first wait before a redial, and the longest. Units: milliseconds. A server restarts within a second or
// two; when it is away for longer, all agents together must not keep it down, and yet
// be there within five seconds of its return.
const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 4_000;

// After how long without a word the server is asked whether it is there. Units: milliseconds. Browsers hide
// WebSocket pings, and a dead network closes nothing by itself.
const SILENCE_MS = 30_000;

// How long it may take to answer that. Units: milliseconds. A round trip over the worst mobile line.
const ANSWER_MS = 2_000;

// How long a dial may take. Units: milliseconds.
const DIAL_MS = 10_000;

/** A socket that keeps itself open. */
export type SignalingSocket = ReturnType<typeof signalingSocket>;

/**
 * Makes a socket to the server of that origin without opening it; the first may be dialled already. Few ever need the
 * way over plain HTTP: it may come when they do.
 */
export function signalingSocket(
  server: string,
  listener: SocketListener,
  later: () => Promise<{ httpTransport: OpenTransport }>,
  dialled?: WebSocket,
) {
  let transport: Transport | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let watching: AbortController | undefined;
  let isOpen = false;
  let overHttp = false;
  let http: OpenTransport | undefined;
  let failures = 0;
  let isNew = false;

  function arm(wait: number, run: () => void): void {
    clearTimeout(timer);
    timer = setTimeout(run, wait);
  }

  function dial(): void {
    arm(DIAL_MS, closed);
    if (overHttp && !http) {
      later().then(({ httpTransport }) => {
        http = httpTransport;
        if (watching && !transport) dial();
      }, closed);
      return;
    }
    const told = { opened, received, closed };
    try {
      transport = overHttp ? http!(`${server}/v1/`, told) : webSocketTransport(dialled ?? dialServer(server), told);
      dialled = undefined;
    } catch {
      // From a page over https to a server without it.
      arm(0, closed);
    }
  }

  function opened(): void {
    isOpen = isNew = true;
    heard();
    listener.opened();
  }

  function received(text: string): void {
    failures = 0;
    isNew = false;
    heard();
    // A server that talks nonsense or too much is not worth a reaction: what it says is left out.
    const decoded = decodeBroker(text);
    if (decoded && typeof decoded !== "string") listener.received(decoded);
  }

  // Somebody spoke: the next question is due a full silence later.
  function heard(): void {
    arm(SILENCE_MS, check);
  }

  // Asks for what every agent gets an answer to, be it a refusal; or redials at once what was waiting to.
  function check(): void {
    if (isOpen) {
      send({ type: "challenge" });
      arm(ANSWER_MS, closed);
    } else if (!transport && !document.hidden) dial();
  }

  function closed(): void {
    const wasOpen = isOpen;
    drop();
    if (!wasOpen) overHttp = !overHttp;
    // The other way is tried at once; only when neither works is there anything to wait for.
    const longest = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (failures++ / 2));
    arm(!wasOpen && overHttp ? 0 : longest * (0.5 + Math.random() / 2), dial);
    if (wasOpen) listener.lost();
  }

  function drop(): void {
    transport?.close();
    transport = undefined;
    isOpen = false;
  }

  /** Tells the server; while it is gone, nothing: whoever redials says again what still matters. */
  function send(message: AgentToBroker): void {
    if (isOpen) transport?.send(JSON.stringify(message));
  }

  return {
    send,

    /** Opens the socket and keeps it open; one that is open is asked whether it still is, unless it is new. */
    open(): void {
      if (watching) return isOpen && !isNew ? check() : undefined;
      failures = 0;
      watching = new AbortController();
      const { signal } = watching;
      addEventListener("online", check, { signal });
      document.addEventListener("visibilitychange", check, { signal });
      dial();
    },

    /** Closes the socket, and keeps it closed. */
    close(): void {
      watching?.abort();
      watching = undefined;
      drop();
      clearTimeout(timer);
    },
  };
}

function webSocketTransport(socket: WebSocket, listener: TransportListener): Transport {
  socket.onopen = listener.opened;
  socket.onmessage = ({ data }) => listener.received(`${data}`);
  // Chromium tells of a socket that the page's policy refuses by an error alone.
  socket.onerror = socket.onclose = listener.closed;
  // One that was dialled before may have come this far already; and may be closed by us before we are told.
  if (socket.readyState) queueMicrotask(() => (socket.readyState > 1 ? socket.onclose : socket.onopen)?.call(socket, null!));
  return {
    send: (text) => socket.send(text),
    close() {
      socket.onopen = socket.onmessage = socket.onerror = socket.onclose = null;
      socket.close();
    },
  };
}
