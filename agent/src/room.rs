//! What both roles have around their sessions: the time, numbers for connections, and whom to tell.

use std::collections::VecDeque;

use alongside_signaling_proto::id::SessionId;
use tokio::sync::mpsc;
use tokio::time::Instant;

use crate::clock::Clock;
use crate::connection::{Connection, ConnectionId, Inbox, What};
use crate::event::Event;
use crate::report;

/// How long everything may take to end once it is to stop. Units: milliseconds. The last words to the other side,
/// and its close, twice over.
pub(crate) const QUIT_TIMEOUT_MS: u64 = 5_000;

/// How much news of connections waits to be looked at. A peer who sends faster is held up, not the others.
const INBOX: usize = 256;

/// How many events wait to be taken. Whoever takes none holds up the agent, and with it the other side.
pub(crate) const EVENTS: usize = 256;

/// The surroundings of an agent's sessions.
#[derive(Debug)]
pub(crate) struct Room {
    clock: Clock,
    events: mpsc::Sender<Event>,
    /// What is to be told when the present step is done.
    pub(crate) out: VecDeque<Event>,
    inbox: Inbox,
    last: ConnectionId,
}

impl Room {
    /// Makes a room, and gives where its connections are heard.
    pub(crate) fn new(events: mpsc::Sender<Event>) -> (Self, mpsc::Receiver<(ConnectionId, What)>) {
        let (inbox, heard) = mpsc::channel(INBOX);
        let room = Self { clock: Clock::default(), events, out: VecDeque::new(), inbox, last: 0 };
        (room, heard)
    }

    /// Units: milliseconds since 1970.
    pub(crate) fn now(&mut self) -> u64 {
        self.clock.now()
    }

    /// Waits until that time, or for ever.
    pub(crate) fn until(&mut self, at: Option<u64>) -> impl Future<Output = ()> + use<> {
        let at: Option<Instant> = at.map(|at| self.clock.instant(at));
        async move {
            match at {
                Some(at) => tokio::time::sleep_until(at).await,
                None => std::future::pending().await,
            }
        }
    }

    /// Makes a connection with the next number.
    pub(crate) fn connection(&mut self, make: impl FnOnce(ConnectionId, Inbox) -> Connection) -> Connection {
        self.last += 1;
        make(self.last, self.inbox.clone())
    }

    /// Tells an error.
    pub(crate) fn error(&mut self, code: &str, session: Option<SessionId>, reference: Option<String>) {
        self.out.push_back(report::error(code.to_owned(), session, reference));
    }

    /// Hands over what is to be told, as fast as it is taken.
    pub(crate) async fn flush(&mut self) {
        for event in self.out.drain(..) {
            // Nobody listens any more: the agent is on its way out.
            let _ = self.events.send(event).await;
        }
    }

    /// Waits until nobody listens any more.
    pub(crate) fn deserted(&self) -> impl Future<Output = ()> + use<> {
        let events = self.events.clone();
        async move { events.closed().await }
    }
}

/// Draws random bytes.
///
/// Errors: `None` on a machine that gives none.
pub(crate) fn random<const N: usize>() -> Option<[u8; N]> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).ok().map(|()| bytes)
}
