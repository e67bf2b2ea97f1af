//! A socket whose network is a pair of queues and whose time passes at once.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use alongside_signaling_proto::broker::{Broker, Config, Teams};
use alongside_signaling_proto::limits::MAX_OUTBOUND_BYTES;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::JoinHandle;

use super::*;
use crate::hub::{Hub, Way};
use crate::outbox::{Outbox, RESTART};

/// The server's end: what the agent sends comes out, what the server sends goes in, unless the agent does not read.
struct Network {
    incoming: UnboundedReceiver<Message>,
    outgoing: UnboundedSender<Message>,
    stuck: Arc<AtomicBool>,
}

impl Stream for Network {
    type Item = Result<Message, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.incoming.poll_recv(context).map(|message| message.map(Ok))
    }
}

impl Sink<Message> for Network {
    type Error = Error;

    fn poll_ready(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<(), Error>> {
        if self.stuck.load(Ordering::Relaxed) { Poll::Pending } else { Poll::Ready(Ok(())) }
    }

    fn start_send(self: Pin<&mut Self>, message: Message) -> Result<(), Error> {
        self.outgoing.send(message).map_err(Error::new)
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<(), Error>> {
        self.poll_ready(context)
    }

    fn poll_close(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<(), Error>> {
        self.poll_ready(context)
    }
}

struct Agent {
    send: Option<UnboundedSender<Message>>,
    receive: UnboundedReceiver<Message>,
    stuck: Arc<AtomicBool>,
    outbox: Arc<Outbox>,
    server: JoinHandle<()>,
    started: Instant,
}

impl Agent {
    async fn connect() -> Self {
        let config = Config { teams: Teams::Any, ..Config::default() };
        let seat = Hub::start(Broker::new(config, [1; 32])).open(None, None, Way::Socket).await;
        let outbox = Arc::clone(&seat.outbox);
        let (send, incoming) = unbounded_channel();
        let (outgoing, receive) = unbounded_channel();
        let stuck = Arc::new(AtomicBool::new(false));
        let network = Network { incoming, outgoing, stuck: Arc::clone(&stuck) };
        let server = tokio::spawn(serve(network, seat, Meter::default()));
        Self { send: Some(send), receive, stuck, outbox, server, started: Instant::now() }
    }

    fn say(&self, text: &str) {
        self.send.as_ref().unwrap().send(Message::text(text)).unwrap();
    }

    /// The next message that is no ping.
    async fn hear(&mut self) -> Message {
        loop {
            let message = self.receive.recv().await.unwrap();
            if !matches!(message, Message::Ping(_)) {
                return message;
            }
        }
    }

    async fn closed_with(&mut self) -> u16 {
        let message = self.hear().await;
        let Message::Close(Some(frame)) = message else { panic!("{message:?}") };
        frame.code
    }

    fn passed_ms(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_millis()).unwrap()
    }
}

const CHALLENGE: &str = "{\"type\":\"challenge\"}";

#[tokio::test(start_paused = true)]
async fn what_is_asked_is_answered() {
    let mut agent = Agent::connect().await;
    agent.say(CHALLENGE);
    let Message::Text(text) = agent.hear().await else { panic!("no text") };
    assert!(text.starts_with("{\"type\":\"challenged\",\"nonce\":\""), "{text}");
    agent.send = None;
    agent.server.await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_socket_that_never_speaks_is_closed_soon() {
    let mut agent = Agent::connect().await;
    // Pings are not speech.
    agent.send.as_ref().unwrap().send(Message::Ping(Default::default())).unwrap();
    assert_eq!(agent.closed_with().await, CloseCode::Silent as u16);
    assert_eq!(agent.passed_ms(), FIRST_MESSAGE_TIMEOUT_MS);
}

#[tokio::test(start_paused = true)]
async fn a_socket_that_fell_silent_is_pinged_and_then_closed() {
    let mut agent = Agent::connect().await;
    agent.say(CHALLENGE);
    agent.hear().await;
    for n in 1..=2 {
        assert_eq!(agent.receive.recv().await, Some(Message::Ping(Default::default())));
        assert_eq!(agent.passed_ms(), n * PING_INTERVAL_MS);
    }
    assert_eq!(agent.closed_with().await, CloseCode::Silent as u16);
    assert_eq!(agent.passed_ms(), SILENCE_TIMEOUT_MS);
}

#[tokio::test(start_paused = true)]
async fn a_socket_that_answers_pings_stays() {
    let mut agent = Agent::connect().await;
    agent.say(CHALLENGE);
    agent.hear().await;
    for _ in 0..10 {
        assert_eq!(agent.receive.recv().await, Some(Message::Ping(Default::default())));
        agent.send.as_ref().unwrap().send(Message::Pong(Default::default())).unwrap();
    }
    assert_eq!(agent.passed_ms(), 10 * PING_INTERVAL_MS);
    agent.say(CHALLENGE);
    assert!(matches!(agent.hear().await, Message::Text(_)));
}

#[tokio::test(start_paused = true)]
async fn who_sends_too_much_is_closed() {
    for (message, most) in [
        (Message::text("{\"type\":\"unknown\"}"), MESSAGE_BURST + 1),
        (Message::Pong(Default::default()), MESSAGE_BURST + 1),
        (
            Message::text(format!("{{\"type\":\"x\",\"y\":\"{}\"}}", "z".repeat(8_000))),
            BYTE_BURST / 8_000 + 1,
        ),
    ] {
        let mut agent = Agent::connect().await;
        for _ in 0..most {
            agent.send.as_ref().unwrap().send(message.clone()).unwrap();
        }
        assert_eq!(agent.closed_with().await, CloseCode::RateLimited as u16);
    }
}

#[tokio::test(start_paused = true)]
async fn who_does_not_read_is_cut() {
    let agent = Agent::connect().await;
    agent.say(CHALLENGE);
    agent.stuck.store(true, Ordering::Relaxed);
    let text = Utf8Bytes::from("x".repeat(16 * 1024));
    for _ in 0..MAX_OUTBOUND_BYTES / text.len() + 2 {
        agent.outbox.push(text.clone());
        tokio::task::yield_now().await;
    }
    let Agent { server, started, .. } = agent;
    server.await.unwrap();
    let passed = u64::try_from(started.elapsed().as_millis()).unwrap();
    assert!(passed <= 2 * CLOSE_TIMEOUT_MS, "{passed} ms");
}

#[tokio::test(start_paused = true)]
async fn who_takes_nothing_for_a_minute_is_dropped() {
    let agent = Agent::connect().await;
    agent.stuck.store(true, Ordering::Relaxed);
    agent.say(CHALLENGE);
    let Agent { server, started, .. } = agent;
    server.await.unwrap();
    let passed = u64::try_from(started.elapsed().as_millis()).unwrap();
    assert!((SILENCE_TIMEOUT_MS..=SILENCE_TIMEOUT_MS + CLOSE_TIMEOUT_MS).contains(&passed), "{passed} ms");
}

#[tokio::test(start_paused = true)]
async fn a_restart_comes_after_what_was_said_before() {
    let mut agent = Agent::connect().await;
    agent.outbox.push("last words".into());
    agent.outbox.close(RESTART);
    assert_eq!(agent.hear().await, Message::text("last words"));
    assert_eq!(agent.closed_with().await, RESTART);
    // The agent does not answer the close: it is waited for, and not for ever.
    agent.server.await.unwrap();
    assert_eq!(u64::try_from(agent.started.elapsed().as_millis()).unwrap(), CLOSE_TIMEOUT_MS);
}
