// Where a helper works: one signaling socket, who waits, and every session.
//
// One peer connection is kept in hand with its candidates gathered, so that *Accept* sends a complete offer at
// once. The desk enlists anew whenever its socket was lost; sessions that are connected need no server and
// live on.

import { decode, encode } from "../wire/base64url";
import type { State, UnsupportedCode } from "../wire/peer";
import {
  MAX_WAITING_PER_TEAM,
  type Asked,
  type BrokerToAgent,
  type ErrorCode,
  type IceServer,
  type Nonce,
  type Refused,
  type Sealed,
  type SessionId,
} from "../wire/signaling";
import { now } from "./clock";
import { door, type Door } from "./door";
import type { RoleOutput } from "./driver";
import { signEnlist } from "./enlist";
import { HelperSession } from "./helper-session";
import type { Identity } from "./invite";
import { Outlet } from "./outlet";
import { offeringConnection, type OfferingConnection } from "./offering-connection";
import { drawId, drawKey } from "./random";
import { prologue, respond, type SealedChannel } from "./seal";
import { keptSessions, lockSession } from "./session-store";
import { httpTransport } from "./http-transport";
import { signalingSocket, type SignalingSocket } from "./signaling-socket";
import { prepareConnection } from "./support";

export { HelperSession } from "./helper-session";

/** A visitor who waits. */
export type Waiting = {
  /** What to accept. */
  ticket: SessionId;
  /** The site they are on. */
  origin: string;
  /** When they asked, by this machine's clock. Units: milliseconds since 1970. */
  since: number;
};

/** Whether the server knows this helper. `refused` is for good: the identity has to be another. */
export type Connection = "connecting" | "enlisted" | "lost" | "refused";

// How old a peer connection in hand may be. Units: milliseconds. What it gathered may not be true any more:
// networks change without a word.
const FRESH_MS = 600_000;

// How long a deposited connection may gather. Units: milliseconds. What is found later is missing in its offer.
const GATHER_MS = 1_000;

// When the next peer connection is made after one was used. Units: milliseconds. The one in use comes first.
const REFILL_MS = 500;

// How long after a refusal that may pass the desk enlists again. Units: milliseconds.
const RETRY_MS = 5_000;

// How long after a visitor was lost it is asked whether the server is there. Units: milliseconds. Who only opens another
// page is back by then.
const DOUBT_MS = 250;

// Refusals that no further try can change.
const FOR_GOOD: readonly ErrorCode[] = [
  "unknown-team",
  "certificate-invalid",
  "certificate-expired",
  "certificate-denied",
  "signature-invalid",
];

/** What came of keeping a visitor away: it is done, or why it is not. */
export type BlockOutcome = "blocked" | "server-lost" | ErrorCode;

type Asking = Waiting & { message: Sealed };

/** Where a helper works. */
export class Desk {
  #changes = new Outlet<void>();
  #identity: Identity;
  #server: string;
  #socket: SignalingSocket;
  #connection: Connection = "connecting";
  #refusal: ErrorCode | null = null;
  #unsupported: UnsupportedCode | null = null;
  #asking = new Map<SessionId, Asking>();
  #waiting: readonly Waiting[] = [];
  #sessions = new Map<SessionId, HelperSession>();
  #claiming = new WeakMap<HelperSession, Asking>();
  /** The newest id by which the server has brought each together with its visitor. */
  #met = new WeakMap<HelperSession, SessionId>();
  /** Whom the server was asked to keep away, by that id, and who waits for its answer. */
  #blocking = new Map<SessionId, (outcome: BlockOutcome) => void>();
  /** The offers of each session, by the generation of the peer connection. */
  #offers = new WeakMap<HelperSession, Map<number, OfferingConnection>>();
  #door: Door;
  /** The sessions that this tab has for itself. */
  #kept = new WeakSet<HelperSession>();
  #available = true;
  // Whether the nonce that comes next is to be signed; a challenge is also how the socket asks for a sign of life.
  #enlisting = false;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #iceServers: IceServer[] = [];
  #inHand: { connection: OfferingConnection; madeAt: number } | null = null;
  #refill: ReturnType<typeof setTimeout> | undefined;

  /** Opens the desk: dials and enlists at once. */
  constructor(options: { server: string; identity: Identity }) {
    this.#identity = options.identity;
    this.#server = new URL(options.server).origin;
    const listener = {
      opened: () => this.#challenge(),
      lost: () => this.#lost(),
      received: (message: BrokerToAgent) => this.#received(message),
    };
    this.#socket = signalingSocket(options.server, listener, async () => ({ httpTransport }));
    this.#door = door((message) => this.#socket.send(message));
    const ready = prepareConnection();
    if (typeof ready === "string") {
      this.#unsupported = ready;
      this.#connection = "refused";
      return;
    }
    ready.connection.close();
    addEventListener("pagehide", this.#hide);
    addEventListener("pageshow", this.#show);
    addEventListener("online", this.#networkChanged);
    this.#socket.open();
    void this.#restore();
  }

  /** Whether the server knows this helper. */
  get connection(): Connection {
    return this.#connection;
  }

  /** Why the server refused this helper; `null` while it has not. */
  get refusal(): ErrorCode | null {
    return this.#refusal;
  }

  /** What this browser lacks; with it, the connection is `refused`. */
  get unsupported(): UnsupportedCode | null {
    return this.#unsupported;
  }

  /** Who waits, longest first. */
  get waiting(): readonly Waiting[] {
    return this.#waiting;
  }

  /** Every session accepted here, oldest first, ended ones included. */
  get sessions(): readonly HelperSession[] {
    return [...this.#sessions.values()];
  }

  /** Whether visitors see this helper as there. */
  get available(): boolean {
    return this.#available;
  }

  /** Sets whether visitors see this helper as there. */
  setAvailable(on: boolean): void {
    if (on === this.#available) return;
    this.#available = on;
    // Whoever waits is told of again; who does not, is not.
    this.#asking.clear();
    if (this.#connection === "enlisted") this.#socket.send({ type: "attend", available: on });
    this.#changed();
  }

  /** Takes a visitor who waits. A ticket that is gone gives a session that has failed. */
  accept(ticket: SessionId): HelperSession {
    const known = this.#sessions.get(ticket);
    if (known !== undefined && !known.over) return known;
    const asking = this.#asking.get(ticket) ?? null;
    this.#asking.delete(ticket);
    const session = this.#begin(ticket, asking?.origin ?? "", asking);
    session.driver.input({ input: "accept", session: ticket });
    this.#changed();
    return session;
  }

  /** Ends a session and has the server keep its visitor away from the team; gives what came of that. */
  block(session: HelperSession): Promise<BlockOutcome> {
    const id = this.#met.get(session) ?? session.id;
    return new Promise((resolve) => {
      if (this.#connection === "enlisted") {
        this.#blocking.set(id, resolve);
        this.#socket.send({ type: "block", session: id });
      } else resolve("server-lost");
      if (!session.over) session.end();
    });
  }

  /** Lets go of an ended session, and with it of all that was said there. */
  release(session: HelperSession): void {
    if (session.over && this.#sessions.delete(session.id)) this.#changed();
  }

  /** Closes everything: every session ends, the server forgets this helper. */
  close(): void {
    for (const session of this.#sessions.values()) session.end();
    removeEventListener("pagehide", this.#hide);
    removeEventListener("pageshow", this.#show);
    removeEventListener("online", this.#networkChanged);
    clearTimeout(this.#retry);
    this.#dropInHand();
    this.#socket.close();
    this.#asking.clear();
    this.#connection = "lost";
    this.#changed();
  }

  /** Calls back after every change of the properties, until the returned function is called. */
  on(listener: () => void): () => void {
    return this.#changes.on(listener);
  }

  #begin(id: SessionId, origin: string, asking: Asking | null): HelperSession {
    let was: State = "idle";
    let doubt: ReturnType<typeof setTimeout> | undefined;
    const session: HelperSession = new HelperSession(
      id,
      origin,
      {
        carryOut: (output) => this.#carryOut(session, asking, output),
        signal: (message) => this.#socket.send(message),
      },
      () => {
        if (session.over) this.#door.shut(session);
        if (session.state !== was) {
          was = session.state;
          clearTimeout(doubt);
          // What took the visitor away may have taken the server too, and silently.
          if (was === "reconnecting") doubt = setTimeout(this.#doubt, DOUBT_MS);
        }
        this.#changed();
      },
    );
    this.#sessions.set(id, session);
    return session;
  }

  /** Goes on with the sessions of the page before. */
  async #restore(): Promise<void> {
    for (const kept of keptSessions()) {
      if (!(await lockSession(kept.id)) || this.#sessions.has(kept.id)) continue;
      const session = this.#begin(kept.id, kept.origin, null);
      this.#kept.add(session);
      session.resume(kept);
      this.#changed();
    }
  }

  /** The session of that id, or of that deposit. */
  #session(id: SessionId): HelperSession | undefined {
    return this.#sessions.get(id) ?? [...this.#sessions.values()].find((session) => session === this.#door.ownerOf(id));
  }

  #challenge(): void {
    this.#enlisting = true;
    this.#socket.send({ type: "challenge" });
  }

  #received(message: BrokerToAgent): void {
    switch (message.type) {
      case "challenged":
        return void this.#enlist(message.nonce);
      case "enlisted":
        return this.#enlisted(message.iceServers);
      case "asked":
        return this.#asked(message);
      case "withdrawn":
        if (this.#asking.delete(message.ticket)) this.#changed();
        return;
      case "claimed": {
        const claimed = this.#session(message.session);
        if (claimed) this.#met.set(claimed, message.session);
        return claimed?.driver.input({ input: "claim-won" });
      }
      case "forwarded":
        return this.#session(message.session)?.driver.forwarded(message.session, message.message);
      case "left": {
        const left = this.#session(message.session);
        // Of a try before this one, it says nothing.
        if (left?.isAbout(message.session)) left.driver.input({ input: "left", reason: message.reason });
        return;
      }
      case "refused":
        return this.#refused(message);
      case "resumed": {
        const back = this.#session(message.session);
        if (back) this.#met.set(back, message.session);
        if (message.message) void this.#door.knocked(message.session, message.message);
        return;
      }
      case "blocked":
        this.#answered(message.session, "blocked");
        return;
      case "queued":
        // For visitors.
        return;
      default:
        return message satisfies never;
    }
  }

  async #enlist(nonce: Nonce): Promise<void> {
    if (!this.#enlisting) return;
    this.#enlisting = false;
    const { team, certificate } = this.#identity;
    try {
      const signature = await signEnlist(this.#identity, nonce, this.#server);
      this.#socket.send({ type: "enlist", team, certificate, signature });
    } catch {
      // The browser that made or took these keys cannot use them: another one did, and it was older or newer.
      this.#unsupported = "cryptography";
      this.#refuse();
    }
  }

  #enlisted(iceServers: IceServer[]): void {
    this.#connection = "enlisted";
    this.#refusal = null;
    this.#asking.clear();
    if (JSON.stringify(iceServers) !== JSON.stringify(this.#iceServers)) this.#dropInHand();
    this.#iceServers = iceServers;
    this.#fillHand();
    if (this.#door.isOpen()) this.#door.announce();
    if (!this.#available) this.#socket.send({ type: "attend", available: false });
    this.#changed();
  }

  #asked({ ticket, origin, message, waitingMs }: Asked): void {
    const isKnown = this.#asking.has(ticket) || this.#sessions.get(ticket)?.over === false;
    // A server that makes up visitors without end is not listened to for ever.
    if (!this.#available || isKnown || this.#asking.size >= MAX_WAITING_PER_TEAM) return;
    this.#asking.set(ticket, { ticket, origin, message, since: now() - waitingMs });
    this.#changed();
  }

  /** Whether somebody waited for this answer to a block. */
  #answered(id: SessionId, outcome: BlockOutcome): boolean {
    this.#blocking.get(id)?.(outcome);
    return this.#blocking.delete(id);
  }

  #refused({ code, session }: Refused): void {
    if (session !== null && this.#answered(session, code)) return;
    const refused = session === null ? undefined : this.#session(session);
    if (refused !== undefined) {
      // The visitor still waits: the server has not given them to anybody.
      const asking = code === "too-many-sessions" ? this.#claiming.get(refused) : undefined;
      if (asking !== undefined) this.#asking.set(asking.ticket, asking);
      return refused.driver.input({ input: "refused", code });
    }
    // In the middle of the work too: a certificate runs out, or is taken back. Who is being helped needs no server.
    if (FOR_GOOD.includes(code)) {
      this.#refusal = code;
      this.#refuse();
    } else if (this.#connection !== "enlisted") {
      clearTimeout(this.#retry);
      this.#retry = setTimeout(() => this.#connection !== "enlisted" && this.#challenge(), RETRY_MS);
    }
  }

  #refuse(): void {
    this.#connection = "refused";
    this.#socket.close();
    this.#asking.clear();
    this.#changed();
  }

  #lost(): void {
    this.#connection = "lost";
    // What took the server may have changed the addresses that it has gathered.
    this.#dropInHand();
    // The tickets are told of again when the desk has enlisted anew.
    this.#asking.clear();
    for (const id of [...this.#blocking.keys()]) this.#answered(id, "server-lost");
    for (const session of this.#sessions.values()) session.driver.input({ input: "socket-lost" });
    this.#changed();
  }

  #carryOut(session: HelperSession, asking: Asking | null, output: RoleOutput): void {
    switch (output.output) {
      case "offer":
        return this.#offer(session, output.generation);
      case "claim":
        return this.#claim(session, asking, output.offer);
      case "accept": {
        const { generation, answer } = output;
        const held = session.held.take(generation);
        if (held) session.driver.takeUp(generation, held);
        const connection = this.#offers.get(session)?.get(generation);
        if (connection) session.driver.attempt(generation, connection.accept(answer));
        return;
      }
      case "deposit":
        return void this.#deposit(session, output.generation);
      case "announce":
        return this.#door.expect(session, output.deposits);
      case "admit":
        return this.#door.admit(output);
      case "keep":
        // Nobody else can have it yet, so nobody waits for that.
        if (!this.#kept.has(session)) void lockSession(session.id);
        this.#kept.add(session);
        return session.keep(output.snapshot);
      default:
      // The socket is the desk's own, and a helper's session neither prepares nor answers.
    }
  }

  #offer(session: HelperSession, generation: number): void {
    try {
      const connection = this.#takeConnection();
      this.#offered(session, generation, connection);
      session.driver.adopt(generation, connection, connection.offer());
    } catch {
      // The browser gave one before and gives none now: there are too many, or a policy has come.
      session.driver.input({ input: "channel-closed", generation });
    }
  }

  /** Makes a way back for the visitor: a peer connection that has gathered, for later. */
  async #deposit(session: HelperSession, generation: number): Promise<void> {
    try {
      const connection = offeringConnection(this.#iceServers);
      this.#offered(session, generation, connection);
      session.held.hold(generation, connection);
      const offer = await connection.gathered(GATHER_MS);
      session.driver.input({ input: "deposit-made", generation, id: drawId(), psk: drawKey(), offer });
    } catch {
      // None to be had now: the session makes another one later.
      session.driver.input({ input: "channel-closed", generation });
    }
  }

  #offered(session: HelperSession, generation: number, connection: OfferingConnection): void {
    const offers = this.#offers.get(session) ?? new Map<number, OfferingConnection>();
    for (const [old, { connection: made }] of offers) if (made.signalingState === "closed") offers.delete(old);
    this.#offers.set(session, offers.set(generation, connection));
  }

  #claim(session: HelperSession, asking: Asking | null, offer: string): void {
    if (asking === null) return session.driver.input({ input: "refused", code: "ticket-gone" });
    this.#claiming.set(session, asking);
    const { team, certificate, noiseKey } = this.#identity;
    const introduction = new TextEncoder().encode(JSON.stringify({ certificate, offer }));
    const responded = respond(
      prologue(team, asking.ticket, asking.origin),
      decode(asking.message) ?? new Uint8Array(),
      noiseKey,
      introduction,
    );
    session.driver.link(
      asking.ticket,
      responded.then(
        ({ channel }) => channel,
        (): SealedChannel | null => null,
      ),
    );
    responded.then(
      ({ message }) => this.#socket.send({ type: "claim", ticket: asking.ticket, message: encode(message) }),
      // The visitor's key is none: nobody could ever seal anything for them.
      () => session.driver.input({ input: "open-failed" }),
    );
  }

  // The connection in hand, or a fresh one whose candidates follow as they are found.
  #takeConnection(): OfferingConnection {
    const held = this.#inHand;
    this.#inHand = null;
    clearTimeout(this.#refill);
    this.#refill = setTimeout(() => this.#fillHand(), REFILL_MS);
    if (held?.connection.isUsable() && now() - held.madeAt < FRESH_MS) return held.connection;
    held?.connection.close();
    return offeringConnection(this.#iceServers);
  }

  #fillHand(): void {
    if (this.#inHand?.connection.isUsable() || this.#connection !== "enlisted") return;
    try {
      const connection = offeringConnection(this.#iceServers);
      this.#inHand = { connection, madeAt: now() };
      // Closed before it was described: another one is in hand by then.
      connection.offer().catch(() => {});
    } catch {
      // None to be had now: *Accept* tries again, and says so.
      this.#inHand = null;
    }
  }

  #dropInHand(): void {
    clearTimeout(this.#refill);
    this.#inHand?.connection.close();
    this.#inHand = null;
  }

  readonly #networkChanged = (): void => {
    this.#dropInHand();
    this.#fillHand();
    for (const session of this.#sessions.values()) session.driver.input({ input: "network-changed" });
  };

  readonly #doubt = (): void => {
    // Before we are enlisted, another challenge would make void the one that is being answered.
    if (this.#connection === "enlisted") this.#socket.open();
  };

  readonly #hide = (): void => {
    for (const session of this.#sessions.values()) session.drop();
    this.#dropInHand();
    this.#socket.close();
  };

  readonly #show = ({ persisted }: PageTransitionEvent): void => {
    if (!persisted || this.#connection === "refused") return;
    // What was dropped goes on from what was kept, as after any other page load.
    if ([...this.#sessions.values()].some((session) => !session.over)) return location.reload();
    this.#lost();
    this.#socket.open();
  };

  #changed(): void {
    this.#waiting = [...this.#asking.values()]
      .map(({ ticket, origin, since }) => ({ ticket, origin, since }))
      .sort((a, b) => a.since - b.since);
    this.#changes.emit();
  }
}
