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
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::{Connector, MaybeTlsStream, WebSocketStream, connect_async_tls_with_config};

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

/// How many messages wait for the socket, in either direction. The server allows a burst of half as many.
const QUEUE: usize = 256;

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
}

impl Signaling {
    /// Opens the socket to a server, given by its origin, and keeps it open.
    pub(crate) fn open(server: &str) -> (Self, mpsc::Receiver<News>) {
        let (outgoing, messages) = mpsc::channel(QUEUE);
        let (news, incoming) = mpsc::channel(QUEUE);
        // `http` becomes `ws`, and `https` becomes `wss`.
        let address = format!("{}/v1/ws", server.replacen("http", "ws", 1));
        let doubt = Arc::new(Notify::new());
        tokio::spawn(Line { address, messages, news, doubt: Arc::clone(&doubt) }.run());
        (Self { outgoing, doubt }, incoming)
    }

    /// Finds out soon whether the server is still there, or dials it at once.
    pub(crate) fn check(&self) {
        self.doubt.notify_one();
    }

    /// Tells the server; while it is gone, nothing: whoever hears that it is back says again what still matters.
    pub(crate) fn send(&self, message: AgentToBroker) {
        if let Err(TrySendError::Full(_)) = self.outgoing.try_send(message) {
            tracing::debug!("the server reads more slowly than it is told; a message is dropped");
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

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

struct Line {
    address: String,
    messages: mpsc::Receiver<AgentToBroker>,
    news: mpsc::Sender<News>,
    doubt: Arc<Notify>,
}

impl Line {
    async fn run(mut self) {
        let mut failures = 0;
        let mut is_known = false;
        // Nobody listens, or nobody speaks: it was let go of.
        while !self.news.is_closed() {
            match timeout(DIAL, self.dial()).await {
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
        let mut heard = Instant::now();
        let mut is_asked = false;
        loop {
            let patience = if is_asked { ANSWER } else { SILENCE };
            tokio::select! {
                message = self.messages.recv() => {
                    let Some(message) = message else {
                        let _ = timeout(CLOSE, socket.close(None)).await;
                        return true;
                    };
                    let Ok(text) = serde_json::to_string(&message) else { continue };
                    if socket.send(Message::text(text)).await.is_err() {
                        return false;
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
