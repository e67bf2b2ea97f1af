// Generated from the Rust types; do not edit.
// `UPDATE=1 cargo test -p alongside-tests --test generated` writes it anew.

import type { AgentToBroker, ErrorCode, IceServer, LeaveReason, Place, Sealed, SessionId, TeamId } from "./signaling";

/**
 * Which side of a session a peer is.
 */
export type Role = "visitor" | "helper";

/**
 * One message on the `control` data channel.
 */
export type PeerMessage = { "type": "hello" } & Hello | { "type": "hello-ack" } | { "type": "page" } & Page | { "type": "client" } & Client | { "type": "chat" } & Chat | { "type": "ack" } & Ack | { "type": "read" } & Read | { "type": "typing" } & Typing | { "type": "propose" } & Propose | { "type": "allowed" } & Answered | { "type": "declined" } & Answered | { "type": "deposit" } & Deposit | { "type": "deposited" } & Deposited | { "type": "return" } | { "type": "end" } | { "type": "refused" } & PeerRefused;

/**
 * The first word, repeated every `HELLO_INTERVAL_MS` until it is acknowledged: some stacks lose the first
 * message of a data channel, so nothing of value goes before.
 */
export type Hello = { 
/**
 * [`PROTOCOL_VERSION`]. A higher one is understood by its must-ignore rule.
 */
protocol: number, 
/**
 * Which side is speaking. The same side as the receiver's own is refused with `wrong-state`.
 */
role: Role, 
/**
 * The last chat message that the speaker has stored from the other side; 0 for none.
 */
stored: number, };

/**
 * The page a visitor is on, sent on each load, `pushState`, `replaceState`, hash change, back, forward and
 * change of title.
 *
 * Errors: `too-large` above `MAX_URL_BYTES` or `MAX_TITLE_BYTES`.
 */
export type Page = { 
/**
 * Counts the documents and addresses the visitor has been on; a lower one than the last is old news.
 */
epoch: number, 
/**
 * The cleaned address.
 */
url: string, 
/**
 * The document's title.
 */
title: string, 
/**
 * How many parts of the address were left out as possible secrets.
 */
omitted: number, 
/**
 * Whether a path segment was replaced by `…`: such an address is shown but cannot be opened.
 */
redacted: boolean, 
/**
 * The size of the visible part of the page.
 */
viewport: Viewport, 
/**
 * How far the page is scrolled.
 */
scroll: Scroll, };

/**
 * The size of the visible part of a page. Units: CSS pixels.
 */
export type Viewport = { 
/**
 * From left to right.
 */
width: number, 
/**
 * From top to bottom.
 */
height: number, };

/**
 * How far a page is scrolled. Units: CSS pixels, rounded; `x` is negative in right-to-left pages.
 */
export type Scroll = { 
/**
 * Sideways.
 */
x: number, 
/**
 * Down.
 */
y: number, };

/**
 * What the visitor uses.
 *
 * Errors: `too-large` above `MAX_ATTRIBUTES` attributes or `MAX_ATTRIBUTE_BYTES` in any text.
 */
export type Client = { 
/**
 * Name and version, such as `Firefox 153`.
 */
browser: string, 
/**
 * The operating system, such as `Windows`.
 */
platform: string, 
/**
 * The preferred language, such as `de-AT`. Source: RFC 5646.
 */
language: string, 
/**
 * Such as `Europe/Vienna`. Source: the IANA time zone database.
 */
timeZone: string, 
/**
 * The whole screen.
 */
screen: Screen, 
/**
 * What the site adds by `identify`.
 */
attributes: { [key in string]: string }, };

/**
 * A screen. Units: CSS pixels.
 */
export type Screen = { 
/**
 * From left to right.
 */
width: number, 
/**
 * From top to bottom.
 */
height: number, 
/**
 * Device pixels for each CSS pixel.
 */
scale: number, };

/**
 * One chat message.
 *
 * Shape: `seq` counts from 1 for each sender, without a gap; a repeated one is dropped and acknowledged again.
 * Errors: `too-large` above `MAX_TEXT_BYTES`, `wrong-sequence` for a gap, `bad-message` for an empty text.
 */
export type Chat = { 
/**
 * The sender's count.
 */
seq: number, 
/**
 * When it was written, by the sender's clock. Units: milliseconds since 1970.
 */
at: number, 
/**
 * What was written.
 */
text: string, };

/**
 * Every chat message up to this one is stored: it is delivered, and its sender may forget it.
 */
export type Ack = { 
/**
 * The last stored message.
 */
seq: number, };

/**
 * Every chat message up to this one has been on a screen that a person looked at.
 */
export type Read = { 
/**
 * The last seen message.
 */
seq: number, };

/**
 * A person is writing, or has stopped. Forgotten after `TYPING_TIMEOUT_MS`.
 */
export type Typing = { 
/**
 * Whether they are.
 */
on: boolean, };

/**
 * The helper proposes to go to an address of the visitor's site, or to load the page again.
 *
 * Shape: `id` counts from 1 and rises. One proposal of each of the two kinds is open at a time: a newer one takes
 * the place of the older.
 * Errors: `too-large` above `MAX_URL_BYTES`, `bad-message` for an address that is not of the session's site,
 * `wrong-sequence` for an `id` that does not rise.
 */
export type Propose = { 
/**
 * The helper's count.
 */
id: number, 
/**
 * Where to go; `null`: load the page again.
 */
url: string | null, };

/**
 * The visitor answers a proposal.
 *
 * Errors: `wrong-sequence` for one that was never made.
 */
export type Answered = { 
/**
 * Which proposal.
 */
id: number, };

/**
 * A message of the other side was not understood.
 */
export type PeerRefused = { 
/**
 * What was wrong.
 */
code: PeerErrorCode, };

/**
 * Why a peer refused a message. The table in `PROTOCOL.md` says what the receiver does.
 */
export type PeerErrorCode = "bad-json" | "bad-message" | "too-large" | "wrong-state" | "wrong-sequence" | "internal";

/**
 * The helper gives the visitor a way back: an offer of a peer connection that nobody has used, and the key that
 * lets the visitor answer it.
 *
 * Shape: `id` is fresh for each deposit, and names its offer.
 * Errors: `too-large` for an offer above `MAX_DESCRIPTION_BYTES`.
 */
export type Deposit = { 
/**
 * By which the server finds the helper again.
 */
id: SessionId, 
/**
 * By which the helper knows the visitor again.
 */
psk: Psk, 
/**
 * The session description, with the candidates gathered until now.
 */
offer: string, };

/**
 * The visitor has stored a deposit: those before it are void.
 *
 * Errors: `wrong-sequence` for one that was never made.
 */
export type Deposited = { 
/**
 * Which.
 */
id: SessionId, };

/**
 * The key of one deposit: random, and never seen by anybody but the two peers.
 *
 * Shape: 43 characters of base64url.
 */
export type Psk = string;

/**
 * The payload of message 1 of a resume: the visitor is back.
 *
 * Errors: one whose `attempt` is not above the last is refused without a word.
 */
export type Knock = { 
/**
 * Rises with every try of a session. Units: milliseconds since 1970, or one more than the last.
 */
attempt: number, 
/**
 * The answer to the deposited offer; `null` when it was answered before: then a new one is asked for.
 */
answer: string | null, 
/**
 * What was found since the answer was made; at most `MAX_KNOCK_CANDIDATES`.
 */
candidates: Array<Candidate>, 
/**
 * The last chat message that the visitor has stored.
 */
lastSeq: number, };

/**
 * The payload of message 2 of a resume: the helper takes the visitor back.
 */
export type Admission = { 
/**
 * A new offer, where the answer was missing or came too late; it is answered by a sealed `answer`.
 */
offer: string | null, };

/**
 * The payload of Noise message 2: who the helper is, and the first offer.
 */
export type Introduction = { 
/**
 * The helper certificate, a JWT; checked before the offer is looked at.
 */
certificate: string, 
/**
 * The offer (RFC 9429 section 4.1.8), with the candidates gathered so far.
 */
offer: string, };

/**
 * The payload of every Noise transport message.
 *
 * Errors: a description above `MAX_DESCRIPTION_BYTES` or a candidate above `MAX_CANDIDATE_BYTES` ends the
 * session as `failed`.
 */
export type SealedSignal = { "type": "answer", 
/**
 * The session description.
 */
sdp: string, } | { "type": "candidate" } & Candidate;

/**
 * One ICE candidate, as `RTCIceCandidateInit` has it.
 *
 * Source: RFC 8839 section 5.1, W3C WebRTC section 4.8.
 */
export type Candidate = { 
/**
 * The candidate attribute; empty for end-of-candidates.
 */
candidate: string, 
/**
 * The media stream identification tag.
 */
sdpMid: string | null, 
/**
 * The index of the media description.
 */
sdpMLineIndex: number | null, };

/**
 * One side of a session, as [`Output::Keep`](super::Output::Keep) gives it and
 * [`Input::Restore`](super::Input::Restore) takes it.
 *
 * It is kept by the driver where nobody else can read it, until the session is over, and then forgotten
 * (invariant I5).
 */
export type Snapshot = { 
/**
 * When the two last had each other. Units: milliseconds since 1970.
 */
at: number, 
/**
 * The ways back: the visitor's one, or the helper's, oldest first.
 */
deposits: Array<KeptDeposit>, 
/**
 * The last try to find back.
 */
attempt: number, 
/**
 * Visitor: with which place they ask again.
 */
place: Place | null, 
/**
 * Visitor: who helps.
 */
helper: Helper | null, 
/**
 * Visitor: what to connect with.
 */
iceServers: Array<IceServer>, 
/**
 * Own messages that are not acknowledged, oldest first.
 */
written: Array<Chat>, 
/**
 * The number of the last own message, and up to which the other side has stored and seen them.
 */
last: number, 
/**
 * See `last`.
 */
delivered: number, 
/**
 * See `last`.
 */
read: number, 
/**
 * The other side's messages: the last stored, and the last that was told to be seen.
 */
stored: number, 
/**
 * See `stored`.
 */
seen: number, 
/**
 * The number of the visitor's page.
 */
epoch: number, 
/**
 * The number of the last proposal.
 */
proposal: number, };

/**
 * One way back.
 */
export type KeptDeposit = { 
/**
 * By which the server finds the helper.
 */
id: SessionId, 
/**
 * By which the helper knows the visitor.
 */
psk: Psk, 
/**
 * Visitor: the offer, until it is answered.
 */
offer: string | null, };

/**
 * Who helps, verified.
 */
export type Helper = { 
/**
 * Their name, from the certificate.
 */
name: string, 
/**
 * Whether they are a program.
 */
automated: boolean, };

/**
 * What happened, for [`Session::handle`](super::Session::handle).
 */
export type Input = { "input": "ask", 
/**
 * Drawn by the driver once for each time a person asks.
 */
place: Place, 
/**
 * What the person wrote before the page load, oldest first; it is numbered anew.
 */
written: Array<Chat>, } | { "input": "restore", 
/**
 * What was kept.
 */
snapshot: Snapshot, } | { "input": "prepared", 
/**
 * The fresh session id.
 */
session: SessionId, 
/**
 * Noise message 1.
 */
message: Sealed, } | { "input": "socket-opened" } | { "input": "socket-lost" } | { "input": "queued", 
/**
 * How many helpers are available.
 */
helpers: number, 
/**
 * The place in the queue, from 1.
 */
position: number, } | { "input": "verified", 
/**
 * The helper's name.
 */
name: string, 
/**
 * Whether the helper is a program.
 */
automated: boolean, 
/**
 * The offer.
 */
offer: string, 
/**
 * What to connect with.
 */
iceServers: Array<IceServer>, } | { "input": "unverified", 
/**
 * What was wrong.
 */
code: UnverifiedCode, } | { "input": "accept", 
/**
 * The ticket.
 */
session: SessionId, } | { "input": "claim-won" } | { "input": "refused", 
/**
 * Why.
 */
code: ErrorCode, } | { "input": "left", 
/**
 * Why.
 */
reason: LeaveReason, } | { "input": "opened", 
/**
 * What was in it.
 */
signal: SealedSignal, } | { "input": "open-failed" } | { "input": "described", 
/**
 * Of which peer connection.
 */
generation: number, 
/**
 * The offer or the answer.
 */
sdp: string, } | { "input": "candidate-found", 
/**
 * Of which peer connection.
 */
generation: number, 
/**
 * The candidate.
 */
candidate: Candidate, } | { "input": "channel-opened", 
/**
 * Of which peer connection.
 */
generation: number, } | { "input": "channel-closed", 
/**
 * Of which peer connection.
 */
generation: number, } | { "input": "received", 
/**
 * The decoded message.
 */
message: PeerMessage, } | { "input": "received-bad", 
/**
 * What was wrong.
 */
code: PeerErrorCode, } | { "input": "deposit-made", 
/**
 * Of which peer connection.
 */
generation: number, 
/**
 * Drawn for this deposit.
 */
id: SessionId, 
/**
 * Drawn for this deposit.
 */
psk: Psk, 
/**
 * Its offer.
 */
offer: string, } | { "input": "resumed", 
/**
 * What to connect with.
 */
iceServers: Array<IceServer>, } | { "input": "knocked", 
/**
 * Which.
 */
deposit: SessionId, 
/**
 * What was in it.
 */
knock: Knock, } | { "input": "admitted", 
/**
 * What was in it.
 */
admission: Admission, } | { "input": "disturbed", 
/**
 * Of which peer connection.
 */
generation: number, } | { "input": "network-changed" } | { "input": "say", 
/**
 * What they wrote; empty or above `MAX_TEXT_BYTES`, it is not taken, and an error says so.
 */
text: string, } | { "input": "seen", 
/**
 * The last one seen.
 */
seq: number, } | { "input": "writing", 
/**
 * Whether they are.
 */
on: boolean, } | { "input": "propose", 
/**
 * Where to; `null`: load the page again.
 */
url: string | null, } | { "input": "allow", 
/**
 * Which.
 */
id: number, } | { "input": "decline", 
/**
 * Which.
 */
id: number, } | { "input": "navigated", 
/**
 * Where the visitor is now.
 */
page: Whereabouts, } | { "input": "known", 
/**
 * All of it.
 */
client: Client, } | { "input": "return" } | { "input": "end" } | { "input": "timed-out" };

/**
 * Where a visitor is: a [`Page`](crate::wire::Page) without its epoch, which the session counts.
 */
export type Whereabouts = { 
/**
 * The cleaned address.
 */
url: string, 
/**
 * The document's title.
 */
title: string, 
/**
 * How many parts of the address were left out.
 */
omitted: number, 
/**
 * Whether a path segment was replaced.
 */
redacted: boolean, 
/**
 * The size of the visible part.
 */
viewport: Viewport, 
/**
 * How far it is scrolled.
 */
scroll: Scroll, };

/**
 * What the driver is to do, from [`Session::poll_output`](super::Session::poll_output).
 */
export type Output = { "output": "dial" } | { "output": "hang-up" } | { "output": "prepare", 
/**
 * The team that will be asked: part of the prologue.
 */
team: TeamId, } | { "output": "claim", 
/**
 * The offer.
 */
offer: string, } | { "output": "signal", 
/**
 * What.
 */
message: AgentToBroker, } | { "output": "seal", 
/**
 * What.
 */
signal: SealedSignal, } | { "output": "offer", 
/**
 * The number of the peer connection.
 */
generation: number, } | { "output": "answer", 
/**
 * The number of the peer connection.
 */
generation: number, 
/**
 * The remote description.
 */
offer: string, 
/**
 * What to connect with.
 */
iceServers: Array<IceServer>, } | { "output": "deposit", 
/**
 * The number of the peer connection.
 */
generation: number, } | { "output": "announce", 
/**
 * All of them, oldest first.
 */
deposits: Array<SessionId>, } | { "output": "knock", 
/**
 * By which the broker finds the helper.
 */
deposit: SessionId, 
/**
 * The key of the deposit.
 */
psk: Psk, 
/**
 * The payload.
 */
knock: Knock, } | { "output": "admit", 
/**
 * Of which deposit.
 */
deposit: SessionId, 
/**
 * The knock's.
 */
attempt: number, 
/**
 * The payload.
 */
admission: Admission, } | { "output": "keep", 
/**
 * In the place of what was kept before.
 */
snapshot: Snapshot, } | { "output": "accept", 
/**
 * The number of the peer connection.
 */
generation: number, 
/**
 * The remote description.
 */
answer: string, } | { "output": "add-candidate", 
/**
 * The number of the peer connection.
 */
generation: number, 
/**
 * The candidate.
 */
candidate: Candidate, } | { "output": "close", 
/**
 * The number of the peer connection.
 */
generation: number, } | { "output": "send", 
/**
 * What.
 */
message: PeerMessage, } | { "output": "go", 
/**
 * Where to; `null`: load the page again.
 */
url: string | null, } | { "output": "event", 
/**
 * What.
 */
event: Event, } | { "output": "timeout", 
/**
 * Units: milliseconds, on the clock that the driver passes as `now`.
 */
at: number | null, };

/**
 * What whoever uses the agent is told.
 */
export type Event = { "event": "state", 
/**
 * The new one.
 */
state: State, } | { "event": "waiting", 
/**
 * How many helpers are available.
 */
helpers: number, 
/**
 * The place in the queue, from 1.
 */
position: number, } | { "event": "helper", 
/**
 * Their name, from the certificate.
 */
name: string, 
/**
 * Whether they are a program.
 */
automated: boolean, } | { "event": "page", 
/**
 * The page.
 */
page: Page, } | { "event": "client", 
/**
 * All of it.
 */
client: Client, } | { "event": "away" } | { "event": "anew" } | { "event": "message", 
/**
 * Who wrote it.
 */
from: Role, 
/**
 * The writer's count, from 1.
 */
seq: number, 
/**
 * When, by the writer's clock. Units: milliseconds since 1970.
 */
at: number, 
/**
 * What.
 */
text: string, } | { "event": "delivered", 
/**
 * The last one.
 */
seq: number, } | { "event": "read", 
/**
 * The last one.
 */
seq: number, } | { "event": "typing", 
/**
 * Whether they are.
 */
on: boolean, } | { "event": "proposed", 
/**
 * What to answer.
 */
id: number, 
/**
 * Where to, of this site; `null`: to load the page again.
 */
url: string | null, } | { "event": "proposing", 
/**
 * Its number.
 */
id: number, 
/**
 * Where to; `null`: to load the page again.
 */
url: string | null, } | { "event": "allowed", 
/**
 * To which proposal.
 */
id: number, } | { "event": "declined", 
/**
 * Which proposal.
 */
id: number, } | { "event": "withdrawn", 
/**
 * Which proposal.
 */
id: number, } | { "event": "ended", 
/**
 * Who ended it.
 */
by: EndedBy, } | { "event": "error", 
/**
 * What.
 */
code: SessionErrorCode, };

/**
 * Where a session is. The widget and the console carry it as `data-state`.
 */
export type State = "idle" | "unavailable" | "asking" | "waiting" | "connecting" | "connected" | "reconnecting" | "ended" | "failed";

/**
 * Who ended a session.
 */
export type EndedBy = "visitor" | "helper" | "lost" | "elsewhere";

/**
 * Why message 2 was not believed. Stable: the widget's `error` event carries it.
 */
export type UnverifiedCode = "handshake-failed" | "certificate-invalid" | "certificate-foreign" | "certificate-expired" | "origin-not-allowed" | "key-mismatch";

/**
 * Why a session failed, or what went wrong in it. Stable.
 */
export type SessionErrorCode = { "unverified": UnverifiedCode } | { "refused": ErrorCode } | "connect-timeout" | "seal-broken" | "peer-fault" | { "peer-refused": PeerErrorCode } | "not-sent" | "not-proposed" | "ticket-gone" | "server-lost" | { "unsupported": UnsupportedCode };

/**
 * What a machine or browser lacks. Stable.
 */
export type UnsupportedCode = "insecure-context" | "cryptography" | "webrtc";

/** The version of everything two peers say to each other. */
export const PROTOCOL_VERSION = 1;

/** The negotiated data channel for all but bulk: label and SCTP stream id. */
export const CONTROL_CHANNEL = { label: "control", id: 0 } as const;

/**
 * The longest message on the `control` data channel. Units: bytes of UTF-8. The longest chat message made of
 * nothing but control characters, each escaped as six bytes, fits; and the message stays small enough
 * for every stack (the smallest default is 64 KiB).
 */
export const MAX_MESSAGE_BYTES = 32768;

/**
 * The longest chat text. Units: bytes of UTF-8. About 700 words: longer is a document, not a message.
 */
export const MAX_TEXT_BYTES = 4096;

/**
 * The longest page address. Units: bytes. The longest that common servers take is 8 KiB; a cleaned one
 * has lost what makes addresses long.
 */
export const MAX_URL_BYTES = 4096;

/**
 * The longest page title. Units: bytes of UTF-8. Search engines cut at 60 characters; this is generous.
 */
export const MAX_TITLE_BYTES = 1024;

/**
 * How many attributes a site may add about a visitor. Plan, customer number, cart and such: a helper reads no more
 * at a glance.
 */
export const MAX_ATTRIBUTES = 32;

/**
 * The longest name or value in client information. Units: bytes of UTF-8. A line on the helper's screen, twice.
 */
export const MAX_ATTRIBUTE_BYTES = 256;

/**
 * The longest session description. Units: bytes. A data-channel-only offer with thirty candidates is 5 KiB.
 */
export const MAX_DESCRIPTION_BYTES = 8192;

/**
 * How many candidates of one side are taken for one peer connection. A machine with ten interfaces, two
 * protocols and a server of each kind has fewer; beyond, they are dropped.
 */
export const MAX_CANDIDATES = 64;

/**
 * The longest candidate line. Units: bytes. RFC 8839's grammar allows more; real ones stay under 250.
 */
export const MAX_CANDIDATE_BYTES = 512;

/**
 * How many chat messages may wait for their acknowledgement. A helper away for an hour does not type more.
 */
export const MAX_OUTBOX = 500;

/**
 * How often `hello` is repeated until it is acknowledged. Units: milliseconds. Some stacks lose the first
 * message of a data channel; one round trip around the world is below this.
 */
export const HELLO_INTERVAL_MS = 200;

/**
 * How long peers may take from claim to an acknowledged `hello`. Units: milliseconds. TURN over TCP on a bad
 * line takes about ten seconds; nobody looks at a spinner longer than thirty.
 */
export const CONNECT_TIMEOUT_MS = 30000;

/**
 * How long a peer waits for its last messages to be acknowledged before it says `end`, and after that for the
 * other side to close before it closes itself. Units: milliseconds. Ten round trips around the world.
 */
export const END_TIMEOUT_MS = 2000;

/**
 * How long *is typing* holds without being repeated. Units: milliseconds. Longer than a thinking pause.
 */
export const TYPING_TIMEOUT_MS = 6000;

/**
 * How often *is typing* is repeated while it holds. Units: milliseconds. Twice within
 * [`TYPING_TIMEOUT_MS`], so that one late message does not make it flicker.
 */
export const TYPING_INTERVAL_MS = 2500;

/**
 * How long a visitor keeps the signaling socket after connecting. Units: milliseconds. A page that breaks
 * does so in its first minute; after that the server has one socket less to hold.
 */
export const SOCKET_LINGER_MS = 60000;

/**
 * How many messages a peer may get wrong before the session ends. A version that differs gets a few wrong; a
 * hostile peer gets no more than this.
 */
export const MAX_FAULTS = 16;

/**
 * How long a visitor who pins two teams asks the one before the other, while nobody is there. Units: milliseconds. Sooner
 * than somebody gives up; so seldom that a hundred who wait are less than half of what a team may be asked.
 */
export const ROLLOVER_INTERVAL_MS = 30000;

/**
 * How many times a visitor asks again by themself after a claim was lost. Each try can have another helper;
 * a server that loses every claim is not to be tried for ever.
 */
export const MAX_LOST_CLAIMS = 5;

/**
 * How many candidates a visitor who is back sends at once. With the answer they fit into one sealed message; those
 * beyond follow one by one.
 */
export const MAX_KNOCK_CANDIDATES = 12;

/**
 * How long after connecting the helper makes a deposit. Units: milliseconds. The connection in use comes first.
 */
export const DEPOSIT_DELAY_MS = 100;

/**
 * How long an offer that was deposited is good, and then replaced. Units: milliseconds. Networks change without a
 * word, and routers forget.
 */
export const DEPOSIT_FRESH_MS = 600000;

/**
 * How long two who have lost each other wait for each other. Units: milliseconds. Longer than a crashed browser, a
 * closed lid or a tunnel takes; then nobody sits there any more.
 */
export const RESUME_LIFETIME_MS = 600000;

/**
 * How long one try to find back may take until the next is made. Units: milliseconds. Ten times what it takes
 * where it works; with a third of all packets lost it still is enough.
 */
export const RESUME_ATTEMPT_MS = 8000;

/**
 * How long after a failed try the next is made. Units: milliseconds. Soon enough not to be noticed.
 */
export const RESUME_RETRY_MS = 1000;

/**
 * How long a helper who is nowhere is waited for before the visitor asks again, in their place. Units:
 * milliseconds. To notice that they are gone takes five seconds or more; a console is loaded again by then, and after
 * these a browser is restarted too.
 */
export const HELPER_AWAY_MS = 7000;

/**
 * How long the other side may take to give a sign of life when the network has changed. Units: milliseconds. A
 * round trip around the world, several times.
 */
export const PROBE_TIMEOUT_MS = 2000;

/**
 * How long a visitor's messages may go without any further `ack` before the path counts as silent. Units:
 * milliseconds. One that is lost is sent again after a second, and is there after a round trip around the world; who is
 * lost twice waits for a timer that doubles up to a minute.
 */
export const ACK_TIMEOUT_MS = 3000;

/**
 * How often what is kept is written anew while nothing happens. Units: milliseconds. So that its age tells whether
 * anybody still waits: a fifth of [`RESUME_LIFETIME_MS`].
 */
export const KEEP_INTERVAL_MS = 120000;

