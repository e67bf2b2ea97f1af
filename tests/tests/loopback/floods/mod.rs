//! Floods: each of the many is refused or closed, and a healthy visitor does not notice.
//!
//! `tests/run floods` runs them one after the other, and `tests/run patience` what takes more than a minute.

mod crowd;
mod half_open;
mod healthy;
mod patience;

use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use alongside_signaling_proto::id::TeamId;
use alongside_signaling_proto::identity::invite::Invite;
use alongside_signaling_proto::limits::{HEADER_TIMEOUT_MS, MAX_CONNECTIONS_PER_ADDRESS, MAX_OUTBOUND_BYTES};

use self::crowd::{rush, size, wait_for_the_end};
use self::healthy::Healthy;
use crate::agent::{Agent, ask};
use crate::binary::Binary;
use crate::raw::{Raw, upgrade};

/// How many come at once.
const CROWD: usize = 10_000;

/// A proxy that is trusted, and everybody else of this machine.
const PROXY: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 1));
const FLOODER: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 9));
const VISITOR: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 2));

const PROTOCOL: &str = "Sec-WebSocket-Protocol: alongside.v1\r\n";

/// A server for which each address of this machine is a client of its own, but for the proxy.
fn behind_a_proxy() -> (Binary, TeamId) {
    let server = Binary::demo_with(&["--trusted-proxy", "127.0.0.1", "--metrics", "127.0.0.1:0"]);
    let invite: Invite = server.invite().parse().unwrap();
    (server, invite.team)
}

/// All numbers of the server's own, as it serves them.
pub(crate) fn measures(server: &Binary) -> String {
    let address = server.metrics();
    let mut raw = Raw::connect(address);
    raw.write(format!("GET /metrics HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n").as_bytes());
    String::from_utf8(raw.rest()).unwrap()
}

/// One of them; 0 when it is not there yet.
fn measured(server: &Binary, name: &str) -> u64 {
    let page = measures(server);
    let value = page.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    value.map_or(0, |value| value.parse().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "tests/run floods"]
async fn ten_thousand_connections_from_one_address() {
    let many = size(CROWD);
    let (server, team) = behind_a_proxy();
    let address = server.address();
    let healthy = Healthy::begin(VISITOR, &server, team);
    let fates = rush(many, FLOODER, address, &upgrade(address, PROTOCOL)).await;
    println!("{many} from one address: {:?}", fates.met);
    healthy.end("meanwhile").await;
    let (taken, closed) = (fates.count("101"), fates.count("closed"));
    // Those that are refused free no place for the others: nobody has left.
    assert_eq!((taken, closed), (MAX_CONNECTIONS_PER_ADDRESS, many - MAX_CONNECTIONS_PER_ADDRESS));
    assert!(measured(&server, "alongside_turned_away_total{reason=\"crowded\"}") >= closed as u64);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "tests/run floods"]
async fn ten_thousand_connections_of_one_client_through_a_proxy() {
    let many = size(CROWD);
    let (server, team) = behind_a_proxy();
    let address = server.address();
    let healthy = Healthy::begin(VISITOR, &server, team);
    let named = format!("{PROTOCOL}X-Forwarded-For: 192.0.2.77, 203.0.113.5\r\n");
    let fates = rush(many, PROXY, address, &upgrade(address, &named)).await;
    println!(
        "{many} of one client through a proxy: {:?}, {} told when to try again",
        fates.met, fates.told_when
    );
    // Another client of the same proxy is let in.
    let other = PROTOCOL.to_owned() + "X-Forwarded-For: 203.0.113.6\r\n";
    assert_eq!(rush(1, PROXY, address, &upgrade(address, &other)).await.count("101"), 1);
    healthy.end("meanwhile").await;
    assert_eq!(fates.count("101"), MAX_CONNECTIONS_PER_ADDRESS);
    assert_eq!(fates.count("429"), many - MAX_CONNECTIONS_PER_ADDRESS);
    assert_eq!(fates.told_when, fates.count("429"));
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "tests/run floods"]
async fn five_thousand_silent_and_five_thousand_half_sent() {
    let many = size(CROWD) / 2;
    let (server, team) = behind_a_proxy();
    let address = server.address();
    let healthy = Healthy::begin(VISITOR, &server, team);
    let half = b"GET /v1/ws HTTP/1.1\r\nHost: help.example\r\nX-Half: ".as_slice();
    let (silent, half_sent) = tokio::join!(
        wait_for_the_end(many, PROXY, address, b""),
        wait_for_the_end(many, PROXY, address, half)
    );
    println!("{many} silent are gone after {silent:?}, {many} half-sent after {half_sent:?}");
    healthy.end("meanwhile").await;
    assert!(silent.min(half_sent) > Duration::from_millis(HEADER_TIMEOUT_MS) / 2);
    // Only the healthy visitor's last socket may still be on its way out.
    assert!(measured(&server, "alongside_connections") <= 1);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "tests/run floods"]
async fn ten_thousand_sockets_that_are_held() {
    let many = size(CROWD);
    // Nobody has named a proxy: everybody behind this address may be somebody else.
    let server = Binary::demo_with(&["--metrics", "127.0.0.1:0"]);
    let invite: Invite = server.invite().parse().unwrap();
    let address = server.address();
    let empty_kib = server.rss_kib();
    let healthy = Healthy::begin(VISITOR, &server, invite.team);
    let fates = rush(many, FLOODER, address, &upgrade(address, PROTOCOL)).await;
    let held = measured(&server, "alongside_sockets");
    let full_kib = server.rss_kib();
    let each = (full_kib - empty_kib) as f64 / held as f64;
    println!("{held} sockets are held: {empty_kib} KiB before, {full_kib} KiB now, {each:.1} KiB each");
    healthy.end("meanwhile").await;
    assert_eq!(fates.count("101"), many);
    assert!(held as usize >= many, "{held}");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "tests/run floods"]
async fn a_helper_who_never_reads() {
    let (server, team) = behind_a_proxy();
    let address = server.address();
    let origin = format!("http://localhost:{}", address.port());
    let invite: Invite = server.invite().parse().unwrap();
    // So many wait that telling of all of them some times is more than may pile up.
    const WAITING: u32 = 200;
    let mut visitors = Vec::new();
    for n in 0..WAITING {
        let mut visitor = Agent::dial(address).await;
        visitor.tell(&ask(team, n + 10)).await;
        visitors.push(visitor);
    }
    let healthy = Healthy::begin(VISITOR, &server, team);
    let before_kib = server.rss_kib();
    let mut deaf = Agent::deaf_helper(address, &invite, &origin).await;
    let attend = alongside_signaling_proto::wire::Attend { available: true };
    let attend = alongside_signaling_proto::wire::AgentToBroker::Attend(attend);
    // About 300 bytes for each who waits: 100 times is ten times what may pile up, and what two kernels hold besides.
    let mut told = 0;
    while told < 100 && deaf.try_tell(&attend).await {
        told += 1;
    }
    let cut = tokio::time::timeout(Duration::from_secs(10), async {
        while measured(&server, "alongside_closes_total{code=\"4002\"}") == 0 {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    });
    cut.await.expect("who does not read is cut");
    tokio::time::sleep(Duration::from_secs(2)).await;
    let (helpers, after_kib) = (measured(&server, "alongside_helpers"), server.rss_kib());
    println!("a helper who never reads was cut; {before_kib} KiB before, {after_kib} KiB after");
    healthy.end("meanwhile").await;
    assert_eq!(helpers, 0);
    assert!(
        after_kib < before_kib + 16 * MAX_OUTBOUND_BYTES as u64 / 1024,
        "{before_kib} KiB, then {after_kib}"
    );
}
