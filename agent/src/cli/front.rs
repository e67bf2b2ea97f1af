//! Who sits before the agent: a program that speaks JSON, or a person.

use alongside_agent::{Command, Event, Receipts};
use tokio::sync::mpsc;

use super::json::{self, Line};
use super::terminal::{Room, Terminal};

/// Where events go and commands come from.
pub(super) enum Front {
    /// A program.
    Json(mpsc::Receiver<Line>),
    /// A person.
    Terminal(Box<Terminal>),
}

impl Front {
    /// A program at standard input and output.
    pub(super) fn json() -> Self {
        Self::Json(json::read())
    }

    /// A person at standard input and output.
    pub(super) fn terminal(terminal: Terminal) -> Self {
        Self::Terminal(Box::new(terminal))
    }

    /// When the other side is told that something was read.
    pub(super) fn receipts(&self) -> Receipts {
        match self {
            Self::Json(_) => Receipts::WhenDone,
            Self::Terminal(_) => Receipts::WhenSeen,
        }
    }

    /// What says whether an event can be shown; a program's pipe holds us up by itself.
    pub(super) fn room(&self) -> Option<Room> {
        match self {
            Self::Json(_) => None,
            Self::Terminal(terminal) => Some(terminal.room()),
        }
    }

    /// Tells of an event; says whether somebody still listens.
    pub(super) fn show(&mut self, event: &Event) -> bool {
        match self {
            Self::Json(_) => json::write(event),
            Self::Terminal(terminal) => terminal.show(event),
        }
    }

    /// Tells of something beside the agent's work.
    pub(super) fn note(&mut self, text: &str) {
        match self {
            Self::Terminal(terminal) if terminal.is_seen() => terminal.note(text),
            Self::Json(_) | Self::Terminal(_) => eprintln!("alongside-agent: {text}"),
        }
    }

    /// The next command; [`Command::Quit`] once there are no more.
    pub(super) async fn next(&mut self) -> Command {
        match self {
            Self::Terminal(terminal) => terminal.next().await,
            Self::Json(lines) => loop {
                match lines.recv().await {
                    None => return Command::Quit,
                    Some(Line::Command(command)) => return command,
                    Some(Line::Bad(answer)) => {
                        if !json::write(&answer) {
                            return Command::Quit;
                        }
                    }
                }
            },
        }
    }

    /// Ends it; where no person has read why, says so on standard error.
    pub(super) async fn close(self, reason: Option<&str>) {
        let is_read = match self {
            Self::Json(_) => false,
            Self::Terminal(terminal) => {
                let is_seen = terminal.is_seen();
                terminal.close().await;
                is_seen
            }
        };
        if let Some(reason) = reason.filter(|_| !is_read) {
            eprintln!("alongside-agent: {reason}");
        }
    }
}
