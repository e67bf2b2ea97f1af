//! What only ends when the server has waited for a minute.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use alongside_signaling_proto::identity::invite::Invite;
use alongside_signaling_proto::limits::{HTTP_LIFETIME_MS, SILENCE_TIMEOUT_MS};

use tokio::net::TcpSocket;

use crate::agent::{Agent, ask, enlist};
use crate::binary::Binary;
use crate::raw::{Raw, Said};

/// How much later than announced a connection may end: the machine is busy, and a close may be waited for.
const GRACE: Duration = Duration::from_secs(10);

#[test]
#[ignore = "tests/run patience"]
fn an_http_reader_who_never_reads_is_cut() {
    let server = Binary::demo_with(&["--metrics", "127.0.0.1:0"]);
    let before_kib = server.rss_kib();
    let mut stream = TcpStream::connect(server.address()).unwrap();
    stream.set_write_timeout(Some(Duration::from_secs(1))).unwrap();
    // More answers than two kernels hold: the server stops to read when it cannot write.
    let request = format!("GET /alongside.js HTTP/1.1\r\nHost: {}\r\n\r\n", server.address());
    let began = Instant::now();
    let mut asked = 0;
    while asked < 100_000 && stream.write_all(request.as_bytes()).is_ok() {
        asked += 1;
    }
    assert!(asked < 100_000, "the server has taken everything");
    std::thread::sleep(Duration::from_secs(5));
    let during_kib = server.rss_kib();
    assert_eq!(super::measured(&server, "alongside_connections"), 1, "it is waited for");
    while super::measured(&server, "alongside_connections") > 0 {
        assert!(began.elapsed() < Duration::from_millis(HTTP_LIFETIME_MS) + GRACE, "still there");
        std::thread::sleep(Duration::from_millis(500));
    }
    let took = began.elapsed();
    println!(
        "after {asked} requests and {took:?} it was cut; {before_kib} KiB before, {during_kib} KiB meanwhile"
    );
    assert!(took > Duration::from_millis(HTTP_LIFETIME_MS) - GRACE, "{took:?}");
    assert!(during_kib < before_kib + 2 * 1024, "{before_kib} KiB, then {during_kib} KiB");
    // What was written before the cut can still be read, and then there is nothing.
    stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    let mut rest = Vec::new();
    let _ = stream.read_to_end(&mut rest);
}

/// Says something over a stream.
fn post(server: SocketAddr, name: &str, body: &str) {
    let length = body.len();
    let post =
        format!("POST /v1/stream/{name} HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n\r\n{body}");
    let head = Raw::connect(server).request(&post);
    assert!(head.starts_with("HTTP/1.1 204 ") || head.starts_with("HTTP/1.1 404 "), "{head}");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "tests/run patience"]
async fn a_helper_over_plain_http_who_never_reads_is_cut() {
    let (server, team) = super::behind_a_proxy();
    let address = server.address();
    let invite: Invite = server.invite().parse().unwrap();
    let mut visitors = Vec::new();
    for n in 0..200 {
        let mut visitor = Agent::dial(address).await;
        visitor.tell(&ask(team, n + 10)).await;
        visitors.push(visitor);
    }
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4096).unwrap();
    let stream = socket.connect(address).await.unwrap().into_std().unwrap();
    stream.set_nonblocking(false).unwrap();
    let mut deaf = Raw::over(stream, Duration::from_secs(5));
    assert!(deaf.request("GET /v1/stream HTTP/1.1\r\nHost: x\r\n\r\n").starts_with("HTTP/1.1 200 "));
    let name = deaf.line_in_chunk();
    post(address, &name, "{\"type\":\"challenge\"}");
    let challenged: serde_json::Value = serde_json::from_str(&deaf.line_in_chunk()).unwrap();
    let nonce = challenged["nonce"].as_str().unwrap().parse().unwrap();
    let origin = format!("http://localhost:{}", address.port());
    post(address, &name, &serde_json::to_string(&enlist(&invite, &nonce, &origin)).unwrap());
    let began = Instant::now();
    (0..100).for_each(|_| post(address, &name, "{\"type\":\"attend\",\"available\":true}"));
    while super::measured(&server, "alongside_streams") > 0 {
        assert!(began.elapsed() < GRACE, "who does not read still has a seat");
        std::thread::sleep(Duration::from_millis(100));
    }
    println!("its seat was taken after {:?}", began.elapsed());
    assert_eq!(super::measured(&server, "alongside_closes_total{code=\"4002\"}"), 1);
    drop(visitors);
    while super::measured(&server, "alongside_connections") > 0 {
        assert!(began.elapsed() < Duration::from_millis(HTTP_LIFETIME_MS) + GRACE, "still there");
        std::thread::sleep(Duration::from_millis(500));
    }
    println!("its connection was gone after {:?}", began.elapsed());
}

#[test]
#[ignore = "tests/run patience"]
fn a_stream_that_never_answers_and_a_socket_that_never_pongs_are_closed() {
    let server = Binary::demo_with(&["--metrics", "127.0.0.1:0"]);
    let address = server.address();
    let began = Instant::now();
    let mut stream = Raw::connect(address);
    assert!(stream.request("GET /v1/stream HTTP/1.1\r\nHost: x\r\n\r\n").starts_with("HTTP/1.1 200 "));
    let name = stream.line_in_chunk();
    let body = "{\"type\":\"challenge\"}";
    let post =
        format!("POST /v1/stream/{name} HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\n\r\n{body}", body.len());
    assert!(Raw::connect(address).request(&post).starts_with("HTTP/1.1 204 "));
    // It is pinged, and never answers.
    let mut socket = Raw::websocket_with_patience(address, Duration::from_millis(SILENCE_TIMEOUT_MS) + GRACE);
    socket.text(body);
    assert!(matches!(socket.hear(), Said::Text(_)));
    assert_eq!(socket.hear(), Said::Close(4003));
    let took = began.elapsed();
    assert!(took > Duration::from_millis(SILENCE_TIMEOUT_MS) - GRACE, "{took:?}");
    while super::measured(&server, "alongside_streams") > 0 {
        assert!(began.elapsed() < Duration::from_millis(SILENCE_TIMEOUT_MS) + GRACE, "still there");
        std::thread::sleep(Duration::from_millis(500));
    }
    println!("the socket was closed after {took:?}, the stream was ended by {:?}", began.elapsed());
}
