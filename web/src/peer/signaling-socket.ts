// The way to the signaling server: one socket that is opened again whenever it is lost, until it is closed.
//
// A policy or a proxy may refuse WebSockets where it allows the server itself (`connect-src https://host` does
// not cover `wss://host`), so a WebSocket that never opened is followed by the same messages over plain HTTP.

import { decodeBroker } from "../wire/decode";
import { SUBPROTOCOL, type AgentToBroker, type BrokerToAgent } from "../wire/signaling";

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
export type OpenTransport = (base: URL, listener: TransportListener) => Transport;

/** What a transport tells. */
export type TransportListener = { opened(): void; received(text: string): void; closed(): void };

// The first wait before a redial, and the longest. Units: milliseconds. A server restarts within a second or
// two; when it is away for longer, all agents together must not keep it down.
const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 15_000;

// After how long without a word the server is asked whether it is there. Units: milliseconds. Browsers hide
// WebSocket pings, and a dead network closes nothing by itself.
const SILENCE_MS = 30_000;

// How long it may take to answer that. Units: milliseconds. Two round trips over the worst mobile line.
const ANSWER_MS = 4_000;

// How long a dial may take. Units: milliseconds.
const DIAL_MS = 10_000;

/** A socket that keeps itself open. */
export class SignalingSocket {
  #server: string;
  #listener: SocketListener;
  #httpTransport: OpenTransport;
  #transport: Transport | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #watching: AbortController | undefined;
  #open = false;
  #overHttp = false;
  #failures = 0;

  /** Makes a socket without opening it. Few ever need the way over plain HTTP: it may come when they do. */
  constructor(server: string, listener: SocketListener, httpTransport: () => Promise<OpenTransport>) {
    this.#httpTransport = whenLoaded(httpTransport);
    this.#server = server;
    this.#listener = listener;
  }

  /** Opens the socket and keeps it open. */
  open(): void {
    if (this.#watching) return;
    this.#failures = 0;
    this.#watching = new AbortController();
    const { signal } = this.#watching;
    addEventListener("online", () => this.#check(), { signal });
    document.addEventListener("visibilitychange", () => this.#check(), { signal });
    this.#dial();
  }

  /** Closes the socket, and keeps it closed. */
  close(): void {
    this.#watching?.abort();
    this.#watching = undefined;
    this.#drop();
    clearTimeout(this.#timer);
  }

  /** Tells the server; while it is gone, nothing: whoever redials says again what still matters. */
  send(message: AgentToBroker): void {
    if (this.#open) this.#transport?.send(JSON.stringify(message));
  }

  #dial(): void {
    this.#arm(DIAL_MS, () => this.#closed());
    this.#transport = (this.#overHttp ? this.#httpTransport : webSocketTransport)(new URL("/v1/", this.#server), {
      opened: () => {
        this.#open = true;
        this.#heard();
        this.#listener.opened();
      },
      received: (text) => {
        this.#failures = 0;
        this.#heard();
        // A server that talks nonsense or too much is not worth a reaction: what it says is left out.
        const decoded = decodeBroker(text);
        if (decoded.ok && decoded.value) this.#listener.received(decoded.value);
      },
      closed: () => this.#closed(),
    });
  }

  // Somebody spoke: the next question is due a full silence later.
  #heard(): void {
    this.#arm(SILENCE_MS, () => this.#check());
  }

  // Asks for what every agent gets an answer to, be it a refusal; or redials at once what was waiting to.
  #check(): void {
    if (this.#open) {
      this.send({ type: "challenge" });
      this.#arm(ANSWER_MS, () => this.#closed());
    } else if (!this.#transport && !document.hidden) this.#dial();
  }

  #closed(): void {
    const wasOpen = this.#open;
    this.#drop();
    if (!wasOpen) this.#overHttp = !this.#overHttp;
    // The other way is tried at once; only when neither works is there anything to wait for.
    const longest = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (this.#failures++ / 2));
    this.#arm(!wasOpen && this.#overHttp ? 0 : longest * (0.5 + Math.random() / 2), () => this.#dial());
    if (wasOpen) this.#listener.lost();
  }

  #drop(): void {
    this.#transport?.close();
    this.#transport = undefined;
    this.#open = false;
  }

  #arm(wait: number, run: () => void): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(run, wait);
  }
}

function webSocketTransport(base: URL, listener: TransportListener): Transport {
  const url = new URL("ws", base);
  url.protocol = url.protocol.replace("http", "ws");
  let socket: WebSocket;
  try {
    socket = new WebSocket(url, SUBPROTOCOL);
  } catch {
    // From a page over https to a server without it.
    setTimeout(listener.closed);
    return { send() {}, close() {} };
  }
  socket.onopen = listener.opened;
  socket.onmessage = ({ data }) => listener.received(`${data}`);
  // Chromium tells of a socket that the page's policy refuses by an error alone.
  socket.onerror = socket.onclose = listener.closed;
  return {
    send: (text) => socket.send(text),
    close() {
      socket.onopen = socket.onmessage = socket.onerror = socket.onclose = null;
      socket.close();
    },
  };
}

function whenLoaded(load: () => Promise<OpenTransport>): OpenTransport {
  return (base, listener) => {
    let transport: Transport | undefined;
    let closed = false;
    load().then(
      (open) => {
        if (!closed) transport = open(base, listener);
      },
      () => closed || listener.closed(),
    );
    return {
      // Nobody sends before it is open.
      send: (text) => transport?.send(text),
      close() {
        closed = true;
        transport?.close();
      },
    };
  };
}
