//! A peer whose network is gone: nothing tells the server, neither a close nor a reset.

use std::process::Command;
use std::time::Duration;

use alongside_signaling_proto::limits::SILENCE_TIMEOUT_MS;

use crate::binary::Binary;
use crate::raw::{Raw, Said};

/// Set where the loopback interface is this test's own.
const OWN_NETWORK: &str = "ALONGSIDE_OWN_NETWORK";

/// How much longer than the server's patience the network is gone.
const GRACE: Duration = Duration::from_secs(5);

fn loopback(state: &str) {
    let done = Command::new("ip").args(["link", "set", "lo", state]).status().unwrap();
    assert!(done.success());
}

#[test]
#[ignore = "tests/run patience"]
fn a_peer_whose_network_is_gone_is_closed() {
    assert!(std::env::var_os(OWN_NETWORK).is_some(), "this takes the network away: only in one of its own");
    let server = Binary::demo_with(&["--metrics", "127.0.0.1:0"]);
    let address = server.address();
    let mut socket = Raw::websocket(address, "");
    socket.text("{\"type\":\"challenge\"}");
    assert!(matches!(socket.hear(), Said::Text(_)));
    let mut stream = Raw::connect(address);
    assert!(stream.request("GET /v1/stream HTTP/1.1\r\nHost: x\r\n\r\n").starts_with("HTTP/1.1 200 "));
    let mut half = Raw::connect(address);
    half.write(b"GET / HT");
    let open = |name| super::measured(&server, name);
    assert_eq!((open("alongside_sockets"), open("alongside_streams")), (1, 1));

    loopback("down");
    std::thread::sleep(Duration::from_millis(SILENCE_TIMEOUT_MS) + GRACE);
    loopback("up");

    let left = ["alongside_sockets", "alongside_streams", "alongside_connections"].map(open);
    println!("{left:?} sockets, streams and connections are left");
    // The stream's connection is let go of when its minute is over; whatever it is, it holds no seat any more.
    assert_eq!((left[0], left[1]), (0, 0));
    assert!(left[2] <= 1, "{left:?}");
}
