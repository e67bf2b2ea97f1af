//! What the visitor uses: few facts, each of which a helper asks for anyway, and none that is a fingerprint. The
//! widget's words for the same browser are these; one table of cases (`tests/vectors/user-agents.json`) keeps them
//! alike.

use std::collections::BTreeMap;

use alongside_agent_proto::limits::MAX_ATTRIBUTE_BYTES;
use alongside_agent_proto::wire::{Client, Screen};
use serde::Deserialize;

/// What the page's world says of the browser around it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Around {
    user_agent: String,
    language: String,
    time_zone: String,
    width: f64,
    height: f64,
    scale: f64,
}

impl Around {
    /// Puts it in the words that a helper reads.
    pub(super) fn client(self) -> Client {
        let Self { user_agent, language, time_zone, width, height, scale } = self;
        Client {
            browser: browser(&user_agent),
            platform: platform(&user_agent),
            language: cut(&language, MAX_ATTRIBUTE_BYTES),
            time_zone: cut(&time_zone, MAX_ATTRIBUTE_BYTES),
            screen: Screen { width: pixels(width), height: pixels(height), scale },
            attributes: BTreeMap::new(),
        }
    }
}

/// A number of pixels as a page says it: whole, and never below zero.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the cast keeps within the type, and rounding is wanted"
)]
pub(super) fn pixels(number: f64) -> u32 {
    number.round() as u32
}

/// Cuts a text to at most this many bytes of UTF-8, between characters; an ellipsis shows that it was cut.
pub(super) fn cut(text: &str, max_bytes: usize) -> String {
    if text.len() <= max_bytes {
        return text.to_owned();
    }
    format!("{}…", &text[..text.floor_char_boundary(max_bytes - '…'.len_utf8())])
}

/// The browser's name and main version; empty for one that hides.
///
/// A browser's string also holds the names of those that it resembles, so that the order matters.
fn browser(text: &str) -> String {
    let is_digit = |c: char| c.is_ascii_digit();
    let found = versions(text, "Edg", true, is_digit)
        .map(|version| ("Edge", version))
        .or_else(|| versions(text, "OPR", false, is_digit).map(|version| ("Opera", version)))
        .or_else(|| {
            versions(text, "SamsungBrowser", false, is_digit).map(|version| ("Samsung Internet", version))
        })
        .or_else(|| versions(text, "Firefox", false, is_digit).map(|version| ("Firefox", version)))
        .or_else(|| versions(text, "FxiOS", false, is_digit).map(|version| ("Firefox", version)))
        .or_else(|| versions(text, "Chrome", false, is_digit).map(|version| ("Chrome", version)))
        .or_else(|| versions(text, "CriOS", false, is_digit).map(|version| ("Chrome", version)))
        .or_else(|| {
            let version = versions(text, "Version", false, |c| is_digit(c) || c == '.')?;
            text.split_once("Version/")?.1.contains(" Safari").then_some(("Safari", version))
        });
    found.map(|(name, version)| format!("{name} {version}")).unwrap_or_default()
}

/// The version behind the first `mark/`; `is_open` lets letters stand before the slash.
fn versions<'a>(text: &'a str, mark: &str, is_open: bool, is_part: impl Fn(char) -> bool) -> Option<&'a str> {
    text.match_indices(mark).find_map(|(at, _)| {
        let mut rest = &text[at + mark.len()..];
        if is_open {
            rest = rest.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || c == '_');
        }
        let rest = rest.strip_prefix('/')?;
        let end = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
        (end > 0).then_some(&rest[..end])
    })
}

/// The operating system. Versions only where the string still tells the truth: Windows and macOS have stood still
/// in it for years.
fn platform(text: &str) -> String {
    if let Some((_, rest)) = text.split_once("Android") {
        return named("Android", rest.strip_prefix(' ').unwrap_or(rest));
    }
    for (name, marks) in [("iOS", &["iPhone", "iPod"][..]), ("iPadOS", &["iPad"][..])] {
        let device = marks.iter().find_map(|mark| text.split_once(mark));
        if let Some((_, version)) = device.and_then(|(_, rest)| rest.split_once(" OS ")) {
            return named(name, version);
        }
    }
    [("CrOS", "ChromeOS"), ("Windows", "Windows"), ("Mac OS X", "macOS"), ("Linux", "Linux")]
        .into_iter()
        .find(|(mark, _)| text.contains(mark))
        .map(|(_, name)| name.to_owned())
        .unwrap_or_default()
}

/// The name with the version at the start of the rest, if there is one.
fn named(name: &str, rest: &str) -> String {
    let is_part = |c: char| c.is_ascii_digit() || c == '.' || c == '_';
    let version = &rest[..rest.find(|c| !is_part(c)).unwrap_or(rest.len())];
    format!("{name} {}", version.replace('_', ".")).trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[derive(Deserialize)]
    struct Case {
        text: String,
        browser: String,
        platform: String,
    }

    #[test]
    fn browsers_are_called_as_the_widget_calls_them() {
        let cases: Vec<Case> =
            serde_json::from_str(include_str!("../../../tests/vectors/user-agents.json")).unwrap();
        assert!(cases.len() >= 10);
        for Case { text, browser: name, platform: system } in cases {
            assert_eq!((browser(&text), platform(&text)), (name, system), "{text}");
        }
    }

    #[test]
    fn numbers_of_a_page_fit() {
        for (number, fits) in
            [(1.5, 2), (-3.0, 0), (f64::NAN, 0), (f64::INFINITY, u32::MAX), (1e300, u32::MAX), (1080.0, 1080)]
        {
            assert_eq!(pixels(number), fits, "{number}");
        }
    }

    #[test]
    fn texts_are_cut_between_characters() {
        assert_eq!(cut("short", 8), "short");
        assert_eq!(cut("exactly8", 8), "exactly8");
        assert_eq!(cut("nine char", 8), "nine …");
        assert_eq!(cut("ééééé", 8), "éé…");
        assert_eq!(cut("👋👋👋", 9), "👋…");
    }
}
