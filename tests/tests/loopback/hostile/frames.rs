//! Bytes that are no frames or too many of them, and requests that are none.

use alongside_signaling_proto::limits::{BYTE_BURST, MAX_FRAME_BYTES, MAX_UNINTELLIGIBLE, MESSAGE_BURST};

use super::case::{As, CHALLENGE, Case, Deed, Meets};
use crate::raw::{frame_head, upgrade};

fn bytes(bytes: impl Into<Vec<u8>>) -> Deed {
    let bytes = bytes.into();
    Box::new(move |raw, _| raw.write(&bytes))
}

fn frame(first: u8, payload: impl Into<Vec<u8>>) -> Deed {
    let payload = payload.into();
    Box::new(move |raw, _| raw.frame(first, &payload))
}

fn closes(name: &'static str, deed: Deed, code: u16) -> Case {
    Case::new(name, As::Stranger, deed, Meets::Close(code))
}

/// More than one message may hold.
pub(super) fn oversize() -> Vec<Case> {
    let announced = |length: u64| [&[0x81, 0xFF][..], &length.to_be_bytes(), &[0; 4]].concat();
    vec![
        closes("a message one byte too long", frame(0x81, vec![b'x'; MAX_FRAME_BYTES + 1]), 1009),
        closes("ten megabytes announced", bytes(announced(10_000_000)), 1009),
        closes("2^63 - 1 bytes announced", bytes(announced(u64::MAX >> 1)), 1009),
        closes("2^64 - 1 bytes announced", bytes(announced(u64::MAX)), 1009),
        closes("binary, 64 KiB of it", frame(0x82, vec![0; 65_536]), 1009),
        closes(
            "fragments that never end",
            Box::new(|raw, _| {
                raw.frame(0x01, &[b'x'; 8_000]);
                (0..3).for_each(|_| raw.frame(0x00, &[b'x'; 8_000]));
            }),
            1009,
        ),
        closes(
            "fragments of one byte that never end",
            Box::new(|raw, _| {
                let mut frames = frame_head(0x01, 1);
                frames.extend(b"\0\0\0\0x");
                for _ in 0..MAX_FRAME_BYTES {
                    frames.extend(frame_head(0x00, 1));
                    frames.extend(b"\0\0\0\0x");
                }
                raw.write(&frames);
            }),
            1009,
        ),
        Case::new(
            "a message as long as allowed",
            As::Stranger,
            Box::new(|raw, _| {
                let head = "{\"type\":\"dance\",\"x\":\"";
                raw.text(&format!("{head}{}\"}}", "x".repeat(MAX_FRAME_BYTES - head.len() - 2)));
            }),
            Meets::Nothing,
        ),
    ]
}

/// What RFC 6455 forbids.
pub(super) fn malformed() -> Vec<Case> {
    vec![
        closes("text that is no UTF-8", frame(0x81, [0xC3, 0x28]), 1007),
        closes("a surrogate in UTF-8", frame(0x81, [0xED, 0xA0, 0x80]), 1007),
        closes("a zero in two bytes", frame(0x81, [0xC0, 0x80]), 1007),
        closes("beyond the last character", frame(0x81, [0xF4, 0x90, 0x80, 0x80]), 1007),
        closes("half a character", frame(0x81, [b'{', 0xE2, 0x82]), 1007),
        closes(
            "no UTF-8 across two fragments",
            Box::new(|raw, _| {
                raw.frame(0x01, &[b'{', 0xE2]);
                raw.frame(0x80, b"(");
            }),
            1007,
        ),
        closes("a close for a reason that is no UTF-8", frame(0x88, [0x03, 0xE8, 0xC3, 0x28]), 1007),
        closes("a frame without a mask", bytes(*b"\x81\x02{}"), 1002),
        closes("the first reserved bit", frame(0xC1, *b"{}"), 1002),
        closes("the second reserved bit", frame(0xA1, *b"{}"), 1002),
        closes("the third reserved bit", frame(0x91, *b"{}"), 1002),
        closes("a reserved bit on a ping", frame(0xC9, []), 1002),
        closes("opcode 3", frame(0x83, *b"{}"), 1002),
        closes("opcode 7", frame(0x87, *b"{}"), 1002),
        closes("control opcode 11", frame(0x8B, []), 1002),
        closes("control opcode 15", frame(0x8F, []), 1002),
        closes("a ping in fragments", frame(0x09, []), 1002),
        closes("a close in fragments", frame(0x08, []), 1002),
        closes("a ping too long", frame(0x89, [0; 126]), 1002),
        closes("a pong too long", frame(0x8A, [0; 126]), 1002),
        closes("a close too long", frame(0x88, [&[0x03, 0xE8][..], &[b'x'; 124]].concat()), 1002),
        closes("a close with half a code", frame(0x88, [0x03]), 1002),
        closes("a close with a code that nobody may send", frame(0x88, 1005_u16.to_be_bytes()), 1002),
        closes("a close with code 0", frame(0x88, [0, 0]), 1002),
        closes("a continuation of nothing", frame(0x80, *b"{}"), 1002),
        closes(
            "a message within a message",
            Box::new(|raw, _| {
                raw.frame(0x01, b"{");
                raw.frame(0x81, b"{}");
            }),
            1002,
        ),
        closes("another protocol altogether", bytes(*b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"), 1002),
    ]
}

/// More, or faster, than anybody needs.
pub(super) fn floods() -> Vec<Case> {
    let again = |first: u8, payload: &'static [u8]| -> Deed {
        Box::new(move |raw, _| (0..=MESSAGE_BURST + 8).for_each(|_| raw.frame(first, payload)))
    };
    vec![
        closes("too many messages", again(0x81, b"{\"type\":\"unknown\"}"), 4001),
        closes("too many challenges", again(0x81, CHALLENGE.as_bytes()), 4001),
        closes("too many pings", again(0x89, b"?"), 4001),
        closes("too many pongs", again(0x8A, b"!"), 4001),
        closes(
            "too many bytes",
            Box::new(|raw, _| {
                let long = format!("{{\"type\":\"unknown\",\"x\":\"{}\"}}", "x".repeat(16_000));
                (0..=BYTE_BURST / 16_000 + 1).for_each(|_| raw.text(&long));
            }),
            4001,
        ),
        closes("nonsense again and again", again_few(0x81, b"nonsense"), 4004),
        closes("binary again and again", again_few(0x82, b"binary"), 4004),
    ]
}

fn again_few(first: u8, payload: &'static [u8]) -> Deed {
    Box::new(move |raw, _| (0..=MAX_UNINTELLIGIBLE).for_each(|_| raw.frame(first, payload)))
}

/// Requests for a WebSocket that are none.
pub(super) fn requests() -> Vec<Case> {
    let case = |name, status, head: fn(std::net::SocketAddr) -> String| {
        let deed: Deed = Box::new(move |raw, against| raw.write(head(against.server).as_bytes()));
        Case::new(name, As::Http, deed, Meets::Status(status))
    };
    vec![
        case("no sub-protocol", 400, |server| upgrade(server, "")),
        case("another sub-protocol", 400, |server| {
            upgrade(server, "Sec-WebSocket-Protocol: alongside.v0, chat\r\n")
        }),
        case("another version of WebSocket", 400, |server| {
            upgrade(server, "Sec-WebSocket-Protocol: alongside.v1\r\n").replace(": 13", ": 12")
        }),
        case("no key", 400, |server| {
            upgrade(server, "Sec-WebSocket-Protocol: alongside.v1\r\n").replace("Sec-WebSocket-Key", "X-Key")
        }),
        case("no upgrade", 400, |server| format!("GET /v1/ws HTTP/1.1\r\nHost: {server}\r\n\r\n")),
        case("another method", 405, |server| {
            format!("POST /v1/ws HTTP/1.1\r\nHost: {server}\r\nContent-Length: 0\r\n\r\n")
        }),
        case("a head too long", 431, |server| upgrade(server, &format!("X-Long: {}\r\n", "x".repeat(9_000)))),
        case("too many header lines", 431, |server| upgrade(server, &"X: y\r\n".repeat(200))),
        case("no HTTP", 400, |_| "\u{0}\u{1}\u{2} nonsense\r\n\r\n".to_owned()),
        case("TLS", 400, |_| "\u{16}\u{3}\u{1}\u{0}\u{5}hello\r\n\r\n".to_owned()),
        case("two lengths of a body", 400, |server| {
            format!(
                "POST /v1/stream/x HTTP/1.1\r\nHost: {server}\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx"
            )
        }),
    ]
}
