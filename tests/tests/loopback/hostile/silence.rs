//! Connections that wait for the server to lose patience: nothing, half of something, or nothing that ever ends.

use std::time::{Duration, Instant};

use alongside_signaling_proto::limits::FIRST_MESSAGE_TIMEOUT_MS;

use super::case::{As, Case, Meets};
use crate::raw::{frame_head, upgrade};

/// Each meets its end after as long as a first message may take, which is also how long a head may.
pub(super) fn cases() -> Vec<Case> {
    let closes = |name, deed| Case::new(name, As::Stranger, deed, Meets::Close(4003));
    let ends = |name, deed| Case::new(name, As::Http, deed, Meets::End);
    vec![
        ends("a connection that says nothing", Box::new(|_, _| {})),
        ends("half a request", Box::new(|raw, _| raw.write(b"GET /v1/ws HTTP/1.1\r\nHost: x\r\n"))),
        ends(
            "a request a byte at a time",
            Box::new(|raw, against| {
                let began = Instant::now();
                let head = upgrade(against.server, "Sec-WebSocket-Protocol: alongside.v1\r\n");
                for byte in head.bytes().cycle() {
                    if began.elapsed() > Duration::from_millis(FIRST_MESSAGE_TIMEOUT_MS) {
                        break;
                    }
                    // The last byte never comes.
                    raw.write(&[if byte == b'\n' { b' ' } else { byte }]);
                    std::thread::sleep(Duration::from_millis(50));
                }
            }),
        ),
        closes("a WebSocket that says nothing", Box::new(|_, _| {})),
        closes("one that only answers pings", Box::new(|raw, _| raw.frame(0x8A, b""))),
        closes("half a frame's head", Box::new(|raw, _| raw.write(&[0x81]))),
        closes(
            "half a frame",
            Box::new(|raw, _| {
                raw.write(&[frame_head(0x81, 100), vec![0; 4], b"{\"type\"".to_vec()].concat())
            }),
        ),
        closes("the first fragment of a message", Box::new(|raw, _| raw.frame(0x01, b"{"))),
        Case::new(
            "empty fragments that never end",
            As::Stranger,
            Box::new(|raw, _| {
                let began = Instant::now();
                raw.frame(0x01, b"");
                let many = [frame_head(0x00, 0), vec![0; 4]].concat().repeat(1_000);
                while began.elapsed() < Duration::from_millis(FIRST_MESSAGE_TIMEOUT_MS + 500) {
                    raw.write(&many);
                }
            }),
            Meets::Close(4001),
        ),
    ]
}
