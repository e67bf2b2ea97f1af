//! Signaling over plain HTTP, for pages whose policy or network refuses WebSockets.
//!
//! `connect-src http://host` does not permit `ws://host` (CSP level 3 section 6.7.2.8), and some proxies drop
//! upgrades. One response that never ends carries what the broker says, a line each; posts carry what the agent
//! says, in order. What comes of it is a `Sink + Stream` of the same messages, so everything else, limits
//! included, is the socket's own code.

use std::collections::HashMap;
use std::convert::Infallible;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use alongside_signaling_proto::id::StreamName;
use alongside_signaling_proto::limits::MAX_FRAME_BYTES;
use axum::Error;
use axum::body::{Body, Bytes};
use axum::extract::ws::{Message, Utf8Bytes};
use axum::http::StatusCode;
use futures_channel::mpsc::{Receiver, SendError, Sender, channel};
use futures_util::{Sink, SinkExt as _, Stream, StreamExt as _};

use crate::connections::Lasting;
use crate::gate::Admitted;
use crate::hub::{Hub, Way};
use crate::metered::Meter;
use crate::socket;

/// How many lines may wait between a request and the socket's task, each way. Enough to keep both busy; what
/// an agent does not read piles up in its outbox, which counts bytes.
const LINES: usize = 4;

/// The way from a post to the socket's task.
type ToSocket = Sender<Result<Message, Error>>;

/// The streams that are open, by the names that their agents were told.
#[derive(Debug, Clone, Default)]
pub(crate) struct Streams(Arc<Mutex<HashMap<StreamName, ToSocket>>>);

/// What to answer a post with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Posted {
    /// All lines were taken.
    Taken,
    /// No stream of that name is open: the agent dials again.
    Gone,
}

impl Posted {
    pub(crate) fn status(self) -> StatusCode {
        match self {
            Self::Taken => StatusCode::NO_CONTENT,
            Self::Gone => StatusCode::NOT_FOUND,
        }
    }
}

impl Streams {
    /// Opens a stream under a fresh name and returns the response's body.
    pub(crate) async fn open(
        &self,
        hub: &Hub,
        name: StreamName,
        origin: Option<String>,
        admitted: Admitted,
        lasting: Lasting,
    ) -> Body {
        let (to_socket, incoming) = channel(LINES);
        let (mut outgoing, lines) = channel::<Bytes>(LINES);
        // There is room: nothing has been sent yet.
        let _ = outgoing.send(Bytes::from(format!("{name}\n"))).await;
        let seat = hub.open(origin, admitted.source, Way::Stream).await;
        self.lock().insert(name, to_socket.clone());
        let streams = self.clone();
        tokio::spawn(async move {
            // A post is bounded by its body: there are no frames around its lines.
            socket::serve(Both { incoming, outgoing }, seat, Meter::default()).await;
            streams.lock().remove(&name);
            drop((admitted, lasting));
        });
        let hangup = Hangup(to_socket);
        Body::from_stream(lines.map(move |line| {
            let _held = &hangup;
            Ok::<_, Infallible>(line)
        }))
    }

    /// Hands the lines of a post to its stream, one after another.
    ///
    /// Shape: a message a line; an empty line is the answer to an empty line, as a pong is to a ping.
    pub(crate) async fn post(&self, name: StreamName, body: &str) -> Posted {
        let Some(mut to_socket) = self.lock().get(&name).cloned() else {
            return Posted::Gone;
        };
        for line in body.split('\n') {
            let message = if line.is_empty() {
                Message::Pong(Bytes::new())
            } else {
                Message::Text(Utf8Bytes::from(line))
            };
            if to_socket.send(Ok(message)).await.is_err() {
                return Posted::Gone;
            }
        }
        Posted::Taken
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<StreamName, ToSocket>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Ends the stream as soon as its response is dropped: the agent has gone away.
#[derive(Debug)]
struct Hangup(ToSocket);

impl Drop for Hangup {
    fn drop(&mut self) {
        self.0.close_channel();
    }
}

/// The longest body of a post. Units: bytes. One message, or several short ones that waited for each other.
pub(crate) const MAX_POST_BYTES: usize = MAX_FRAME_BYTES;

/// Both directions of a stream as one socket.
#[derive(Debug)]
struct Both {
    incoming: Receiver<Result<Message, Error>>,
    outgoing: Sender<Bytes>,
}

impl Stream for Both {
    type Item = Result<Message, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.incoming.poll_next_unpin(cx)
    }
}

impl Sink<Message> for Both {
    type Error = Error;

    fn poll_ready(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        self.outgoing.poll_ready(cx).map_err(gone)
    }

    fn start_send(mut self: Pin<&mut Self>, message: Message) -> Result<(), Error> {
        let line = match message {
            Message::Text(text) => Bytes::from(format!("{text}\n")),
            Message::Ping(_) => Bytes::from_static(b"\n"),
            Message::Close(_) => {
                self.outgoing.close_channel();
                return Ok(());
            }
            Message::Binary(_) | Message::Pong(_) => return Ok(()),
        };
        self.outgoing.start_send(line).map_err(gone)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        Pin::new(&mut self.outgoing).poll_flush(cx).map_err(gone)
    }

    fn poll_close(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        Pin::new(&mut self.outgoing).poll_close(cx).map_err(gone)
    }
}

fn gone(error: SendError) -> Error {
    Error::new(error)
}
