//! From where a connection comes, and for whom a trusted proxy speaks.

use std::net::{IpAddr, SocketAddr};

use axum::http::{HeaderMap, HeaderName};
use ipnet::IpNet;

/// The header in which a proxy says for whom it speaks. Each one that a request passes adds an address at the end.
const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The proxies whose `X-Forwarded-For` is believed.
#[derive(Debug, Default)]
pub(crate) struct Proxies(Vec<IpNet>);

impl Proxies {
    pub(crate) fn new(trusted: Vec<IpNet>) -> Self {
        Self(trusted)
    }

    /// For whom a connection counts; `None` where everybody may be behind it.
    ///
    /// While no proxy was named, private and loopback addresses are taken for one. With one named, every other
    /// address is a client of its own.
    pub(crate) fn source(&self, ip: IpAddr) -> Option<IpAddr> {
        let is_client = if self.0.is_empty() { is_public(ip) } else { !self.trusts(ip) };
        is_client.then(|| source_of(ip))
    }

    /// For whom a request counts that came over a connection from this address.
    pub(crate) fn source_of_request(&self, ip: IpAddr, headers: &HeaderMap) -> Option<IpAddr> {
        if self.trusts(ip) { self.client(headers).map(source_of) } else { self.source(ip) }
    }

    /// Whom trusted proxies name: the right-most entry that is none of them. What stands left of it, or of an entry that
    /// is no address, anybody may have written.
    fn client(&self, headers: &HeaderMap) -> Option<IpAddr> {
        for line in headers.get_all(FORWARDED_FOR).iter().rev() {
            for entry in line.to_str().ok()?.rsplit(',') {
                let ip = address(entry.trim())?;
                if !self.trusts(ip) {
                    return Some(ip);
                }
            }
        }
        None
    }

    fn trusts(&self, ip: IpAddr) -> bool {
        let ip = ip.to_canonical();
        self.0.iter().any(|trusted| trusted.contains(&ip))
    }
}

/// An entry of the header: an address, with a port behind some proxies.
fn address(entry: &str) -> Option<IpAddr> {
    entry.parse().ok().or_else(|| entry.parse().ok().map(|with_port: SocketAddr| with_port.ip()))
}

/// Whether an address is one agent's or one household's. Others are a proxy's, behind which everybody may be.
fn is_public(ip: IpAddr) -> bool {
    match ip.to_canonical() {
        IpAddr::V4(v4) => !(v4.is_loopback() || v4.is_private() || v4.is_link_local()),
        IpAddr::V6(v6) => !(v6.is_loopback() || v6.is_unique_local() || v6.is_unicast_link_local()),
    }
}

/// Whom a limit is for: an IPv4 address, or the IPv6 /64 that one household gets.
pub(crate) fn source_of(ip: IpAddr) -> IpAddr {
    match ip.to_canonical() {
        IpAddr::V4(v4) => IpAddr::V4(v4),
        IpAddr::V6(v6) => {
            let [a, b, c, d, ..] = v6.segments();
            IpAddr::from([a, b, c, d, 0, 0, 0, 0])
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn source(trusted: &[&str], from: &str, lines: &[&str]) -> Option<String> {
        let proxies = Proxies::new(trusted.iter().map(|text| text.parse().unwrap()).collect());
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(FORWARDED_FOR, HeaderValue::from_bytes(line.as_bytes()).unwrap());
        }
        proxies.source_of_request(from.parse().unwrap(), &headers).map(|ip| ip.to_string())
    }

    #[test]
    fn the_client_is_the_last_one_whom_a_trusted_proxy_names() {
        let proxies = &["10.0.0.0/8", "127.0.0.1/32", "fd00::/8"][..];
        for (from, lines, client) in [
            ("10.0.0.1", &["203.0.113.5"][..], Some("203.0.113.5")),
            ("127.0.0.1", &["203.0.113.5"], Some("203.0.113.5")),
            ("::ffff:10.0.0.1", &["203.0.113.5"], Some("203.0.113.5")),
            ("fd00::1", &["2001:db8:1:2:3:4:5:6"], Some("2001:db8:1:2::")),
            // What the client wrote itself stands to the left.
            ("10.0.0.1", &["1.1.1.1, 203.0.113.5"], Some("203.0.113.5")),
            ("10.0.0.1", &["1.1.1.1", "203.0.113.5"], Some("203.0.113.5")),
            ("10.0.0.1", &["1.1.1.1,203.0.113.5 , 10.9.9.9,127.0.0.1"], Some("203.0.113.5")),
            ("10.0.0.1", &["1.1.1.1,203.0.113.5", "10.9.9.9"], Some("203.0.113.5")),
            // A client of the inner network that is no proxy.
            ("10.0.0.1", &["192.168.1.7"], Some("192.168.1.7")),
            ("10.0.0.1", &["203.0.113.5:4711"], Some("203.0.113.5")),
            ("10.0.0.1", &["[2001:db8::7]:4711"], Some("2001:db8::")),
            ("10.0.0.1", &["::ffff:203.0.113.5"], Some("203.0.113.5")),
            // Nobody is named, or nobody who can be believed.
            ("10.0.0.1", &[], None),
            ("10.0.0.1", &[""], None),
            ("10.0.0.1", &["10.0.0.2"], None),
            ("10.0.0.1", &["unknown"], None),
            ("10.0.0.1", &["203.0.113.5, unknown"], None),
            ("10.0.0.1", &["203.0.113.5, _hidden, 10.0.0.2"], None),
            ("10.0.0.1", &["203.0.113.5,"], None),
            ("10.0.0.1", &["203.0.113.5", "\u{e9}"], None),
            ("10.0.0.1", &["203.0.113.05"], None),
            ("10.0.0.1", &["203.0.113.0/24"], None),
            // Everybody else speaks for themselves, whatever they write.
            ("203.0.113.5", &["1.1.1.1"], Some("203.0.113.5")),
            ("192.168.1.7", &["1.1.1.1"], Some("192.168.1.7")),
            ("127.0.0.2", &["1.1.1.1"], Some("127.0.0.2")),
        ] {
            assert_eq!(source(proxies, from, lines).as_deref(), client, "{from} {lines:?}");
        }
    }

    #[test]
    fn while_no_proxy_is_named_private_addresses_are_taken_for_one_and_no_header_counts() {
        for private in ["127.0.0.1", "10.1.1.1", "192.168.0.1", "169.254.1.1", "::1", "fd00::1", "fe80::1"] {
            assert_eq!(source(&[], private, &["203.0.113.5"]), None, "{private}");
        }
        assert_eq!(source(&[], "203.0.113.5", &["1.1.1.1"]).as_deref(), Some("203.0.113.5"));
    }
}
