// The visitor's side of one ask, from *Help* to *End*.
//
// Nothing is requested from anywhere before `ask`, and what the page is goes to the helper alone: the server
// is told the page's origin and sealed bytes (invariants I1 and I3).

import { cleanAddress } from "../proto/address";
import { Session } from "../proto/session";
import { decode, encode } from "../wire/base64url";
import type { Client, Event, Input, Page, PeerMessage, State, UnsupportedCode } from "../wire/peer";
import type { BrokerToAgent, Claimed, IceServer, SessionId, TeamId } from "../wire/signaling";
import { clientInformation } from "./client-information";
import { now } from "./clock";
import { Driver, type RoleOutput } from "./driver";
import { openIntroduction } from "./handshake";
import { Navigation } from "./navigation";
import { Outlet } from "./outlet";
import { PeerConnection } from "./peer-connection";
import { drawId } from "./random";
import { Initiator, prologue, type SealedChannel } from "./seal";
import { type OpenTransport, SignalingSocket } from "./signaling-socket";
import { prepareConnection } from "./support";

/** How much of an address the helper sees: cleaned of what may be secret, the path alone, or all of it. */
export type Urls = "clean" | "path" | "full";

/** What a visitor needs to know before they can ask. */
export type VisitorOptions = {
  /** The signaling server's address, such as `https://help.example.org`. */
  server: string;
  /** The team keys that the page pins: one, or two during a rollover. */
  teams: TeamId[];
  /** How addresses are cleaned. */
  urls: Urls;
};

/** One handshake: its initiator serves one claim, and is `null` from then on. */
type Handshake = { team: TeamId; session: SessionId; initiator: Initiator | null };

/** One ask by a visitor. A new ask needs a new visitor. */
export class Visitor {
  /** Where the ask is; for reading. */
  state: State = "idle";
  /** Who helps, verified; `null` until then. For reading. */
  helper: { name: string; automated: boolean } | null = null;
  /** All that the helper was told; `null` for what has not been sent. For reading. */
  shared: { page: Page | null; client: Client | null } = { page: null, client: null };

  #events = new Outlet<Event>();
  #attributes: Record<string, string> = {};
  #driver: Driver;
  #socket: SignalingSocket;
  #navigation: Navigation;
  #leaving = new AbortController();
  #dialled = false;
  #unable = false;
  // The first peer connection, made before it is needed.
  #spare: PeerConnection | null = null;
  #handshakes = 0;
  #handshake: Handshake | null = null;

  /** Makes an ask without starting it: nothing is requested from anywhere. */
  constructor({ server, teams, urls }: VisitorOptions, httpTransport: () => Promise<OpenTransport>) {
    this.#driver = new Driver(Session.visitor(teams, location.origin), {
      carryOut: (output) => this.#carryOut(output),
      signal: (message) => this.#socket.send(message),
      tell: (event) => this.#unable || this.#tell(event),
      sent: (message) => this.#sent(message),
    });
    const listener = {
      opened: () => this.#input({ input: "socket-opened" }),
      lost: () => this.#input({ input: "socket-lost" }),
      received: (message: BrokerToAgent) => this.#received(message),
    };
    this.#socket = new SignalingSocket(server, listener, httpTransport);
    this.#navigation = new Navigation(
      (address) => cleanAddress(address, urls),
      (page) => this.#input({ input: "navigated", page }),
    );
  }

  /**
   * Asks for help.
   *
   * Errors: `unsupported` by an `error` event, after state `failed`.
   */
  ask(): void {
    if (this.state !== "idle") return;
    const connection = prepareConnection();
    if (typeof connection === "string") return this.#unsupported(connection);
    this.#spare = connection;
    const { signal } = this.#leaving;
    // An open peer connection or socket would keep the page out of the back/forward cache, and would be dead
    // when it comes back.
    addEventListener("pagehide", () => this.#hide(), { signal });
    addEventListener("pageshow", ({ persisted }) => persisted && this.#show(), { signal });
    this.#input({ input: "ask", place: drawId() });
    this.identify({});
    this.#navigation.start();
  }

  /** Ends the session, or takes the ask back. */
  end(): void {
    this.#input({ input: "end" });
  }

  /** Sends a chat message; an `error` event `not-sent` says when it was not taken. */
  say(text: string): void {
    this.#input({ input: "say", text });
  }

  /** Tells that the helper's messages up to this one were on the visitor's screen. */
  seen(seq: number): void {
    this.#input({ input: "seen", seq });
  }

  /** Tells that the visitor is writing, or has stopped. */
  writing(on: boolean): void {
    this.#input({ input: "writing", on });
  }

  /** Adds what the site knows about the visitor; sent with the rest, once asked. */
  identify(attributes: Record<string, string>): void {
    Object.assign(this.#attributes, attributes);
    if (this.state !== "idle") this.#input({ input: "known", client: clientInformation(this.#attributes) });
  }

  /** Calls back on every event, until the returned function is called. */
  on(listener: (event: Event) => void): () => void {
    return this.#events.on(listener);
  }

  #input(input: Input): void {
    this.#driver.input(input);
  }

  #carryOut(output: RoleOutput): void {
    switch (output.output) {
      case "dial":
        this.#dialled = true;
        return this.#socket.open();
      case "hang-up":
        this.#dialled = false;
        return this.#socket.close();
      case "prepare":
        return void this.#prepare(output.team);
      case "answer":
        return this.#answer(output.generation, output.offer, output.iceServers);
      default:
      // A visitor's session neither claims nor offers.
    }
  }

  #answer(generation: number, offer: string, iceServers: IceServer[]): void {
    try {
      const connection = this.#spare ?? new PeerConnection();
      this.#spare = null;
      connection.configure(iceServers);
      this.#driver.adopt(generation, connection, connection.answer(offer));
    } catch {
      // The browser gave one before and gives none now: there are too many, or a policy has come.
      this.#input({ input: "channel-closed", generation });
    }
  }

  async #prepare(team: TeamId): Promise<void> {
    const number = ++this.#handshakes;
    const session = drawId();
    try {
      const initiator = await Initiator.start(prologue(team, session, location.origin));
      if (number !== this.#handshakes) return;
      this.#handshake = { team, session, initiator };
      this.#input({ input: "prepared", session, message: encode(initiator.message) });
    } catch {
      this.#unsupported("cryptography");
      this.end();
    }
  }

  #received(message: BrokerToAgent): void {
    if (!("session" in message) || message.session !== this.#handshake?.session) return;
    switch (message.type) {
      case "claimed":
        return this.#claimed(this.#handshake, message);
      case "forwarded":
        return this.#driver.forwarded(message.session, message.message);
      case "queued":
        return this.#input({ input: "queued", helpers: message.helpers, position: message.position });
      case "left":
        return this.#input({ input: "left", reason: message.reason });
      case "refused":
        return this.#input({ input: "refused", code: message.code });
    }
  }

  #claimed(handshake: Handshake, { message, iceServers }: Claimed): void {
    const { team, session, initiator } = handshake;
    if (!initiator || !message) return;
    // One ephemeral key, one claim: whatever else comes for it is not looked at.
    handshake.initiator = null;
    const opened = openIntroduction(initiator, decode(message) ?? new Uint8Array(), {
      team,
      origin: location.origin,
      nowS: Math.floor(now() / 1000),
    });
    this.#driver.link(
      session,
      opened.then((result): SealedChannel | null => (result.ok ? result.channel : null)),
    );
    opened.then((result) => {
      if (this.#handshake !== handshake) return;
      const { ok } = result;
      if (!ok) return this.#input({ input: "unverified", code: result.code });
      const { name, automated, offer } = result;
      this.#input({ input: "verified", name, automated, offer, iceServers });
    });
  }

  #tell(event: Event): void {
    if (event.event === "state") this.state = event.state;
    if (event.event === "helper") this.helper = { name: event.name, automated: event.automated };
    if (this.state === "ended" || this.state === "failed") {
      // Over: nothing of the page is watched, and nothing is held in hand.
      this.#navigation.stop();
      this.#leaving.abort();
      this.#spare?.close();
      this.#spare = null;
    }
    this.#events.emit(event);
  }

  #sent(message: PeerMessage): void {
    if (message.type !== "page" && message.type !== "client") return;
    const { type, ...sent } = message;
    this.shared = { ...this.shared, [type]: sent };
  }

  #unsupported(code: UnsupportedCode): void {
    this.#unable = true;
    this.#tell({ event: "state", state: "failed" });
    this.#tell({ event: "error", code: { unsupported: code } });
  }

  #hide(): void {
    this.#driver.drop();
    this.#socket.close();
  }

  #show(): void {
    if (!this.#dialled) return;
    this.#input({ input: "socket-lost" });
    this.#socket.open();
  }
}
