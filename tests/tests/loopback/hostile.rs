//! Whatever is thrown at `/v1/ws`: each bad input has its code, the server lives on, and its memory stays flat.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use alongside_signaling_proto::id::{Nonce, TeamId};
use alongside_signaling_proto::identity::invite::Invite;
use alongside_signaling_proto::limits::{
    BYTE_BURST, HEADER_TIMEOUT_MS, MAX_FRAME_BYTES, MAX_ORIGIN_BYTES, MAX_SEALED_BYTES, MAX_UNINTELLIGIBLE,
    MESSAGE_BURST,
};

use crate::agent::{SHOP, ask, claim, enlist, session, team};
use crate::binary::Binary;
use crate::raw::{Raw, Said, frame_head, upgrade};

const CHALLENGE: &str = "{\"type\":\"challenge\"}";

fn text(message: &alongside_signaling_proto::wire::AgentToBroker) -> String {
    serde_json::to_string(message).unwrap()
}

/// Messages that are refused with a code, on a socket of their own.
fn refusals(team: TeamId) -> Vec<(&'static str, String, &'static str)> {
    let good = text(&ask(team, 1));
    let change = |from: &str, to: &str| {
        assert!(good.contains(from), "{from} in {good}");
        good.replacen(from, to, 1)
    };
    let message = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    vec![
        ("nothing", String::new(), "bad-json"),
        ("no JSON", "hello".into(), "bad-json"),
        ("null", "null".into(), "bad-json"),
        ("a list", "[\"ask\"]".into(), "bad-json"),
        ("no type", "{}".into(), "bad-json"),
        ("a type that is a number", "{\"type\":7}".into(), "bad-json"),
        ("two messages", format!("{CHALLENGE}{CHALLENGE}"), "bad-json"),
        ("deep nesting", format!("{{\"type\":{}", "[".repeat(16_000)), "bad-json"),
        ("half a surrogate", "{\"type\":\"\\ud800\"}".into(), "bad-json"),
        ("a number too long", format!("{{\"type\":\"ask\",\"n\":{}e999}}", "9".repeat(15_000)), "bad-json"),
        ("no fields", "{\"type\":\"ask\"}".into(), "bad-message"),
        ("a field of another kind", "{\"type\":\"attend\",\"available\":\"yes\"}".into(), "bad-message"),
        ("a padded id", change("AAAAAQ\"", "AAAAAQ==\""), "bad-message"),
        ("an id of the other alphabet", change("AAAAAQ\"", "AAAA/+\""), "bad-message"),
        ("an id too short", change("AAAAAQ\"", "AAAA\""), "bad-message"),
        ("a mailbox for a message", change(message, &"A".repeat(88)), "bad-message"),
        ("sealed bytes too long", change(message, &"A".repeat(MAX_SEALED_BYTES / 3 * 4 + 4)), "bad-message"),
        ("a page for an origin", change(SHOP, "https://shop.example/cart?token=canary"), "bad-origin"),
        ("a script for an origin", change(SHOP, "javascript:alert(1)"), "bad-origin"),
        (
            "an origin too long",
            change(SHOP, &format!("https://{}", "a".repeat(MAX_ORIGIN_BYTES))),
            "bad-origin",
        ),
        ("another team", text(&ask(TeamId([9; 32]), 1)), "unknown-team"),
        ("a claim by a stranger", text(&claim(1, 1)), "wrong-state"),
        ("a stranger who attends", "{\"type\":\"attend\",\"available\":true}".into(), "wrong-state"),
        ("bytes for a session that is not theirs", forward(), "session-unknown"),
        (
            "enlisting without a nonce",
            text(&enlist(&foreign(team), &Nonce([0; 32]), "x")),
            "challenge-expired",
        ),
    ]
}

fn forward() -> String {
    format!("{{\"type\":\"forward\",\"session\":\"{}\",\"message\":\"AAAA\"}}", session(1))
}

/// An invite whose certificate another team has signed for this one.
fn foreign(of: TeamId) -> Invite {
    Invite { team: of, ..crate::agent::invite(&team(77), 1) }
}

/// What to do to a socket.
type Deed = Box<dyn Fn(&mut Raw)>;

/// Bytes that end in a close code, on a socket of their own.
fn closes() -> Vec<(&'static str, Deed, u16)> {
    let bytes = |bytes: Vec<u8>| -> Deed { Box::new(move |raw: &mut Raw| raw.write(&bytes)) };
    let frame =
        |first: u8, payload: Vec<u8>| -> Deed { Box::new(move |raw: &mut Raw| raw.frame(first, &payload)) };
    vec![
        ("a message one byte too long", frame(0x81, vec![b'x'; MAX_FRAME_BYTES + 1]), 1009),
        ("ten megabytes announced", bytes([frame_head(0x81, 10_000_000), vec![0; 4]].concat()), 1009),
        ("2^63 bytes announced", bytes([&[0x81, 0xFF, 0x7F][..], &[0xFF; 7], &[0; 4]].concat()), 1009),
        (
            "fragments that never end",
            Box::new(|raw| {
                raw.frame(0x01, &[b'x'; 8_000]);
                (0..3).for_each(|_| raw.frame(0x00, &[b'x'; 8_000]));
            }),
            1009,
        ),
        ("text that is no UTF-8", frame(0x81, vec![0xC3, 0x28]), 1007),
        ("a surrogate in UTF-8", frame(0x81, vec![0xED, 0xA0, 0x80]), 1007),
        ("a frame without a mask", bytes(b"\x81\x02{}".to_vec()), 1002),
        ("a reserved bit", frame(0xC1, b"{}".to_vec()), 1002),
        ("an unknown opcode", frame(0x83, b"{}".to_vec()), 1002),
        ("an unknown control opcode", frame(0x8B, vec![]), 1002),
        ("a ping in fragments", frame(0x09, vec![]), 1002),
        ("a ping too long", frame(0x89, vec![0; 126]), 1002),
        ("a continuation of nothing", frame(0x80, b"{}".to_vec()), 1002),
        (
            "a message within a message",
            Box::new(|raw| {
                raw.frame(0x01, b"{");
                raw.frame(0x81, b"{}");
            }),
            1002,
        ),
        (
            "too many messages",
            Box::new(|raw| (0..=MESSAGE_BURST + 8).for_each(|_| raw.text("{\"type\":\"unknown\"}"))),
            4001,
        ),
        ("too many pings", Box::new(|raw| (0..=MESSAGE_BURST + 8).for_each(|_| raw.frame(0x89, b"?"))), 4001),
        (
            "too many bytes",
            Box::new(|raw| {
                let long = format!("{{\"type\":\"unknown\",\"x\":\"{}\"}}", "x".repeat(16_000));
                (0..=BYTE_BURST / 16_000 + 1).for_each(|_| raw.text(&long));
            }),
            4001,
        ),
    ]
}

fn code_of(said: &Said) -> String {
    let Said::Text(text) = said else { panic!("{said:?}") };
    let value: serde_json::Value = serde_json::from_str(text).unwrap();
    value["code"].as_str().unwrap_or_else(|| panic!("{text}")).to_owned()
}

/// One pass over everything that answers at once.
fn attack(server: SocketAddr, invite: &Invite, origin: &str) -> usize {
    let mut inputs = 0;
    for (what, text, code) in refusals(invite.team) {
        let mut raw = Raw::websocket(server, "");
        raw.text(&text);
        assert_eq!(code_of(&raw.hear()), code, "{what}");
        raw.text(CHALLENGE);
        assert!(
            matches!(raw.hear(), Said::Text(text) if text.contains("challenged")),
            "{what}: still served"
        );
        inputs += 1;
    }
    for (what, send, code) in closes() {
        let mut raw = Raw::websocket(server, "");
        send(&mut raw);
        let said = loop {
            match raw.hear() {
                Said::Text(_) => {}
                said => break said,
            }
        };
        assert_eq!(said, Said::Close(code), "{what}");
        inputs += 1;
    }
    inputs + stories(server, invite, origin)
}

/// Inputs that are bad only after others.
fn stories(server: SocketAddr, invite: &Invite, origin: &str) -> usize {
    let team = invite.team;
    // An ask in the name of another page than the browser says, or of none.
    for header in ["Origin: https://evil.example\r\n", "Origin: null\r\n", "Origin: \u{e9}\r\n"] {
        let mut raw = Raw::websocket(server, header);
        raw.text(&text(&ask(team, 1)));
        assert_eq!(code_of(&raw.hear()), "origin-mismatch");
    }
    // Two asks on one socket, and the same ticket from another.
    let mut visitor = Raw::websocket(server, "");
    visitor.text(&text(&ask(team, 1)));
    assert!(matches!(visitor.hear(), Said::Text(text) if text.contains("queued")));
    visitor.text(&text(&ask(team, 2)));
    assert_eq!(code_of(&visitor.hear()), "wrong-state");
    let mut other = Raw::websocket(server, "");
    let taken = text(&ask(team, 1)).replace("\"place\":\"A", "\"place\":\"B");
    other.text(&taken);
    assert_eq!(code_of(&other.hear()), "ticket-exists");
    other.text(&forward());
    assert_eq!(code_of(&other.hear()), "session-unknown");
    // A certificate of another team, one without a signature, and a signature for another server.
    let mut stranger = Raw::websocket(server, "");
    let mut answer = |change: &dyn Fn(&Nonce) -> String| {
        stranger.text(CHALLENGE);
        let Said::Text(challenged) = stranger.hear() else { panic!("no nonce") };
        let value: serde_json::Value = serde_json::from_str(&challenged).unwrap();
        stranger.text(&change(&value["nonce"].as_str().unwrap().parse().unwrap()));
        code_of(&stranger.hear())
    };
    assert_eq!(answer(&|nonce| text(&enlist(&foreign(team), nonce, origin))), "certificate-invalid");
    let unsigned = |nonce: &Nonce| {
        let (signed, _) = invite.certificate.rsplit_once('.').unwrap();
        let (_, claims) = signed.split_once('.').unwrap();
        // {"alg":"none","typ":"alongside-helper+jwt"}
        let none = "eyJhbGciOiJub25lIiwidHlwIjoiYWxvbmdzaWRlLWhlbHBlcitqd3QifQ";
        let certificate = format!("{none}.{claims}.");
        text(&enlist(&Invite { certificate, ..invite.clone() }, nonce, origin))
    };
    assert_eq!(answer(&unsigned), "certificate-invalid");
    assert_eq!(answer(&|nonce| text(&enlist(invite, nonce, "https://evil.example"))), "signature-invalid");
    // A ticket that nobody waits with, from a helper who is one.
    stranger.text(CHALLENGE);
    let Said::Text(challenged) = stranger.hear() else { panic!("no nonce") };
    let value: serde_json::Value = serde_json::from_str(&challenged).unwrap();
    stranger.text(&text(&enlist(invite, &value["nonce"].as_str().unwrap().parse().unwrap(), origin)));
    assert!(matches!(stranger.hear(), Said::Text(text) if text.contains("enlisted")));
    assert!(matches!(stranger.hear(), Said::Text(text) if text.contains("asked")));
    stranger.text(&text(&claim(7, 1)));
    assert_eq!(code_of(&stranger.hear()), "ticket-gone");
    stranger.text(&text(&ask(team, 9)));
    assert_eq!(code_of(&stranger.hear()), "wrong-state");
    // Binary and nonsense, again and again.
    let mut raw = Raw::websocket(server, "");
    for n in 0..MAX_UNINTELLIGIBLE {
        if n % 2 == 0 {
            raw.frame(0x82, b"binary")
        } else {
            raw.text("nonsense")
        }
        assert_eq!(code_of(&raw.hear()), "bad-json");
    }
    raw.frame(0x82, &[]);
    assert_eq!(raw.hear(), Said::Close(4004));
    // Requests for a WebSocket that are none.
    for (head, status) in [
        (upgrade(server, ""), "400"),
        (upgrade(server, "Sec-WebSocket-Protocol: alongside.v0, chat\r\n"), "400"),
        (upgrade(server, "Sec-WebSocket-Protocol: alongside.v1\r\n").replace(": 13", ": 12"), "400"),
        (format!("GET /v1/ws HTTP/1.1\r\nHost: {server}\r\n\r\n"), "400"),
        (format!("POST /v1/ws HTTP/1.1\r\nHost: {server}\r\nContent-Length: 0\r\n\r\n"), "405"),
        (upgrade(server, &format!("X-Long: {}\r\n", "x".repeat(9_000))), "431"),
        ("\u{0}\u{1}\u{2} nonsense\r\n\r\n".to_owned(), "400"),
    ] {
        let answer = Raw::connect(server).request(&head);
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{head:?}: {answer}");
    }
    3 + 3 + 3 + 2 + 1 + 7
}

/// Connections that wait for us to lose patience; they end by themselves.
fn mute(server: SocketAddr) {
    let started = Instant::now();
    let mut silent = Raw::connect(server);
    let mut half = Raw::connect(server);
    half.write(b"GET /v1/ws HTTP/1.1\r\nHost: x\r\n");
    let mut unspoken = Raw::websocket(server, "");
    assert_eq!(unspoken.hear(), Said::Close(4003));
    for raw in [&mut silent, &mut half] {
        raw.rest();
    }
    let took = started.elapsed();
    let limit = Duration::from_millis(HEADER_TIMEOUT_MS);
    assert!(took > limit / 2 && took < limit + Duration::from_secs(5), "{took:?}");
}

#[test]
fn each_bad_input_has_its_code_and_nothing_stays_behind() {
    let mut server = Binary::demo();
    let (address, origin) = (server.address(), format!("http://localhost:{}", server.address().port()));
    let invite: Invite = server.invite().parse().unwrap();

    mute(address);
    // The first passes fill the allocator's pools.
    let inputs = attack(address, &invite, &origin);
    assert!(inputs >= 25, "{inputs}");
    (0..4).for_each(|_| {
        attack(address, &invite, &origin);
    });
    let before = server.rss_kib();
    (0..15).for_each(|_| {
        attack(address, &invite, &origin);
    });
    let after = server.rss_kib();
    assert!(after < before + 2 * 1024, "{before} KiB, and {after} KiB {} bad inputs later", 15 * inputs);
    println!("{inputs} kinds of bad input; {before} KiB before, {after} KiB after {} of them", 15 * inputs);

    // The log names no address, page, session or text (I10).
    let log = server.log();
    for canary in ["127.0.0.1:", "shop.example", "canary", "evil.example", &session(1).to_string()] {
        assert!(!log.contains(canary), "{canary} in the log: {log}");
    }
    let (status, _) = server.terminate();
    assert_eq!(status.code(), Some(0));
}
