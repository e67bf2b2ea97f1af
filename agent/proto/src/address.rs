//! Addresses: what of one leaves the visitor, and which of them a helper's agent may open.
//!
//! Both work on addresses as the URL standard serializes them, on text alone: `PROTOCOL.md` has the rules, and
//! one table of cases (`tests/vectors/address.json`) keeps this file and its TypeScript twin alike.

use serde::{Deserialize, Serialize};

use crate::limits::MAX_URL_BYTES;

/// The longest query value that is kept. Units: characters.
const MAX_VALUE: usize = 32;

/// From how many digits on a value may be the number of a card.
const CARD_DIGITS: usize = 13;

/// From which length on a word may be a token in a query, where little is lost with it. Units: characters.
const QUERY_TOKEN: usize = 10;

/// From which length on a word may be a token in a path, where the whole address is lost. Units: characters.
const PATH_TOKEN: usize = 20;

/// What a name of a secret has in it.
const SECRET_PARTS: [&str; 14] = [
    "token",
    "secret",
    "passw",
    "passcode",
    "pwd",
    "session",
    "sessid",
    "csrf",
    "xsrf",
    "jwt",
    "saml",
    "signature",
    "credential",
    "apikey",
];

/// What a name of a secret has in it as a word of its own.
const SECRET_WORDS: [&str; 28] = [
    "access",
    "activate",
    "assertion",
    "auth",
    "authorization",
    "bearer",
    "challenge",
    "code",
    "confirm",
    "hash",
    "hmac",
    "invite",
    "key",
    "login",
    "magic",
    "nonce",
    "oauth",
    "otp",
    "pass",
    "pin",
    "refresh",
    "reset",
    "sid",
    "sig",
    "state",
    "ticket",
    "unsubscribe",
    "verify",
];

/// What stands before a token in a path; fewer, because `/ticket/4711` is a page.
const SECRET_SEGMENTS: [&str; 13] = [
    "activate",
    "auth",
    "confirm",
    "invite",
    "magic",
    "oauth",
    "otp",
    "password",
    "reset",
    "secret",
    "token",
    "unsubscribe",
    "verify",
];

/// How much of an address the helper sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Urls {
    /// Plain parts only.
    #[default]
    Clean,
    /// Neither query nor fragment.
    Path,
    /// All but user information.
    Full,
}

/// An address without what may be secret in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CleanAddress {
    /// What is left.
    pub url: String,
    /// How many parts were left out.
    pub omitted: u32,
    /// Whether a path segment was replaced by `…`.
    pub redacted: bool,
}

struct Parts<'a> {
    scheme: &'a str,
    user: Option<&'a str>,
    host: &'a str,
    path: &'a str,
    query: Option<&'a str>,
    fragment: Option<&'a str>,
}

fn split(href: &str) -> Option<Parts<'_>> {
    if !href.bytes().all(|byte| (b'!'..=b'~').contains(&byte)) {
        return None;
    }
    let scheme = ["https://", "http://"].into_iter().find(|scheme| href.starts_with(scheme))?;
    let rest = &href[scheme.len()..];
    // A backslash is a slash to browsers.
    let authority = rest.find(['/', '?', '#', '\\'])?;
    let (authority, rest) = rest.split_at(authority);
    let (user, host) = match authority.split_once('@') {
        Some((user, host)) => (Some(user), host),
        None => (None, authority),
    };
    let (rest, fragment) = match rest.split_once('#') {
        Some((rest, fragment)) => (rest, Some(fragment)),
        None => (rest, None),
    };
    let (path, query) = match rest.split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (rest, None),
    };
    let sound = !host.is_empty() && !host.contains('@') && path.starts_with('/') && !path.contains('\\');
    sound.then_some(Parts { scheme, user, host, path, query, fragment })
}

/// Undoes percent-encoding, up to three times: what is hidden twice is still hidden.
fn revealed(text: &str) -> String {
    let mut text = text.to_owned();
    for _ in 0..3 {
        let Some(next) = percent_decoded(&text) else { break };
        text = next;
    }
    text
}

fn percent_decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(if byte == b'%' { hex(rest.next()?)? << 4 | hex(rest.next()?)? } else { byte });
    }
    String::from_utf8(bytes).ok()
}

fn hex(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    }
}

/// Whether a word of at least that length turns so often between letters, capitals and digits that nobody
/// chose it.
fn has_token(text: &str, min: usize) -> bool {
    text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '-')).any(|word| {
        // One turn at each place where a digit meets a letter, or a small letter a capital.
        let turns = word.as_bytes().windows(2).filter(|pair| {
            let [a, b] = [pair[0], pair[1]];
            a.is_ascii_digit() && b.is_ascii_alphabetic()
                || a.is_ascii_alphabetic() && b.is_ascii_digit()
                || a.is_ascii_lowercase() && b.is_ascii_uppercase()
        });
        word.len() >= min && turns.count() * 5 >= word.len()
    })
}

/// Whether a UUID stands somewhere in a text. Source: RFC 9562 section 4.
fn has_uuid(text: &str) -> bool {
    text.as_bytes().windows(36).any(|window| {
        window.iter().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => *byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
    })
}

fn is_secret_name(name: &str) -> bool {
    let mut words = String::with_capacity(name.len());
    let mut was_small = false;
    for c in name.chars() {
        if was_small && c.is_ascii_uppercase() {
            words.push(' ');
        }
        was_small = c.is_ascii_lowercase();
        words.push(c);
    }
    let words = words.to_lowercase();
    SECRET_PARTS.iter().any(|part| words.contains(part))
        || words.split(|c: char| !c.is_ascii_lowercase()).any(|word| SECRET_WORDS.contains(&word))
}

/// What no plain value has in it: separators, further encoding, and what a page could be written with.
fn is_odd(c: char) -> bool {
    c.is_ascii_control() || "%=?&#@;\\<>\"".contains(c)
}

fn is_harmless(text: &str) -> bool {
    text.chars().count() <= MAX_VALUE
        && !text.contains(is_odd)
        && text.bytes().filter(u8::is_ascii_digit).count() < CARD_DIGITS
        && !has_token(text, QUERY_TOKEN)
}

/// Whether a `name=value` can be shown.
fn is_plain_pair(pair: &str) -> bool {
    let mut parts = pair.split('=').map(|part| revealed(&part.replace('+', " ")));
    let name = parts.next().unwrap_or_default();
    let value = parts.next().unwrap_or_default();
    parts.next().is_none() && is_harmless(&name) && is_harmless(&value) && !is_secret_name(&name)
}

fn is_token_segment(segment: &str, before: &str) -> bool {
    has_token(segment, PATH_TOKEN)
        || has_uuid(segment)
        || segment.contains('=') && is_secret_name(segment)
        || SECRET_SEGMENTS.iter().any(|secret| before.eq_ignore_ascii_case(secret))
            && (segment.contains(|c: char| c.is_ascii_digit()) || segment.chars().count() >= 16)
}

/// Cleans one part of an address after another, and counts.
#[derive(Default)]
struct Cleaner {
    omitted: u32,
    redacted: bool,
}

impl Cleaner {
    /// Keeps the plain ones of some pairs.
    fn pairs<'a>(&mut self, pairs: impl Iterator<Item = &'a str>, keep: fn(&str) -> bool) -> Vec<&'a str> {
        let mut kept = Vec::new();
        for pair in pairs.filter(|pair| !pair.is_empty()) {
            if keep(pair) {
                kept.push(pair);
            } else {
                self.omitted = self.omitted.saturating_add(1);
            }
        }
        kept
    }

    fn path(&mut self, path: &str) -> String {
        let mut before = String::new();
        let mut segments = Vec::new();
        for segment in path.split('/') {
            let mut parameters = segment.split(';');
            let base = parameters.next().unwrap_or_default();
            let shown = revealed(base);
            let is_token = is_token_segment(&shown, &before);
            before = shown;
            self.redacted |= is_token;
            let mut kept = vec![if is_token { "…" } else { base }];
            kept.extend(self.pairs(parameters, is_plain_pair));
            segments.push(kept.join(";"));
        }
        segments.join("/")
    }

    fn query(&mut self, query: Option<&str>, keep: fn(&str) -> bool) -> String {
        let kept = self.pairs(query.unwrap_or_default().split('&'), keep);
        if kept.is_empty() { String::new() } else { format!("?{}", kept.join("&")) }
    }

    fn fragment(&mut self, fragment: &str) -> String {
        if fragment.starts_with('/') || fragment.starts_with("!/") {
            let (path, query) = match fragment.split_once('?') {
                Some((path, query)) => (path, Some(query)),
                None => (fragment, None),
            };
            return format!("#{}{}", self.path(path), self.query(query, is_plain_pair));
        }
        let anchor = revealed(fragment);
        if !anchor.contains(is_odd) && !is_token_segment(&anchor, "") {
            return format!("#{fragment}");
        }
        self.omitted = self.omitted.saturating_add(1);
        String::new()
    }
}

/// Takes out of an address what may be secret.
///
/// Errors: of what is no http(s) address as the URL standard serializes it, nothing is kept.
#[must_use]
pub fn clean_address(href: &str, urls: Urls) -> CleanAddress {
    let Some(Parts { scheme, user, host, path, query, fragment }) = split(href) else {
        return CleanAddress { url: String::new(), omitted: 1, redacted: true };
    };
    let mut cleaner = Cleaner { omitted: u32::from(user.is_some()), redacted: false };
    let mut url = format!("{scheme}{host}");
    if urls == Urls::Full {
        url.push_str(path);
        url.extend(query.iter().flat_map(|query| ["?", query]));
        url.extend(fragment.iter().flat_map(|fragment| ["#", fragment]));
    } else {
        url.push_str(&cleaner.path(path));
        url.push_str(&cleaner.query(query, if urls == Urls::Clean { is_plain_pair } else { |_| false }));
        if let Some(fragment) = fragment.filter(|fragment| !fragment.is_empty()) {
            if urls == Urls::Clean {
                url.push_str(&cleaner.fragment(fragment));
            } else {
                cleaner.omitted = cleaner.omitted.saturating_add(1);
            }
        }
    }
    let Cleaner { omitted, redacted } = cleaner;
    if url.len() > MAX_URL_BYTES {
        let omitted = omitted.saturating_add(1);
        return CleanAddress { url: format!("{scheme}{host}/…"), omitted, redacted: true };
    }
    CleanAddress { url, omitted, redacted }
}

/// Whether an address that the visitor reported may be opened in a session of this origin: http or https, the
/// same origin, no user information, nothing left out of its path, and no character that browsers read as another.
#[must_use]
pub fn may_open(url: &str, origin: &str) -> bool {
    url.len() <= MAX_URL_BYTES
        && split(url).is_some_and(|parts| {
            parts.user.is_none() && origin.strip_prefix(parts.scheme).is_some_and(|host| host == parts.host)
        })
}
