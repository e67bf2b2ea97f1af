#![allow(clippy::wildcard_enum_match_arm, reason = "an event that is not waited for is a failure, whichever")]

use std::time::Duration;

use alongside_agent_proto::limits::MAX_MESSAGE_BYTES;
use alongside_agent_proto::wire::Candidate;
use alongside_signaling_proto::wire::IceServer;
use tokio::sync::mpsc;

use super::{DISCONNECTED_AFTER, FAILED_AFTER, Kind, MAX_MESSAGE_SIZE, Peer, PeerError, PeerEvent, Received};

/// Longer than anything on one machine takes.
const PATIENCE: Duration = Duration::from_secs(30);

/// A peer with its events.
struct Side {
    peer: Peer,
    events: mpsc::Receiver<PeerEvent>,
}

impl Side {
    async fn new() -> Self {
        let (peer, events) = Peer::new(&[]).await.unwrap();
        Self { peer, events }
    }

    async fn next(&mut self) -> PeerEvent {
        let event = tokio::time::timeout(PATIENCE, self.events.recv()).await;
        event.expect("something happens").expect("it was not the last event")
    }

    /// The next event that is no candidate.
    async fn heard(&mut self) -> PeerEvent {
        loop {
            match self.next().await {
                PeerEvent::Found(_) => {}
                event => return event,
            }
        }
    }

    async fn text(&mut self) -> String {
        match self.heard().await {
            PeerEvent::Received(Received::Text(text)) => text,
            event => panic!("no text, but {event:?}"),
        }
    }

    async fn ends(&mut self) {
        assert_eq!(self.heard().await, PeerEvent::Closed);
        let after = tokio::time::timeout(PATIENCE, self.events.recv()).await.expect("the stream ends");
        assert_eq!(after, None, "nothing follows the end");
    }
}

/// One offers, the other answers, and both are open.
async fn connect(one: &mut Side, other: &mut Side) {
    let offer = one.peer.offer().unwrap();
    let answer = other.peer.answer(&offer).unwrap();
    one.peer.accept(&answer).unwrap();
    open(one, other).await;
}

/// Passes candidates both ways until both are open.
async fn open(one: &mut Side, other: &mut Side) {
    let mut open = (false, false);
    while open != (true, true) {
        tokio::select! {
            event = one.next() => match event {
                PeerEvent::Found(candidate) => other.peer.add_candidate(&candidate).unwrap(),
                event => { assert_eq!(event, PeerEvent::Opened); open.0 = true; }
            },
            event = other.next() => match event {
                PeerEvent::Found(candidate) => one.peer.add_candidate(&candidate).unwrap(),
                event => { assert_eq!(event, PeerEvent::Opened); open.1 = true; }
            },
        }
    }
}

async fn pair() -> (Side, Side) {
    let (mut one, mut other) = (Side::new().await, Side::new().await);
    connect(&mut one, &mut other).await;
    (one, other)
}

impl Side {
    /// Sends what is no text of ours, by the stack itself.
    async fn send_raw(&self, bytes: &[u8], kind: Kind) {
        let stream = self.peer.line.stream.get().unwrap();
        stream.write_sctp(&bytes.to_vec().into(), kind).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn texts_arrive_in_order_both_ways() {
    let (mut one, mut other) = pair().await;
    let text = |number: usize, from: &str| format!("{from} {number} {}", "ü".repeat(number * 7 % 3_000));
    let count = 300;
    let (first, second) = (&one.peer, &other.peer);
    let speak = async {
        for number in 0..count {
            first.send(text(number, "one")).await.unwrap();
            second.send(text(number, "other")).await.unwrap();
        }
    };
    let listen = async |events: &mut mpsc::Receiver<PeerEvent>, from: &str| {
        let mut next = 0;
        while next < count {
            match tokio::time::timeout(PATIENCE, events.recv()).await.unwrap().unwrap() {
                PeerEvent::Found(_) => {}
                event => {
                    assert_eq!(event, PeerEvent::Received(Received::Text(text(next, from))));
                    next += 1;
                }
            }
        }
    };
    tokio::join!(speak, listen(&mut one.events, "other"), listen(&mut other.events, "one"));
}

/// One offers, the other answers; each speaks the moment that its own channel is open, and hears the other.
async fn greet(mut one: Side, mut other: Side) {
    let answer = other.peer.answer(&one.peer.offer().unwrap()).unwrap();
    one.peer.accept(&answer).unwrap();
    let mut heard = (false, false);
    while heard != (true, true) {
        let (event, from, to, heard) = tokio::select! {
            event = one.next() => (event, &one, &other, &mut heard.0),
            event = other.next() => (event, &other, &one, &mut heard.1),
        };
        match event {
            PeerEvent::Found(candidate) => to.peer.add_candidate(&candidate).unwrap(),
            PeerEvent::Opened => from.peer.send("hello".to_owned()).await.unwrap(),
            event => {
                assert_eq!(event, PeerEvent::Received(Received::Text("hello".to_owned())));
                *heard = true;
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_first_message_is_lost() {
    // At the same time, so that one side is often late: what arrives before its channel stands is its first
    // message.
    let mut greetings = tokio::task::JoinSet::new();
    for _ in 0..40 {
        let (one, other) = (Side::new().await, Side::new().await);
        greetings.spawn(greet(one, other));
    }
    greetings.join_all().await;
}

#[tokio::test]
async fn the_longest_message_and_the_shortest_arrive() {
    let (one, mut other) = pair().await;
    let longest = "x".repeat(MAX_MESSAGE_BYTES);
    for text in [String::new(), longest, "x".to_owned()] {
        one.peer.send(text.clone()).await.unwrap();
        assert_eq!(other.text().await, text);
    }
}

#[tokio::test]
async fn an_offer_waits_in_hand_with_its_candidates() {
    let (mut one, mut other) = (Side::new().await, Side::new().await);
    let first = one.peer.offer().unwrap();
    // It finds what there is, and nobody takes any of it from there.
    while !one.peer.offer().unwrap().contains("a=candidate:") {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    tokio::time::sleep(DISCONNECTED_AFTER + FAILED_AFTER + Duration::from_secs(2)).await;
    let again = one.peer.offer().unwrap();
    let is_ufrag = |line: &&str| line.starts_with("a=ice-ufrag:");
    assert_eq!(first.lines().find(is_ufrag), again.lines().find(is_ufrag), "it is the same offer");
    connect(&mut one, &mut other).await;
    one.peer.send("here".to_owned()).await.unwrap();
    assert_eq!(other.text().await, "here");
}

#[tokio::test]
async fn descriptions_have_one_data_section_and_one_component() {
    let (one, other) = (Side::new().await, Side::new().await);
    let answer = other.peer.answer(&one.peer.offer().unwrap()).unwrap();
    while !one.peer.offer().unwrap().contains("a=candidate:") {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    for sdp in [one.peer.offer().unwrap(), answer] {
        assert_eq!(sdp.lines().filter(|line| line.starts_with("m=")).count(), 1, "{sdp}");
        let mut candidates = sdp.lines().filter(|line| line.starts_with("a=candidate:"));
        assert!(candidates.all(|line| line.split(' ').nth(1) == Some("1")), "{sdp}");
    }
}

#[tokio::test]
async fn whoever_closes_both_see_it() {
    for offerer_closes in [true, false] {
        let (mut one, mut other) = pair().await;
        let closing = if offerer_closes { &one.peer } else { &other.peer };
        closing.close().await;
        closing.close().await;
        assert!(matches!(closing.send("late".to_owned()).await, Err(PeerError::NotOpen)));
        one.ends().await;
        other.ends().await;
    }
}

#[tokio::test]
async fn a_peer_that_was_let_go_of_is_closed() {
    let (one, mut other) = pair().await;
    let Side { peer, events } = one;
    drop(peer);
    other.ends().await;
    let mut one = Side { peer: Side::new().await.peer, events };
    one.ends().await;
}

#[tokio::test]
async fn one_that_never_connected_closes_too() {
    let mut fresh = Side::new().await;
    fresh.peer.close().await;
    fresh.ends().await;
    let mut offering = Side::new().await;
    offering.peer.offer().unwrap();
    offering.peer.close().await;
    offering.ends().await;
    assert!(offering.peer.offer().is_err());
}

#[test]
fn a_peer_that_is_gone_without_a_word_is_noticed() {
    let alive = tokio::runtime::Runtime::new().unwrap();
    let dying = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let mut one = alive.block_on(Side::new());
    let mut other = dying.block_on(Side::new());
    // Each on its own runtime: what they wait for is on it.
    let offer = alive.block_on(async { one.peer.offer() }).unwrap();
    let answer = dying.block_on(async { other.peer.answer(&offer) }).unwrap();
    alive.block_on(async { one.peer.accept(&answer) }).unwrap();
    let mut is_open = false;
    while !is_open {
        match alive.block_on(one.next()) {
            PeerEvent::Found(candidate) => {
                dying.block_on(async { other.peer.add_candidate(&candidate) }).unwrap();
            }
            event => is_open = event == PeerEvent::Opened,
        }
    }
    while dying.block_on(other.next()) != PeerEvent::Opened {}
    // Its only thread is held from now on. A runtime that is shut down may still say goodbye.
    let (is_held, held) = std::sync::mpsc::channel();
    let (_let_go, until) = std::sync::mpsc::channel::<()>();
    dying.spawn(async move {
        is_held.send(()).unwrap();
        let _ = until.recv();
    });
    held.recv().unwrap();
    assert_eq!(alive.block_on(one.heard()), PeerEvent::Disturbed);
    alive.block_on(one.ends());
    dying.shutdown_background();
}

#[tokio::test]
async fn what_is_no_description_is_refused() {
    let fresh = Side::new().await;
    let offer = Side::new().await.peer.offer().unwrap();
    let video = format!("{offer}m=video 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:1\r\na=rtpmap:96 VP8/90000\r\n");
    let fingerprint = |line: &&str| !line.starts_with("a=fingerprint:");
    let unproven: String = offer.split_inclusive('\n').filter(fingerprint).collect();
    let half = &offer[..offer.len() / 2];
    for wrong in ["", "hello", "v=0\r\n", "m=application ", half, video.as_str(), unproven.as_str()] {
        let side = Side::new().await;
        assert!(side.peer.answer(wrong).is_err(), "{wrong}");
        side.peer.close().await;
    }
    // An answer without an offer, and two of them.
    assert!(fresh.peer.accept(&offer).is_err());
    let (one, other) = (Side::new().await, Side::new().await);
    let answer = other.peer.answer(&one.peer.offer().unwrap()).unwrap();
    one.peer.accept(&answer).unwrap();
    assert!(one.peer.accept(&answer).is_err());
}

#[tokio::test]
async fn no_damage_to_a_description_is_fatal() {
    let offer = Side::new().await.peer.offer().unwrap();
    let lines: Vec<_> = offer.split_inclusive('\n').collect();
    for (index, line) in lines.iter().enumerate() {
        let strange =
            ["", "=\r\n", "a=:\r\n", "a=candidate:\r\n", "m=application\r\n", &line[..line.len() / 2]];
        for replacement in strange {
            let damaged: String = lines
                .iter()
                .enumerate()
                .map(|(at, line)| if at == index { replacement } else { *line })
                .collect();
            let side = Side::new().await;
            // Either is fine; a panic is not.
            let _ = side.peer.answer(&damaged);
            side.peer.close().await;
        }
    }
}

#[tokio::test]
async fn candidates_that_do_not_fit_cost_only_themselves() {
    let (mut one, mut other) = (Side::new().await, Side::new().await);
    let early = Candidate { candidate: String::new(), sdp_mid: None, sdp_m_line_index: None };
    assert!(one.peer.add_candidate(&early).is_err(), "before the remote description");
    let bad = [
        "candidate:",
        "candidate:1 1 udp 1 999.0.0.1 9 typ host",
        "candidate:1 1 udp 1 example.org 9 typ host",
        "candidate:1 1 tcp 1 192.0.2.1 9 typ host tcptype active",
        "candidate:1 1 udp 99999999999 192.0.2.1 99999 typ strange",
        "\u{0}",
    ];
    let offer = one.peer.offer().unwrap();
    let within: String = bad.iter().map(|line| format!("a={line}\r\n")).collect();
    let answer = other.peer.answer(&format!("{offer}{within}")).unwrap();
    one.peer.accept(&answer).unwrap();
    for candidate in bad {
        let candidate =
            Candidate { candidate: candidate.to_owned(), sdp_mid: None, sdp_m_line_index: Some(7) };
        let _ = other.peer.add_candidate(&candidate);
    }
    let end = Candidate { candidate: String::new(), sdp_mid: None, sdp_m_line_index: Some(0) };
    open(&mut one, &mut other).await;
    one.peer.add_candidate(&end).unwrap();
}

#[tokio::test]
async fn servers_that_do_not_fit_are_left_out() {
    let server = |url: &str, secret: Option<&str>| IceServer {
        urls: vec![url.to_owned()],
        username: secret.map(str::to_owned),
        credential: secret.map(str::to_owned),
    };
    let servers = [
        server("stun:127.0.0.1:9", None),
        server("turn:127.0.0.1:9?transport=udp", Some("secret")),
        server("turn:127.0.0.1:9", None),
        server("turn:127.0.0.1:9?transport=tcp", Some("secret")),
        server("turns:127.0.0.1:9", Some("secret")),
        server("https://127.0.0.1/", None),
        server("stun:", None),
        server("", None),
        server("\u{0}", None),
    ];
    let taken: Vec<_> = servers.iter().flat_map(super::usable).map(|url| url.to_string()).collect();
    assert_eq!(taken, ["stun:127.0.0.1:9", "turn:127.0.0.1:9?transport=udp"]);
    let (peer, events) = Peer::new(&servers).await.unwrap();
    let (mut one, mut other) = (Side { peer, events }, Side::new().await);
    // Nobody answers at any of them, and nobody waits for it.
    connect(&mut one, &mut other).await;
}

#[tokio::test]
async fn a_message_above_the_limit_is_cut() {
    let (mut one, other) = pair().await;
    let cut = |text: &str| text.len() > MAX_MESSAGE_BYTES && text.len() < MAX_MESSAGE_BYTES + 8;
    for length in [MAX_MESSAGE_BYTES + 1, MAX_MESSAGE_BYTES + 2, MAX_MESSAGE_SIZE.try_into().unwrap()] {
        other.send_raw(&vec![b'y'; length], Kind::String).await;
        assert!(cut(&one.text().await), "{length}");
    }
    // More than was promised is not even sent by a stack that keeps to it.
    let stream = other.peer.line.stream.get().unwrap();
    let more = vec![b'z'; usize::try_from(MAX_MESSAGE_SIZE).unwrap() + 1].into();
    assert!(stream.write_sctp(&more, Kind::String).await.is_err());
    other.peer.send("still here".to_owned()).await.unwrap();
    assert_eq!(one.text().await, "still here");
}

#[tokio::test]
async fn what_is_no_text_is_told_as_such() {
    let (mut one, other) = pair().await;
    let wrong = [
        (&[0xff_u8, 0xfe][..], Kind::String),
        (&[1, 2, 3], Kind::Binary),
        (&[0], Kind::BinaryEmpty),
        (&[3, 0, 0, 0], Kind::Dcep),
        (&[1, 2, 3], Kind::Unknown),
    ];
    for (bytes, kind) in wrong {
        other.send_raw(bytes, kind).await;
        assert_eq!(one.heard().await, PeerEvent::Received(Received::Binary), "{kind:?}");
    }
    other.peer.send("still here".to_owned()).await.unwrap();
    assert_eq!(one.text().await, "still here");
}

#[tokio::test]
async fn whose_certificate_is_another_never_gets_through() {
    let (mut one, mut other) = (Side::new().await, Side::new().await);
    let offer = one.peer.offer().unwrap();
    let answer = other.peer.answer(&offer).unwrap();
    // As a server would that stands in between.
    let (before, fingerprint) = answer.split_once("a=fingerprint:sha-256 ").unwrap();
    let digit = if fingerprint.starts_with('A') { 'B' } else { 'A' };
    let answer = format!("{before}a=fingerprint:sha-256 {digit}{}", &fingerprint[1..]);
    one.peer.accept(&answer).unwrap();
    loop {
        tokio::select! {
            event = one.next() => match event {
                PeerEvent::Found(candidate) => { let _ = other.peer.add_candidate(&candidate); }
                event => { assert_eq!(event, PeerEvent::Closed); break; }
            },
            event = other.next() => match event {
                PeerEvent::Found(candidate) => { let _ = one.peer.add_candidate(&candidate); }
                // The other one cannot know before it is told.
                event => assert!(matches!(event, PeerEvent::Opened | PeerEvent::Closed), "{event:?}"),
            },
        }
    }
}

#[tokio::test]
async fn who_opens_another_channel_is_left() {
    let (mut one, other) = pair().await;
    let association = other.peer.line.association.get().unwrap();
    let another = association.open_stream(7, Kind::Binary).await.unwrap();
    another.write_sctp(&b"\x03\0\0\0\0\0\0\0\0\0\0\0"[..].into(), Kind::Dcep).await.unwrap();
    one.ends().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flood_that_nobody_reads_is_held_back() {
    let (mut one, other) = pair().await;
    let message = "f".repeat(MAX_MESSAGE_BYTES);
    let mut sent = 0;
    // Nothing is read meanwhile. A second without room is what being held back looks like.
    while let Ok(done) = tokio::time::timeout(Duration::from_secs(1), other.peer.send(message.clone())).await
    {
        done.unwrap();
        sent += message.len();
        assert!(sent < 4 * 1024 * 1024, "nothing holds it back");
    }
    for _ in 0..sent / message.len() {
        assert_eq!(one.text().await, message);
    }
}

#[tokio::test]
async fn sending_to_who_does_not_read_waits_and_ends_with_the_connection() {
    let (mut one, other) = pair().await;
    let message = "w".repeat(MAX_MESSAGE_BYTES);
    let peer = &one.peer;
    let speak = async { while peer.send(message.clone()).await.is_ok() {} };
    let end = async {
        tokio::time::sleep(Duration::from_secs(2)).await;
        peer.close().await;
    };
    tokio::time::timeout(PATIENCE, async { tokio::join!(speak, end) }).await.expect("it does not wait on");
    drop(other);
    one.ends().await;
}
