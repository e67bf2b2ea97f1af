//! Session descriptions of one data channel section, and nothing else: written and read. Pure.
//!
//! Source: RFC 9429 section 5 (how they are made), RFC 8841 (the section), RFC 8839 (candidates), RFC 8122
//! (fingerprints), RFC 4145 (setup).

use std::fmt::Write as _;

/// The SCTP port that everybody uses; the other side's may be another.
pub(super) const SCTP_PORT: u16 = 5000;

/// The longest message we take, as we tell it. Units: bytes. It is what a description that says nothing
/// promises (RFC 8841 section 6.1), so that whoever sends more than we read can be told so rather than cut
/// off.
pub(super) const MAX_MESSAGE_SIZE: u32 = 64 * 1024;

/// The longest tag, fragment or password that is taken (RFC 8839 section 5.4).
const MAX_WORD: usize = 256;

/// Who begins the DTLS handshake.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Setup {
    /// Whoever is offered may choose.
    Either,
    /// The one who says this.
    Active,
    /// The other one.
    Passive,
}

/// What one side says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Description {
    /// The tag of the section.
    pub(super) mid: String,
    /// The ICE user name fragment.
    pub(super) ufrag: String,
    /// The ICE password.
    pub(super) pwd: String,
    /// Whether it only answers checks (RFC 8445 section 2.5).
    pub(super) is_lite: bool,
    /// SHA-256 digests of certificates, one of which it will show.
    pub(super) fingerprints: Vec<[u8; 32]>,
    /// Who begins.
    pub(super) setup: Setup,
    /// Its SCTP port.
    pub(super) port: u16,
    /// The longest message it takes; 0 for any. Units: bytes.
    pub(super) max_message_size: u32,
    /// Its candidates, as the attribute has them.
    pub(super) candidates: Vec<String>,
}

/// Why a text is no description that we can use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum DescriptionError {
    /// It does not begin as one.
    #[error("it is no session description")]
    Form,
    /// Its sections are other than one data channel section that is not rejected.
    #[error("it is not of one data channel")]
    Sections,
    /// An attribute is missing or cannot be read.
    #[error("its {0} is missing or wrong")]
    Attribute(&'static str),
}

impl Description {
    /// Writes it.
    pub(super) fn write(&self) -> String {
        let Self { mid, ufrag, pwd, port, max_message_size, .. } = self;
        let setup = match self.setup {
            Setup::Either => "actpass",
            Setup::Active => "active",
            Setup::Passive => "passive",
        };
        // The session's number tells apart what one host announces; here nothing is announced.
        let mut sdp = format!(
            "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\na=group:BUNDLE {mid}\r\n\
             m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\nc=IN IP4 0.0.0.0\r\na=mid:{mid}\r\n\
             a=ice-options:trickle\r\na=ice-ufrag:{ufrag}\r\na=ice-pwd:{pwd}\r\na=setup:{setup}\r\n\
             a=sctp-port:{port}\r\na=max-message-size:{max_message_size}\r\n"
        );
        if self.is_lite {
            sdp = sdp.replace("a=group:", "a=ice-lite\r\na=group:");
        }
        for fingerprint in &self.fingerprints {
            let digits: Vec<_> = fingerprint.iter().map(|byte| format!("{byte:02X}")).collect();
            // A string takes all that is written.
            let _ = write!(sdp, "a=fingerprint:sha-256 {}\r\n", digits.join(":"));
        }
        for candidate in &self.candidates {
            let _ = write!(sdp, "a={candidate}\r\n");
        }
        sdp
    }

    /// Reads one. What it has for the whole session counts for its section, unless the section has its own.
    pub(super) fn read(sdp: &str) -> Result<Self, DescriptionError> {
        let mut lines = sdp.lines().map(str::trim_end);
        if lines.next() != Some("v=0") {
            return Err(DescriptionError::Form);
        }
        let lines: Vec<_> = lines.collect();
        let mut sections = lines.iter().enumerate().filter(|(_, line)| line.starts_with("m="));
        let (Some((at, section)), None) = (sections.next(), sections.next()) else {
            return Err(DescriptionError::Sections);
        };
        if !is_data_channel(section) {
            return Err(DescriptionError::Sections);
        }
        let (session, section) = lines.split_at(at);
        let all = |name: &'static str| {
            let own: Vec<&str> = section.iter().filter_map(|line| value_of(line, name)).collect();
            if own.is_empty() {
                session.iter().filter_map(|line| value_of(line, name)).collect()
            } else {
                own
            }
        };
        let one = |name: &'static str| all(name).first().copied();
        let word = |name: &'static str, least: usize, is_part: fn(char) -> bool| {
            one(name)
                .filter(|value| (least..=MAX_WORD).contains(&value.len()) && value.chars().all(is_part))
                .map(str::to_owned)
                .ok_or(DescriptionError::Attribute(name))
        };
        let fingerprints: Vec<_> = all("fingerprint").into_iter().filter_map(read_fingerprint).collect();
        if fingerprints.is_empty() {
            return Err(DescriptionError::Attribute("fingerprint"));
        }
        let setup = match one("setup") {
            Some("actpass") => Setup::Either,
            Some("active") => Setup::Active,
            Some("passive") => Setup::Passive,
            _ => return Err(DescriptionError::Attribute("setup")),
        };
        let number = |name: &'static str, otherwise: u32| match one(name) {
            None => Ok(otherwise),
            Some(value) => value.parse().map_err(|_| DescriptionError::Attribute(name)),
        };
        let port = number("sctp-port", SCTP_PORT.into())?;
        Ok(Self {
            mid: word("mid", 1, is_token)?,
            ufrag: word("ice-ufrag", 4, is_ice)?,
            pwd: word("ice-pwd", 22, is_ice)?,
            is_lite: session.contains(&"a=ice-lite"),
            fingerprints,
            setup,
            port: u16::try_from(port).map_err(|_| DescriptionError::Attribute("sctp-port"))?,
            max_message_size: number("max-message-size", MAX_MESSAGE_SIZE)?,
            candidates: all("candidate").into_iter().map(|value| format!("candidate:{value}")).collect(),
        })
    }
}

fn value_of<'line>(line: &'line str, name: &str) -> Option<&'line str> {
    line.strip_prefix("a=")?.strip_prefix(name)?.strip_prefix(':').map(str::trim)
}

fn is_data_channel(section: &str) -> bool {
    let mut words = section.trim_start_matches("m=").split(' ');
    words.next() == Some("application")
        && words.next().is_some_and(|port| port.parse::<u16>().is_ok_and(|port| port != 0))
        && words.next().is_some_and(|transport| transport.ends_with("DTLS/SCTP"))
        && words.next() == Some("webrtc-datachannel")
        && words.next().is_none()
}

/// RFC 8839 section 5.4: `ice-char`.
fn is_ice(char: char) -> bool {
    char.is_ascii_alphanumeric() || matches!(char, '+' | '/')
}

/// RFC 4566 section 9: `token-char`.
fn is_token(char: char) -> bool {
    char.is_ascii_graphic() && !matches!(char, '"' | '(' | ')' | ',' | '/' | ':'..='@' | '['..=']')
}

/// Reads a SHA-256 digest; of another function, there is none.
fn read_fingerprint(value: &str) -> Option<[u8; 32]> {
    let (function, digits) = value.split_once(' ')?;
    if !function.eq_ignore_ascii_case("sha-256") {
        return None;
    }
    let mut digest = [0; 32];
    let mut bytes = digits.split(':');
    for byte in &mut digest {
        let digits = bytes.next().filter(|digits| digits.len() == 2)?;
        *byte = u8::from_str_radix(digits, 16).ok()?;
    }
    bytes.next().is_none().then_some(digest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn description() -> Description {
        Description {
            mid: "0".to_owned(),
            ufrag: "abcd".to_owned(),
            pwd: "abcdefghijklmnopqrstuv+/".to_owned(),
            is_lite: false,
            fingerprints: vec![[0xa7; 32]],
            setup: Setup::Either,
            port: SCTP_PORT,
            max_message_size: MAX_MESSAGE_SIZE,
            candidates: vec!["candidate:1 1 udp 2130706431 192.0.2.1 5060 typ host".to_owned()],
        }
    }

    /// As Chromium 156 writes it.
    const CHROMIUM: &str = "v=0\r\no=- 4611731400430051336 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n\
        a=group:BUNDLE 0\r\na=extmap-allow-mixed\r\na=msid-semantic: WMS\r\n\
        m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\nc=IN IP4 0.0.0.0\r\na=ice-ufrag:bzCQ\r\n\
        a=ice-pwd:jPgyZ5KZ6G1TjhwFY2e3eFvI\r\na=ice-options:trickle\r\n\
        a=fingerprint:sha-256 19:E2:1C:3B:4B:9F:81:E6:B8:5C:F4:A5:A8:D8:73:04:\
        BB:05:2F:70:9F:04:A9:0E:05:E9:26:33:E8:70:88:A2\r\n\
        a=setup:actpass\r\na=mid:0\r\na=sctp-port:5000\r\na=max-message-size:262144\r\n";

    /// As aiortc and Firefox write some of it: more functions, and what is common before the section.
    const OTHERS: &str = "v=0\no=- 1 1 IN IP4 0.0.0.0\ns=-\nt=0 0\na=setup:active\n\
        a=fingerprint:sha-512 00:11\n\
        a=fingerprint:SHA-256 19:e2:1c:3b:4b:9f:81:e6:b8:5c:f4:a5:a8:d8:73:04:\
        bb:05:2f:70:9f:04:a9:0e:05:e9:26:33:e8:70:88:a2\n\
        m=application 54321 DTLS/SCTP webrtc-datachannel\na=ice-ufrag:bzCQ\n\
        a=ice-pwd:jPgyZ5KZ6G1TjhwFY2e3eFvI\na=mid:data\n\
        a=candidate:1 1 udp 1 192.0.2.1 9 typ host\na=end-of-candidates\n";

    #[test]
    fn what_is_written_is_read() {
        for setup in [Setup::Either, Setup::Active, Setup::Passive] {
            for is_lite in [false, true] {
                let description = Description { setup, is_lite, ..description() };
                assert_eq!(Description::read(&description.write()), Ok(description));
            }
        }
    }

    #[test]
    fn what_others_write_is_read() {
        let chromium = Description::read(CHROMIUM).unwrap();
        assert_eq!(
            (chromium.setup, chromium.port, chromium.max_message_size),
            (Setup::Either, 5000, 262_144)
        );
        assert_eq!(chromium.fingerprints[0][..3], [0x19, 0xe2, 0x1c]);
        let others = Description::read(OTHERS).unwrap();
        assert_eq!((others.mid.as_str(), others.setup), ("data", Setup::Active));
        assert_eq!(others.fingerprints, chromium.fingerprints);
        assert_eq!((others.port, others.max_message_size), (SCTP_PORT, MAX_MESSAGE_SIZE));
        assert_eq!(others.candidates, ["candidate:1 1 udp 1 192.0.2.1 9 typ host"]);
    }

    #[test]
    fn what_is_wrong_is_refused() {
        let cases = [
            ("v=0", "v=1", DescriptionError::Form),
            ("m=application 9", "m=application 0", DescriptionError::Sections),
            ("m=application 9 UDP/DTLS/SCTP webrtc-datachannel", "m=audio 9 X 0", DescriptionError::Sections),
            ("m=application", "m=audio 9 X 0\r\nm=application", DescriptionError::Sections),
            ("m=application", "n=application", DescriptionError::Sections),
            ("DTLS/SCTP", "DTLS/SAVP", DescriptionError::Sections),
            ("ice-ufrag:bzCQ", "ice-ufrag:bz", DescriptionError::Attribute("ice-ufrag")),
            ("ice-ufrag:bzCQ", "ice-ufrag:bz:Q", DescriptionError::Attribute("ice-ufrag")),
            ("ice-pwd", "ice-word", DescriptionError::Attribute("ice-pwd")),
            ("sha-256 19", "sha-256 1", DescriptionError::Attribute("fingerprint")),
            ("sha-256 19:", "sha-256 ", DescriptionError::Attribute("fingerprint")),
            ("sha-256 19", "sha-256 00:19", DescriptionError::Attribute("fingerprint")),
            ("sha-256", "sha-1", DescriptionError::Attribute("fingerprint")),
            ("actpass", "holdconn", DescriptionError::Attribute("setup")),
            ("mid:0", "mid:a b", DescriptionError::Attribute("mid")),
            ("mid:0", "mid:", DescriptionError::Attribute("mid")),
            ("sctp-port:5000", "sctp-port:70000", DescriptionError::Attribute("sctp-port")),
            ("size:262144", "size:-1", DescriptionError::Attribute("max-message-size")),
        ];
        for (from, to, error) in cases {
            assert_ne!(CHROMIUM.replacen(from, to, 1), CHROMIUM, "{from}");
            assert_eq!(Description::read(&CHROMIUM.replacen(from, to, 1)), Err(error), "{to}");
        }
        for text in ["", "hello", "v=0", "\u{0}", "v=0\r\nm=", "m=application"] {
            assert!(Description::read(text).is_err(), "{text}");
        }
        // Too long a word could be any length.
        let long = CHROMIUM.replace("bzCQ", &"b".repeat(MAX_WORD + 1));
        assert_eq!(Description::read(&long), Err(DescriptionError::Attribute("ice-ufrag")));
    }
}
