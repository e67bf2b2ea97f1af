//! The door: which connections are taken, and who may open a socket or a stream.
//!
//! A connection counts for the address that it comes from. One of a trusted proxy counts for nobody until a socket or
//! a stream is opened over it, and then for the client that the proxy names.

use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use alongside_signaling_proto::broker::Source;
use alongside_signaling_proto::limits::{DIAL_BURST, DIALS_PER_SECOND, MAX_DIAL_SOURCES};
use alongside_signaling_proto::rate::{Buckets, Taken};
use axum::http::HeaderMap;
use axum::http::StatusCode;
use axum::http::header::RETRY_AFTER;
use axum::response::{IntoResponse, Response};
use ipnet::IpNet;
use sha2::{Digest as _, Sha256};

use crate::connections::{Connections, Share, Slot};
use crate::metered::Meter;
use crate::metrics::{Metrics, Turned};
use crate::source::Proxies;

/// When an address that holds too many connections is to try again. Units: milliseconds. Nobody can know when one of
/// them is closed; a page load is over by then.
const CROWD_RETRY_MS: u64 = 5_000;

/// Decides who comes in.
#[derive(Debug)]
pub(crate) struct Gate {
    proxies: Proxies,
    pub(crate) connections: Arc<Connections>,
    dials: Mutex<Buckets<IpAddr>>,
    /// By which addresses are hashed, so that nobody can read them from what is kept.
    key: [u8; 32],
    metrics: Arc<Metrics>,
}

/// A connection, as its requests see it.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    ip: IpAddr,
    pub(crate) slot: Arc<Slot>,
    /// What is read from it.
    pub(crate) meter: Meter,
}

/// Whoever may open a socket or a stream, for as long as this is held.
#[derive(Debug)]
pub(crate) struct Admitted {
    /// By which the broker tells them from others; `None` where everybody may be behind the connection.
    pub(crate) source: Option<Source>,
    _share: Option<Share>,
}

/// Too many from there, or too fast.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Busy {
    retry_after_ms: u64,
}

impl IntoResponse for Busy {
    fn into_response(self) -> Response {
        let seconds = self.retry_after_ms.div_ceil(1_000).max(1);
        let headers = [(RETRY_AFTER, seconds.to_string())];
        (StatusCode::TOO_MANY_REQUESTS, headers, "Too many connections from your address.\n").into_response()
    }
}

impl Gate {
    /// Opens the door. The key must be random and secret.
    pub(crate) fn new(trusted: Vec<IpNet>, key: [u8; 32], metrics: Arc<Metrics>) -> Self {
        Self {
            proxies: Proxies::new(trusted),
            connections: Arc::default(),
            dials: Mutex::new(Buckets::new(DIAL_BURST, DIALS_PER_SECOND, MAX_DIAL_SOURCES)),
            key,
            metrics,
        }
    }

    /// Takes a connection, or `None` when there are too many.
    pub(crate) fn accept(&self, ip: IpAddr) -> Option<Caller> {
        let slot = self.connections.admit(self.proxies.source(ip));
        if slot.is_none() {
            self.metrics.turned_away.add(Turned::Crowded);
        }
        Some(Caller { ip, slot: Arc::new(slot?), meter: Meter::default() })
    }

    /// Lets a caller open a socket or a stream, or says when to try again.
    pub(crate) fn admit(&self, caller: &Caller, headers: &HeaderMap, now_ms: u64) -> Result<Admitted, Busy> {
        let Some(source) = self.proxies.source_of_request(caller.ip, headers) else {
            return Ok(Admitted { source: None, _share: None });
        };
        let mut dials = self.dials.lock().unwrap_or_else(PoisonError::into_inner);
        match dials.take(source, now_ms) {
            // When so many addresses are busy that one more cannot be remembered, to refuse it would help whoever
            // keeps them busy.
            Taken::Yes | Taken::Crowded => {}
            Taken::No { retry_after_ms } => {
                self.metrics.turned_away.add(Turned::Fast);
                return Err(Busy { retry_after_ms });
            }
        }
        drop(dials);
        let mut share = None;
        if !caller.slot.is_counted() {
            share = self.connections.share(source);
            if share.is_none() {
                self.metrics.turned_away.add(Turned::Crowded);
                return Err(Busy { retry_after_ms: CROWD_RETRY_MS });
            }
        }
        Ok(Admitted { source: Some(self.hash(source)), _share: share })
    }

    fn hash(&self, ip: IpAddr) -> Source {
        let mut hash = Sha256::new();
        hash.update(self.key);
        match ip {
            IpAddr::V4(v4) => hash.update(v4.octets()),
            IpAddr::V6(v6) => hash.update(v6.octets()),
        }
        let mut source = [0; 16];
        source.copy_from_slice(&hash.finalize()[..16]);
        Source(source)
    }
}

#[cfg(test)]
mod tests {
    use alongside_signaling_proto::limits::MAX_CONNECTIONS_PER_ADDRESS;

    use super::*;

    fn named(client: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert("x-forwarded-for", client.parse().unwrap());
        headers
    }

    fn gate(trusted: &[&str]) -> Gate {
        let trusted = trusted.iter().map(|text| text.parse().unwrap()).collect();
        Gate::new(trusted, [7; 32], Arc::default())
    }

    #[test]
    fn behind_a_trusted_proxy_it_counts_for_the_client() {
        let gate = gate(&["127.0.0.1/32"]);
        let proxy: Vec<_> = (0..=MAX_CONNECTIONS_PER_ADDRESS + 1)
            .map(|_| gate.accept("127.0.0.1".parse().unwrap()).unwrap())
            .collect();
        let mut open: Vec<_> = proxy[..MAX_CONNECTIONS_PER_ADDRESS]
            .iter()
            .map(|caller| gate.admit(caller, &named("203.0.113.5"), 0).unwrap())
            .collect();
        let last = &proxy[MAX_CONNECTIONS_PER_ADDRESS];
        let busy = gate.admit(last, &named("1.1.1.1, 203.0.113.5"), 0).unwrap_err();
        assert_eq!(busy, Busy { retry_after_ms: CROWD_RETRY_MS });
        let response = busy.into_response();
        assert_eq!(
            (response.status().as_u16(), response.headers()[RETRY_AFTER].to_str().unwrap()),
            (429, "5")
        );
        let other = gate.admit(last, &named("203.0.113.6"), 0).unwrap();
        assert!(other.source.is_some() && other.source != open[0].source);
        open.pop();
        assert!(gate.admit(last, &named("203.0.113.5"), 0).is_ok(), "one was closed");
        // A proxy that names nobody speaks for everybody.
        assert_eq!(gate.admit(last, &HeaderMap::new(), 0).unwrap().source, None);
    }

    #[test]
    fn with_a_proxy_named_a_private_address_is_one_client() {
        let gate = gate(&["192.0.2.1/32"]);
        let accept = || gate.accept("127.0.0.1".parse().unwrap());
        let callers: Vec<_> = (0..MAX_CONNECTIONS_PER_ADDRESS).map(|_| accept().unwrap()).collect();
        assert!(accept().is_none());
        // Counted already when it was accepted, and whatever it says of others.
        let admitted = gate.admit(&callers[0], &named("203.0.113.5"), 0).unwrap();
        let again = gate.admit(&callers[1], &named("203.0.113.9"), 0).unwrap();
        assert!(admitted.source.is_some() && admitted.source == again.source);
    }

    #[test]
    fn who_dials_too_fast_is_told_when_to_try_again_and_nobody_else_is() {
        let gate = gate(&[]);
        let one = gate.accept("198.51.100.1".parse().unwrap()).unwrap();
        let other = gate.accept("198.51.100.2".parse().unwrap()).unwrap();
        let dial = |caller, now_ms| gate.admit(caller, &HeaderMap::new(), now_ms).map(|_| ());
        assert!((0..DIAL_BURST).all(|_| dial(&one, 0).is_ok()));
        let retry_after_ms = 1_000 / u64::from(DIALS_PER_SECOND);
        assert_eq!(dial(&one, 0), Err(Busy { retry_after_ms }));
        assert_eq!(dial(&other, 0), Ok(()));
        assert_eq!(dial(&one, retry_after_ms), Ok(()));
        // Proxies that nobody has named are everybody's.
        let proxy = gate.accept("10.0.0.1".parse().unwrap()).unwrap();
        assert!((0..=2 * DIAL_BURST).all(|_| dial(&proxy, 0).is_ok()));
    }

    #[test]
    fn the_same_address_has_another_hash_under_another_key() {
        let ip = "203.0.113.5".parse().unwrap();
        assert_eq!(gate(&[]).hash(ip), gate(&[]).hash(ip));
        assert_ne!(gate(&[]).hash(ip), Gate::new(Vec::new(), [8; 32], Arc::default()).hash(ip));
    }
}
