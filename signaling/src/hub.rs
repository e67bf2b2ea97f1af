//! Drives the broker: one task owns it, sockets report to it, and it fills their outboxes.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use alongside_signaling_proto::broker::{Broker, Census, Output, SocketId, Source};
use axum::extract::ws::Utf8Bytes;
use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;
use tracing::{debug, error};

use crate::clock::Clock;
use crate::metrics::Metrics;
use crate::outbox::{Outbox, RESTART};

/// How many reports may wait for the broker. It takes a few microseconds for each; sockets that come faster
/// wait for their turn, which slows the agents behind them and nobody else.
const REPORTS: usize = 1024;

/// What a socket tells the broker's task.
#[derive(Debug)]
enum Report {
    Opened(SocketId, Option<String>, Option<Source>, Arc<Outbox>),
    Text(SocketId, Utf8Bytes),
    Binary(SocketId),
    Closed(SocketId),
    Denied(BTreeSet<String>),
    Count(oneshot::Sender<Census>),
    Stop,
}

/// The way to the broker, for sockets.
#[derive(Debug, Clone)]
pub(crate) struct Hub {
    reports: mpsc::Sender<Report>,
    sockets: Arc<AtomicU64>,
    pub(crate) clock: Arc<Clock>,
    pub(crate) metrics: Arc<Metrics>,
}

/// How an agent is connected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    /// Over a WebSocket.
    Socket,
    /// Over plain HTTP.
    Stream,
}

/// One socket's seat at the hub; given up when dropped.
#[derive(Debug)]
pub(crate) struct Seat {
    hub: Hub,
    id: SocketId,
    way: Way,
    pub(crate) outbox: Arc<Outbox>,
}

impl Hub {
    /// Starts the task that owns the broker. It ends when nobody can report any more.
    pub(crate) fn start(broker: Broker) -> Self {
        let (reports, inbox) = mpsc::channel(REPORTS);
        let clock = Arc::new(Clock::new());
        let metrics = Arc::new(Metrics::default());
        tokio::spawn(run(broker, inbox, Arc::clone(&clock), Arc::clone(&metrics)));
        Self { reports, sockets: Arc::default(), clock, metrics }
    }

    /// Takes a fresh socket, with its `Origin` header if it has one, and with from where it comes if that is known.
    pub(crate) async fn open(&self, origin: Option<String>, source: Option<Source>, way: Way) -> Seat {
        let id = SocketId(self.sockets.fetch_add(1, Ordering::Relaxed));
        let outbox = Arc::new(Outbox::default());
        self.report(Report::Opened(id, origin, source, Arc::clone(&outbox))).await;
        self.metrics.open(way).add(1);
        Seat { hub: self.clone(), id, way, outbox }
    }

    /// Refuses the certificates of these ids from now on, and no others.
    pub(crate) async fn deny(&self, denied: BTreeSet<String>) {
        self.report(Report::Denied(denied)).await;
    }

    /// How much there is of everything.
    pub(crate) async fn census(&self) -> Census {
        let (answer, census) = oneshot::channel();
        self.report(Report::Count(answer)).await;
        census.await.unwrap_or_default()
    }

    /// Closes all sockets, so that their agents redial.
    pub(crate) async fn stop(&self) {
        self.report(Report::Stop).await;
    }

    async fn report(&self, report: Report) {
        // The task ends only after the last sender: if not, the broker has panicked and nothing can go on.
        if self.reports.send(report).await.is_err() {
            error!("the broker is gone");
        }
    }
}

impl Seat {
    pub(crate) async fn text(&self, text: Utf8Bytes) {
        self.hub.report(Report::Text(self.id, text)).await;
    }

    pub(crate) async fn binary(&self) {
        self.hub.report(Report::Binary(self.id)).await;
    }

    /// Takes note that the server closes the socket.
    pub(crate) fn closed_with(&self, code: u16) {
        self.hub.metrics.closes.add(code);
    }

    pub(crate) fn now_ms(&self) -> u64 {
        self.hub.clock.now_ms()
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.hub.metrics.open(self.way).take(1);
        let report = Report::Closed(self.id);
        if let Err(mpsc::error::TrySendError::Full(report)) = self.hub.reports.try_send(report) {
            let hub = self.hub.clone();
            tokio::spawn(async move { hub.report(report).await });
        }
    }
}

async fn run(
    mut broker: Broker,
    mut inbox: mpsc::Receiver<Report>,
    clock: Arc<Clock>,
    metrics: Arc<Metrics>,
) {
    let mut outboxes: HashMap<SocketId, Arc<Outbox>> = HashMap::new();
    let mut stopping = false;
    let mut due: Option<u64> = None;
    loop {
        let report = match due {
            None => inbox.recv().await,
            Some(at) => {
                let wait = Duration::from_millis(at.saturating_sub(clock.now_ms()));
                match tokio::time::timeout_at(Instant::now() + wait, inbox.recv()).await {
                    Ok(report) => report,
                    Err(_) => {
                        broker.handle_timeout(clock.now_ms());
                        due = carry_out(&mut broker, &outboxes, &metrics);
                        continue;
                    }
                }
            }
        };
        match report {
            None => break,
            Some(Report::Opened(socket, origin, source, outbox)) => {
                if stopping {
                    outbox.close(RESTART);
                }
                outboxes.insert(socket, outbox);
                broker.handle_opened(socket, origin, source);
            }
            Some(Report::Text(socket, text)) => broker.handle_text(socket, &text, clock.now_ms()),
            Some(Report::Binary(socket)) => broker.handle_binary(socket),
            Some(Report::Closed(socket)) => {
                outboxes.remove(&socket);
                broker.handle_closed(socket, clock.now_ms());
            }
            Some(Report::Denied(denied)) => broker.handle_denied(denied, clock.now_ms()),
            Some(Report::Count(answer)) => {
                // A scraper that has gone away meanwhile wants no answer.
                let _ = answer.send(broker.census());
            }
            Some(Report::Stop) => {
                stopping = true;
                for outbox in outboxes.values() {
                    outbox.close(RESTART);
                }
            }
        }
        due = carry_out(&mut broker, &outboxes, &metrics);
    }
    debug!("the broker has nobody left to serve");
}

/// Does what the broker says, and gives the time at which it wants to be asked again. Units: milliseconds.
fn carry_out(
    broker: &mut Broker,
    outboxes: &HashMap<SocketId, Arc<Outbox>>,
    metrics: &Metrics,
) -> Option<u64> {
    loop {
        match broker.poll_output() {
            Output::Timeout(at) => return at,
            Output::Send { to, message } => match (outboxes.get(&to), serde_json::to_string(&message)) {
                (Some(outbox), Ok(text)) => {
                    metrics.note(&message);
                    outbox.push(text.into());
                }
                (None, _) => error!("the broker spoke to a socket that is gone"),
                (_, Err(error)) => error!(%error, "a message could not be written"),
            },
            Output::Close { socket, code } => {
                if let Some(outbox) = outboxes.get(&socket) {
                    outbox.close(code as u16);
                }
            }
        }
    }
}
