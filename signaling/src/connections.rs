//! How many connections there are, in all and from one address.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use alongside_signaling_proto::limits::{MAX_CONNECTIONS, MAX_CONNECTIONS_PER_ADDRESS};
use tokio::sync::Notify;

use crate::stun::source_of;

/// Counts connections.
#[derive(Debug, Default)]
pub(crate) struct Connections {
    counts: Mutex<Counts>,
    freed: Notify,
}

#[derive(Debug, Default)]
struct Counts {
    all: usize,
    by_source: HashMap<IpAddr, usize>,
}

/// One connection's place; given back when dropped. A WebSocket takes over the place of its HTTP connection.
#[derive(Debug)]
pub(crate) struct Slot {
    connections: Arc<Connections>,
    source: Option<IpAddr>,
    lasting: AtomicBool,
}

/// While it is held, the connection of a slot may last beyond what one HTTP answer takes.
#[derive(Debug)]
pub(crate) struct Lasting(Arc<Slot>);

impl Slot {
    /// Lets the connection last.
    pub(crate) fn last(self: Arc<Self>) -> Lasting {
        self.lasting.store(true, Ordering::Relaxed);
        Lasting(self)
    }

    /// Whether the connection may last.
    pub(crate) fn is_lasting(&self) -> bool {
        self.lasting.load(Ordering::Relaxed)
    }
}

impl Drop for Lasting {
    fn drop(&mut self) {
        self.0.lasting.store(false, Ordering::Relaxed);
    }
}

impl Connections {
    /// A place for one more connection, or `None` when there are too many.
    pub(crate) fn admit(self: &Arc<Self>, ip: IpAddr) -> Option<Slot> {
        let source = is_public(ip).then(|| source_of(ip));
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        if counts.all >= MAX_CONNECTIONS {
            return None;
        }
        if let Some(source) = source {
            let from_there = counts.by_source.entry(source).or_default();
            if *from_there >= MAX_CONNECTIONS_PER_ADDRESS {
                return None;
            }
            *from_there += 1;
        }
        counts.all += 1;
        Some(Slot { connections: Arc::clone(self), source, lasting: AtomicBool::new(false) })
    }

    /// Waits until there is none, but not longer than this. Gives how many are left.
    pub(crate) async fn ended(&self, patience: Duration) -> usize {
        let all = || self.counts.lock().unwrap_or_else(PoisonError::into_inner).all;
        let none = async {
            while all() > 0 {
                self.freed.notified().await;
            }
        };
        let _ = tokio::time::timeout(patience, none).await;
        all()
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        let mut counts = self.connections.counts.lock().unwrap_or_else(PoisonError::into_inner);
        counts.all -= 1;
        if let Some(source) = self.source
            && let Some(from_there) = counts.by_source.get_mut(&source)
        {
            *from_there -= 1;
            if *from_there == 0 {
                counts.by_source.remove(&source);
            }
        }
        drop(counts);
        self.connections.freed.notify_one();
    }
}

/// Whether an address is one agent's or one household's. Others are a proxy's, behind which everybody may be.
fn is_public(ip: IpAddr) -> bool {
    match ip.to_canonical() {
        IpAddr::V4(v4) => !(v4.is_loopback() || v4.is_private() || v4.is_link_local()),
        IpAddr::V6(v6) => !(v6.is_loopback() || v6.is_unique_local() || v6.is_unicast_link_local()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_public_address_has_its_share_and_a_proxy_has_all() {
        let connections = Arc::new(Connections::default());
        let admit = |ip: &str| connections.admit(ip.parse().unwrap());
        let mut slots: Vec<_> =
            (0..MAX_CONNECTIONS_PER_ADDRESS).map(|_| admit("198.51.100.1").unwrap()).collect();
        assert!(admit("198.51.100.1").is_none());
        assert!(admit("::ffff:198.51.100.1").is_none());
        slots.push(admit("198.51.100.2").unwrap());
        slots.extend((0..=MAX_CONNECTIONS_PER_ADDRESS).map(|_| admit("10.0.0.1").unwrap()));
        while connections.counts.lock().unwrap().all < MAX_CONNECTIONS {
            slots.push(admit("127.0.0.1").unwrap());
        }
        assert!(admit("127.0.0.1").is_none());
        slots.clear();
        let counts = connections.counts.lock().unwrap();
        assert!(counts.all == 0 && counts.by_source.is_empty());
    }
}
