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

/// Waits until the person or the system wants an end. Asked a second time, it ends the process at once.
pub(super) async fn wanted(asked: &mut bool) {
    let interrupted = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminated) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = interrupted => {}
                _ = terminated.recv() => {}
            }
        } else {
            let _ = interrupted.await;
        }
    }
    #[cfg(not(unix))]
    let _ = interrupted.await;
    if std::mem::replace(asked, true) {
        std::process::exit(130);
    }
}
