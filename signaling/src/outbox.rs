//! What waits to be sent on one socket, bounded by bytes.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use alongside_signaling_proto::limits::MAX_OUTBOUND_BYTES;
use alongside_signaling_proto::wire::CloseCode;
use axum::extract::ws::Utf8Bytes;
use tokio::sync::Notify;

/// The code by which a server that restarts tells agents to redial.
///
/// Source: the IANA WebSocket close code registry, 1012 *Service Restart*.
pub(crate) const RESTART: u16 = 1012;

/// One socket's queue: the hub puts in, the socket takes out.
#[derive(Debug, Default)]
pub(crate) struct Outbox {
    state: Mutex<State>,
    filled: Notify,
    cut: Notify,
}

#[derive(Debug, Default)]
struct State {
    queue: VecDeque<Utf8Bytes>,
    bytes: usize,
    close: Option<u16>,
}

/// What a socket is to do next.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Next {
    /// Send this.
    Text(Utf8Bytes),
    /// Close with this code; nothing comes after it.
    Close(u16),
}

impl Outbox {
    /// Queues a message. When more than [`MAX_OUTBOUND_BYTES`] wait, all of them go and the socket is cut.
    pub(crate) fn push(&self, text: Utf8Bytes) {
        let mut state = self.lock();
        if state.close.is_some() {
            return;
        }
        state.bytes += text.len();
        if state.bytes > MAX_OUTBOUND_BYTES {
            *state = State { close: Some(CloseCode::SlowReader as u16), ..State::default() };
            self.cut.notify_one();
        } else {
            state.queue.push_back(text);
        }
        drop(state);
        self.filled.notify_one();
    }

    /// Closes the socket after what waits.
    pub(crate) fn close(&self, code: u16) {
        self.lock().close.get_or_insert(code);
        self.filled.notify_one();
    }

    /// The next thing to do. Safe to drop and call again.
    pub(crate) async fn next(&self) -> Next {
        loop {
            if let Some(next) = self.try_next() {
                return next;
            }
            self.filled.notified().await;
        }
    }

    /// The next thing to do, if there is one now.
    pub(crate) fn try_next(&self) -> Option<Next> {
        let mut state = self.lock();
        if let Some(text) = state.queue.pop_front() {
            state.bytes -= text.len();
            if state.queue.is_empty() {
                // An idle socket holds no buffer.
                state.queue = VecDeque::new();
            }
            return Some(Next::Text(text));
        }
        state.close.map(Next::Close)
    }

    /// Waits until the agent has let too much pile up.
    pub(crate) async fn overflowed(&self) {
        self.cut.notified().await;
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_was_queued_goes_out_before_the_close() {
        let outbox = Outbox::default();
        outbox.push("a".into());
        outbox.close(RESTART);
        outbox.push("too late".into());
        outbox.close(4000);
        assert_eq!(outbox.next().await, Next::Text("a".into()));
        assert_eq!(outbox.next().await, Next::Close(RESTART));
        assert_eq!(outbox.next().await, Next::Close(RESTART));
    }

    #[tokio::test]
    async fn who_does_not_read_is_cut_and_holds_nothing() {
        let outbox = Outbox::default();
        let text = Utf8Bytes::from("x".repeat(1024));
        for _ in 0..MAX_OUTBOUND_BYTES / 1024 {
            outbox.push(text.clone());
        }
        assert_eq!(outbox.lock().bytes, MAX_OUTBOUND_BYTES);
        outbox.push("x".into());
        outbox.overflowed().await;
        assert!(outbox.lock().queue.is_empty());
        assert_eq!(outbox.next().await, Next::Close(CloseCode::SlowReader as u16));
    }
}
