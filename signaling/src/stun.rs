//! The STUN Binding responder: tells an agent under which address the world sees it, and nothing else.
//!
//! It answers well-formed Binding requests only and is silent otherwise, so that it is of no use for reflecting
//! traffic: an answer has 32 bytes (IPv4) or 44 (IPv6) for a request of 20 or more, and one source gets so many a
//! second and no more.
//!
//! Source: RFC 8489 sections 6.3.1 and 14.2.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use alongside_signaling_proto::limits::{MAX_STUN_BYTES, MAX_STUN_SOURCES, STUN_BURST, STUN_PER_SECOND};
use alongside_signaling_proto::rate::{Buckets, Taken};
use stun_rs::attributes::stun::XorMappedAddress;
use stun_rs::methods::BINDING;
use stun_rs::{
    DecoderContextBuilder, MessageClass, MessageDecoder, MessageDecoderBuilder, MessageEncoderBuilder,
    StunAttribute, StunMessageBuilder,
};
use tokio::net::UdpSocket;
use tracing::warn;

use crate::clock::Clock;
use crate::metrics::Metrics;
use crate::source::source_of;

/// The length of a STUN header. Units: bytes. Source: RFC 8489 section 5.
const HEADER_BYTES: usize = 20;

/// The magic cookie. Source: RFC 8489 section 5. Without it a request is RFC 3489's, which nobody sends any more.
const MAGIC_COOKIE: [u8; 4] = [0x21, 0x12, 0xA4, 0x42];

/// The longest answer. Units: bytes. Header and XOR-MAPPED-ADDRESS of an IPv6 address.
const ANSWER_BYTES: usize = 44;

/// Ports of services that answer whatever reaches them: a request from there is a forged one that wants us to
/// talk to such a service (echo, chargen, DNS, NTP, CLDAP, SSDP, memcached), or from port 0, which cannot be answered.
const REFLECTORS: [u16; 8] = [0, 7, 19, 53, 123, 389, 1900, 11211];

/// Answers until the task is dropped.
pub(crate) async fn serve(socket: UdpSocket, clock: Arc<Clock>, metrics: Arc<Metrics>) {
    let mut responder = Responder::new();
    // One byte more than is looked at, so that a longer datagram shows.
    let mut datagram = [0; MAX_STUN_BYTES + 1];
    loop {
        match socket.recv_from(&mut datagram).await {
            Ok((length, from)) => {
                // What the kernel cannot take is lost, as UDP may be: the agent asks again.
                let answer = responder.respond(&datagram[..length], from, clock.now_ms());
                match answer.map(|answer| socket.try_send_to(&answer, from)) {
                    Some(Ok(_)) => metrics.stun_answered.add(1),
                    Some(Err(_)) | None => metrics.stun_dropped.add(1),
                }
            }
            // On Linux an ICMP error of an earlier answer: not about this socket.
            Err(error) => {
                warn!(kind = %error.kind(), "the STUN socket reported an error");
                tokio::time::sleep(std::time::Duration::from_millis(10)).await;
            }
        }
    }
}

/// Decides what is answered; owns no socket and no clock.
#[derive(Debug)]
struct Responder {
    decoder: MessageDecoder,
    sources: Buckets<IpAddr>,
}

impl Responder {
    fn new() -> Self {
        let context = DecoderContextBuilder::default().with_validation().build();
        let decoder = MessageDecoderBuilder::default().with_context(context).build();
        Self { decoder, sources: Buckets::new(STUN_BURST, STUN_PER_SECOND, MAX_STUN_SOURCES) }
    }

    fn respond(&mut self, datagram: &[u8], from: SocketAddr, now_ms: u64) -> Option<Vec<u8>> {
        if !looks_right(datagram) || REFLECTORS.contains(&from.port()) || !self.allows(from.ip(), now_ms) {
            return None;
        }
        let (request, _) = self.decoder.decode(datagram).ok()?;
        if request.class() != MessageClass::Request || request.method() != BINDING {
            return None;
        }
        let understood = request.attributes().iter().all(|attribute| {
            let StunAttribute::Unknown(unknown) = attribute else { return true };
            !unknown.attribute_type().is_comprehension_required()
        });
        if !understood {
            return None;
        }
        // Seen through a socket for both, an IPv4 agent has an IPv4-mapped address, which is not its own.
        let seen = SocketAddr::new(from.ip().to_canonical(), from.port());
        let answer = StunMessageBuilder::new(BINDING, MessageClass::SuccessResponse)
            .with_transaction_id(*request.transaction_id())
            .with_attribute(XorMappedAddress::from(seen))
            .build();
        let mut bytes = vec![0; ANSWER_BYTES];
        let length = MessageEncoderBuilder::default().build().encode(&mut bytes, &answer).ok()?;
        bytes.truncate(length);
        Some(bytes)
    }

    fn allows(&mut self, ip: IpAddr, now_ms: u64) -> bool {
        // A source that cannot be remembered could be anybody's forged one.
        self.sources.take(source_of(ip), now_ms) == Taken::Yes
    }
}

/// What of a datagram can be checked before it costs anything: length, class bits, cookie.
fn looks_right(datagram: &[u8]) -> bool {
    let Some((header, body)) = datagram.split_at_checked(HEADER_BYTES) else { return false };
    let announced = usize::from(u16::from_be_bytes([header[2], header[3]]));
    datagram.len() <= MAX_STUN_BYTES
        && header[0] & 0b1100_0000 == 0
        && header[4..8] == MAGIC_COOKIE
        && announced == body.len()
        && announced % 4 == 0
}

#[cfg(test)]
mod tests {
    use stun_rs::attributes::stun::{Fingerprint, UserName};

    use super::*;

    const FROM: &str = "192.0.2.7:40000";

    fn request() -> Vec<u8> {
        let mut bytes = vec![0, 1, 0, 0];
        bytes.extend(MAGIC_COOKIE);
        bytes.extend(1..=12);
        bytes
    }

    fn with_attribute(kind: u16, value: &[u8]) -> Vec<u8> {
        let mut bytes = request();
        bytes.extend(kind.to_be_bytes());
        bytes.extend(u16::try_from(value.len()).unwrap().to_be_bytes());
        bytes.extend(value);
        bytes.resize(bytes.len().next_multiple_of(4), 0);
        let length = u16::try_from(bytes.len() - HEADER_BYTES).unwrap();
        bytes[2..4].copy_from_slice(&length.to_be_bytes());
        bytes
    }

    fn respond(datagram: &[u8], from: &str) -> Option<Vec<u8>> {
        Responder::new().respond(datagram, from.parse().unwrap(), 0)
    }

    fn mapped(answer: &[u8]) -> SocketAddr {
        let (message, _) = MessageDecoderBuilder::default().build().decode(answer).unwrap();
        let attribute = message.get::<XorMappedAddress>().unwrap().as_xor_mapped_address().unwrap();
        *attribute.socket_address()
    }

    #[test]
    fn a_binding_request_is_told_where_it_came_from() {
        for (from, told, bytes) in [
            (FROM, FROM, 32),
            ("[2001:db8::7]:40000", "[2001:db8::7]:40000", 44),
            ("[::ffff:192.0.2.7]:40000", FROM, 32),
        ] {
            let answer = respond(&request(), from).unwrap();
            assert_eq!(answer.len(), bytes);
            assert_eq!(answer[..2], [1, 1]);
            assert_eq!(answer[4..20], request()[4..20]);
            assert_eq!(mapped(&answer), told.parse().unwrap());
        }
    }

    #[test]
    fn everything_else_is_met_with_silence() {
        let change = |at: usize, to: u8| {
            let mut bytes = request();
            bytes[at] = to;
            bytes
        };
        let mut trailing = request();
        trailing.extend([0; 4]);
        let mut odd = with_attribute(0x8022, b"abc");
        odd.pop();
        for (what, datagram) in [
            ("empty", vec![]),
            ("one byte short", request()[..19].to_vec()),
            ("trailing bytes", trailing),
            ("length not of four", odd),
            ("length too long", change(3, 4)),
            ("without the cookie", change(4, 0)),
            ("an indication", change(1, 0x11)),
            ("a success", change(0, 1)),
            ("an error", {
                let mut bytes = change(0, 1);
                bytes[1] = 0x11;
                bytes
            }),
            ("allocate", change(1, 3)),
            ("channel data", change(0, 0x40)),
            ("an unknown attribute that must be understood", with_attribute(0x7FFF, b"abcd")),
            ("a broken attribute", with_attribute(0x0020, b"a")),
            ("a wrong fingerprint", with_attribute(0x8028, &[0; 4])),
            ("too long", with_attribute(0x8022, &[b'x'; 600])),
        ] {
            assert_eq!(respond(&datagram, FROM), None, "{what}");
        }
        for port in REFLECTORS {
            assert_eq!(respond(&request(), &format!("192.0.2.7:{port}")), None);
        }
    }

    #[test]
    fn what_may_be_ignored_is_ignored() {
        assert!(respond(&with_attribute(0x8022, b"browser"), FROM).is_some());
        assert!(respond(&with_attribute(0xC001, b"unknown "), FROM).is_some());
        let message = StunMessageBuilder::new(BINDING, MessageClass::Request)
            .with_attribute(UserName::new("a:b").unwrap())
            .with_attribute(Fingerprint::default())
            .build();
        let mut bytes = [0; 128];
        let length = MessageEncoderBuilder::default().build().encode(&mut bytes, &message).unwrap();
        assert!(respond(&bytes[..length], FROM).is_some(), "ICE attributes and a right fingerprint");
    }

    #[test]
    fn a_source_gets_a_burst_and_then_its_rate() {
        let mut responder = Responder::new();
        let mut asks =
            |from: &str, now_ms| responder.respond(&request(), from.parse().unwrap(), now_ms).is_some();
        for _ in 0..STUN_BURST {
            assert!(asks(FROM, 0));
        }
        assert!(!asks("192.0.2.7:40001", 0), "another port is the same source");
        assert!(asks("192.0.2.8:40000", 0));
        assert!(asks(FROM, 1_000 / u64::from(STUN_PER_SECOND)));
        for host in 0..STUN_BURST {
            assert!(asks(&format!("[2001:db8::{host:x}]:1"), 0));
        }
        assert!(!asks("[2001:db8::ffff]:1", 0), "a /64 is one source");
    }

    #[test]
    fn the_sources_that_are_remembered_are_bounded() {
        let mut responder = Responder::new();
        let from = |n: usize| {
            let address = 0x0A00_0000 + u32::try_from(n).unwrap();
            SocketAddr::new(IpAddr::from(address.to_be_bytes()), 40_000)
        };
        for n in 0..MAX_STUN_SOURCES {
            assert!(responder.respond(&request(), from(n), 2_000).is_some());
        }
        assert!(responder.respond(&request(), from(MAX_STUN_SOURCES), 2_001).is_none());
        assert_eq!(responder.sources.len(), MAX_STUN_SOURCES);
        // Who has been silent is forgotten, and there is room again.
        assert!(responder.respond(&request(), from(MAX_STUN_SOURCES), 4_000).is_some());
        assert_eq!(responder.sources.len(), 1);
    }
}
