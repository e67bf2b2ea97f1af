// The visitor's side of one ask, from *Help* to *End*.
//
// Nothing is requested from anywhere before `ask`, and what the page is goes to the helper alone: the server
// is told the page's origin and sealed bytes (invariants I1 and I3).

import { cleanAddress } from "../proto/address";
import { Session } from "../proto/session";
import { decode, encode } from "../wire/base64url";
import type { Chat, Client, Event, Helper, Input, Page, PeerMessage, Snapshot, State, UnsupportedCode } from "../wire/peer";
import type { BrokerToAgent, Claimed, IceServer, Place, SessionId, TeamId } from "../wire/signaling";
import { clientInformation } from "./client-information";
import { now } from "./clock";
import { drive, type RoleOutput } from "./driver";
import { openIntroduction } from "./handshake";
import type { HeadStart } from "./head-start";
import { watchNavigation } from "./navigation";
import { peerConnection, type PeerConnection } from "./peer-connection";
import { drawId } from "./random";
import type { Knocking, Resume } from "./resume";
import { initiate, type Initiator, prologue } from "./seal";
import { signalingSocket, type OpenTransport } from "./signaling-socket";
import { prepareConnection } from "./support";

/** How much of an address the helper sees: cleaned of what may be secret, the path alone, or all of it. */
export type Urls = "clean" | "path" | "full";

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

/** One handshake: its initiator serves one claim, and is `null` before it is made and from then on. */
type Handshake = { team: TeamId; session: SessionId; initiator: Initiator | null };

/** One ask by a visitor. A new ask needs a new visitor. */
export type Visitor = ReturnType<typeof makeVisitor>;

/** What a visitor seldom needs, loaded when it is. */
export type Seldom = {
  /** Opens a transport over HTTP. */
  httpTransport: OpenTransport;
  /** Finds back, and hears proposals. */
  resume: Resume;
  /** Goes where the visitor agreed to go, or loads the page again, once what was said before has left. */
  go(url: string | null): void;
};

// How many messages of unknown types may wait until the part that may know them is loaded; as often it is asked for
// when it cannot be had. More than an honest helper proposes meanwhile.
const MAX_UNHEARD = 16;

/**
 * Makes an ask without starting it: nothing is requested from anywhere. `told` is told of every event, `keep` is given
 * what the next page of this tab needs to go on.
 */
export function makeVisitor(
  { server, teams, urls, attributes }: VisitorOptions,
  told: (event: Event) => void,
  keep: (snapshot: Snapshot) => void,
  seldom: () => Promise<Seldom>,
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
  /** How many messages wait for what few visitors need, or were lost because it cannot be had. */
  let unheard = 0;
  // The first peer connection, made before it is needed.
  let spare = start?.begun ? peerConnection(start.begun) : null;
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
    seldom,
    start?.socket,
  );
  const session = Session.visitor(teams, origin);
  const driver = drive(session, {
    carryOut,
    signal: socket.send,
    unknown(text) {
      if (unheard++ >= MAX_UNHEARD) return;
      seldom().then(({ resume }) => {
        unheard = 0;
        resume.hear(text, driver);
      }, console.warn);
    },
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
        return void seldom().then(({ go }) => go(output.url));
      case "keep":
        return keep(output.snapshot);
      case "knock":
        return void seldom().then(({ resume }) => (knocking = resume.knock(output, driver, socket.send)));
      default:
      // A visitor's session neither claims nor offers.
    }
  }

  function answer(generation: number, offer: string, iceServers: IceServer[]): void {
    try {
      const connection = spare ?? peerConnection();
      spare = null;
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
    spare?.close();
    spare = null;
  }

  async function prepare(team: TeamId): Promise<void> {
    const session = drawId();
    const made: Handshake = { team, session, initiator: null };
    handshake = made;
    knocking = null;
    try {
      made.initiator = await initiate(prologue(team, session, origin));
      if (handshake === made) input({ input: "prepared", session, message: encode(made.initiator.message) });
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
    const { team, session, initiator } = claim;
    if (!initiator || !message) return;
    // One ephemeral key, one claim: whatever else comes for it is not looked at.
    claim.initiator = null;
    const opened = openIntroduction(initiator, decode(message) ?? new Uint8Array(), {
      team,
      origin,
      nowS: Math.floor(now() / 1000),
    });
    driver.link(
      session,
      opened.then((result) => (typeof result === "string" ? null : result.channel)),
    );
    opened.then((result) => {
      if (handshake !== claim) return;
      if (typeof result === "string") return input({ input: "unverified", code: result });
      const { name, automated, offer } = result;
      input({ input: "verified", name, automated, offer, iceServers });
    });
  }

  function tell(event: Event): void {
    if (event.event === "state") ({ state } = event);
    if (event.event === "helper") helper = event;
    if (event.event === "anew") written = [];
    // Who has a helper can lose them with the page, and has what it takes to find them again; without it, the session
    // ends with the page.
    if (state === "connecting") seldom().then(({ resume }) => resume.extend(session), console.warn);
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
  function ready(): PeerConnection | null {
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
    setTimeout(() => {
      identify();
      watchNavigation(
        (address) => cleanAddress(address, urls),
        (page) => input({ input: "navigated", page }),
        signal,
      );
    });
  }

  /** Tells what the visitor uses and what the site knows about them, once asked. */
  function identify(): void {
    if (state !== "idle") input({ input: "known", client: clientInformation(attributes) });
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
    resume(snapshot: Snapshot, { extend }: Resume): void {
      if (!ready()) return;
      place = snapshot.place ?? "";
      extend(session, snapshot);
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
