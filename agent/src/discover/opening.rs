//! Which of the addresses that a visitor reports a helper's machine opens by itself.
//!
//! The visitor's side is not trusted, and neither is the session's origin, which the visitor told. Pages of
//! that origin alone are opened; every other address may be shown, and a person may open it.

use alongside_agent_proto::address::may_open;
use alongside_agent_proto::limits::MAX_URL_BYTES;
use url::{Host, Url};

use super::contact::is_loopback;
use super::guard::{Reach, is_blocked_port, reach};

/// Why an address is not opened.
///
/// The text is for people; [`code`](NotOpened::code) is for programs. A host in a text is written as the URL
/// standard serializes it, so that a look-alike shows as what it is (`xn--…`).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NotOpened {
    /// Longer than any page address.
    #[error("This address is too long to be opened. Ask the visitor what they see.")]
    TooLong,
    /// A part was left out as a possible secret.
    #[error(
        "A part of this address was left out as a possible secret, so it leads nowhere. Ask the \
         visitor what they see."
    )]
    Redacted,
    /// It has characters that show as nothing or change the direction of the others.
    #[error("This address has hidden characters and does not lead where it seems to. Do not open it.")]
    HiddenCharacters,
    /// Not an address at all.
    #[error("This is no web address and cannot be opened. Ask the visitor what they see.")]
    NotAnAddress,
    /// An address of another kind than `http` and `https`.
    #[error(
        "This is no web page but a `{scheme}:` address, which can do other things than show a page. \
         Do not open it."
    )]
    Scheme {
        /// What it is instead.
        scheme: String,
    },
    /// User information before the host.
    #[error(
        "There is a name or a password in this address, which often hides where it leads: to \
         {host}. Do not open it."
    )]
    Credentials {
        /// The host that it really leads to.
        host: String,
    },
    /// It leads to this machine or its network, from a site that is elsewhere.
    #[error("{host} is this machine or one in its private network, not the visitor's site. Do not open it.")]
    PrivateAddress {
        /// Where it leads.
        host: String,
    },
    /// It leads where no page is.
    #[error("{host} is a special address of the network, where no web page is. Do not open it.")]
    SpecialAddress {
        /// Where it leads.
        host: String,
    },
    /// A port of another service.
    #[error("Port {port} is for another service than web pages, and no browser would open it.")]
    BlockedPort {
        /// Which.
        port: u16,
    },
    /// Another site than the session's.
    #[error("This leads to another site, {host}. Open it yourself if you trust it.")]
    OtherOrigin {
        /// Where it leads.
        host: String,
    },
    /// Of the session's site, but not written as browsers write it.
    #[error("This address is not written the way browsers write addresses. Ask the visitor what they see.")]
    OddAddress,
}

impl NotOpened {
    /// Gives the stable name.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::TooLong => "too-long",
            Self::Redacted => "redacted",
            Self::HiddenCharacters => "hidden-characters",
            Self::NotAnAddress => "not-an-address",
            Self::Scheme { .. } => "scheme",
            Self::Credentials { .. } => "credentials",
            Self::PrivateAddress { .. } => "private-address",
            Self::SpecialAddress { .. } => "special-address",
            Self::BlockedPort { .. } => "blocked-port",
            Self::OtherOrigin { .. } => "other-origin",
            Self::OddAddress => "odd-address",
        }
    }
}

/// Decides whether an address that a visitor reported is opened in a session of this origin.
///
/// Shape: `url` as the peer sent it; `session_origin` as the server told it with the ask. What comes back is
/// opened as it is.
///
/// Errors: why not, for the helper to read. Another site's address may still be shown with that, and opened
/// by a person.
pub fn openable(url: &str, session_origin: &str) -> Result<Url, NotOpened> {
    if url.len() > MAX_URL_BYTES {
        return Err(NotOpened::TooLong);
    }
    if url.contains('…') {
        return Err(NotOpened::Redacted);
    }
    // Parsers drop some of these without a word, and screens show none of them.
    if url.contains(is_hidden) {
        return Err(NotOpened::HiddenCharacters);
    }
    let parsed = Url::parse(url).map_err(|_| NotOpened::NotAnAddress)?;
    if !matches!(parsed.scheme(), "http" | "https") {
        return Err(NotOpened::Scheme { scheme: parsed.scheme().to_owned() });
    }
    let host = || parsed.host_str().unwrap_or_default().to_owned();
    if !parsed.username().is_empty() || parsed.password().is_some() {
        return Err(NotOpened::Credentials { host: host() });
    }
    let is_same = parsed.origin().ascii_serialization() == session_origin;
    match reach_of(&parsed) {
        Some(Reach::Never) => return Err(NotOpened::SpecialAddress { host: host() }),
        Some(Reach::Loopback | Reach::Private) if !is_same => {
            return Err(NotOpened::PrivateAddress { host: host() });
        }
        Some(Reach::Loopback | Reach::Private | Reach::Public) | None => {}
    }
    if let Some(port) = parsed.port().filter(|port| is_blocked_port(*port)) {
        return Err(NotOpened::BlockedPort { port });
    }
    if !is_same {
        return Err(NotOpened::OtherOrigin { host: host() });
    }
    // By the rules of the protocol, which go by the text, and by those of the parser.
    if may_open(url, session_origin) { Ok(parsed) } else { Err(NotOpened::OddAddress) }
}

/// How far an address reaches by what it says; of most names that is nothing.
fn reach_of(url: &Url) -> Option<Reach> {
    match url.host() {
        Some(Host::Ipv4(address)) => Some(reach(address.into())),
        Some(Host::Ipv6(address)) => Some(reach(address.into())),
        Some(Host::Domain(_)) | None => is_loopback(url).then_some(Reach::Loopback),
    }
}

/// Control characters, and those that show as nothing or turn the order of others round.
fn is_hidden(c: char) -> bool {
    matches!(
        c,
        '\0'..='\u{1f}'
            | '\u{7f}'..='\u{a0}'
            | '\u{ad}'
            | '\u{34f}'
            | '\u{61c}'
            | '\u{115f}'
            | '\u{1160}'
            | '\u{180b}'..='\u{180e}'
            | '\u{2000}'..='\u{200f}'
            | '\u{2028}'..='\u{202f}'
            | '\u{205f}'..='\u{206f}'
            | '\u{3000}'
            | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}'
            | '\u{ffa0}'
            | '\u{fff0}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e0fff}'
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{prop, proptest};
    use proptest::sample::select;
    use url::Url;

    use super::openable;

    const PIECES: [&str; 40] = [
        "https",
        "http",
        "javascript",
        "data",
        ":",
        "/",
        "//",
        "\\",
        "@",
        "shop.example",
        "evil.example",
        "127.0.0.1",
        "[::1]",
        "localhost",
        ":443",
        ":8443",
        ".",
        "..",
        "%2e",
        "%40",
        "%5c",
        "%00",
        "?",
        "#",
        "&",
        "=",
        "\t",
        "\n",
        " ",
        "\0",
        "\u{200b}",
        "\u{202e}",
        "…",
        "\u{3002}",
        "\u{ff0f}",
        "о",
        "ü",
        "xn--",
        "a",
        "0",
    ];

    proptest! {
        #[test]
        fn what_is_opened_is_of_the_sessions_origin_and_as_it_was_sent(
            pieces in prop::collection::vec(select(&PIECES), 0..10),
            is_rooted in prop::bool::ANY,
        ) {
            let origin = "https://shop.example";
            let url = format!("{}{}", if is_rooted { origin } else { "" }, pieces.concat());
            if let Ok(opened) = openable(&url, origin) {
                assert_eq!(opened.origin(), Url::parse(origin).unwrap().origin());
                assert!(url.starts_with("https://shop.example/") && url.is_ascii());
                assert!(opened.username().is_empty() && opened.password().is_none());
            }
        }
    }
}
