//! The way to the signaling server: one WebSocket that is opened again whenever it is lost, until it is let go of.

use std::sync::Arc;
use std::time::Duration;

use alongside_agent_proto::decode::decode_broker;
use alongside_signaling_proto::limits::MAX_FRAME_BYTES;
use alongside_signaling_proto::wire::{AgentToBroker, BrokerToAgent, SUBPROTOCOL};
use futures_util::{SinkExt as _, StreamExt as _};
use tokio::net::TcpStream;
use tokio::sync::Notify;
use tokio::sync::mpsc::{self, error::TrySendError};
use tokio::time::{Instant, sleep, timeout};
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Error as WebSocketError, Message};
use tokio_tungstenite::{Connector, MaybeTlsStream, WebSocketStream, connect_async_tls_with_config};

use crate::pace::{MAX_WAITING, Next, Pace};
use crate::tls;

/// The first wait before a redial, and the longest. A server restarts within a second or two; when it is away for
/// longer, all agents together must not keep it down.
const FIRST_WAIT: Duration = Duration::from_millis(250);
const LONGEST_WAIT: Duration = Duration::from_secs(4);

/// How much is read from the socket at once.
const READ_BUFFER_BYTES: usize = 4 * 1024;

/// After how long without a word the server is asked whether it is there. A dead network closes nothing by itself,
/// and the server pings more often than this.
const SILENCE: Duration = Duration::from_secs(30);

/// How long it may take to answer that. A round trip over the worst mobile line.
const ANSWER: Duration = Duration::from_secs(2);

/// How long a dial may take.
const DIAL: Duration = Duration::from_secs(10);

/// How long the last words may take to leave.
const CLOSE: Duration = Duration::from_secs(1);

/// How much news waits to be heard. The server says no more than this before it is answered.
const NEWS: usize = 256;

/// What the socket tells.
#[derive(Debug)]
pub(crate) enum News {
    /// The server can be spoken to.
    Opened,
    /// The server is gone, and is being redialled.
    Lost,
    /// The server cannot be reached, and is being redialled; told once until it is.
    Unreachable,
    /// The server said something.
    Received(Box<BrokerToAgent>),
}

/// A socket that keeps itself open. Letting go of it closes it, once what it was given has left.
#[derive(Debug)]
pub(crate) struct Signaling {
    outgoing: mpsc::Sender<AgentToBroker>,
    doubt: Arc<Notify>,
    moved: Arc<Notify>,
}

impl Signaling {
    /// Opens the socket to a server, given by its origin, and keeps it open.
    pub(crate) fn open(server: &str) -> (Self, mpsc::Receiver<News>) {
        // In one turn a desk may say something of each of its sessions.
        let (outgoing, messages) = mpsc::channel(MAX_WAITING);
        let (news, incoming) = mpsc::channel(NEWS);
        // `http` becomes `ws`, and `https` becomes `wss`.
        let address = format!("{}/v1/ws", server.replacen("http", "ws", 1));
        let (doubt, moved) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let line = Line { address, messages, news, doubt: Arc::clone(&doubt), moved: Arc::clone(&moved) };
        tokio::spawn(line.run());
        (Self { outgoing, doubt, moved }, incoming)
    }

    /// Finds out soon whether the server is still there, if it was.
    pub(crate) fn check(&self) {
        self.doubt.notify_one();
    }

    /// This machine is on another network: finds out soon whether the server is still there, or dials it at once.
    pub(crate) fn moved(&self) {
        self.check();
        // Only who waits to dial, or dials, hears it: that is not for later.
        self.moved.notify_waiters();
    }

    /// Tells the server, when it is its turn; while it is gone, nothing: whoever hears that it is back says again what
    /// still matters. When too much waits, this is not told: whoever it was for has given up by then.
    pub(crate) fn send(&self, message: AgentToBroker) {
        if let Err(TrySendError::Full(_)) = self.outgoing.try_send(message) {
            dropped();
        }
    }
}

impl Signaling {
    /// Lets go, and waits until the last words have left.
    pub(crate) async fn close(self, mut news: mpsc::Receiver<News>) {
        drop(self);
        let _ = timeout(2 * CLOSE, async { while news.recv().await.is_some() {} }).await;
    }
}

fn dropped() {
    tracing::debug!("the server is told more than it takes; a message is dropped");
}

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

struct Line {
    address: String,
    messages: mpsc::Receiver<AgentToBroker>,
    news: mpsc::Sender<News>,
    doubt: Arc<Notify>,
    moved: Arc<Notify>,
}

impl Line {
    async fn run(mut self) {
        let mut failures = 0;
        let mut is_known = false;
        // Nobody listens, or nobody speaks: it was let go of.
        while !self.news.is_closed() {
            let moved = Arc::clone(&self.moved);
            let dialled = tokio::select! {
                dialled = timeout(DIAL, self.dial()) => dialled,
                // Nothing comes of a dial from where we were.
                () = moved.notified() => continue,
            };
            match dialled {
                Ok(Some(socket)) => {
                    is_known = false;
                    // What was said to a server that was gone is of no use to the one that is back.
                    while self.messages.try_recv().is_ok() {}
                    if self.news.send(News::Opened).await.is_err() || self.talk(socket, &mut failures).await {
                        return;
                    }
                    if self.news.send(News::Lost).await.is_err() {
                        return;
                    }
                }
                Ok(None) | Err(_) => {
                    if !is_known && self.news.send(News::Unreachable).await.is_err() {
                        return;
                    }
                    is_known = true;
                }
            }
            tokio::select! {
                () = sleep(wait(failures)) => failures += 1,
                () = moved.notified() => {}
                () = self.news.closed() => return,
                () = let_go(&mut self.messages) => return,
            }
        }
    }

    async fn dial(&self) -> Option<Socket> {
        let mut request = self.address.as_str().into_client_request().ok()?;
        request.headers_mut().insert("sec-websocket-protocol", HeaderValue::from_static(SUBPROTOCOL));
        // By default 128 KiB are set aside for each socket; nearly all there is to read fits into this.
        let config = WebSocketConfig::default()
            .read_buffer_size(READ_BUFFER_BYTES)
            .write_buffer_size(0)
            .max_message_size(Some(2 * MAX_FRAME_BYTES))
            .max_frame_size(Some(2 * MAX_FRAME_BYTES))
            .max_write_buffer_size(16 * MAX_FRAME_BYTES);
        let connector = tls::client_config().map(Connector::Rustls);
        match connect_async_tls_with_config(request, Some(config), true, connector).await {
            Ok((socket, _)) => Some(socket),
            Err(error) => {
                tracing::debug!(%error, "the server cannot be reached");
                None
            }
        }
    }

    /// Carries messages until the socket is lost; says whether it was let go of instead.
    async fn talk(&mut self, mut socket: Socket, failures: &mut u32) -> bool {
        let opened = Instant::now();
        let now = || u64::try_from(opened.elapsed().as_millis()).unwrap_or(u64::MAX);
        let mut pace = Pace::new(now());
        let mut heard = opened;
        let mut is_asked = false;
        loop {
            let patience = if is_asked { ANSWER } else { SILENCE };
            let turn = match pace.next(now()) {
                Next::Say(text) => {
                    if socket.send(Message::text(text)).await.is_err() {
                        return false;
                    }
                    continue;
                }
                Next::Wait(ms) => Some(Duration::from_millis(ms)),
                Next::Nothing => None,
            };
            tokio::select! {
                () = sleep(turn.unwrap_or_default()), if turn.is_some() => {}
                message = self.messages.recv() => {
                    let Some(message) = message else {
                        let last_words = async {
                            if say_the_rest(&mut socket, pace, now).await.is_ok() {
                                let _ = socket.close(None).await;
                            }
                        };
                        let _ = timeout(CLOSE, last_words).await;
                        return true;
                    };
                    if !pace.push(&message) {
                        dropped();
                    }
                }
                frame = socket.next() => {
                    heard = Instant::now();
                    is_asked = false;
                    let text = match frame {
                        Some(Ok(Message::Text(text))) => text,
                        Some(Ok(Message::Close(_)) | Err(_)) | None => return false,
                        // Pings are answered by the library; a server that talks nonsense is not worth a
                        // reaction.
                        Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Binary(_) | Message::Frame(_))) => {
                            continue;
                        }
                    };
                    *failures = 0;
                    if let Ok(Some(message)) = decode_broker(&text)
                        && self.news.send(News::Received(Box::new(message))).await.is_err()
                    {
                        return true;
                    }
                }
                () = self.doubt.notified(), if !is_asked => {
                    if socket.send(Message::Ping(Default::default())).await.is_err() {
                        return false;
                    }
                    is_asked = true;
                    heard = Instant::now();
                }
                () = tokio::time::sleep_until(heard + patience) => {
                    if is_asked || socket.send(Message::Ping(Default::default())).await.is_err() {
                        return false;
                    }
                    is_asked = true;
                    heard = Instant::now();
                }
            }
        }
    }
}

/// Says what still waits, at its pace.
async fn say_the_rest(
    socket: &mut Socket,
    mut pace: Pace,
    now: impl Fn() -> u64,
) -> Result<(), WebSocketError> {
    loop {
        match pace.next(now()) {
            Next::Say(text) => socket.send(Message::text(text)).await?,
            Next::Wait(ms) => sleep(Duration::from_millis(ms)).await,
            Next::Nothing => return Ok(()),
        }
    }
}

/// Waits until whoever speaks has let go.
async fn let_go(messages: &mut mpsc::Receiver<AgentToBroker>) {
    while messages.recv().await.is_some() {}
}

/// How long to wait after so many failures: longer each time, and nobody at the same time as everybody else.
fn wait(failures: u32) -> Duration {
    let longest = LONGEST_WAIT.min(FIRST_WAIT.saturating_mul(1 << failures.min(10)));
    let mut byte = [0];
    // Without randomness all wait the longest.
    let share = getrandom::fill(&mut byte).map_or(1.0, |()| 0.5 + f64::from(byte[0]) / 512.0);
    longest.mul_f64(share)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use tokio::net::TcpListener;

    use super::*;

    /// A server that hangs up on whoever dials.
    async fn dialled(server: &TcpListener) {
        drop(server.accept().await.unwrap());
    }

    #[tokio::test]
    async fn on_another_network_it_dials_at_once() {
        let server = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (signaling, _news) = Signaling::open(&format!("http://{}", server.local_addr().unwrap()));
        // So often that the next wait is two seconds at the least.
        for _ in 0..5 {
            dialled(&server).await;
        }
        let soon = Duration::from_millis(500);
        signaling.check();
        assert!(timeout(soon, dialled(&server)).await.is_err(), "doubt alone is no reason to hurry");
        signaling.moved();
        timeout(soon, dialled(&server)).await.expect("it dials at once");
        assert!(timeout(soon, dialled(&server)).await.is_err(), "and then waits as before");
    }

    #[tokio::test]
    async fn a_dial_from_another_network_is_given_up() {
        let server = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (signaling, _news) = Signaling::open(&format!("http://{}", server.local_addr().unwrap()));
        // It is never answered.
        let _silent = server.accept().await.unwrap();
        signaling.moved();
        // Long before the first dial is given up by itself.
        timeout(DIAL / 2, dialled(&server)).await.expect("it dials anew");
    }
}
