//! The messages between two peers: JSON text on the `control` data channel, and what is sealed through the
//! server before that channel is open.
//!
//! Unknown fields and unknown types are ignored; a known type with a wrong field is refused with
//! `bad-message` (invariant I9).

mod chat;
mod client;
mod deposit;
mod hello;
mod negotiation;
mod page;
mod propose;

use serde::{Deserialize, Serialize};

pub use chat::{Ack, Chat, Read, Typing};
pub use client::{Client, Screen};
pub use deposit::{Admission, Deposit, Deposited, Knock, Psk};
pub use hello::{Hello, PROTOCOL_VERSION, Role};
pub use negotiation::{Candidate, Introduction, SealedSignal};
pub use page::{Page, Scroll, Viewport};
pub use propose::{Answered, Propose};

/// The negotiated data channels: label, SCTP stream id, and how each delivers.
///
/// Source: RFC 8831 section 6, RFC 8832 section 4 (out-of-band negotiation).
pub const CONTROL_CHANNEL: (&str, u16) = ("control", 0);

/// One message on the `control` data channel.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum PeerMessage {
    /// Either: the first word, repeated until it is acknowledged.
    Hello(Hello),
    /// Either: the other's `hello` has arrived.
    HelloAck,
    /// Visitor: which page they are on.
    Page(Page),
    /// Visitor: what they use; sent once.
    Client(Client),
    /// Either: one chat message.
    Chat(Chat),
    /// Either: chat up to here is stored.
    Ack(Ack),
    /// Either: chat up to here has been seen by a person.
    Read(Read),
    /// Either: a person is writing, or has stopped.
    Typing(Typing),
    /// Helper: a proposal.
    Propose(Propose),
    /// Visitor: agrees to a proposal, and goes.
    Allowed(Answered),
    /// Visitor: would rather not.
    Declined(Answered),
    /// Helper: a way back.
    Deposit(Deposit),
    /// Visitor: it is stored.
    Deposited(Deposited),
    /// Helper: somebody else shall help, and the visitor asks again in their place.
    Return,
    /// Either: the session is over.
    End,
    /// Either: a message of the other side was not understood, and nothing has changed.
    Refused(PeerRefused),
    /// A type this version does not know: received and ignored, never sent.
    #[serde(other)]
    #[cfg_attr(feature = "ts", ts(skip))]
    Unknown,
}

/// A message of the other side was not understood.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct PeerRefused {
    /// What was wrong.
    pub code: PeerErrorCode,
}

/// Why a peer refused a message. The table in `PROTOCOL.md` says what the receiver does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[non_exhaustive]
pub enum PeerErrorCode {
    /// Not a JSON object with a `type`.
    BadJson,
    /// A known type with a missing or wrong field.
    BadMessage,
    /// Longer than the limit for its kind.
    TooLarge,
    /// A message that the other role sends, or one that does not fit the state.
    WrongState,
    /// A chat message that skips a number.
    WrongSequence,
    /// A fault of the peer's own; also what an unknown code counts as.
    #[serde(other)]
    Internal,
}
