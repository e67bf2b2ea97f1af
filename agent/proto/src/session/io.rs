//! What goes into a session and what comes out.
//!
//! The driver carries out each output in order and reports what came of it as an input. Peer connections are
//! numbered by a *generation*: a result of an older generation is dropped by the session. What the broker says,
//! and what comes of a handshake, is passed on only when it belongs to the session id of the last `Prepared`
//! (visitor) or of `Accept` (helper); the driver drops the rest. A session that is over still has a `Close` to
//! give, so it is driven until then.

use alongside_signaling_proto::id::{Place, Sealed, SessionId, TeamId};
use alongside_signaling_proto::wire::{AgentToBroker, ErrorCode, IceServer, LeaveReason};
use serde::{Deserialize, Serialize};

use super::Snapshot;
use crate::wire::{
    Admission, Candidate, Chat, Client, Knock, PeerErrorCode, PeerMessage, Psk, Role, Scroll, SealedSignal,
    Viewport,
};

/// What happened, for [`Session::handle`](super::Session::handle).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "input", rename_all = "kebab-case", rename_all_fields = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum Input {
    /// Visitor: the person asks for help, or goes on asking after a page load.
    Ask {
        /// Drawn by the driver once for each time a person asks.
        place: Place,
        /// What the person wrote before the page load, oldest first; it is numbered anew.
        written: Vec<Chat>,
    },
    /// Either: goes on from what [`Output::Keep`] has given last, after a page load or a crash.
    Restore {
        /// What was kept.
        snapshot: Snapshot,
    },
    /// Visitor: a fresh session id and Noise message 1 are made, as `Output::Prepare` told.
    Prepared {
        /// The fresh session id.
        session: SessionId,
        /// Noise message 1.
        message: Sealed,
    },
    /// Visitor: the signaling socket that `Output::Dial` told to open is open.
    SocketOpened,
    /// Either: the signaling socket is gone; the driver is redialling.
    SocketLost,
    /// Visitor: the broker says where in the queue the ask is.
    Queued {
        /// How many helpers are available.
        helpers: u32,
        /// The place in the queue, from 1.
        position: u32,
    },
    /// Visitor: message 2 was opened, and its certificate is good.
    Verified {
        /// The helper's name.
        name: String,
        /// Whether the helper is a program.
        automated: bool,
        /// The offer.
        offer: String,
        /// What to connect with.
        ice_servers: Vec<IceServer>,
    },
    /// Visitor: message 2 could not be opened, or its certificate is not good.
    Unverified {
        /// What was wrong.
        code: UnverifiedCode,
    },
    /// Helper: a person takes the ticket.
    Accept {
        /// The ticket.
        session: SessionId,
    },
    /// Helper: the broker gave us the ticket.
    ClaimWon,
    /// Either: the broker refused what we told it for this session.
    Refused {
        /// Why.
        code: ErrorCode,
    },
    /// Either: the broker says the other side has left.
    Left {
        /// Why.
        reason: LeaveReason,
    },
    /// Either: a forwarded message was opened.
    Opened {
        /// What was in it.
        signal: SealedSignal,
    },
    /// Either: a forwarded message could not be opened: not by our peer, a replay, or damaged.
    OpenFailed,
    /// Either: the peer connection has a local description.
    Described {
        /// Of which peer connection.
        generation: u32,
        /// The offer or the answer.
        sdp: String,
    },
    /// Either: the peer connection found one more local candidate.
    CandidateFound {
        /// Of which peer connection.
        generation: u32,
        /// The candidate.
        candidate: Candidate,
    },
    /// Either: the `control` data channel is open.
    ChannelOpened {
        /// Of which peer connection.
        generation: u32,
    },
    /// Either: the `control` data channel closed, or the peer connection failed.
    ChannelClosed {
        /// Of which peer connection.
        generation: u32,
    },
    /// Either: a message arrived on the `control` data channel.
    Received {
        /// The decoded message.
        message: PeerMessage,
    },
    /// Either: what arrived on the `control` data channel was no message.
    ReceivedBad {
        /// What was wrong.
        code: PeerErrorCode,
    },
    /// Helper: what `Output::Deposit` asked for is made.
    DepositMade {
        /// Of which peer connection.
        generation: u32,
        /// Drawn for this deposit.
        id: SessionId,
        /// Drawn for this deposit.
        psk: Psk,
        /// Its offer.
        offer: String,
    },
    /// Visitor: the broker has passed on what `Output::Knock` made.
    Resumed {
        /// What to connect with.
        ice_servers: Vec<IceServer>,
    },
    /// Helper: message 1 of a resume was opened with the key of that deposit.
    Knocked {
        /// Which.
        deposit: SessionId,
        /// What was in it.
        knock: Knock,
    },
    /// Visitor: message 2 of the resume was opened.
    Admitted {
        /// What was in it.
        admission: Admission,
    },
    /// Either: a path that stands has gone silent (ICE `disconnected`).
    Disturbed {
        /// Of which peer connection.
        generation: u32,
    },
    /// Either: this machine is on another network, or back on one.
    NetworkChanged,
    /// Either: the person writes a message.
    Say {
        /// What they wrote; empty or above `MAX_TEXT_BYTES`, it is not taken, and an error says so.
        text: String,
    },
    /// Either: the person has seen the other's messages up to this one.
    Seen {
        /// The last one seen.
        seq: u32,
    },
    /// Either: the person is writing, or has stopped.
    Writing {
        /// Whether they are.
        on: bool,
    },
    /// Helper: the person proposes to go somewhere, or to load the page again. What cannot be proposed is not
    /// taken, and an error says so.
    Propose {
        /// Where to; `null`: load the page again.
        url: Option<String>,
    },
    /// Visitor: the person agrees to a proposal.
    Allow {
        /// Which.
        id: u32,
    },
    /// Visitor: the person would rather not.
    Decline {
        /// Which.
        id: u32,
    },
    /// Visitor: the page, its address or its title is another; the address is cleaned already.
    Navigated {
        /// Where the visitor is now.
        page: Whereabouts,
    },
    /// Visitor: what is known about the visitor's browser has been gathered, or the site added to it.
    Known {
        /// All of it.
        client: Client,
    },
    /// Helper: the person gives the visitor back to the queue.
    Return,
    /// Either: the person ends, or takes the ask back.
    End,
    /// The time that `Output::Timeout` named has come.
    TimedOut,
}

/// Where a visitor is: a [`Page`](crate::wire::Page) without its epoch, which the session counts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Whereabouts {
    /// The cleaned address.
    pub url: String,
    /// The document's title.
    pub title: String,
    /// How many parts of the address were left out.
    pub omitted: u32,
    /// Whether a path segment was replaced.
    pub redacted: bool,
    /// The size of the visible part.
    pub viewport: Viewport,
    /// How far it is scrolled.
    pub scroll: Scroll,
}

/// What the driver is to do, from [`Session::poll_output`](super::Session::poll_output).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "output", rename_all = "kebab-case", rename_all_fields = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum Output {
    /// Visitor: open the signaling socket and keep it open; if it is open, find out soon whether it still is.
    Dial,
    /// Visitor: the signaling socket is not needed now; what was told to the broker before still leaves.
    HangUp,
    /// Visitor: draw a session id and make a fresh Noise initiator for it; answer with `Input::Prepared`.
    Prepare {
        /// The team that will be asked: part of the prologue.
        team: TeamId,
    },
    /// Helper: seal the certificate and this offer as Noise message 2, and claim the ticket with it.
    Claim {
        /// The offer.
        offer: String,
    },
    /// Either: tell the broker.
    Signal {
        /// What.
        message: AgentToBroker,
    },
    /// Either: seal this and forward it.
    Seal {
        /// What.
        signal: SealedSignal,
    },
    /// Helper: take or make a peer connection of this generation and its offer; `Input::Described`.
    Offer {
        /// The number of the peer connection.
        generation: u32,
    },
    /// Visitor: make a peer connection of this generation that answers; `Input::Described`.
    Answer {
        /// The number of the peer connection.
        generation: u32,
        /// The remote description.
        offer: String,
        /// What to connect with.
        ice_servers: Vec<IceServer>,
    },
    /// Helper: make a peer connection of this generation beside those there are, and let it gather, at most a
    /// second; draw an id and a key; `Input::DepositMade`. [`Output::Accept`] takes it up.
    Deposit {
        /// The number of the peer connection.
        generation: u32,
    },
    /// Helper: these are the session's deposits now, for the broker to find us by.
    Announce {
        /// All of them, oldest first.
        deposits: Vec<SessionId>,
    },
    /// Visitor: make message 1 of a resume with this key and payload, and tell the broker to resume.
    Knock {
        /// By which the broker finds the helper.
        deposit: SessionId,
        /// The key of the deposit.
        psk: Psk,
        /// The payload.
        knock: Knock,
    },
    /// Helper: make message 2 to the knock of that number, and forward it.
    Admit {
        /// Of which deposit.
        deposit: SessionId,
        /// The knock's.
        #[cfg_attr(feature = "ts", ts(type = "number"))]
        attempt: u64,
        /// The payload.
        admission: Admission,
    },
    /// Either: keep this until the session is over, before anything that follows is carried out.
    Keep {
        /// In the place of what was kept before.
        snapshot: Snapshot,
    },
    /// Helper: set the remote description.
    Accept {
        /// The number of the peer connection.
        generation: u32,
        /// The remote description.
        answer: String,
    },
    /// Either: add a remote candidate.
    AddCandidate {
        /// The number of the peer connection.
        generation: u32,
        /// The candidate.
        candidate: Candidate,
    },
    /// Either: close the peer connection.
    Close {
        /// The number of the peer connection.
        generation: u32,
    },
    /// Either: send on the `control` data channel.
    Send {
        /// What.
        message: PeerMessage,
    },
    /// Visitor: go to this address, or load the page again; what was sent before still leaves.
    Go {
        /// Where to; `null`: load the page again.
        url: Option<String>,
    },
    /// Either: tell the person, or whoever uses the agent.
    Event {
        /// What.
        event: Event,
    },
    /// Nothing more to do until this time, or the next input; `null`: until the next input.
    Timeout {
        /// Units: milliseconds, on the clock that the driver passes as `now`.
        #[cfg_attr(feature = "ts", ts(type = "number | null"))]
        at: Option<u64>,
    },
}

/// What whoever uses the agent is told.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "kebab-case", rename_all_fields = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum Event {
    /// The state is another.
    State {
        /// The new one.
        state: State,
    },
    /// Visitor: where in the queue the ask is.
    Waiting {
        /// How many helpers are available.
        helpers: u32,
        /// The place in the queue, from 1.
        position: u32,
    },
    /// Visitor: who helps, verified. Before any word of theirs.
    Helper {
        /// Their name, from the certificate.
        name: String,
        /// Whether they are a program.
        automated: bool,
    },
    /// Helper: where the visitor is.
    Page {
        /// The page.
        page: crate::wire::Page,
    },
    /// Helper: what the visitor uses.
    Client {
        /// All of it.
        client: Client,
    },
    /// Visitor: the server does not know where the helper is. They are looked for a while longer.
    Away,
    /// Visitor: somebody else will help. Both sides count their messages from 1 again, and those that were not
    /// delivered are told again now.
    Anew,
    /// Either: a chat message, own ones included, each exactly once.
    Message {
        /// Who wrote it.
        from: Role,
        /// The writer's count, from 1.
        seq: u32,
        /// When, by the writer's clock. Units: milliseconds since 1970.
        #[cfg_attr(feature = "ts", ts(type = "number"))]
        at: u64,
        /// What.
        text: String,
    },
    /// Either: own messages up to this one are stored at the other side.
    Delivered {
        /// The last one.
        seq: u32,
    },
    /// Either: own messages up to this one were seen.
    Read {
        /// The last one.
        seq: u32,
    },
    /// Either: the other person is writing, or has stopped.
    Typing {
        /// Whether they are.
        on: bool,
    },
    /// Visitor: the helper proposes something.
    Proposed {
        /// What to answer.
        id: u32,
        /// Where to, of this site; `null`: to load the page again.
        url: Option<String>,
    },
    /// Helper: a proposal is on its way.
    Proposing {
        /// Its number.
        id: u32,
        /// Where to; `null`: to load the page again.
        url: Option<String>,
    },
    /// Helper: the visitor agrees, and goes.
    Allowed {
        /// To which proposal.
        id: u32,
    },
    /// Helper: the visitor would rather not.
    Declined {
        /// Which proposal.
        id: u32,
    },
    /// Helper: nobody answers a proposal any more, for the two had lost each other, and the page may have gone with it.
    Withdrawn {
        /// Which proposal.
        id: u32,
    },
    /// Either: the session is over, in order.
    Ended {
        /// Who ended it.
        by: EndedBy,
    },
    /// Either: something went wrong. With `State::Failed` before it, for good.
    Error {
        /// What.
        code: SessionErrorCode,
    },
}

/// Where a session is. The widget and the console carry it as `data-state`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum State {
    /// Nothing has begun.
    Idle,
    /// In the queue, but no helper is there.
    Unavailable,
    /// On the way into the queue.
    Asking,
    /// In the queue.
    Waiting,
    /// A helper has come; the peers are connecting.
    Connecting,
    /// Both have acknowledged each other's `hello`.
    Connected,
    /// The peers have lost each other and are finding back.
    Reconnecting,
    /// Over, in order.
    Ended,
    /// Over, by an error.
    Failed,
}

/// Who ended a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum EndedBy {
    /// The visitor.
    Visitor,
    /// The helper.
    Helper,
    /// Nobody: the other side is gone.
    Lost,
    /// Nobody: the visitor goes on in a copy of their tab.
    Elsewhere,
}

/// Why message 2 was not believed. Stable: the widget's `error` event carries it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum UnverifiedCode {
    /// Message 2 is damaged, replayed, or made for another handshake.
    HandshakeFailed,
    /// The certificate is no JWT of our type and algorithm, or lacks a claim.
    CertificateInvalid,
    /// The certificate is not signed by a team key that the page pins.
    CertificateForeign,
    /// The certificate is not valid yet, or no longer.
    CertificateExpired,
    /// The certificate is not for this page's origin.
    OriginNotAllowed,
    /// The certificate is for another static key than the one that made message 2.
    KeyMismatch,
}

/// Why a session failed, or what went wrong in it. Stable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum SessionErrorCode {
    /// The helper could not be verified. At the helper, whom the visitor does not tell why, with
    /// `handshake-failed`.
    Unverified(UnverifiedCode),
    /// The server refused.
    Refused(ErrorCode),
    /// The peers could not connect, in time or in so many claims.
    ConnectTimeout,
    /// A forwarded message was not by our peer.
    SealBroken,
    /// The other side did not keep to the protocol.
    PeerFault,
    /// The other side did not understand a message of ours.
    PeerRefused(PeerErrorCode),
    /// The message is empty, too long, or too many wait for their acknowledgement: it was not taken.
    NotSent,
    /// The proposal is for another site, or nobody is there: it was not made.
    NotProposed,
    /// The ticket was taken by another helper, or the visitor left.
    TicketGone,
    /// Helper: our socket was lost before the two had each other. The visitor asks again.
    ServerLost,
    /// This machine or browser lacks what a session needs: said before anything was sent.
    Unsupported(UnsupportedCode),
}

/// What a machine or browser lacks. Stable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum UnsupportedCode {
    /// The page is not in a secure context: it needs https.
    InsecureContext,
    /// Without X25519, Ed25519 or AES-GCM.
    Cryptography,
    /// Without WebRTC, or with WebRTC forbidden by a policy.
    Webrtc,
}
