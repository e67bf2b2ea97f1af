//! What an agent tells whoever uses it.

use alongside_agent_proto::session::EndedBy;
use alongside_agent_proto::wire::Client;
use alongside_signaling_proto::id::SessionId;
use serde::Serialize;

/// What happened: one line of `--json` each.
///
/// Shape: internally tagged by `event`, names in kebab-case, fields in camelCase.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "event", rename_all = "kebab-case", rename_all_fields = "camelCase")]
#[non_exhaustive]
pub enum Event {
    /// Helper: the server has let us in, and work begins; again after each time the server was away.
    Enlisted {
        /// Our name, from the certificate.
        name: String,
    },
    /// Helper: a visitor waits.
    Asked {
        /// What to accept.
        ticket: SessionId,
        /// The site they are on.
        origin: String,
        /// How long they have waited. Units: milliseconds.
        waiting_ms: u64,
    },
    /// Helper: a visitor no longer waits, or another helper took them.
    Withdrawn {
        /// Who.
        ticket: SessionId,
    },
    /// Visitor: where in the queue the ask is.
    Waiting {
        /// How many helpers are available; 0 when nobody is there.
        helpers: u32,
        /// The place in the queue, from 1.
        position: u32,
    },
    /// The peers have each other.
    Connected {
        /// The session.
        session: SessionId,
        /// Visitor: the helper's name, from their certificate.
        #[serde(skip_serializing_if = "Option::is_none")]
        name: Option<String>,
        /// Always true: a helper who is not verified never connects.
        verified: bool,
    },
    /// The two have lost each other, and are finding back.
    Reconnecting {
        /// The session.
        session: SessionId,
    },
    /// They have each other again; nothing was lost.
    Resumed {
        /// The session.
        session: SessionId,
    },
    /// Helper: where the visitor is.
    Page {
        /// The session.
        session: SessionId,
        /// Counts the documents and addresses the visitor has been on.
        epoch: u32,
        /// The cleaned address.
        url: String,
        /// The document's title.
        title: String,
        /// How many parts of the address were left out as possible secrets.
        omitted: u32,
        /// Whether a path segment was replaced: such an address is shown but not opened.
        redacted: bool,
    },
    /// Helper: what the visitor uses.
    Client {
        /// The session.
        session: SessionId,
        /// All of it.
        client: Client,
    },
    /// The other side wrote.
    Message {
        /// The session.
        session: SessionId,
        /// Their count, from 1.
        id: u32,
        /// What.
        text: String,
        /// When, by their clock. Units: milliseconds since 1970.
        at: u64,
    },
    /// A message of ours is stored at the other side.
    Delivered {
        /// The session.
        session: SessionId,
        /// Our count, from 1.
        id: u32,
        /// What the command called it.
        #[serde(rename = "ref", skip_serializing_if = "Option::is_none")]
        reference: Option<String>,
    },
    /// A message of ours was seen by a person.
    Read {
        /// The session.
        session: SessionId,
        /// Our count, from 1.
        id: u32,
        /// What the command called it.
        #[serde(rename = "ref", skip_serializing_if = "Option::is_none")]
        reference: Option<String>,
    },
    /// The other person is writing, or has stopped.
    Typing {
        /// The session.
        session: SessionId,
        /// Whether they are.
        on: bool,
    },
    /// Visitor: the helper proposes to go somewhere, or to load the page again.
    Proposed {
        /// The session.
        session: SessionId,
        /// What to answer.
        id: u32,
        /// What it is.
        kind: ProposalKind,
        /// Where to; nothing with a refresh.
        #[serde(skip_serializing_if = "Option::is_none")]
        url: Option<String>,
    },
    /// Helper: the visitor agreed, and goes.
    Allowed {
        /// The session.
        session: SessionId,
        /// Which proposal.
        id: u32,
        /// What the command called it.
        #[serde(rename = "ref", skip_serializing_if = "Option::is_none")]
        reference: Option<String>,
    },
    /// Helper: the visitor would rather not, or will not answer any more.
    Refused {
        /// The session.
        session: SessionId,
        /// Which proposal.
        id: u32,
        /// What the command called it.
        #[serde(rename = "ref", skip_serializing_if = "Option::is_none")]
        reference: Option<String>,
        /// Whether nobody has answered: the two had lost each other, and the page may have gone with it.
        #[serde(skip_serializing_if = "std::ops::Not::not")]
        unanswered: bool,
    },
    /// The session is over.
    Ended {
        /// Which.
        session: SessionId,
        /// Who ended it.
        by: EndedBy,
    },
    /// Something went wrong. Where it is for good, the agent stops after it, and
    /// [`Agent::failure`](crate::Agent::failure) says which kind it was.
    Error {
        /// What: stable, in kebab-case.
        code: String,
        /// What to do about it, in words.
        message: String,
        /// The session, where it belongs to one.
        #[serde(skip_serializing_if = "Option::is_none")]
        session: Option<SessionId>,
        /// What the command that it answers was called.
        #[serde(rename = "ref", skip_serializing_if = "Option::is_none")]
        reference: Option<String>,
    },
}

/// What a helper proposes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ProposalKind {
    /// To go to an address.
    Address,
    /// To load the page again.
    Refresh,
}
