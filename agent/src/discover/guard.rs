//! Which addresses of the network may be reached for a page that somebody else named.
//!
//! Decides about addresses only, never about names: a name is judged by what it resolves to, and by that very
//! address which is then connected to, so that a name that changes its mind between the two gains nothing.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// How far an address reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Anybody's on the internet.
    Public,
    /// This machine's own: reached only where that is allowed.
    Loopback,
    /// A private network's: reached only where that is allowed.
    Private,
    /// Nobody's page: multicast, link-local, reserved, for documentation, wrapped into another, or where
    /// clouds hand a machine its secrets. Never reached.
    Never,
}

/// Where clouds hand out credentials to whoever asks from within, outside the blocks that are refused anyway:
/// Azure, Alibaba, Amazon and Google over IPv6.
const METADATA: [IpAddr; 4] = [
    IpAddr::V4(Ipv4Addr::new(168, 63, 129, 16)),
    IpAddr::V4(Ipv4Addr::new(100, 100, 100, 200)),
    IpAddr::V6(Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254)),
    IpAddr::V6(Ipv6Addr::new(0xfd20, 0xce, 0, 0, 0, 0, 0, 0x254)),
];

/// Judges an address.
///
/// An IPv4 address inside an IPv6 one is judged as itself where networks of today do that (mapped addresses,
/// and NAT64's common prefix, without which networks that have IPv6 only reach nothing); every other wrapping
/// is refused.
///
/// Source: the IANA registries of special-purpose addresses (RFC 6890), RFC 4291, RFC 6052.
#[must_use]
pub fn reach(address: IpAddr) -> Reach {
    if METADATA.contains(&address) {
        return Reach::Never;
    }
    match address {
        IpAddr::V4(address) => reach_v4(address),
        IpAddr::V6(address) => reach_v6(address),
    }
}

fn reach_v4(address: Ipv4Addr) -> Reach {
    match address.octets() {
        [127, ..] => Reach::Loopback,
        // Private networks, and those of providers and tunnels (RFC 6598).
        [10, ..] | [172, 16..=31, ..] | [192, 168, ..] | [100, 64..=127, ..]
        // Benchmarks; some tunnels answer every name with one of these.
        | [198, 18 | 19, ..] => Reach::Private,
        // "This network", link-local with the clouds' metadata in it, protocol assignments, documentation,
        // the old 6to4 relays, multicast and what is reserved.
        [0 | 224..=255, ..] | [169, 254, ..] | [192, 0, 0 | 2, _] | [192, 88, 99, _] | [198, 51, 100, _]
        | [203, 0, 113, _] => Reach::Never,
        _ => Reach::Public,
    }
}

fn reach_v6(address: Ipv6Addr) -> Reach {
    match address.segments() {
        [0, 0, 0, 0, 0, 0, 0, 1] => Reach::Loopback,
        [0xfc00..=0xfdff, ..] => Reach::Private,
        [0, 0, 0, 0, 0, 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] => {
            let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
            reach(IpAddr::V4(Ipv4Addr::new(a, b, c, d)))
        }
        // Teredo, benchmarks and other protocols' assignments; documentation; 6to4.
        [0x2001, 0..=0x1ff | 0xdb8, ..] | [0x2002, ..] | [0x3fff, 0..=0xfff, ..] => Reach::Never,
        // All that has been handed out for use between networks.
        [0x2000..=0x3fff, ..] => Reach::Public,
        _ => Reach::Never,
    }
}

/// The ports of other services, which a request must not be smuggled to.
///
/// Source: the Fetch standard, section "Port blocking".
const BLOCKED_PORTS: [u16; 83] = [
    0, 1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102, 103,
    104, 109, 110, 111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427, 465, 512, 513, 514,
    515, 526, 530, 531, 532, 540, 548, 554, 556, 563, 587, 601, 636, 989, 990, 993, 995, 1719, 1720, 1723,
    2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080,
];

/// Whether browsers refuse to send a request to this port.
#[must_use]
pub fn is_blocked_port(port: u16) -> bool {
    BLOCKED_PORTS.contains(&port)
}

#[cfg(test)]
mod tests {
    use super::{BLOCKED_PORTS, Reach, is_blocked_port, reach};

    fn all(addresses: &[&str], expected: Reach) {
        for address in addresses {
            assert_eq!(reach(address.parse().unwrap()), expected, "{address}");
        }
    }

    #[test]
    fn the_internet_is_public() {
        all(
            &[
                "1.1.1.1",
                "93.184.216.34",
                "100.63.255.255",
                "100.128.0.0",
                "172.15.255.255",
                "172.32.0.0",
                "192.0.1.1",
                "198.17.255.255",
                "198.20.0.0",
                "223.255.255.255",
                "2606:4700:4700::1111",
                "2001:200::1",
                "2a00:1450::1",
                "::ffff:1.1.1.1",
                "64:ff9b::1.1.1.1",
            ],
            Reach::Public,
        );
    }

    #[test]
    fn this_machine_is_loopback() {
        all(
            &["127.0.0.1", "127.255.255.255", "::1", "::ffff:127.0.0.1", "64:ff9b::127.0.0.1"],
            Reach::Loopback,
        );
    }

    #[test]
    fn networks_of_ones_own_are_private() {
        all(
            &[
                "10.0.0.1",
                "172.16.0.1",
                "172.31.255.255",
                "192.168.1.1",
                "100.64.0.1",
                "100.127.255.255",
                "198.18.0.1",
                "198.19.255.255",
                "fc00::1",
                "fd12:3456:789a::1",
                "::ffff:10.0.0.1",
                "64:ff9b::192.168.1.1",
            ],
            Reach::Private,
        );
    }

    #[test]
    fn nobodys_pages_are_never_reached() {
        all(
            &[
                "0.0.0.0",
                "0.1.2.3",
                "169.254.169.254",
                "169.254.0.1",
                "168.63.129.16",
                "100.100.100.200",
                "192.0.0.192",
                "192.0.2.1",
                "198.51.100.7",
                "203.0.113.9",
                "192.88.99.1",
                "224.0.0.1",
                "239.255.255.255",
                "240.0.0.1",
                "255.255.255.255",
                "::",
                "::127.0.0.1",
                "::ffff:0:127.0.0.1",
                "::ffff:169.254.169.254",
                "64:ff9b::169.254.169.254",
                "64:ff9b::168.63.129.16",
                "64:ff9b:1::127.0.0.1",
                "2001::1",
                "2001:2::1",
                "2001:10::1",
                "2001:db8::1",
                "2002:7f00:1::",
                "3fff::1",
                "5f00::1",
                "100::1",
                "fe80::1",
                "fec0::1",
                "ff02::1",
                "fd00:ec2::254",
                "fd20:ce::254",
            ],
            Reach::Never,
        );
    }

    #[test]
    fn ports_of_other_services_are_blocked() {
        assert!(BLOCKED_PORTS.is_sorted());
        for (port, is_blocked) in [(0, true), (22, true), (25, true), (6667, true), (10080, true)] {
            assert_eq!(is_blocked_port(port), is_blocked, "{port}");
        }
        for port in [80, 443, 8080, 8443, 3000, 65535] {
            assert!(!is_blocked_port(port), "{port}");
        }
    }
}
