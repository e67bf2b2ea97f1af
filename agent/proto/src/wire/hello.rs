//! The first word on the data channel.

use serde::{Deserialize, Serialize};

/// The version of everything two peers say to each other.
pub const PROTOCOL_VERSION: u32 = 1;

/// Which side of a session a peer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum Role {
    /// The one on the page.
    Visitor,
    /// The one who helps, a person or a program.
    Helper,
}

/// The first word, repeated every `HELLO_INTERVAL_MS` until it is acknowledged: some stacks lose the first
/// message of a data channel, so nothing of value goes before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Hello {
    /// [`PROTOCOL_VERSION`]. A higher one is understood by its must-ignore rule.
    pub protocol: u32,
    /// Which side is speaking. The same side as the receiver's own is refused with `wrong-state`.
    pub role: Role,
    /// The last chat message that the speaker has stored from the other side; 0 for none.
    pub stored: u32,
}
