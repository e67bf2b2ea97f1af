// The visitor's side of one ask, from *Help* to *End*.
//
// Nothing is requested from anywhere before `ask`, and what the page is goes to the helper alone: the server
// is told the page's origin and sealed bytes (invariants I1 and I3).

import { Session } from "../proto/session";
import { decode, encode } from "../wire/base64url";
import type { Chat, Client, Event, Helper, Input, Page, PeerMessage, Snapshot, State, UnsupportedCode } from "../wire/peer";
import type { BrokerToAgent, Claimed, IceServer, Place, SessionId, TeamId } from "../wire/signaling";
import { now } from "./clock";
import { drive, type RoleOutput } from "./driver";
import { type KeyPair, freshKey } from "./key-pair";
import type { verify } from "./handshake";
import type { Begun, HeadStart } from "./head-start";
import type { identify, observe, Urls } from "./observe";
import type { peerConnection } from "./peer-connection";
import { drawId } from "./random";
import type { Knocking, Resume } from "./resume";
import { signalingSocket, type OpenTransport } from "./signaling-socket";
import { prepareConnection } from "./support";

/** What a visitor needs to know before they can ask. */
export type VisitorOptions = {
  /** The signaling server's origin, such as `https://help.example.org`. */
  server: string;
  /** The team keys that the page pins: one, or two during a rollover. */
  teams: TeamId[];
  /** How addresses are cleaned. */
  urls: Urls;
  /** What the site knows about the visitor; may grow until the end. */
  attributes: Readonly<Record<string, string>>;
};

/** With what an ask goes on after a page load. */
export type Waiting = { place: Place; written: Chat[] };

/** All that the helper was told; `null` for what has not been sent. */
export type Shared = { page: Page | null; client: Client | null };

/** One handshake: its key serves one claim, and is `null` before it is made and from then on. */
type Handshake = { team: TeamId; session: SessionId; key: KeyPair | null };

/** One ask by a visitor. A new ask needs a new visitor. */
export type Visitor = ReturnType<typeof makeVisitor>;

/** What a visitor can do without until a helper comes, loaded once they ask. */
export type Parts = {
  /** Opens a transport over HTTP. */
  httpTransport: OpenTransport;
  /** Says who a helper is. */
  verify: typeof verify;
  /** Takes up a connection that was begun. */
  peerConnection: typeof peerConnection;
  /** Tell where the visitor is, without what may be secret, and what they use. */
  observe: typeof observe;
  identify: typeof identify;
  /** Finds back, and hears proposals. */
  resume: Resume;
  /** Goes where the visitor agreed to go, or loads the page again, once what was said before has left. */
  go(url: string | null): void;
};

/**
 * Makes an ask without starting it: nothing is requested from anywhere. `told` is told of every event, `keep` is given
 * what the next page of this tab needs to go on.
 */
export function makeVisitor(
  { server, teams, urls, attributes }: VisitorOptions,
  told: (event: Event) => void,
  keep: (snapshot: Snapshot) => void,
  later: () => Promise<Parts>,
  start?: HeadStart,
) {
  const { origin } = location;
  const leaving = new AbortController();
  let state: State = "idle";
  let place: Place = "";
  /** What the visitor wrote before anybody was there. */
  let written: Chat[] = [];
  let helper: Helper | null = null;
  let shared: Shared = { page: null, client: null };
  let unable = false;
  /** Whether the page is watched. */
  let observed = false;
  // The first peer connection, made before it is needed.
  let spare: Begun | undefined = start?.begun;
  /** What could be done without, from when a helper is verified or found again: without it, neither is. */
  let parts: Parts | undefined;
  let handshake: Handshake | null = null;
  /** The try to find back that waits for its answer, or had it. */
  let knocking: Knocking | null = null;

  const socket = signalingSocket(
    server,
    {
      opened: () => input({ input: "socket-opened" }),
      lost: () => input({ input: "socket-lost" }),
      received,
    },
    later,
    start?.socket,
  );
  const session = Session.visitor(teams, origin);
  const driver = drive(session, {
    carryOut,
    signal: socket.send,
    unknown: (text) => parts?.resume.hear(text, driver),
    tell: (event) => unable || tell(event),
    sent(message) {
      if (message.type !== "page" && message.type !== "client") return;
      const { type, ...sent } = message;
      shared = { ...shared, [type]: sent };
    },
  });
  const { input } = driver;
  if (start) socket.open();

  function carryOut(output: RoleOutput): void {
    switch (output.output) {
      case "dial":
        return socket.open();
      case "hang-up":
        return socket.close();
      case "prepare":
        return void prepare(output.team);
      case "answer":
        return answer(output.generation, output.offer, output.iceServers);
      case "go":
        return parts?.go(output.url);
      case "keep":
        return keep(output.snapshot);
      case "knock":
        knocking = parts!.resume.knock(output, driver, socket.send);
        return;
      default:
      // A visitor's session neither claims nor offers.
    }
  }

  function answer(generation: number, offer: string, iceServers: IceServer[]): void {
    try {
      const connection = parts!.peerConnection(spare);
      spare = undefined;
      connection.configure(iceServers);
      driver.adopt(generation, connection, connection.answer(offer));
    } catch {
      // The browser gave one before and gives none now: there are too many, or a policy has come.
      input({ input: "channel-closed", generation });
    }
  }

  /** Over: nothing of the page is watched, and nothing is held in hand. */
  function drop(): void {
    leaving.abort();
    spare?.connection.close();
    spare = undefined;
  }

  async function prepare(team: TeamId): Promise<void> {
    const session = drawId();
    const made: Handshake = { team, session, key: null };
    handshake = made;
    knocking = null;
    try {
      made.key = await freshKey();
      // Message 1 is the key and nothing else.
      if (handshake === made) input({ input: "prepared", session, message: encode(made.key.publicKey) });
    } catch {
      unsupported("cryptography");
      end();
    }
  }

  function received(message: BrokerToAgent): void {
    const current = knocking ?? handshake;
    if (!("session" in message) || !current || message.session !== current.session) return;
    switch (message.type) {
      case "claimed":
        if (handshake) claimed(handshake, message);
        return;
      case "forwarded":
        // What comes first for a knock is its answer.
        if (!knocking?.finish(message.message)) driver.forwarded(message.session, message.message);
        return;
      // What the session is told of by the same name, with the same in it.
      case "queued":
      case "left":
      case "refused":
      case "resumed":
        return input({ input: message.type, ...message } as Input);
    }
  }

  function claimed(claim: Handshake, { message, iceServers }: Claimed): void {
    const { team, session, key } = claim;
    if (!key || !message) return;
    // One ephemeral key, one claim: whatever else comes for it is not looked at.
    claim.key = null;
    const verified = later().then((loaded) => {
      parts = loaded;
      const expected = { team, origin, nowS: Math.floor(now() / 1000) };
      return loaded.verify(key, session, decode(message) ?? new Uint8Array(), expected);
    });
    driver.link(
      session,
      verified.then((result) => (typeof result === "string" ? null : result.channel), () => null),
    );
    verified.then(
      (result) => {
        if (handshake !== claim) return;
        if (typeof result === "string") return input({ input: "unverified", code: result });
        const { name, automated, offer } = result;
        input({ input: "verified", name, automated, offer, iceServers });
      },
      // Nobody can be verified without the part that does it: the claim is lost, and the next may find it there.
      () => {
        socket.send({ type: "leave", session, reason: "failed" });
        if (handshake === claim) input({ input: "left", reason: "failed" });
      },
    );
  }

  function tell(event: Event): void {
    if (event.event === "state") ({ state } = event);
    if (event.event === "helper") helper = event;
    if (event.event === "anew") written = [];
    if (state === "connecting") {
      // Who has a helper can lose them with the page, and has what it takes to find them again.
      parts?.resume.extend(session);
      observe();
    }
    if (event.event === "message" && waits()) written.push({ seq: event.seq, at: event.at, text: event.text });
    if (state === "ended" || state === "failed") drop();
    told(event);
  }

  const waits = (): boolean => ["asking", "waiting", "unavailable", "connecting"].includes(state);

  function unsupported(code: UnsupportedCode): void {
    unable = true;
    tell({ event: "state", state: "failed" });
    tell({ event: "error", code: { unsupported: code } });
  }

  /** Ends the session, or takes the ask back. */
  function end(): void {
    input({ input: "end" });
  }

  /** Lets go of everything, for another visitor to go on. */
  function leave(): void {
    driver.drop();
    socket.close();
    drop();
  }

  /** Gives the first connection, made where there is none yet; `null`, and an error is told, where none can be had. */
  function ready(): Begun | null {
    const made = spare ?? prepareConnection();
    if (typeof made !== "string") return (spare = made);
    unsupported(made);
    return null;
  }

  function begin(first: Input): void {
    const { signal } = leaving;
    const changed = (): void => {
      if (!document.hidden) input({ input: "network-changed" });
    };
    // An open peer connection or socket would keep the page out of the back/forward cache, and would be dead when it
    // comes back: then another visitor goes on with what was kept.
    addEventListener("pagehide", leave, { signal });
    addEventListener("online", changed, { signal });
    document.addEventListener("visibilitychange", changed, { signal });
    input(first);
    // To look at the page makes the browser lay it out: what is on its way goes first.
    setTimeout(observe);
  }

  /** Has it told where the visitor is, from now on, and what they use. */
  function observe(): void {
    later().then((loaded) => {
      if (!observed) loaded.observe(urls, attributes, input, leaving.signal);
      observed = true;
    }, console.warn);
  }

  /** Has it told that the site knows more about them. */
  function identify(): void {
    if (observed) later().then((loaded) => loaded.identify(attributes, input), console.warn);
  }

  return {
    end,
    identify,
    leave,

    /** Where the ask is. */
    state: (): State => state,

    /** Who helps; `null` until they are verified. */
    helper: (): Helper | null => helper,

    /** What the helper was told. */
    shared: (): Shared => shared,

    /** With what another page of the site could go on asking; `null` while nobody waits. */
    waiting: (): Waiting | null => (waits() ? { place, written } : null),

    /**
     * Asks for help; goes on asking when it is given what another page has left.
     *
     * Errors: `unsupported` by an `error` event, after state `failed`.
     */
    ask(left?: { place: Place | null; written: Chat[] | null }): void {
      if (state !== "idle" || !ready()) return;
      place = left?.place ?? drawId();
      begin({ input: "ask", place, written: left?.written ?? [] });
    },

    /**
     * Goes on with what another page of this tab has kept.
     *
     * Errors: as of `ask`.
     */
    resume(snapshot: Snapshot, loaded: Parts): void {
      if (!ready()) return;
      parts = loaded;
      place = snapshot.place ?? "";
      loaded.resume.extend(session, snapshot);
      begin({ input: "restore", snapshot });
    },

    /** Sends a chat message; an `error` event `not-sent` says when it was not taken. */
    say: (text: string): void => input({ input: "say", text }),

    /** Agrees to a proposal of the helper, or would rather not. */
    decide: (id: number, is: "allow" | "decline"): void => input({ input: is, id }),

    /** Tells that the helper's messages up to this one were on the visitor's screen. */
    seen: (seq: number): void => input({ input: "seen", seq }),

    /** Tells that the visitor is writing, or has stopped. */
    writing: (on: boolean): void => input({ input: "writing", on }),
  };
}
