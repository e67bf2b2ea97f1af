//! How a command ends: politely at the first interrupt, at once at the second, and with the exit status that says why.

use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use alongside_agent::{Agent, Event, Failure};
use tokio::sync::mpsc;

use super::terminal::Room;

/// Failed, with the reason on standard error.
const FAILED: u8 = 1;

/// No helper contact in that page.
pub(super) const NO_CONTACT: u8 = 3;

/// Refused by the server.
const REFUSED: u8 = 4;

/// The other side could not be verified.
const UNVERIFIED: u8 = 5;

/// Ended before the sessions were. Source: what shells give to who is interrupted, 128 and SIGINT's number.
const CUT_SHORT: i32 = 130;

/// How long a polite end may take: the agent gives the other side 2 seconds, and the server and the screen a second
/// each. What takes longer is held up by somebody who does not read.
const POLITE: Duration = Duration::from_secs(5);

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

/// Hears that the person or the system wants an end. It listens in a task of its own from when it is made, so that
/// nothing is missed while something else is done, and whoever does not read what we write cannot keep us.
pub(super) struct Stop {
    heard: mpsc::Receiver<()>,
    was_wanted: Arc<AtomicBool>,
}

impl Stop {
    /// Begins to listen.
    ///
    /// Errors: the system's, when it does not let us.
    pub(super) fn new() -> std::io::Result<Self> {
        let (hear, heard) = mpsc::channel(1);
        let was_wanted = Arc::new(AtomicBool::new(false));
        tokio::spawn(listen(Signals::new()?, hear, Arc::clone(&was_wanted)));
        Ok(Self { heard, was_wanted })
    }

    /// Waits until an end is wanted. Wanted a second time, or not reached in time, it is the end of the process.
    pub(super) async fn wanted(&mut self) {
        if self.heard.recv().await.is_none() {
            std::future::pending().await
        }
    }

    /// Says that an end is wanted already, so that the next signal is the second.
    pub(super) fn is_wanted(&self) {
        self.was_wanted.store(true, Ordering::SeqCst);
    }
}

async fn listen(mut signals: Signals, hear: mpsc::Sender<()>, was_wanted: Arc<AtomicBool>) {
    signals.next().await;
    if !was_wanted.swap(true, Ordering::SeqCst) {
        let _ = hear.try_send(());
        tokio::select! {
            () = signals.next() => {}
            () = tokio::time::sleep(POLITE) => {}
        }
    }
    std::process::exit(CUT_SHORT);
}

/// What the system says when somebody wants an end.
struct Signals {
    #[cfg(unix)]
    interrupted: tokio::signal::unix::Signal,
    #[cfg(unix)]
    terminated: tokio::signal::unix::Signal,
}

impl Signals {
    #[cfg(unix)]
    fn new() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            interrupted: signal(SignalKind::interrupt())?,
            terminated: signal(SignalKind::terminate())?,
        })
    }

    #[cfg(not(unix))]
    fn new() -> std::io::Result<Self> {
        Ok(Self {})
    }

    async fn next(&mut self) {
        #[cfg(unix)]
        tokio::select! {
            _ = self.interrupted.recv() => {}
            _ = self.terminated.recv() => {}
        }
        #[cfg(not(unix))]
        let _ = tokio::signal::ctrl_c().await;
    }
}
