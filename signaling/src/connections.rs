//! How many connections there are, in all and from one address.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use alongside_signaling_proto::limits::{MAX_CONNECTIONS, MAX_CONNECTIONS_PER_ADDRESS};
use tokio::sync::Notify;

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
    share: Option<Share>,
    lasting: AtomicBool,
}

/// One connection of those that an address may hold; given back when dropped.
#[derive(Debug)]
pub(crate) struct Share {
    connections: Arc<Connections>,
    source: IpAddr,
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

    /// Whether the connection counts for the address that it comes from.
    pub(crate) fn is_counted(&self) -> bool {
        self.share.is_some()
    }
}

impl Drop for Lasting {
    fn drop(&mut self) {
        self.0.lasting.store(false, Ordering::Relaxed);
    }
}

impl Connections {
    /// A place for one more connection, for an address if it counts for one; `None` when there are too many.
    pub(crate) fn admit(self: &Arc<Self>, source: Option<IpAddr>) -> Option<Slot> {
        let share = match source {
            Some(source) => Some(self.share(source)?),
            None => None,
        };
        let mut counts = self.lock();
        if counts.all >= MAX_CONNECTIONS {
            drop(counts);
            return None;
        }
        counts.all += 1;
        Some(Slot { connections: Arc::clone(self), share, lasting: AtomicBool::new(false) })
    }

    /// One more connection of those that an address may hold; `None` when it holds too many.
    pub(crate) fn share(self: &Arc<Self>, source: IpAddr) -> Option<Share> {
        let mut counts = self.lock();
        let from_there = counts.by_source.entry(source).or_default();
        if *from_there >= MAX_CONNECTIONS_PER_ADDRESS {
            return None;
        }
        *from_there += 1;
        Some(Share { connections: Arc::clone(self), source })
    }

    /// How many there are.
    pub(crate) fn count(&self) -> usize {
        self.lock().all
    }

    /// Waits until there is none, but not longer than this. Gives how many are left.
    pub(crate) async fn ended(&self, patience: Duration) -> usize {
        let none = async {
            while self.count() > 0 {
                self.freed.notified().await;
            }
        };
        let _ = tokio::time::timeout(patience, none).await;
        self.count()
    }

    fn lock(&self) -> MutexGuard<'_, Counts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        self.connections.lock().all -= 1;
        self.connections.freed.notify_one();
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        let mut counts = self.connections.lock();
        if let Some(from_there) = counts.by_source.get_mut(&self.source) {
            *from_there -= 1;
            if *from_there == 0 {
                counts.by_source.remove(&self.source);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_address_has_its_share_and_a_proxy_has_all() {
        let connections = Arc::new(Connections::default());
        let admit = |ip: &str| connections.admit(Some(ip.parse().unwrap()));
        let mut slots: Vec<_> =
            (0..MAX_CONNECTIONS_PER_ADDRESS).map(|_| admit("198.51.100.1").unwrap()).collect();
        assert!(admit("198.51.100.1").is_none());
        slots.push(admit("198.51.100.2").unwrap());
        let other = connections.share("198.51.100.2".parse().unwrap());
        while connections.count() < MAX_CONNECTIONS {
            slots.push(connections.admit(None).unwrap());
        }
        assert!(connections.admit(None).is_none() && admit("198.51.100.3").is_none());
        slots.clear();
        assert!(connections.count() == 0 && connections.lock().by_source.len() == 1);
        drop(other);
        assert!(connections.lock().by_source.is_empty());
    }
}
