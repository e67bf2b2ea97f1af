// The way to the signaling server: one socket that is opened again whenever it is lost, until it is closed.
//
// A policy or a proxy may refuse WebSockets where it allows the server itself (`connect-src https://host` does
// not cover `wss://host`), so a WebSocket that never opened is followed by the same messages over plain HTTP.

import { decodeBroker } from "../wire/decode";
import { SUBPROTOCOL, type AgentToBroker, type BrokerToAgent } from "../wire/signaling";
import { now } from "./clock";
import { httpTransport } from "./http-transport";

/** What a socket tells. */
export type SocketListener = {
  /** The server can be spoken to. */
  opened(): void;
  /** The server is gone; the socket is redialling. */
  lost(): void;
  /** The server said something. */
  received(message: BrokerToAgent): void;
};

/** One way to carry texts to the server and back; told of its end exactly once, and never after `close`. */
export type Transport = { send(text: string): void; close(): void };

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
  #transport: Transport | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #wanted = false;
  #open = false;
  #overHttp = false;
  #failures = 0;

  /** Makes a socket without opening it. */
  constructor(server: string, listener: SocketListener) {
    this.#server = server;
    this.#listener = listener;
  }

  /** Whether the server can be spoken to now. */
  get connected(): boolean {
    return this.#open;
  }

  /** Opens the socket and keeps it open. */
  open(): void {
    if (this.#wanted) return;
    this.#wanted = true;
    this.#failures = 0;
    addEventListener("online", this.#check);
    document.addEventListener("visibilitychange", this.#check);
    this.#dial();
  }

  /** Closes the socket, and keeps it closed. */
  close(): void {
    this.#wanted = this.#open = false;
    removeEventListener("online", this.#check);
    document.removeEventListener("visibilitychange", this.#check);
    clearTimeout(this.#timer);
    this.#transport?.close();
    this.#transport = null;
  }

  /** Tells the server; while it is gone, nothing: whoever redials says again what still matters. */
  send(message: AgentToBroker): void {
    if (this.#open) this.#transport?.send(JSON.stringify(message));
  }

  #dial(): void {
    const url = new URL("/v1/", this.#server);
    this.#transport = (this.#overHttp ? httpTransport : webSocketTransport)(url, {
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
        if (decoded.ok && decoded.value !== null) this.#listener.received(decoded.value);
      },
      closed: () => this.#closed(),
    });
    this.#arm(DIAL_MS, () => this.#giveUp());
  }

  // Somebody spoke: the next question is due a full silence later.
  #heard(): void {
    this.#arm(SILENCE_MS, this.#check);
  }

  // Asks for what every agent gets an answer to, be it a refusal; or redials at once what was waiting to.
  readonly #check = (): void => {
    if (document.visibilityState === "hidden" && this.#transport === null) return;
    if (this.#transport === null) this.#dial();
    else if (this.#open) {
      this.send({ type: "challenge" });
      this.#arm(ANSWER_MS, () => this.#giveUp());
    }
  };

  #giveUp(): void {
    this.#transport?.close();
    this.#closed();
  }

  #closed(): void {
    const wasOpen = this.#open;
    this.#transport = null;
    this.#open = false;
    if (!wasOpen) this.#overHttp = !this.#overHttp;
    this.#failures += 1;
    // The other way is tried at once; only when neither works is there anything to wait for.
    const round = this.#failures >> 1;
    const longest = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** round);
    const wait = !wasOpen && this.#overHttp ? 0 : longest * (0.5 + Math.random() / 2);
    this.#arm(wait, () => this.#dial());
    if (wasOpen) this.#listener.lost();
  }

  #arm(wait: number, run: () => void): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(run, wait);
  }
}

function webSocketTransport(base: URL, listener: TransportListener): Transport {
  const url = new URL("ws", base);
  url.protocol = url.protocol.replace("http", "ws");
  let ended = false;
  const end = (): void => {
    if (!ended) listener.closed();
    ended = true;
  };
  try {
    const socket = new WebSocket(url, SUBPROTOCOL);
    socket.onopen = () => ended || listener.opened();
    socket.onmessage = ({ data }) => ended || typeof data !== "string" || listener.received(data);
    // Chromium tells of a socket that the page's policy refuses by an error alone.
    socket.onerror = socket.onclose = end;
    return {
      send: (text) => socket.send(text),
      close: () => {
        ended = true;
        socket.close();
      },
    };
  } catch {
    // A policy may refuse by throwing.
    queueMicrotask(end);
    return { send: () => {}, close: () => void (ended = true) };
  }
}
