//! What the helper proposes to the visitor, and the answers.

use serde::{Deserialize, Serialize};

/// The helper proposes to go to an address of the visitor's site, or to load the page again.
///
/// Shape: `id` counts from 1 and rises. One proposal of each of the two kinds is open at a time: a newer one takes
/// the place of the older.
/// Errors: `too-large` above `MAX_URL_BYTES`, `bad-message` for an address that is not of the session's site,
/// `wrong-sequence` for an `id` that does not rise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Propose {
    /// The helper's count.
    pub id: u32,
    /// Where to go; `null`: load the page again.
    pub url: Option<String>,
}

/// The visitor answers a proposal.
///
/// Errors: `wrong-sequence` for one that was never made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Answered {
    /// Which proposal.
    pub id: u32,
}
