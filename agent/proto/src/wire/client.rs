//! What the visitor uses: sent once, and shown to the visitor under *What is shared*.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// What the visitor uses.
///
/// Errors: `too-large` above `MAX_ATTRIBUTES` attributes or `MAX_ATTRIBUTE_BYTES` in any text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Client {
    /// Name and version, such as `Firefox 153`.
    pub browser: String,
    /// The operating system, such as `Windows`.
    pub platform: String,
    /// The preferred language, such as `de-AT`. Source: RFC 5646.
    pub language: String,
    /// Such as `Europe/Vienna`. Source: the IANA time zone database.
    pub time_zone: String,
    /// The whole screen.
    pub screen: Screen,
    /// What the site adds by `identify`.
    pub attributes: BTreeMap<String, String>,
}

/// A screen. Units: CSS pixels.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Screen {
    /// From left to right.
    pub width: u32,
    /// From top to bottom.
    pub height: u32,
    /// Device pixels for each CSS pixel.
    pub scale: f64,
}
