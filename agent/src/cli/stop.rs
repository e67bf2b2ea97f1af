//! How a command ends: politely at the first interrupt, at once at the second, and with the exit status that says why.

use std::process::ExitCode;

use alongside_agent::{Agent, Event, Failure};

use super::terminal::Room;

/// Failed, with the reason on standard error.
const FAILED: u8 = 1;

/// No helper contact in that page.
pub(super) const NO_CONTACT: u8 = 3;

/// Refused by the server.
const REFUSED: u8 = 4;

/// The other side could not be verified.
const UNVERIFIED: u8 = 5;

/// The exit status of an agent that has stopped.
pub(super) fn status(failure: Option<Failure>) -> ExitCode {
    match failure {
        None => ExitCode::SUCCESS,
        Some(Failure::Refused) => REFUSED.into(),
        Some(Failure::Unverified) => UNVERIFIED.into(),
        Some(_) => FAILED.into(),
    }
}

/// The agent's next event, once there is room to show it; `None` once it has stopped.
pub(super) async fn next(agent: &mut Agent, room: Option<&Room>) -> Option<Event> {
    if let Some(room) = room {
        room.wait().await;
    }
    agent.next().await
}

/// Hears that the person or the system wants an end. It listens from when it is made, so that nothing is missed while
/// something else is done.
pub(super) struct Stop {
    #[cfg(unix)]
    interrupted: tokio::signal::unix::Signal,
    #[cfg(unix)]
    terminated: tokio::signal::unix::Signal,
    was_wanted: bool,
}

impl Stop {
    /// Begins to listen.
    ///
    /// Errors: the system's, when it does not let us.
    pub(super) fn new() -> std::io::Result<Self> {
        #[cfg(unix)]
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            #[cfg(unix)]
            interrupted: signal(SignalKind::interrupt())?,
            #[cfg(unix)]
            terminated: signal(SignalKind::terminate())?,
            was_wanted: false,
        })
    }

    /// Waits until an end is wanted. Wanted a second time, it is the end of the process, at once.
    pub(super) async fn wanted(&mut self) {
        #[cfg(unix)]
        tokio::select! {
            _ = self.interrupted.recv() => {}
            _ = self.terminated.recv() => {}
        }
        #[cfg(not(unix))]
        let _ = tokio::signal::ctrl_c().await;
        if std::mem::replace(&mut self.was_wanted, true) {
            std::process::exit(130);
        }
    }
}
