//! What an operator can measure, as Prometheus text on a listener of its own.
//!
//! In all and never by team, address or page: a label is a code, a reason or a version, and identifies nobody.
//!
//! Source: Prometheus text exposition format 0.0.4.

use std::collections::BTreeMap;
use std::fmt::{Display, Write as _};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use alongside_signaling_proto::broker::Census;
use alongside_signaling_proto::wire::{BrokerToAgent, ErrorCode};
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Router, middleware};
use tokio::time::Instant;

use crate::gate::Gate;
use crate::hub::{Hub, Way};
use crate::policy;

/// The format, as a scraper asks for it.
const FORMAT: &str = "text/plain; version=0.0.4; charset=utf-8";

/// One number that others add to.
#[derive(Debug, Default)]
pub(crate) struct Count(AtomicU64);

impl Count {
    pub(crate) fn add(&self, many: usize) {
        self.0.fetch_add(u64::try_from(many).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    pub(crate) fn take(&self, many: usize) {
        self.0.fetch_sub(u64::try_from(many).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// Numbers by a label's value.
#[derive(Debug)]
pub(crate) struct Counts<K>(Mutex<BTreeMap<K, u64>>);

impl<K> Default for Counts<K> {
    fn default() -> Self {
        Self(Mutex::new(BTreeMap::new()))
    }
}

impl<K: Ord + Copy> Counts<K> {
    pub(crate) fn add(&self, key: K) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner).entry(key).or_default() += 1;
    }

    fn get(&self) -> BTreeMap<K, u64> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Why somebody was not let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Turned {
    /// There are too many connections, in all or from there.
    Crowded,
    /// They dial too fast.
    Fast,
}

impl Display for Turned {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Crowded => "crowded",
            Self::Fast => "fast",
        })
    }
}

/// Everything that is counted while it happens.
#[derive(Debug, Default)]
pub(crate) struct Metrics {
    /// The WebSockets that are open.
    sockets: Count,
    /// The streams over plain HTTP that are open.
    streams: Count,
    pub(crate) turned_away: Counts<Turned>,
    /// The sockets and streams that the server closed, by close code.
    pub(crate) closes: Counts<u16>,
    pub(crate) stun_answered: Count,
    pub(crate) stun_dropped: Count,
    refusals: Counts<ErrorCode>,
    claims: Count,
    resumes: Count,
    blocks: Count,
    forwarded: Count,
    forwarded_bytes: Count,
}

impl Metrics {
    /// How many are open of that kind.
    pub(crate) fn open(&self, way: Way) -> &Count {
        match way {
            Way::Socket => &self.sockets,
            Way::Stream => &self.streams,
        }
    }

    /// Takes note of what the broker says to an agent.
    pub(crate) fn note(&self, message: &BrokerToAgent) {
        match message {
            BrokerToAgent::Refused(refused) => self.refusals.add(refused.code),
            BrokerToAgent::Forwarded(forwarded) => {
                self.forwarded.add(1);
                self.forwarded_bytes.add(forwarded.message.as_bytes().len());
            }
            // Both sides are told; it is one thing that happened.
            BrokerToAgent::Claimed(claimed) if claimed.message.is_some() => self.claims.add(1),
            BrokerToAgent::Resumed(resumed) if resumed.message.is_some() => self.resumes.add(1),
            BrokerToAgent::Blocked(_) => self.blocks.add(1),
            BrokerToAgent::Claimed(_)
            | BrokerToAgent::Resumed(_)
            | BrokerToAgent::Queued(_)
            | BrokerToAgent::Challenged(_)
            | BrokerToAgent::Enlisted(_)
            | BrokerToAgent::Asked(_)
            | BrokerToAgent::Withdrawn(_)
            | BrokerToAgent::Left(_)
            | BrokerToAgent::Unknown => {}
        }
    }
}

/// The paths of the listener for operators.
pub(crate) fn router(hub: Hub, gate: Arc<Gate>) -> Router {
    let started = Instant::now();
    let scrape = move || async move {
        let connections = gate.connections.count();
        let census = hub.census().await;
        page(&hub.metrics, &census, connections, started.elapsed().as_secs())
    };
    Router::new().route("/metrics", get(scrape)).layer(middleware::from_fn(policy::apply))
}

fn page(metrics: &Metrics, census: &Census, connections: usize, uptime_s: u64) -> Response {
    ([(CONTENT_TYPE, FORMAT)], text(metrics, census, connections, uptime_s)).into_response()
}

fn text(metrics: &Metrics, census: &Census, connections: usize, uptime_s: u64) -> String {
    let mut page = Page::default();
    page.labelled("gauge", "build_info", "This build.", "version", [(env!("CARGO_PKG_VERSION"), 1)]);
    page.gauge("uptime_seconds", "How long the server has been running.", uptime_s);
    page.gauge("connections", "Connections that are open, HTTP and WebSocket.", connections);
    page.gauge("sockets", "WebSockets that are open.", metrics.sockets.get());
    page.gauge("streams", "Streams over plain HTTP that are open.", metrics.streams.get());
    page.gauge("waiting", "Visitors who wait.", census.waiting);
    page.gauge("helpers", "Helpers who have enlisted.", census.helpers);
    page.gauge("helpers_available", "Helpers who are told of visitors.", census.available);
    page.gauge("sessions", "Sessions for which the server forwards.", census.sessions);
    page.gauge("deposits", "Ways back that helpers have announced.", census.deposits);
    page.gauge("places", "Places kept for visitors without a socket.", census.places);
    page.gauge("blocked", "Sources that teams keep away.", census.blocked);
    page.counter("asks", "Asks that were taken.", census.asks);
    page.counter("claims", "Tickets that a helper got.", metrics.claims.get());
    page.counter("resumes", "Visitors who were connected to the helper of a deposit.", metrics.resumes.get());
    page.counter("blocks", "Visitors whom a helper blocked.", metrics.blocks.get());
    page.counter("forwarded_messages", "Messages passed from peer to peer.", metrics.forwarded.get());
    page.counter("forwarded_bytes", "Sealed bytes passed from peer to peer.", metrics.forwarded_bytes.get());
    let refusals = metrics.refusals.get().into_iter().map(|(code, many)| (name_of(code), many));
    page.labelled("counter", "refusals_total", "Messages that were refused.", "code", refusals);
    page.labelled("counter", "closes_total", "Sockets that the server closed.", "code", metrics.closes.get());
    let turned_away = metrics.turned_away.get();
    page.labelled("counter", "turned_away_total", "Connections that were not let in.", "reason", turned_away);
    page.counter("stun_answered", "STUN requests that were answered.", metrics.stun_answered.get());
    page.counter("stun_dropped", "Datagrams to the STUN port that were not.", metrics.stun_dropped.get());
    page.0
}

/// A code as it is on the wire.
fn name_of(code: ErrorCode) -> String {
    match serde_json::to_value(code) {
        Ok(serde_json::Value::String(name)) => name,
        Ok(_) | Err(_) => "internal".to_owned(),
    }
}

/// What is written so far.
#[derive(Debug, Default)]
struct Page(String);

impl Page {
    fn gauge(&mut self, name: &str, help: &str, value: impl Display) {
        self.head("gauge", name, help);
        let _ = writeln!(self.0, "alongside_{name} {value}");
    }

    fn counter(&mut self, name: &str, help: &str, value: impl Display) {
        self.head("counter", &format!("{name}_total"), help);
        let _ = writeln!(self.0, "alongside_{name}_total {value}");
    }

    fn labelled<L: Display>(
        &mut self,
        kind: &str,
        name: &str,
        help: &str,
        label: &str,
        values: impl IntoIterator<Item = (L, u64)>,
    ) {
        self.head(kind, name, help);
        for (value, many) in values {
            let _ = writeln!(self.0, "alongside_{name}{{{label}=\"{value}\"}} {many}");
        }
    }

    fn head(&mut self, kind: &str, name: &str, help: &str) {
        let _ = writeln!(self.0, "# HELP alongside_{name} {help}\n# TYPE alongside_{name} {kind}");
    }
}

#[cfg(test)]
mod tests {
    use alongside_signaling_proto::id::{Sealed, SessionId};
    use alongside_signaling_proto::wire::{Claimed, Forwarded, Refused};

    use super::*;

    #[test]
    fn each_line_is_one_that_a_scraper_reads_and_names_nobody() {
        let metrics = Metrics::default();
        let session = SessionId([7; 16]);
        let message = Sealed::new(vec![1; 32]).unwrap();
        for code in [ErrorCode::BadJson, ErrorCode::TicketGone, ErrorCode::TicketGone] {
            metrics.note(&BrokerToAgent::Refused(Refused {
                code,
                session: Some(session),
                retry_after_ms: None,
            }));
        }
        metrics.note(&BrokerToAgent::Forwarded(Forwarded { session, message: message.clone() }));
        for message in [Some(message), None] {
            metrics.note(&BrokerToAgent::Claimed(Claimed { session, message, ice_servers: Vec::new() }));
        }
        metrics.closes.add(4001);
        metrics.turned_away.add(Turned::Fast);
        metrics.sockets.add(3);
        metrics.sockets.take(1);
        let text = text(&metrics, &Census { waiting: 5, ..Census::default() }, 9, 60);
        for line in [
            "alongside_sockets 2",
            "alongside_connections 9",
            "alongside_waiting 5",
            "alongside_uptime_seconds 60",
            "alongside_claims_total 1",
            "alongside_forwarded_bytes_total 32",
            "alongside_refusals_total{code=\"ticket-gone\"} 2",
            "alongside_closes_total{code=\"4001\"} 1",
            "alongside_turned_away_total{reason=\"fast\"} 1",
            "# TYPE alongside_refusals_total counter",
        ] {
            assert!(text.lines().any(|found| found == line), "{line} in\n{text}");
        }
        let mut kinds = BTreeMap::new();
        for line in text.lines() {
            if let Some(kind) = line.strip_prefix("# TYPE ") {
                let (name, kind) = kind.split_once(' ').unwrap();
                assert_eq!(kinds.insert(name, kind), None, "{name} twice");
                assert_eq!(kind == "counter", name.ends_with("_total"), "{name}");
            } else if !line.starts_with("# HELP ") {
                let (name, value) = line.split_once(' ').unwrap();
                let (name, label) = name.split_once('{').unwrap_or((name, ""));
                assert!(kinds.contains_key(name) && value.parse::<u64>().is_ok(), "{line}");
                let label = label.split('=').next().unwrap();
                assert!(matches!(label, "" | "code" | "reason" | "version"), "{line}");
            }
        }
        assert!(!text.contains(&session.to_string()));
        // The handbook tells of each, and of no other.
        let told: std::collections::BTreeSet<&str> = include_str!("../README.md")
            .split('`')
            .filter(|code| code.starts_with("alongside_"))
            .map(|code| code.split('{').next().unwrap())
            .collect();
        assert_eq!(told, kinds.into_keys().collect());
    }
}
