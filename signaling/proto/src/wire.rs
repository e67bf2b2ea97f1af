//! The messages of signaling: JSON text over a WebSocket with the sub-protocol [`SUBPROTOCOL`].
//!
//! Imperative upward ([`AgentToBroker`]), past tense downward ([`BrokerToAgent`]). Unknown fields and unknown
//! types are ignored; a known type with a wrong field is refused with `bad-message` (invariant I9).

use serde::{Deserialize, Serialize};

use crate::id::{Nonce, Place, Sealed, SessionId, Signature, TeamId};

/// The WebSocket sub-protocol, and thereby the version of everything in this file.
///
/// Source: RFC 6455 section 1.9.
pub const SUBPROTOCOL: &str = "alongside.v1";

/// What an agent tells the broker to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum AgentToBroker {
    /// Visitor: ask a team for help.
    Ask(Ask),
    /// Helper: ask for a nonce to sign. Either: hear whether the server is still there.
    Challenge(Challenge),
    /// Helper: take up work for a team.
    Enlist(Enlist),
    /// Helper: be told of those who ask, or stop being told.
    Attend(Attend),
    /// Helper: take one ticket.
    Claim(Claim),
    /// Helper: say which deposits can be resumed from.
    Announce(Announce),
    /// Visitor: reach the helper of a deposit again.
    Resume(Resume),
    /// Either: pass sealed bytes to the other side of a session.
    Forward(Forward),
    /// Either: leave a session, or take an ask back.
    Leave(Leave),
    /// Helper: keep a visitor away for a while.
    Block(Block),
    /// A type this version does not know: received and ignored, never sent.
    #[serde(other)]
    #[cfg_attr(feature = "ts", ts(skip))]
    Unknown,
}

/// What the broker tells an agent has happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum BrokerToAgent {
    /// To a visitor: the ask is in the queue; sent again whenever the facts in it change.
    Queued(Queued),
    /// To a helper: the nonce to sign.
    Challenged(Challenged),
    /// To a helper: the certificate is good, and work begins.
    Enlisted(Enlisted),
    /// To a helper: a visitor waits.
    Asked(Asked),
    /// To a helper: a visitor no longer waits.
    Withdrawn(Withdrawn),
    /// To both: the ticket has its one helper.
    Claimed(Claimed),
    /// To both: visitor and helper of a deposit can speak again.
    Resumed(Resumed),
    /// To either: sealed bytes from the other side.
    Forwarded(Forwarded),
    /// To either: the other side has left the session.
    Left(Left),
    /// To a helper: a visitor is kept away.
    Blocked(Blocked),
    /// To either: a message was not carried out, and nothing has changed.
    Refused(Refused),
    /// A type this version does not know: received and ignored, never sent.
    #[serde(other)]
    #[cfg_attr(feature = "ts", ts(skip))]
    Unknown,
}

/// Asks a team for help.
///
/// Errors: `unknown-team`, `bad-origin`, `origin-mismatch`, `ticket-exists`, `queue-full`, `blocked`, `wrong-state`
/// (one ask at a time for each socket).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Ask {
    /// The team that is asked.
    pub team: TeamId,
    /// Drawn by the visitor for this ask alone; becomes the ticket.
    pub session: SessionId,
    /// The ASCII serialization of the page's origin (RFC 6454 section 6.2). Refused when the socket's own
    /// `Origin` header differs.
    pub origin: String,
    /// Noise message 1.
    pub message: Sealed,
    /// Drawn by the visitor once, and sent with each ask until helped: a known one gets its old place.
    pub place: Place,
}

/// Asks for a nonce to sign; answered by [`Challenged`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Challenge {}

/// Takes up work for a team; answered by [`Enlisted`] and an [`Asked`] for each visitor who waits.
///
/// Errors: `wrong-state` from a visitor's socket or for another team, `unknown-team`, `challenge-expired`,
/// `certificate-invalid`, `certificate-expired`, `certificate-denied`, `signature-invalid`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Enlist {
    /// The team whose key signed the certificate.
    pub team: TeamId,
    /// The helper certificate, a JWT.
    pub certificate: String,
    /// By the certificate's Ed25519 key over `"alongside/1 enlist\0"` ‖ nonce ‖ SHA-256(certificate) ‖ the
    /// origin of the address that the helper dialled.
    pub signature: Signature,
}

/// Sets whether the helper is told of those who ask. A fresh helper is.
///
/// Errors: `wrong-state` before enlisting, `certificate-expired`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Attend {
    /// With `true`, each visitor who waits is announced again.
    pub available: bool,
}

/// Takes one ticket. Exactly one helper gets it.
///
/// Errors: `wrong-state` before enlisting, `certificate-expired`, `ticket-gone` when another helper has it or
/// nobody waits with it, `too-many-sessions`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Claim {
    /// The session id of the ask.
    pub ticket: SessionId,
    /// Noise message 2.
    pub message: Sealed,
}

/// Says which deposits can be resumed from: those of this message, and no others any more.
///
/// Errors: `wrong-state` before enlisting, `too-many-sessions` above `MAX_DEPOSITS_PER_HELPER`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Announce {
    /// The ids of the deposits, drawn by the helper.
    pub deposits: Vec<SessionId>,
}

/// Reaches the helper of a deposit again; its id is the session from here on. What the socket was in before, it
/// leaves.
///
/// Errors: `wrong-state` from a helper's socket, `resume-unknown` while no helper has announced the deposit,
/// `too-many-sessions`, `blocked`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Resume {
    /// The id of the deposit.
    pub session: SessionId,
    /// Noise message 1.
    pub message: Sealed,
}

/// Passes sealed bytes to the other side of a claimed session.
///
/// Errors: `session-unknown`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Forward {
    /// The session.
    pub session: SessionId,
    /// A Noise transport message.
    pub message: Sealed,
}

/// Leaves a session, or takes an ask back. Leaving what is already gone is not an error.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Leave {
    /// The session.
    pub session: SessionId,
    /// Why, for the other side.
    pub reason: LeaveReason,
}

/// Keeps a visitor away from the team for `BLOCK_LIFETIME_MS`: whoever asks or resumes from the address that the
/// visitor of this session had. Leaves the session too, if it still stands; answered by [`Blocked`].
///
/// Errors: `wrong-state` before enlisting, `certificate-expired`, `certificate-denied`, `session-unknown` when this
/// socket never had it, `source-unknown` when the server cannot tell visitors apart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Block {
    /// The ticket that this helper claimed, or the deposit from which the visitor resumed; it may be over.
    pub session: SessionId,
}

/// Why an agent leaves a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum LeaveReason {
    /// A person ended it.
    Ended,
    /// The helper could not be verified: certificate, key or message did not fit.
    Unverified,
    /// The peers could not connect.
    Failed,
    /// The agent's socket closed without a word; said by the broker, never by an agent.
    Gone,
    /// The visitor goes on over another socket: in another tab, or on the next page; said by the broker to the socket
    /// before.
    Moved,
    /// A reason this version does not know: received, never sent.
    #[serde(other)]
    #[cfg_attr(feature = "ts", ts(skip))]
    Unknown,
}

/// The ask is in the queue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Queued {
    /// The session of the ask.
    pub session: SessionId,
    /// How many of the team's helpers are there and available; 0 when nobody is.
    pub helpers: u32,
    /// The place in the queue, the next one helped being 1.
    pub position: u32,
}

/// The nonce to sign.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Challenged {
    /// Good once, and for ten seconds.
    pub nonce: Nonce,
}

/// Work has begun.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Enlisted {
    /// Which STUN and TURN servers to use.
    pub ice_servers: Vec<IceServer>,
}

/// A visitor waits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Asked {
    /// What to claim.
    pub ticket: SessionId,
    /// The origin of the page; the rest of the address stays with the visitor.
    pub origin: String,
    /// Noise message 1.
    pub message: Sealed,
    /// How long the visitor has waited. Units: milliseconds.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub waiting_ms: u64,
}

/// A visitor no longer waits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Withdrawn {
    /// The ticket that is gone.
    pub ticket: SessionId,
}

/// The ticket has its one helper.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Claimed {
    /// The session.
    pub session: SessionId,
    /// To the visitor: Noise message 2. To the helper: `null`.
    pub message: Option<Sealed>,
    /// To the visitor: which STUN and TURN servers to use. To the helper: empty, it has them.
    pub ice_servers: Vec<IceServer>,
}

/// Sealed bytes from the other side.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Forwarded {
    /// The session.
    pub session: SessionId,
    /// A Noise transport message.
    pub message: Sealed,
}

/// Visitor and helper of a deposit can speak again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Resumed {
    /// The id of the deposit, and the session from here on.
    pub session: SessionId,
    /// To the helper: Noise message 1. To the visitor: `null`.
    pub message: Option<Sealed>,
    /// To the visitor: what to connect with. To the helper, who knows: empty.
    pub ice_servers: Vec<IceServer>,
}

/// The other side has left.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Left {
    /// The session.
    pub session: SessionId,
    /// Why.
    pub reason: LeaveReason,
}

/// A visitor is kept away.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Blocked {
    /// The session that `block` named.
    pub session: SessionId,
}

/// A message was not carried out, and nothing has changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Refused {
    /// What was wrong.
    pub code: ErrorCode,
    /// The session or ticket that the refused message named, if it could be read.
    pub session: Option<SessionId>,
    /// When trying again can help. Units: milliseconds; `null` when it cannot.
    #[cfg_attr(feature = "ts", ts(type = "number | null"))]
    pub retry_after_ms: Option<u64>,
}

/// One STUN or TURN server, as `RTCIceServer` takes it.
///
/// Source: W3C WebRTC section 4.2.4.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct IceServer {
    /// `stun:` and `turn:` URLs (RFC 7064, RFC 7065).
    pub urls: Vec<String>,
    /// For TURN only.
    pub username: Option<String>,
    /// For TURN only.
    pub credential: Option<String>,
}

/// Why a message was refused. The table in `PROTOCOL.md` says what the receiver does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[non_exhaustive]
pub enum ErrorCode {
    /// Not a JSON object with a `type`.
    BadJson,
    /// A known type with a missing or wrong field.
    BadMessage,
    /// This server does not serve that team.
    UnknownTeam,
    /// Not the ASCII serialization of an http or https origin.
    BadOrigin,
    /// Another origin than the socket's `Origin` header.
    OriginMismatch,
    /// The message does not fit what this socket has done so far.
    WrongState,
    /// A session of that id exists.
    TicketExists,
    /// Another helper has the ticket, or nobody waits with it.
    TicketGone,
    /// Neither claimed by nor asked from this socket.
    SessionUnknown,
    /// No helper who is there has announced that deposit.
    ResumeUnknown,
    /// Too many visitors wait for this team.
    QueueFull,
    /// This helper has too many sessions.
    TooManySessions,
    /// A helper keeps this visitor away.
    Blocked,
    /// The server cannot tell visitors apart.
    SourceUnknown,
    /// No nonce was asked for, or it is used or too old.
    ChallengeExpired,
    /// Not a helper certificate signed by that team's key.
    CertificateInvalid,
    /// Not valid yet, or no longer.
    CertificateExpired,
    /// On the operator's list of refused certificates.
    CertificateDenied,
    /// Not signed by the certificate's key, for this server's address and its nonce.
    SignatureInvalid,
    /// A fault of the server's own; also what an unknown code counts as.
    #[serde(other)]
    Internal,
}

/// Why the server closed a socket: WebSocket close codes of our own.
///
/// Source: RFC 6455 section 7.4.2 (private use).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u16)]
#[non_exhaustive]
pub enum CloseCode {
    /// Messages or bytes came faster than allowed.
    RateLimited = 4001,
    /// The agent does not read what it is sent.
    SlowReader = 4002,
    /// Nothing was heard for too long.
    Silent = 4003,
    /// Text that is no JSON, or binary, again and again.
    Unintelligible = 4004,
}

impl CloseCode {
    /// All of them, for the tables.
    pub const ALL: [Self; 4] = [Self::RateLimited, Self::SlowReader, Self::Silent, Self::Unintelligible];
}
