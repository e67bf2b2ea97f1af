//! One STUN Binding: under which address the world sees us.
//!
//! Source: RFC 8489 sections 6.2.1 and 6.3.3.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use stun_rs::attributes::stun::XorMappedAddress;
use stun_rs::methods::BINDING;
use stun_rs::{
    MessageClass, MessageDecoder, MessageDecoderBuilder, MessageEncoderBuilder, StunMessageBuilder,
    TransactionId,
};
use tokio::net::{UdpSocket, lookup_host};
use tokio::time::{Instant, timeout_at};

use super::{Seen, Trouble, trouble};

/// How long the first answer is waited for, and how much longer each one after it.
/// Source: RFC 8489 section 6.2.1, the recommended RTO.
const FIRST_WAIT: Duration = Duration::from_millis(500);
const LONGER: u32 = 2;

/// How often it is asked: 7.5 seconds in all. The recommended seven take 40, for which nobody watches a terminal.
const TRIES: u32 = 4;

/// The length of a STUN header. Units: bytes. Source: RFC 8489 section 5.
const HEADER_BYTES: usize = 20;

/// The longest answer that is read. Units: bytes. Within what every network carries in one piece.
const MAX_ANSWER_BYTES: usize = 548;

/// Asks a STUN server, given as host and port.
pub(super) async fn ask(server: &str) -> Result<Seen, Trouble> {
    let found: Vec<SocketAddr> = lookup_host(server).await.map_err(|_| Trouble::UnknownHost)?.collect();
    let mut last = Trouble::UnknownHost;
    // One of each kind: a name's other addresses are for other reasons than ours.
    for is_v6 in [false, true] {
        if let Some(address) = found.iter().find(|address| address.is_ipv6() == is_v6) {
            match ask_at(*address).await {
                Ok(seen) => return Ok(seen),
                // That a kind of address does not exist here says less than what the other kind said.
                Err(Trouble::Unreachable) if last != Trouble::UnknownHost => {}
                Err(trouble) => last = trouble,
            }
        }
    }
    Err(last)
}

async fn ask_at(server: SocketAddr) -> Result<Seen, Trouble> {
    let any: SocketAddr =
        if server.is_ipv6() { (Ipv6Addr::UNSPECIFIED, 0).into() } else { (Ipv4Addr::UNSPECIFIED, 0).into() };
    let socket = UdpSocket::bind(any).await.map_err(|error| trouble(&error))?;
    socket.connect(server).await.map_err(|error| trouble(&error))?;
    let inside = socket.local_addr().map_err(|error| trouble(&error))?.ip();
    let mut id = [0; 12];
    getrandom::fill(&mut id).map_err(|_| Trouble::Nonsense)?;
    let request = request(id).ok_or(Trouble::Nonsense)?;
    let decoder = MessageDecoderBuilder::default().build();
    // One byte more than is looked at, so that a longer datagram shows.
    let mut datagram = [0; MAX_ANSWER_BYTES + 1];
    let mut wait = FIRST_WAIT;
    let mut last = Trouble::Silent;
    for _ in 0..TRIES {
        let until = Instant::now() + wait;
        wait *= LONGER;
        if let Err(error) = socket.send(&request).await {
            last = trouble(&error);
        }
        while let Ok(received) = timeout_at(until, socket.recv(&mut datagram)).await {
            match received {
                Ok(length) => {
                    if let Some(outside) = address(&decoder, &datagram[..length], id) {
                        return Ok(Seen { outside, inside });
                    }
                    last = Trouble::Nonsense;
                }
                // An ICMP message about what was sent: it stands for the whole turn.
                Err(error) => {
                    last = trouble(&error);
                    tokio::time::sleep_until(until).await;
                }
            }
        }
    }
    Err(last)
}

fn request(id: [u8; 12]) -> Option<Vec<u8>> {
    let message = StunMessageBuilder::new(BINDING, MessageClass::Request)
        .with_transaction_id(TransactionId::from(id))
        .build();
    let mut bytes = vec![0; HEADER_BYTES];
    let length = MessageEncoderBuilder::default().build().encode(&mut bytes, &message).ok()?;
    bytes.truncate(length);
    Some(bytes)
}

/// The address in an answer to our own request.
fn address(decoder: &MessageDecoder, datagram: &[u8], id: [u8; 12]) -> Option<SocketAddr> {
    let (header, body) = datagram.split_at_checked(HEADER_BYTES)?;
    let announced = usize::from(u16::from_be_bytes([header[2], header[3]]));
    if datagram.len() > MAX_ANSWER_BYTES || announced != body.len() || header[8..] != id {
        return None;
    }
    let (answer, _) = decoder.decode(datagram).ok()?;
    if answer.class() != MessageClass::SuccessResponse || answer.method() != BINDING {
        return None;
    }
    let mapped = answer.get::<XorMappedAddress>()?.as_xor_mapped_address().ok()?;
    Some(*mapped.socket_address())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    const ID: [u8; 12] = [7; 12];

    fn answer() -> Vec<u8> {
        let mut bytes = vec![1, 1, 0, 12, 0x21, 0x12, 0xA4, 0x42];
        bytes.extend(ID);
        // 192.0.2.1:5 (RFC 8489 section 14.2).
        bytes.extend([0, 0x20, 0, 8, 0, 1, 0x21, 0x17, 0xE1, 0x12, 0xA6, 0x43]);
        bytes
    }

    #[test]
    fn only_an_answer_to_our_own_request_counts() {
        let decoder = MessageDecoderBuilder::default().build();
        assert_eq!(address(&decoder, &answer(), ID), Some("192.0.2.1:5".parse().unwrap()));
        assert_eq!(address(&decoder, &answer(), [8; 12]), None);
        assert_eq!(address(&decoder, &[], ID), None);
        let request = request(ID).unwrap();
        assert_eq!(request.len(), HEADER_BYTES);
        assert_eq!(address(&decoder, &request, ID), None);
        for at in 0..answer().len() {
            assert_eq!(address(&decoder, &answer()[..at], ID), None, "cut at {at}");
            for bit in 0..8 {
                let mut changed = answer();
                changed[at] ^= 1 << bit;
                // Whatever it is taken for, it is taken without a panic.
                let _ = address(&decoder, &changed, ID);
            }
        }
    }
}
