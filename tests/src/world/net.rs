//! Peer connections, as far as a session can tell: they come up, lose what was first sent, keep order, fall silent, and
//! close.

use alongside_agent_proto::wire::PeerMessage;

/// Whose a peer connection is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Party {
    /// A visitor, by number.
    Visitor(usize),
    /// A session of a helper: the helper's number, and the session's among all that were.
    Helper(usize, usize),
}

/// One side of a peer connection.
#[derive(Debug)]
pub(crate) struct Pc {
    /// Whose, by which life of theirs, and under which generation.
    pub(crate) owner: Party,
    /// See `owner`.
    pub(crate) life: u32,
    /// See `owner`.
    pub(crate) generation: u32,
    /// The other side, once a description of it was set.
    pub(crate) remote: Option<usize>,
    /// Whether the data channel is open.
    pub(crate) open: bool,
    /// Whether it is gone.
    pub(crate) closed: bool,
    /// How many of the first messages that it sends are lost.
    pub(crate) losing: u64,
    /// What it sends arrives no sooner than this: order is kept, and a silent path lets nothing through.
    pub(crate) clear_at: u64,
}

/// Reads the description that [`describe`] has written.
#[must_use]
pub(crate) fn described(sdp: &str) -> Option<usize> {
    sdp.strip_prefix("pc ")?.parse().ok()
}

/// The description of a peer connection.
#[must_use]
pub(crate) fn describe(pc: usize) -> String {
    format!("pc {pc}")
}

/// What comes to pass at a time.
#[derive(Debug)]
pub(crate) enum Happening {
    /// An agent's socket opens, if the server is there.
    Dial(Party, u32),
    /// A text reaches the broker.
    Up(u64, String),
    /// A message of the broker reaches an agent.
    Down(u64, Box<alongside_signaling_proto::wire::BrokerToAgent>),
    /// A description stands.
    Described(usize),
    /// A data channel opens.
    Open(usize),
    /// A message arrives.
    Arrive(usize, Box<PeerMessage>),
    /// The other side is gone.
    Gone(usize),
    /// The path has gone silent.
    Disturbed(usize),
    /// The server is back.
    ServerBack,
}
