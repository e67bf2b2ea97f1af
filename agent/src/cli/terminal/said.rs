//! What is to be shown and done after something happened, and the marks of one conversation.

use std::time::{Duration, Instant};

use alongside_agent::{Command, EndedBy, SessionId};

use super::clean;

/// How seldom it is said that somebody is writing. Whoever flickers is not worth a line each.
const TYPING_PAUSE: Duration = Duration::from_secs(10);

/// What is to be shown and done.
#[derive(Debug, Default)]
pub(super) struct Said {
    /// One after the other.
    pub(super) lines: Vec<Line>,
    /// For the agent.
    pub(super) commands: Vec<Command>,
    /// Whether it is worth a sound.
    pub(super) bell: bool,
}

/// A line, or what a person wrote in several.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) text: String,
    /// Something by the way.
    pub(super) is_quiet: bool,
}

impl Said {
    /// Says something of ours.
    pub(super) fn note(&mut self, text: impl Into<String>) {
        self.lines.push(Line { text: format!("* {}", text.into()), is_quiet: false });
    }

    /// Says something of ours by the way.
    pub(super) fn aside(&mut self, text: impl Into<String>) {
        self.lines.push(Line { text: format!("  {}", text.into()), is_quiet: true });
    }

    /// Says what the other person wrote.
    pub(super) fn message(&mut self, name: &str, text: &str) {
        self.lines.push(Line { text: format!("{name}: {}", clean::text(text)), is_quiet: false });
    }
}

/// The marks of one conversation.
#[derive(Debug)]
pub(super) struct Marks {
    /// How many messages we wrote.
    written: u32,
    told_typing: Option<Instant>,
}

impl Marks {
    pub(super) fn new() -> Self {
        Self { written: 0, told_typing: None }
    }

    /// Writes to the other side.
    pub(super) fn say(&mut self, session: SessionId, text: String, said: &mut Said) {
        self.written = self.written.saturating_add(1);
        said.commands.push(Command::Typing { session, on: false });
        said.commands.push(Command::Say { session, text, reference: None });
    }

    /// Something we wrote was not sent.
    pub(super) fn failed(&mut self) {
        self.written = self.written.saturating_sub(1);
    }

    /// Says how far our last message has come; of those before it nobody wants to know.
    pub(super) fn reached(&self, id: u32, what: &str, said: &mut Said) {
        if id >= self.written {
            said.aside(what);
        }
    }

    /// Says that the other person is writing.
    pub(super) fn typing(&mut self, name: &str, on: bool, now: Instant, said: &mut Said) {
        let is_due = self.told_typing.is_none_or(|told| now.duration_since(told) >= TYPING_PAUSE);
        if on && is_due {
            self.told_typing = Some(now);
            said.aside(format!("{name} is writing …"));
        }
    }
}

/// Says who ended a session, to the one whose other side has this name.
pub(super) fn ended(name: &str, by: EndedBy, own: EndedBy) -> String {
    if by == EndedBy::Lost {
        format!("The connection with {name} is lost, and the session with it.")
    } else if by == own {
        format!("You have ended the session with {name}.")
    } else {
        format!("{name} has ended the session.")
    }
}

/// A span of time in the words of a person.
pub(super) fn span(time: Duration) -> String {
    match time.as_secs() {
        seconds @ 0..100 => format!("{seconds} s"),
        seconds => format!("{} min", (seconds + 30) / 60),
    }
}
