// Generated from the Rust types; do not edit.
// `UPDATE=1 cargo test -p alongside-tests --test generated` writes it anew.

/**
 * The public half of a team key (Ed25519): names the team's queue, and is what a visitor trusts.
 *
 * Shape: 43 characters of base64url.
 */
export type TeamId = string;

/**
 * One session between a visitor and a helper; drawn by the visitor, and at the same time the ticket
 * that a helper claims.
 *
 * Shape: 22 characters of base64url.
 */
export type SessionId = string;

/**
 * The secret by which a visitor who asks again gets their old place in the queue.
 *
 * Shape: 22 characters of base64url; drawn by the visitor, known to the server alone.
 */
export type Place = string;

/**
 * What a helper signs to enlist: drawn by the server, good once and for ten seconds.
 *
 * Shape: 43 characters of base64url.
 */
export type Nonce = string;

/**
 * An Ed25519 signature.
 *
 * Shape: 86 characters of base64url. Source: RFC 8032 section 5.1.6.
 */
export type Signature = string;

/**
 * Bytes that only the two peers can open; the broker forwards them and nothing else.
 *
 * Shape: base64url without padding, at most [`MAX_SEALED_BYTES`] bytes before encoding.
 */
export type Sealed = string;

/**
 * What an agent tells the broker to do.
 */
export type AgentToBroker = { "type": "ask" } & Ask | { "type": "challenge" } & Challenge | { "type": "enlist" } & Enlist | { "type": "attend" } & Attend | { "type": "claim" } & Claim | { "type": "announce" } & Announce | { "type": "resume" } & Resume | { "type": "forward" } & Forward | { "type": "leave" } & Leave | { "type": "block" } & Block;

/**
 * Asks a team for help.
 *
 * Errors: `unknown-team`, `bad-origin`, `origin-mismatch`, `ticket-exists`, `queue-full`, `blocked`, `wrong-state`
 * (one ask at a time for each socket).
 */
export type Ask = { 
/**
 * The team that is asked.
 */
team: TeamId, 
/**
 * Drawn by the visitor for this ask alone; becomes the ticket.
 */
session: SessionId, 
/**
 * The ASCII serialization of the page's origin (RFC 6454 section 6.2). Refused when the socket's own
 * `Origin` header differs.
 */
origin: string, 
/**
 * Noise message 1.
 */
message: Sealed, 
/**
 * Drawn by the visitor once, and sent with each ask until helped: a known one gets its old place.
 */
place: Place, };

/**
 * Asks for a nonce to sign; answered by [`Challenged`].
 */
export type Challenge = Record<symbol, never>;

/**
 * Takes up work for a team; answered by [`Enlisted`] and an [`Asked`] for each visitor who waits.
 *
 * Errors: `wrong-state` from a visitor's socket or for another team, `unknown-team`, `challenge-expired`,
 * `certificate-invalid`, `certificate-expired`, `certificate-denied`, `signature-invalid`.
 */
export type Enlist = { 
/**
 * The team whose key signed the certificate.
 */
team: TeamId, 
/**
 * The helper certificate, a JWT.
 */
certificate: string, 
/**
 * By the certificate's Ed25519 key over `"alongside/1 enlist\0"` ‖ nonce ‖ SHA-256(certificate) ‖ the
 * origin of the address that the helper dialled.
 */
signature: Signature, };

/**
 * Sets whether the helper is told of those who ask. A fresh helper is.
 *
 * Errors: `wrong-state` before enlisting, `certificate-expired`.
 */
export type Attend = { 
/**
 * With `true`, each visitor who waits is announced again.
 */
available: boolean, };

/**
 * Takes one ticket. Exactly one helper gets it.
 *
 * Errors: `wrong-state` before enlisting, `certificate-expired`, `ticket-gone` when another helper has it or
 * nobody waits with it, `too-many-sessions`.
 */
export type Claim = { 
/**
 * The session id of the ask.
 */
ticket: SessionId, 
/**
 * Noise message 2.
 */
message: Sealed, };

/**
 * Says which deposits can be resumed from: those of this message, and no others any more.
 *
 * Errors: `wrong-state` before enlisting, `too-many-sessions` above `MAX_DEPOSITS_PER_HELPER`.
 */
export type Announce = { 
/**
 * The ids of the deposits, drawn by the helper.
 */
deposits: Array<SessionId>, };

/**
 * Reaches the helper of a deposit again; its id is the session from here on. What the socket was in before, it
 * leaves.
 *
 * Errors: `wrong-state` from a helper's socket, `resume-unknown` while no helper has announced the deposit,
 * `too-many-sessions`, `blocked`.
 */
export type Resume = { 
/**
 * The id of the deposit.
 */
session: SessionId, 
/**
 * Noise message 1.
 */
message: Sealed, };

/**
 * Passes sealed bytes to the other side of a claimed session.
 *
 * Errors: `session-unknown`.
 */
export type Forward = { 
/**
 * The session.
 */
session: SessionId, 
/**
 * A Noise transport message.
 */
message: Sealed, };

/**
 * Leaves a session, or takes an ask back. Leaving what is already gone is not an error.
 */
export type Leave = { 
/**
 * The session.
 */
session: SessionId, 
/**
 * Why, for the other side.
 */
reason: LeaveReason, };

/**
 * Keeps a visitor away from the team for `BLOCK_LIFETIME_MS`: whoever asks or resumes from the address that the
 * visitor of this session had. Leaves the session too, if it still stands; answered by [`Blocked`].
 *
 * Errors: `wrong-state` before enlisting, `certificate-expired`, `certificate-denied`, `session-unknown` when this
 * socket never had it, `source-unknown` when the server cannot tell visitors apart.
 */
export type Block = { 
/**
 * The ticket that this helper claimed, or the deposit from which the visitor resumed; it may be over.
 */
session: SessionId, };

/**
 * Why an agent leaves a session.
 */
export type LeaveReason = "ended" | "unverified" | "failed" | "gone" | "moved";

/**
 * What the broker tells an agent has happened.
 */
export type BrokerToAgent = { "type": "queued" } & Queued | { "type": "challenged" } & Challenged | { "type": "enlisted" } & Enlisted | { "type": "asked" } & Asked | { "type": "withdrawn" } & Withdrawn | { "type": "claimed" } & Claimed | { "type": "resumed" } & Resumed | { "type": "forwarded" } & Forwarded | { "type": "left" } & Left | { "type": "blocked" } & Blocked | { "type": "refused" } & Refused;

/**
 * The ask is in the queue.
 */
export type Queued = { 
/**
 * The session of the ask.
 */
session: SessionId, 
/**
 * How many of the team's helpers are there and available; 0 when nobody is.
 */
helpers: number, 
/**
 * The place in the queue, the next one helped being 1.
 */
position: number, };

/**
 * The nonce to sign.
 */
export type Challenged = { 
/**
 * Good once, and for ten seconds.
 */
nonce: Nonce, };

/**
 * Work has begun.
 */
export type Enlisted = { 
/**
 * Which STUN and TURN servers to use.
 */
iceServers: Array<IceServer>, };

/**
 * A visitor waits.
 */
export type Asked = { 
/**
 * What to claim.
 */
ticket: SessionId, 
/**
 * The origin of the page; the rest of the address stays with the visitor.
 */
origin: string, 
/**
 * Noise message 1.
 */
message: Sealed, 
/**
 * How long the visitor has waited. Units: milliseconds.
 */
waitingMs: number, };

/**
 * A visitor no longer waits.
 */
export type Withdrawn = { 
/**
 * The ticket that is gone.
 */
ticket: SessionId, };

/**
 * The ticket has its one helper.
 */
export type Claimed = { 
/**
 * The session.
 */
session: SessionId, 
/**
 * To the visitor: Noise message 2. To the helper: `null`.
 */
message: Sealed | null, 
/**
 * To the visitor: which STUN and TURN servers to use. To the helper: empty, it has them.
 */
iceServers: Array<IceServer>, };

/**
 * Visitor and helper of a deposit can speak again.
 */
export type Resumed = { 
/**
 * The id of the deposit, and the session from here on.
 */
session: SessionId, 
/**
 * To the helper: Noise message 1. To the visitor: `null`.
 */
message: Sealed | null, 
/**
 * To the visitor: what to connect with. To the helper, who knows: empty.
 */
iceServers: Array<IceServer>, };

/**
 * Sealed bytes from the other side.
 */
export type Forwarded = { 
/**
 * The session.
 */
session: SessionId, 
/**
 * A Noise transport message.
 */
message: Sealed, };

/**
 * The other side has left.
 */
export type Left = { 
/**
 * The session.
 */
session: SessionId, 
/**
 * Why.
 */
reason: LeaveReason, };

/**
 * A visitor is kept away.
 */
export type Blocked = { 
/**
 * The session that `block` named.
 */
session: SessionId, };

/**
 * A message was not carried out, and nothing has changed.
 */
export type Refused = { 
/**
 * What was wrong.
 */
code: ErrorCode, 
/**
 * The session or ticket that the refused message named, if it could be read.
 */
session: SessionId | null, 
/**
 * When trying again can help. Units: milliseconds; `null` when it cannot.
 */
retryAfterMs: number | null, };

/**
 * One STUN or TURN server, as `RTCIceServer` takes it.
 *
 * Source: W3C WebRTC section 4.2.4.
 */
export type IceServer = { 
/**
 * `stun:` and `turn:` URLs (RFC 7064, RFC 7065).
 */
urls: Array<string>, 
/**
 * For TURN only.
 */
username: string | null, 
/**
 * For TURN only.
 */
credential: string | null, };

/**
 * Why a message was refused. The table in `PROTOCOL.md` says what the receiver does.
 */
export type ErrorCode = "bad-json" | "bad-message" | "unknown-team" | "bad-origin" | "origin-mismatch" | "wrong-state" | "ticket-exists" | "ticket-gone" | "session-unknown" | "resume-unknown" | "queue-full" | "too-many-sessions" | "blocked" | "source-unknown" | "challenge-expired" | "certificate-invalid" | "certificate-expired" | "certificate-denied" | "signature-invalid" | "internal";

/** The WebSocket sub-protocol. */
export const SUBPROTOCOL = "alongside.v1";

/**
 * The longest WebSocket message either side accepts. Units: bytes. The largest honest one is a claim with a
 * certificate and a fully gathered offer, about 8 KiB in base64; twice that is room without being a gift.
 */
export const MAX_FRAME_BYTES = 16384;

/**
 * The longest sealed payload, before base64. Units: bytes. What of [`MAX_FRAME_BYTES`] is left after base64
 * (4/3) and the JSON around it.
 */
export const MAX_SEALED_BYTES = 12000;

/**
 * The longest message 1 in an `ask`. Units: bytes, before base64. Noise NX has 32; twice that leaves room for
 * another suite. It is kept while the visitor waits and goes to every helper, so it is no mailbox.
 */
export const MAX_ASK_BYTES = 64;

/**
 * The longest page origin in an `ask`. Units: bytes. A DNS name has at most 253; scheme and port come to 14.
 */
export const MAX_ORIGIN_BYTES = 267;

/**
 * The longest helper certificate. Units: bytes. Twenty origins and a long name come to about 2 KiB.
 */
export const MAX_CERTIFICATE_BYTES = 4096;

/**
 * How many visitors may wait for one team. More would wait for hours anyway, and are told so at once.
 */
export const MAX_WAITING_PER_TEAM = 1000;

/**
 * How many sessions one helper's socket may hold at once. Nobody chats with more people than this, and a
 * program that does can open a second socket.
 */
export const MAX_SESSIONS_PER_HELPER = 256;

/**
 * How many deposits one helper may have announced. Two for each session: the one that is acknowledged and the
 * one that is on its way. All of them fit into one message.
 */
export const MAX_DEPOSITS_PER_HELPER = 512;

/**
 * How many places are kept at once for visitors without a socket, over all teams. A minute of 300 page loads
 * a second; beyond, the oldest is forgotten, which costs its visitor their turn and nothing else.
 */
export const MAX_PLACES = 20000;

/**
 * How soon after one `queued` for a team the next may follow. Units: milliseconds. A person cannot tell
 * it from at once, and a thousand who wait cost two thousand messages a second at the most.
 */
export const QUEUED_INTERVAL_MS = 500;

/**
 * What one socket may have waiting to be read by its agent. Units: bytes. Holds a full queue's worth of the
 * longest `asked` (1,000 of at most 500 bytes); an agent that lets more pile up does not read, and is cut.
 */
export const MAX_OUTBOUND_BYTES = 524288;

/**
 * How many messages one socket may send that are none, before it is closed. A version that differs gets a few
 * wrong; who gets more wrong speaks something else.
 */
export const MAX_UNINTELLIGIBLE = 16;

/**
 * How many connections the server holds at once, HTTP and WebSocket. At about 10 KiB each, kernel included,
 * they fit into 200 MiB; more need a second node anyway.
 */
export const MAX_CONNECTIONS = 20000;

/**
 * How many connections one public address may hold at once (IPv4 address or IPv6 /64). A large office behind
 * one address stays below. Unless the operator names the proxies that are trusted, private and loopback addresses
 * are exempt, for they are proxies.
 */
export const MAX_CONNECTIONS_PER_ADDRESS = 256;

/**
 * How many sockets and streams one address may open in a burst. Every page load of a visitor who waits or was just
 * connected dials, and after a restart everybody does at once: twice what an office behind one address may hold, so
 * that all of them can come back and load a page besides, and a visitor can reload five times a second for a minute.
 */
export const DIAL_BURST = 512;

/**
 * How fast that burst refills. Units: sockets and streams per second. 256 people behind one address who load a page
 * every 25 seconds; an introduction costs the server well below a millisecond, so a thousand such addresses are no flood.
 */
export const DIALS_PER_SECOND = 10;

/**
 * Of how many addresses it is remembered how fast they dial. 100 bytes each: 1 MiB. Idle ones are forgotten when it is
 * full; while all are busy, others are let in uncounted, for to refuse them would serve the flood.
 */
export const MAX_DIAL_SOURCES = 10000;

/**
 * How many new visitors may ask one team in a burst. As many as may wait: after a restart all of them ask anew. Who has
 * a place in the queue is not new, however often they load the page.
 */
export const ASK_BURST = 1000;

/**
 * How fast that burst refills. Units: asks per second. 240 a minute: a site whose visitors ask faster than that for
 * long has nobody to answer them, and each ask is told to every helper.
 */
export const ASKS_PER_SECOND = 4;

/**
 * For how many teams it is remembered how fast they are asked. 100 bytes each: 1 MiB. Only a server that is open to any
 * team can come near.
 */
export const MAX_BUSY_TEAMS = 10000;

/**
 * How many messages one socket may send in a burst. A handshake is about 25; a helper may have several.
 */
export const MESSAGE_BURST = 128;

/**
 * How fast the burst refills. Units: messages per second. Typing and candidates need far less.
 */
export const MESSAGES_PER_SECOND = 16;

/**
 * How many bytes one socket may send in a burst. Units: bytes. Eight of the longest messages.
 */
export const BYTE_BURST = 131072;

/**
 * How fast the byte burst refills. Units: bytes per second. One of the longest messages a second: whoever needs
 * more is not introducing people.
 */
export const BYTES_PER_SECOND = 16384;

/**
 * How long the head of an HTTP request may take. Units: milliseconds. A phone on a bad line needs two seconds.
 */
export const HEADER_TIMEOUT_MS = 5000;

/**
 * The longest head of an HTTP request. Units: bytes. What hyper takes at the least; browsers send about 1 KiB.
 */
export const MAX_HEAD_BYTES = 8192;

/**
 * How long one HTTP connection may last that carries no signaling. Units: milliseconds. The console
 * over the slowest mobile line takes ten seconds; a reader who draws it out holds a connection no longer.
 */
export const HTTP_LIFETIME_MS = 60000;

/**
 * How long a closed socket may take to answer the close. Units: milliseconds. One round trip around the world,
 * and some grace.
 */
export const CLOSE_TIMEOUT_MS = 1000;

/**
 * How long the server waits for its sockets when it stops. Units: milliseconds. Below the 5 s after which
 * an operator is promised that it is gone.
 */
export const STOP_TIMEOUT_MS = 4000;

/**
 * How long a fresh socket may stay without its first message. Units: milliseconds. Agents speak at once.
 */
export const FIRST_MESSAGE_TIMEOUT_MS = 5000;

/**
 * How often the server pings a socket. Units: milliseconds. Below the 30 s after which the meanest routers
 * forget a connection.
 */
export const PING_INTERVAL_MS = 25000;

/**
 * How long a socket may stay without any frame, pongs included. Units: milliseconds. Two pings and some grace.
 */
export const SILENCE_TIMEOUT_MS = 60000;

/**
 * How long a nonce may be signed. Units: milliseconds. Signing takes one; the rest is for the network.
 */
export const NONCE_LIFETIME_MS = 10000;

/**
 * How long a visitor's place in the queue is kept after their socket is gone. Units: milliseconds. A page
 * load, a tunnel, a lift.
 */
export const PLACE_LIFETIME_MS = 60000;

/**
 * How long a visitor whom a helper blocked is kept away. Units: milliseconds. An hour: longer than most people stay
 * angry, and shorter than the next customer behind the same address would put up with.
 */
export const BLOCK_LIFETIME_MS = 3600000;

/**
 * How many addresses one team may keep away at once. A shift of helpers seldom blocks ten; beyond, the one that
 * would be let in next is let in now.
 */
export const MAX_BLOCKED_PER_TEAM = 256;

/**
 * Of how many sessions a helper's socket remembers from where the visitor came. Each resumption counts, so this is
 * a long day's work, and 64 KiB at the most; the oldest go first.
 */
export const MAX_MET_PER_HELPER = 1024;

/**
 * How long the server forwards for one session. Units: milliseconds. Twelve hours: a long working day.
 */
export const SESSION_LIFETIME_MS = 43200000;

/**
 * How long before and after a certificate's validity it is accepted. Units: seconds. Ordinary clocks differ
 * by less than five minutes.
 */
export const CERTIFICATE_GRACE_S = 300;

/**
 * The longest validity a certificate may have. Units: seconds. Ninety days: revocation can be ignored by a
 * malicious server, so a stolen invite must die by itself.
 */
export const MAX_CERTIFICATE_LIFETIME_S = 7776000;

/**
 * How many STUN requests one source may send in a burst. An agent with six interfaces asks six times, and
 * repeats what is lost (RFC 8489 section 6.2.1: seven times).
 */
export const STUN_BURST = 50;

/**
 * How fast the STUN burst refills. Units: requests per second. An office behind one address gathers for a few
 * people each second; more would be somebody bouncing traffic off us.
 */
export const STUN_PER_SECOND = 20;

/**
 * How many STUN sources are remembered. 100 bytes each: 1 MiB. When full and all of them busy, new sources are
 * not answered until one falls silent.
 */
export const MAX_STUN_SOURCES = 10000;

/**
 * The longest STUN request that is looked at. Units: bytes. RFC 8489 section 6.1 keeps requests within the
 * smallest MTU; a browser's has 20, with ICE attributes about 100.
 */
export const MAX_STUN_BYTES = 548;

