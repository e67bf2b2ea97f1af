//! What a session needs to go on after a page load or a crash, for the driver to keep.

use alongside_signaling_proto::id::{Place, SessionId};
use alongside_signaling_proto::wire::IceServer;
use serde::{Deserialize, Serialize};

use crate::wire::{Chat, Psk};

/// One side of a session, as [`Output::Keep`](super::Output::Keep) gives it and
/// [`Input::Restore`](super::Input::Restore) takes it.
///
/// It is kept by the driver where nobody else can read it, until the session is over, and then forgotten
/// (invariant I5).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Snapshot {
    /// When the two last had each other. Units: milliseconds since 1970.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub at: u64,
    /// The ways back: the visitor's one, or the helper's, oldest first.
    pub deposits: Vec<KeptDeposit>,
    /// The last try to find back.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub attempt: u64,
    /// Visitor: with which place they ask again.
    pub place: Option<Place>,
    /// Visitor: who helps.
    pub helper: Option<Helper>,
    /// Visitor: what to connect with.
    pub ice_servers: Vec<IceServer>,
    /// Own messages that are not acknowledged, oldest first.
    pub written: Vec<Chat>,
    /// The number of the last own message, and up to which the other side has stored and seen them.
    pub last: u32,
    /// See `last`.
    pub delivered: u32,
    /// See `last`.
    pub read: u32,
    /// The other side's messages: the last stored, and the last that was told to be seen.
    pub stored: u32,
    /// See `stored`.
    pub seen: u32,
    /// The number of the visitor's page.
    pub epoch: u32,
    /// The number of the last proposal.
    pub proposal: u32,
}

/// One way back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct KeptDeposit {
    /// By which the server finds the helper.
    pub id: SessionId,
    /// By which the helper knows the visitor.
    pub psk: Psk,
    /// Visitor: the offer, until it is answered.
    pub offer: Option<String>,
}

/// Who helps, verified.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Helper {
    /// Their name, from the certificate.
    pub name: String,
    /// Whether they are a program.
    pub automated: bool,
}
