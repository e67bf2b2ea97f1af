//! Starting and stopping, as whoever runs the server sees it.

use std::time::Duration;

use crate::binary::{self, Binary};
use crate::raw::{Raw, Said};

#[test]
fn it_says_where_it_is_and_stops_in_time() {
    let mut server = Binary::demo();
    let address = server.address();
    let port = address.port();
    assert_eq!(server.lines[0], format!("listening   http://127.0.0.1:{port}"));
    assert!(server.lines[1].starts_with("stun        udp://127.0.0.1:"), "{}", server.lines[1]);
    assert_eq!(server.lines[2], format!("demo page   http://localhost:{port}/demo/"));
    let console = format!("console     http://localhost:{port}/console/#invite=1.");
    assert!(server.lines[3].starts_with(&console), "{}", server.lines[3]);
    assert!(
        Raw::connect(address).request("GET /readyz HTTP/1.1\r\nHost: x\r\n\r\n").starts_with("HTTP/1.1 200 ")
    );

    // One that will answer the close, one that will not, and three that are no WebSockets yet.
    let mut polite = Raw::websocket(address, "");
    polite.text("{\"type\":\"challenge\"}");
    assert!(matches!(polite.hear(), Said::Text(_)));
    let mut rude = Raw::websocket(address, "");
    rude.text("{\"type\":\"challenge\"}");
    let _silent = Raw::connect(address);
    let mut half = Raw::connect(address);
    half.write(b"GET / HT");
    let mut stream = Raw::connect(address);
    assert!(stream.request("GET /v1/stream HTTP/1.1\r\nHost: x\r\n\r\n").starts_with("HTTP/1.1 200 "));

    let closing = std::thread::spawn(move || {
        assert_eq!(polite.hear(), Said::Close(1012));
        polite.frame(0x88, &1012_u16.to_be_bytes());
        assert_eq!(polite.hear(), Said::End);
        stream.rest();
    });
    let (status, took) = server.terminate();
    assert_eq!(status.code(), Some(0));
    assert!(took < Duration::from_secs(5), "{took:?}");
    closing.join().unwrap();
    assert!(matches!(rude.hear(), Said::Text(_)));
    assert_eq!(rude.hear(), Said::Close(1012));
}

#[test]
fn a_server_for_a_team_says_where_its_tag_and_its_console_are() {
    let key = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    let world = ["--team", key, "--public-url", "https://help.example"];
    let server = Binary::start(&world, 2);
    assert!(server.lines[0].starts_with("listening   http://127.0.0.1:"), "{:?}", server.lines);
    assert!(server.lines[1].starts_with("stun        udp://127.0.0.1:"), "{:?}", server.lines);
    let log = server.log();
    assert!(
        log.contains(&format!("the tag for your pages: https://help.example/snippet?team={key}")),
        "{log}"
    );
    assert!(log.contains("your helpers' console: https://help.example/console/"), "{log}");
    // Agents elsewhere would be sent to a responder that they cannot reach.
    assert!(server.log().contains("STUN listens on this machine alone"), "{}", server.log());
    assert!(!Binary::demo().log().contains("this machine alone"));
}

#[test]
fn with_nobody_there_it_stops_at_once() {
    let mut server = Binary::demo();
    let (status, took) = server.terminate();
    assert_eq!(status.code(), Some(0));
    assert!(took < Duration::from_secs(2), "{took:?}");
}

#[test]
fn what_it_cannot_do_is_one_line_that_names_the_flag() {
    let server = Binary::demo();
    let taken = server.address().to_string();
    let stun = server.lines[1].split("udp://").nth(1).unwrap();
    for (arguments, flag) in [
        (vec!["--listen", &taken, "--no-stun"], "--listen"),
        (vec!["--listen", "127.0.0.1:0", "--stun", stun], "--stun"),
        (vec!["--listen", "0.0.0.0:0", "--no-stun"], "--listen"),
        (vec!["--listen", "nowhere"], "--listen"),
        (vec!["--team", "short"], "--team"),
        (vec!["--public-url", "help.example"], "--public-url"),
        (vec!["--listen", "127.0.0.1:0", "--no-stun", "--metrics", &taken], "--metrics"),
        (vec!["--metrics", "9090"], "--metrics"),
        (vec!["--trusted-proxy", "10.0.0.0/33"], "--trusted-proxy"),
        (vec!["--config", "/no/such/file.toml"], "--config"),
        (
            vec!["--demo-team", "/no/such/folder/team.pem", "--listen", "127.0.0.1:0", "--no-stun"],
            "--demo-team",
        ),
        (vec!["--stun", stun, "--no-stun"], "--stun"),
        (vec!["--sturn"], "--sturn"),
    ] {
        let output = binary::run(&arguments);
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {said}");
        assert_eq!(said.lines().count(), 1, "{said}");
        assert!(said.contains(flag), "{arguments:?}: {said}");
        assert!(output.stdout.is_empty());
    }
}
