//! Who sits before the agent: a program that speaks JSON.

use alongside_agent::{Command, Event};
use tokio::sync::mpsc;

use super::json::{self, Line};

/// Where events go and commands come from.
pub(super) enum Front {
    /// A program.
    Json(mpsc::Receiver<Line>),
}

impl Front {
    /// A program at standard input and output.
    pub(super) fn json() -> Self {
        Self::Json(json::read())
    }

    /// Tells of an event; says whether somebody still listens.
    pub(super) fn show(&mut self, event: &Event) -> bool {
        match self {
            Self::Json(_) => json::write(event),
        }
    }

    /// The next command; [`Command::Quit`] once there are no more.
    pub(super) async fn next(&mut self) -> Command {
        match self {
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
}
