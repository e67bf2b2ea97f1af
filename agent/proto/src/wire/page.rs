//! Which page the visitor is on.

use serde::{Deserialize, Serialize};

/// The page a visitor is on, sent on each load, `pushState`, `replaceState`, hash change, back, forward and
/// change of title.
///
/// Errors: `too-large` above `MAX_URL_BYTES` or `MAX_TITLE_BYTES`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Page {
    /// Counts the documents and addresses the visitor has been on; a lower one than the last is old news.
    pub epoch: u32,
    /// The cleaned address.
    pub url: String,
    /// The document's title.
    pub title: String,
    /// How many parts of the address were left out as possible secrets.
    pub omitted: u32,
    /// Whether a path segment was replaced by `…`: such an address is shown but cannot be opened.
    pub redacted: bool,
    /// The size of the visible part of the page.
    pub viewport: Viewport,
    /// How far the page is scrolled.
    pub scroll: Scroll,
}

/// The size of the visible part of a page. Units: CSS pixels.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Viewport {
    /// From left to right.
    pub width: u32,
    /// From top to bottom.
    pub height: u32,
}

/// How far a page is scrolled. Units: CSS pixels, rounded; `x` is negative in right-to-left pages.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Scroll {
    /// Sideways.
    pub x: i32,
    /// Down.
    pub y: i32,
}
