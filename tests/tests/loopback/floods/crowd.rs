//! Many connections at once, each with one thing in mind.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::timeout;

use crate::raw::frame_head;

/// How long one of them waits for anything. Units: seconds. Longer than the server's patience with any of them.
const PATIENCE: Duration = Duration::from_secs(30);

/// What a test holds beside the crowd: its own files, the healthy visitor, the server's.
const SPARE_DESCRIPTORS: u64 = 500;

/// How many there can be, at most this many: each takes a descriptor here and one in the server, which inherits the
/// limit.
pub(super) fn size(wanted: usize) -> usize {
    let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
    setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum }).unwrap();
    let Some(hard) = maximum else { return wanted };
    let room = usize::try_from(hard.saturating_sub(SPARE_DESCRIPTORS)).unwrap();
    if room < wanted {
        println!("{room} instead of {wanted}: a process may have {hard} descriptors here");
    }
    wanted.min(room)
}

/// What became of each.
#[derive(Debug, Default)]
pub(super) struct Fates {
    /// Those that are still there.
    pub(super) open: Vec<TcpStream>,
    /// How many met what: a status, or `closed`.
    pub(super) met: BTreeMap<String, usize>,
    /// How many of the refused were told when to try again.
    pub(super) told_when: usize,
}

impl Fates {
    pub(super) fn count(&self, met: &str) -> usize {
        self.met.get(met).copied().unwrap_or_default()
    }
}

/// Connects so often from one address, writes the same, and takes note of what each is answered.
pub(super) async fn rush(many: usize, from: IpAddr, server: SocketAddr, head: &str) -> Fates {
    let mut fates = Fates::default();
    let mut under_way: FuturesUnordered<_> = (0..many).map(|_| answer(from, server, head)).collect();
    while let Some((stream, head)) = under_way.next().await {
        let status = head.split(' ').nth(1).unwrap_or("closed").to_owned();
        fates.told_when += usize::from(head.to_lowercase().contains("\r\nretry-after: "));
        fates.open.extend(stream.filter(|_| status == "101"));
        *fates.met.entry(status).or_default() += 1;
    }
    fates
}

/// One that is answered, or closed.
async fn answer(from: IpAddr, server: SocketAddr, head: &str) -> (Option<TcpStream>, String) {
    let Some(mut stream) = connect(from, server).await else { return (None, String::new()) };
    // The server may have closed before it has read anything.
    let _ = stream.write_all(head.as_bytes()).await;
    let mut read = Vec::new();
    let mut buffer = [0; 512];
    while !read.windows(4).any(|four| four == b"\r\n\r\n") {
        match timeout(PATIENCE, stream.read(&mut buffer)).await.expect("the server answers or closes") {
            Ok(0) | Err(_) => return (None, String::new()),
            Ok(length) => read.extend(&buffer[..length]),
        }
    }
    // Who is taken says something, so that the server does not lose patience.
    let text = b"{\"type\":\"challenge\"}";
    let _ = stream.write_all(&[frame_head(0x81, text.len()), vec![0; 4], text.to_vec()].concat()).await;
    (Some(stream), String::from_utf8_lossy(&read).into_owned())
}

/// Connects so often, writes the same and nothing more, and gives how long it took until all were closed.
pub(super) async fn wait_for_the_end(many: usize, from: IpAddr, server: SocketAddr, half: &[u8]) -> Duration {
    let began = std::time::Instant::now();
    let mut under_way: FuturesUnordered<_> = (0..many)
        .map(|_| async {
            let mut stream = connect(from, server).await.expect("taken");
            let _ = stream.write_all(half).await;
            let mut buffer = [0; 512];
            loop {
                match timeout(PATIENCE, stream.read(&mut buffer)).await.expect("the server loses patience") {
                    Ok(0) | Err(_) => return,
                    Ok(_) => {}
                }
            }
        })
        .collect();
    while under_way.next().await.is_some() {}
    began.elapsed()
}

pub(super) async fn connect(from: IpAddr, server: SocketAddr) -> Option<TcpStream> {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind(SocketAddr::new(from, 0)).unwrap();
    timeout(PATIENCE, socket.connect(server)).await.expect("the system connects").ok()
}
