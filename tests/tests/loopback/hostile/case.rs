//! One bad input: what is sent, from which state, and what it must meet.

use std::fmt::{Display, Formatter, Result};
use std::net::SocketAddr;

use alongside_signaling_proto::id::Nonce;
use alongside_signaling_proto::identity::invite::Invite;
use alongside_signaling_proto::wire::AgentToBroker;

use crate::agent::{ask, enlist};
use crate::raw::{Raw, Said};

/// Asks for a sign of life, which anybody may.
pub(super) const CHALLENGE: &str = "{\"type\":\"challenge\"}";

/// What to do to a connection.
pub(super) type Deed = Box<dyn Fn(&mut Raw, &Against) + Send>;

/// Whom it is done to.
#[derive(Debug, Clone)]
pub(super) struct Against {
    pub(super) server: SocketAddr,
    pub(super) invite: Invite,
    /// Under which helpers reach the server.
    pub(super) origin: String,
}

/// What a connection is when the input comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum As {
    /// No WebSocket yet.
    Http,
    /// A WebSocket that has said nothing.
    Stranger,
    /// One of a page of that origin.
    Page(&'static str),
    /// One that waits with ask 1.
    Visitor,
    /// One that has enlisted.
    Helper,
}

/// What an input meets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Meets {
    /// A refusal with this code, and the socket lives on.
    Code(String),
    /// A close with this code.
    Close(u16),
    /// An answer with this status.
    Status(u16),
    /// The end of the connection, without a word.
    End,
    /// Nothing: it is ignored, and the socket lives on.
    Nothing,
}

impl Display for Meets {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Self::Code(code) => write!(f, "refused {code}"),
            Self::Close(code) => write!(f, "closed {code}"),
            Self::Status(status) => write!(f, "HTTP {status}"),
            Self::End => f.write_str("ended"),
            Self::Nothing => f.write_str("ignored"),
        }
    }
}

/// A row of the table.
pub(super) struct Case {
    pub(super) name: &'static str,
    state: As,
    deed: Deed,
    pub(super) meets: Meets,
}

impl Case {
    pub(super) fn new(name: &'static str, state: As, deed: Deed, meets: Meets) -> Self {
        Self { name, state, deed, meets }
    }

    /// One text message that is refused.
    pub(super) fn text(name: &'static str, state: As, text: impl Into<String>, code: &str) -> Self {
        let text = text.into();
        Self::new(name, state, Box::new(move |raw, _| raw.text(&text)), Meets::Code(code.to_owned()))
    }

    /// Does it, and gives how many bytes were sent and what they met.
    pub(super) fn run(&self, against: &Against) -> (usize, Meets) {
        let mut raw = stand(self.state, against);
        let before = raw.written;
        (self.deed)(&mut raw, against);
        let sent = raw.written - before;
        if self.state == As::Http {
            return (sent, http_answer(&mut raw));
        }
        let meets = match self.meets {
            Meets::Nothing => {
                raw.text(CHALLENGE);
                match raw.hear() {
                    said if is_challenged(&said) => Meets::Nothing,
                    Said::Text(text) => Meets::Code(code_of(&text).unwrap_or(text)),
                    Said::Close(code) => Meets::Close(code),
                    Said::End => Meets::End,
                }
            }
            Meets::Code(_) | Meets::Close(_) | Meets::Status(_) | Meets::End => loop {
                match raw.hear() {
                    Said::Close(code) => break Meets::Close(code),
                    Said::End => break Meets::End,
                    Said::Text(text) => match (&self.meets, code_of(&text)) {
                        (Meets::Code(_), Some(code)) => break Meets::Code(code),
                        // What else is said on the way to a close does not matter.
                        (_, _) => {}
                    },
                }
            },
        };
        if matches!(meets, Meets::Code(_)) {
            raw.text(CHALLENGE);
            // A visitor may be told of the queue meanwhile.
            let lives = std::iter::repeat_with(|| raw.hear()).take(3).any(|said| is_challenged(&said));
            assert!(lives, "{}: the socket is served no more", self.name);
        }
        (sent, meets)
    }
}

/// A connection in that state.
pub(super) fn stand(state: As, against: &Against) -> Raw {
    let server = against.server;
    let hears = |raw: &mut Raw, what: &str| {
        let said = raw.hear();
        assert!(matches!(&said, Said::Text(text) if text.contains(what)), "{what}: {said:?}");
    };
    match state {
        As::Http => Raw::connect(server),
        As::Stranger => Raw::websocket(server, ""),
        As::Page(origin) => Raw::websocket(server, &format!("Origin: {origin}\r\n")),
        As::Visitor => {
            let mut raw = Raw::websocket(server, "");
            raw.text(&json(&ask(against.invite.team, 1)));
            hears(&mut raw, "\"queued\"");
            raw
        }
        As::Helper => {
            let mut raw = Raw::websocket(server, "");
            let nonce = nonce(&mut raw);
            raw.text(&json(&enlist(&against.invite, &nonce, &against.origin)));
            hears(&mut raw, "\"enlisted\"");
            raw
        }
    }
}

/// Asks for a nonce.
pub(super) fn nonce(raw: &mut Raw) -> Nonce {
    raw.text(CHALLENGE);
    let Said::Text(challenged) = raw.hear() else { panic!("no nonce") };
    let value: serde_json::Value = serde_json::from_str(&challenged).unwrap();
    value["nonce"].as_str().unwrap().parse().unwrap()
}

/// A message as it is sent.
pub(super) fn json(message: &AgentToBroker) -> String {
    serde_json::to_string(message).unwrap()
}

fn is_challenged(said: &Said) -> bool {
    matches!(said, Said::Text(text) if text.contains("\"challenged\""))
}

fn code_of(text: &str) -> Option<String> {
    let value: serde_json::Value = serde_json::from_str(text).unwrap();
    value["code"].as_str().map(str::to_owned)
}

fn http_answer(raw: &mut Raw) -> Meets {
    let head = raw.head();
    match head.split(' ').nth(1) {
        Some(status) => Meets::Status(status.parse().unwrap()),
        None => Meets::End,
    }
}
