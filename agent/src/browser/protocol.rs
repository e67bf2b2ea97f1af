//! The DevTools protocol, as much of it as following one tab takes: calls with answers, and each tab's events
//! folded into one [`Seen`], so that no queue grows however much a page does.
//!
//! Source: <https://chromedevtools.github.io/devtools-protocol/>, JSON-RPC over a WebSocket in *flat* mode, where
//! messages of a tab carry its `sessionId`.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::value::{RawValue, Value};
use tokio::net::TcpStream;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::timeout;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::{Error, Message};

use super::BrowserError;
use super::location::Seen;

/// How many requests wait to be written. Each caller waits for an answer, and few call at once.
const REQUESTS: usize = 64;

/// How many calls may be unanswered before those are forgotten for which nobody waits any more.
const FORGET_ABOVE: usize = 64;

/// How long one message may take to be written. The other end is on this machine and reads all the time, or hangs.
const WRITE_TIMEOUT: Duration = Duration::from_secs(10);

/// The protocol's code for a session that is no more. Source: Chromium, `content/browser/devtools/devtools_session.cc`.
const SESSION_NOT_FOUND: i64 = -32001;

/// A tab that we are attached to, as the browser numbers it.
pub(super) type Attachment = Arc<str>;

type Answer = Result<Box<RawValue>, BrowserError>;

/// A connection to a browser. It ends when the last copy is let go of.
#[derive(Debug, Clone)]
pub(super) struct Connection {
    requests: mpsc::Sender<Request>,
}

#[derive(Debug)]
enum Request {
    Call { to: Option<Attachment>, method: &'static str, params: Value, answer: oneshot::Sender<Answer> },
    Watch { tab: Attachment, seen: watch::Sender<Seen> },
    Detach { tab: Attachment },
}

#[derive(Debug)]
struct Unanswered {
    to: Option<Attachment>,
    answer: oneshot::Sender<Answer>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Call<'a> {
    id: u64,
    method: &'static str,
    params: Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    session_id: Option<&'a str>,
}

/// An answer, or an event.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Heard<'a> {
    id: Option<u64>,
    method: Option<&'a str>,
    session_id: Option<&'a str>,
    #[serde(borrow)]
    params: Option<&'a RawValue>,
    result: Option<Box<RawValue>>,
    error: Option<Refusal>,
}

#[derive(Deserialize)]
struct Refusal {
    code: i64,
    message: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Detached<'a> {
    session_id: &'a str,
}

impl Connection {
    /// Puts a socket to work.
    pub(super) fn new(socket: WebSocketStream<TcpStream>) -> Self {
        let (requests, waiting) = mpsc::channel(REQUESTS);
        tokio::spawn(
            Line { socket, unanswered: HashMap::new(), seen: HashMap::new(), last_id: 0 }.work(waiting),
        );
        Self { requests }
    }

    /// Calls a method of the browser or of a tab, and waits for its answer.
    ///
    /// Errors: `Lost` and `Gone` when nobody is there to answer; `Refused`; `Unreadable`. A call has no time limit of
    /// its own.
    pub(super) async fn call<T: DeserializeOwned>(
        &self,
        to: Option<&Attachment>,
        method: &'static str,
        params: Value,
    ) -> Result<T, BrowserError> {
        let gone = || if to.is_some() { BrowserError::Gone } else { BrowserError::Lost };
        let (answer, answered) = oneshot::channel();
        let call = Request::Call { to: to.cloned(), method, params, answer };
        self.requests.send(call).await.map_err(|_| gone())?;
        let result = answered.await.map_err(|_| gone())??;
        serde_json::from_str(result.get()).map_err(|_| BrowserError::Unreadable { method })
    }

    /// Lets a tab's events be folded into what was seen of it. The sender falls when the tab goes.
    pub(super) async fn watch(&self, tab: Attachment, seen: watch::Sender<Seen>) -> Result<(), BrowserError> {
        self.requests.send(Request::Watch { tab, seen }).await.map_err(|_| BrowserError::Lost)
    }

    /// Lets go of a tab without waiting. When even that finds no room, the end of the connection does it.
    pub(super) fn detach(&self, tab: Attachment) {
        let _ = self.requests.try_send(Request::Detach { tab });
    }
}

/// The end of the connection that reads and writes.
#[derive(Debug)]
struct Line {
    socket: WebSocketStream<TcpStream>,
    unanswered: HashMap<u64, Unanswered>,
    seen: HashMap<Attachment, watch::Sender<Seen>>,
    last_id: u64,
}

impl Line {
    async fn work(mut self, mut requests: mpsc::Receiver<Request>) {
        loop {
            tokio::select! {
                message = self.socket.next() => match message {
                    Some(Ok(Message::Text(text))) => self.heard(&text),
                    Some(Ok(_)) => {}
                    Some(Err(error)) => return tracing::debug!(%error, "the browser's connection broke"),
                    None => return tracing::debug!("the browser ended its connection"),
                },
                request = requests.recv() => match request {
                    Some(request) => if let Err(error) = self.carry_out(request).await {
                        return tracing::debug!(%error, "the browser does not read");
                    },
                    None => break,
                },
            }
        }
        // Nobody is here any more. A browser that does not take leave is left.
        let _ = timeout(WRITE_TIMEOUT, self.socket.close(None)).await;
    }

    async fn carry_out(&mut self, request: Request) -> Result<(), Error> {
        match request {
            Request::Call { to, method, params, answer } => {
                if self.unanswered.len() > FORGET_ABOVE {
                    self.unanswered.retain(|_, unanswered| !unanswered.answer.is_closed());
                }
                let id = self.write(to.as_deref(), method, params).await?;
                self.unanswered.insert(id, Unanswered { to, answer });
            }
            Request::Watch { tab, seen } => {
                self.seen.insert(tab, seen);
            }
            Request::Detach { tab } => {
                if self.forget(&tab) {
                    let params = serde_json::json!({ "sessionId": &*tab });
                    self.write(None, "Target.detachFromTarget", params).await?;
                }
            }
        }
        Ok(())
    }

    async fn write(&mut self, to: Option<&str>, method: &'static str, params: Value) -> Result<u64, Error> {
        self.last_id += 1;
        let call = Call { id: self.last_id, method, params, session_id: to };
        let text = serde_json::to_string(&call).map_err(|error| Error::Io(error.into()))?;
        match timeout(WRITE_TIMEOUT, self.socket.send(Message::text(text))).await {
            Ok(sent) => sent.map(|()| self.last_id),
            Err(elapsed) => Err(Error::Io(elapsed.into())),
        }
    }

    fn heard(&mut self, text: &str) {
        let Ok(heard) = serde_json::from_str::<Heard<'_>>(text) else {
            // The text is not logged: it may hold what a page shows.
            return tracing::debug!(bytes = text.len(), "the browser said something unreadable");
        };
        if let Some(id) = heard.id {
            if let Some(Unanswered { answer, .. }) = self.unanswered.remove(&id) {
                // Whoever called may have given up.
                let _ = answer.send(match (heard.error, heard.result) {
                    (Some(refusal), _) if refusal.code == SESSION_NOT_FOUND => Err(BrowserError::Gone),
                    (Some(refusal), _) => Err(BrowserError::Refused { reason: refusal.message }),
                    (None, Some(result)) => Ok(result),
                    (None, None) => Err(BrowserError::Refused { reason: "no result".to_owned() }),
                });
            }
            return;
        }
        let (Some(method), Some(params)) = (heard.method, heard.params) else { return };
        match (heard.session_id, method) {
            (None, "Target.detachedFromTarget") => {
                if let Ok(Detached { session_id }) = serde_json::from_str(params.get()) {
                    self.forget(session_id);
                }
            }
            // The tab stands, but with nothing in it.
            (Some(tab), "Inspector.targetCrashed") => drop(self.forget(tab)),
            (Some(tab), _) => {
                if let Some(seen) = self.seen.get(tab) {
                    seen.send_if_modified(|seen| seen.note(method, params));
                }
            }
            (None, _) => {}
        }
    }

    /// Ends all that waits for a tab; says whether there was such a tab.
    fn forget(&mut self, tab: &str) -> bool {
        self.unanswered.retain(|_, unanswered| unanswered.to.as_deref() != Some(tab));
        self.seen.remove(tab).is_some()
    }
}
