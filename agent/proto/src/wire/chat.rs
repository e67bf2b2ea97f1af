//! Chat: numbered by its sender, acknowledged in sum, kept by its sender until then (invariant I5).

use serde::{Deserialize, Serialize};

/// One chat message.
///
/// Shape: `seq` counts from 1 for each sender, without a gap; a repeated one is dropped and acknowledged again.
/// Errors: `too-large` above `MAX_TEXT_BYTES`, `wrong-sequence` for a gap, `bad-message` for an empty text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Chat {
    /// The sender's count.
    pub seq: u32,
    /// When it was written, by the sender's clock. Units: milliseconds since 1970.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub at: u64,
    /// What was written.
    pub text: String,
}

/// Every chat message up to this one is stored: it is delivered, and its sender may forget it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Ack {
    /// The last stored message.
    pub seq: u32,
}

/// Every chat message up to this one has been on a screen that a person looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Read {
    /// The last seen message.
    pub seq: u32,
}

/// A person is writing, or has stopped. Forgotten after `TYPING_TIMEOUT_MS`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Typing {
    /// Whether they are.
    pub on: bool,
}
