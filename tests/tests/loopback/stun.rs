//! STUN over a real socket: an answer to a request, silence for the rest.

use std::net::SocketAddr;
use std::time::Duration;

use alongside_signaling_proto::broker::Teams;
use alongside_signaling_proto::limits::{STUN_BURST, STUN_PER_SECOND};
use tokio::net::UdpSocket;

use crate::server;

const COOKIE: [u8; 4] = [0x21, 0x12, 0xA4, 0x42];

fn request(transaction: u8) -> Vec<u8> {
    let mut bytes = vec![0, 1, 0, 0];
    bytes.extend(COOKIE);
    bytes.extend([transaction; 12]);
    bytes
}

/// XOR-MAPPED-ADDRESS of an IPv4 answer, by hand (RFC 8489 section 14.2).
fn mapped(answer: &[u8]) -> SocketAddr {
    assert_eq!(answer.len(), 32);
    assert_eq!(answer[..4], [1, 1, 0, 12]);
    assert_eq!(answer[20..26], [0, 0x20, 0, 8, 0, 1]);
    let port = u16::from_be_bytes([answer[26] ^ COOKIE[0], answer[27] ^ COOKIE[1]]);
    let ip: [u8; 4] = std::array::from_fn(|i| answer[28 + i] ^ COOKIE[i]);
    (ip, port).into()
}

#[tokio::test]
async fn an_agent_learns_its_address() {
    let server = server(Teams::Any).await;
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    socket.connect(server.stun_address().unwrap()).await.unwrap();
    let mut answer = [0; 100];
    for transaction in 1..=10 {
        // What is malformed is not answered: the next answer is the next request's.
        socket.send(&request(99)[..19]).await.unwrap();
        socket.send(&[&request(99)[..], &[0; 4]].concat()).await.unwrap();
        socket.send(&[0; 20]).await.unwrap();
        socket.send(&request(transaction)).await.unwrap();
        let received = tokio::time::timeout(Duration::from_secs(5), socket.recv(&mut answer));
        let length = received.await.expect("an answer").unwrap();
        assert_eq!(answer[8..20], [transaction; 12]);
        assert_eq!(mapped(&answer[..length]), socket.local_addr().unwrap());
    }
    server.stop().await;
}

#[tokio::test]
async fn a_flood_from_one_source_is_not_answered_in_full() {
    let server = server(Teams::Any).await;
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    socket.connect(server.stun_address().unwrap()).await.unwrap();
    let began = std::time::Instant::now();
    let mut answers = 0_u32;
    let mut answer = [0; 100];
    for n in 0..500_u32 {
        socket.send(&request(n as u8)).await.unwrap();
        while tokio::time::timeout(Duration::from_millis(1), socket.recv(&mut answer)).await.is_ok() {
            answers += 1;
        }
    }
    // The flood takes as long as the machine likes, and the bucket refills meanwhile.
    let most = STUN_BURST + STUN_PER_SECOND * (began.elapsed().as_secs() as u32 + 1);
    assert!((STUN_BURST..=most).contains(&answers), "{answers} answers to 500 requests, at most {most}");
    server.stop().await;
}
