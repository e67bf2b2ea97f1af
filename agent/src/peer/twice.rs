//! A path that says its first words twice.
//!
//! What secures a path and opens the channel goes in a few packets, one after the other. What is lost of them is
//! repeated late: by the SCTP of the crate only after three seconds, which cannot be set. Where three packets of ten are
//! lost, a new connection meets that more often than not, and somebody waits for it. Both layers throw away what they
//! have already.
//!
//! Source: RFC 6347 section 4.1.2.6 (DTLS), RFC 9260 section 6.2 (SCTP).

use std::any::Any;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use webrtc::util::{Conn, Error};

/// How many packets go twice. A connection opens with ten at the most, and those who meet again tell each other in a few
/// more what they missed.
const PACKETS: usize = 32;

/// How long after the first the second leaves. What loses one packet may lose those right behind it too; and it is long
/// before anybody repeats by themselves.
const APART: Duration = Duration::from_millis(25);

/// A path whose first packets leave twice.
pub(super) struct Twice {
    path: Arc<dyn Conn + Send + Sync>,
    left: AtomicUsize,
}

impl Twice {
    pub(super) fn new(path: Arc<dyn Conn + Send + Sync>) -> Self {
        Self { path, left: AtomicUsize::new(PACKETS) }
    }

    fn is_early(&self) -> bool {
        self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)).is_ok()
    }
}

#[async_trait]
impl Conn for Twice {
    async fn send(&self, packet: &[u8]) -> Result<usize, Error> {
        let sent = self.path.send(packet).await?;
        if self.is_early() {
            let (path, packet) = (Arc::clone(&self.path), packet.to_vec());
            tokio::spawn(async move {
                tokio::time::sleep(APART).await;
                // The first may have arrived, and the path be closed: nobody waits for this one.
                let _ = path.send(&packet).await;
            });
        }
        Ok(sent)
    }

    async fn connect(&self, address: SocketAddr) -> Result<(), Error> {
        self.path.connect(address).await
    }

    async fn recv(&self, packet: &mut [u8]) -> Result<usize, Error> {
        self.path.recv(packet).await
    }

    async fn recv_from(&self, packet: &mut [u8]) -> Result<(usize, SocketAddr), Error> {
        self.path.recv_from(packet).await
    }

    async fn send_to(&self, packet: &[u8], address: SocketAddr) -> Result<usize, Error> {
        self.path.send_to(packet, address).await
    }

    fn local_addr(&self) -> Result<SocketAddr, Error> {
        self.path.local_addr()
    }

    fn remote_addr(&self) -> Option<SocketAddr> {
        self.path.remote_addr()
    }

    async fn close(&self) -> Result<(), Error> {
        self.path.close().await
    }

    fn as_any(&self) -> &(dyn Any + Send + Sync) {
        self
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use tokio::net::UdpSocket;

    use super::*;

    /// Longer than anything on loopback takes.
    const PATIENCE: Duration = Duration::from_secs(20);

    #[tokio::test]
    async fn the_first_packets_leave_twice_and_the_others_once() {
        let listener = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        socket.connect(listener.local_addr().unwrap()).await.unwrap();
        let path = Twice::new(Arc::new(socket));
        let count = PACKETS + 20;
        for number in 0..count {
            path.send(&[u8::try_from(number).unwrap()]).await.unwrap();
        }
        let mut heard = vec![0; count];
        let mut packet = [0; 8];
        for _ in 0..count + PACKETS {
            let received = tokio::time::timeout(PATIENCE, listener.recv(&mut packet)).await;
            assert_eq!(received.expect("it arrives").unwrap(), 1);
            heard[usize::from(packet[0])] += 1;
        }
        assert!(heard[..PACKETS].iter().all(|times| *times == 2), "{heard:?}");
        assert!(heard[PACKETS..].iter().all(|times| *times == 1), "{heard:?}");
    }
}
