//! What whoever uses an agent tells it.

use alongside_signaling_proto::id::SessionId;
use serde::Deserialize;

/// What to do: one line of `--json` each.
///
/// Shape: internally tagged by `command`, names in kebab-case, fields in camelCase. A command that does not fit
/// is answered by [`Event::Error`](crate::Event::Error) and changes nothing.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(tag = "command", rename_all = "kebab-case", rename_all_fields = "camelCase")]
#[non_exhaustive]
pub enum Command {
    /// Helper: take a visitor who waits.
    Accept {
        /// Who.
        ticket: SessionId,
    },
    /// Write to the other side.
    Say {
        /// The session.
        session: SessionId,
        /// What.
        text: String,
        /// What `delivered` and `read` are to call it.
        #[serde(rename = "ref", default)]
        reference: Option<String>,
    },
    /// Tell that a person has seen the other side's messages up to this one.
    Seen {
        /// The session.
        session: SessionId,
        /// The last one.
        id: u32,
    },
    /// Tell that the person is writing, or has stopped.
    Typing {
        /// The session.
        session: SessionId,
        /// Whether they are.
        on: bool,
    },
    /// Helper: propose an address of the visitor's site.
    Propose {
        /// The session.
        session: SessionId,
        /// Where to.
        url: String,
        /// What `allowed` and `refused` are to call it.
        #[serde(rename = "ref", default)]
        reference: Option<String>,
    },
    /// Helper: propose to load the page again.
    Refresh {
        /// The session.
        session: SessionId,
        /// What `allowed` and `refused` are to call it.
        #[serde(rename = "ref", default)]
        reference: Option<String>,
    },
    /// Visitor: agree to a proposal.
    Allow {
        /// The session.
        session: SessionId,
        /// Which.
        id: u32,
    },
    /// Visitor: turn a proposal down.
    Refuse {
        /// The session.
        session: SessionId,
        /// Which.
        id: u32,
    },
    /// Visitor without a browser: report where they are now; the address is cleaned before it leaves.
    Go {
        /// The session.
        session: SessionId,
        /// Where.
        url: String,
        /// The document's title.
        #[serde(default)]
        title: String,
    },
    /// Helper: give a visitor back to the queue, for somebody else to help.
    Return {
        /// The session.
        session: SessionId,
    },
    /// End a session.
    End {
        /// Which.
        session: SessionId,
    },
    /// Helper: be told of those who ask.
    Available,
    /// Helper: stop being told.
    Away,
    /// End every session, leave the server, and stop.
    Quit,
}
