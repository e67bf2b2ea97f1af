//! A visitor who comes while others flood: dials, asks, hears where they stand, and loads the page again.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use alongside_signaling_proto::id::TeamId;
use alongside_signaling_proto::wire::{AgentToBroker, BrokerToAgent};
use tokio::task::JoinHandle;

use crate::agent::{Agent, ask, session};
use crate::binary::Binary;

/// How soon after one page load the next comes. Slower than what one address may dial for long, faster than anybody.
const EVERY: Duration = Duration::from_millis(100);

/// The visitor, and what the server holds meanwhile.
pub(super) struct Healthy {
    stop: Arc<AtomicBool>,
    visiting: JoinHandle<Vec<Duration>>,
    highest_kib: Arc<AtomicU64>,
}

impl Healthy {
    /// Begins to come, from this address.
    pub(super) fn begin(from: IpAddr, server: &Binary, team: TeamId) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let highest_kib = Arc::new(AtomicU64::new(0));
        let rss = server.rss();
        let visiting = tokio::spawn(visit(
            from,
            server.address(),
            team,
            Arc::clone(&stop),
            Arc::clone(&highest_kib),
            rss,
        ));
        Self { stop, visiting, highest_kib }
    }

    /// Ends, says how it went, and holds it against the bounds.
    pub(super) async fn end(self, during: &str) {
        self.stop.store(true, Ordering::Relaxed);
        let mut took = self.visiting.await.unwrap();
        took.sort();
        let at = |percent: usize| took[(took.len() - 1) * percent / 100];
        let highest_kib = self.highest_kib.load(Ordering::Relaxed);
        println!(
            "{during}: {} times from dialling to a place in the queue, median {:?}, p99 {:?}, worst {:?}; at most {highest_kib} KiB",
            took.len(),
            at(50),
            at(99),
            at(100)
        );
        assert!(took.len() >= 10, "too few to say anything: {}", took.len());
        assert!(at(99) < Duration::from_secs(1), "p99 {:?}", at(99));
        assert!(highest_kib < 200 * 1024, "{highest_kib} KiB");
    }
}

async fn visit(
    from: IpAddr,
    server: SocketAddr,
    team: TeamId,
    stop: Arc<AtomicBool>,
    highest_kib: Arc<AtomicU64>,
    rss: impl Fn() -> u64,
) -> Vec<Duration> {
    let mut took = Vec::new();
    // Beyond those that others draw.
    let mut loads = 1_000_000;
    while !stop.load(Ordering::Relaxed) {
        loads += 1;
        let AgentToBroker::Ask(mut asking) = ask(team, 1) else { unreachable!() };
        asking.session = session(loads);
        let began = Instant::now();
        let mut agent = Agent::dial_from(from, server).await;
        agent.tell(&AgentToBroker::Ask(asking)).await;
        let said = agent.hear().await;
        assert!(matches!(said, BrokerToAgent::Queued(_)), "{said:?}");
        took.push(began.elapsed());
        highest_kib.fetch_max(rss(), Ordering::Relaxed);
        tokio::time::sleep(EVERY).await;
    }
    took
}
