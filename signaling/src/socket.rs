//! One WebSocket: reads within its limits, writes what its outbox holds, and ends in a close code.
//!
//! Generic over the stream, so that what a network does can be done to it in a test.

use std::pin::pin;
use std::time::Duration;

use alongside_signaling_proto::limits::{
    BYTE_BURST, BYTES_PER_SECOND, CLOSE_TIMEOUT_MS, FIRST_MESSAGE_TIMEOUT_MS, MAX_FRAME_BYTES, MESSAGE_BURST,
    MESSAGES_PER_SECOND, PING_INTERVAL_MS, SILENCE_TIMEOUT_MS,
};
use alongside_signaling_proto::rate::TokenBucket;
use alongside_signaling_proto::wire::CloseCode;
use axum::Error;
use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocketUpgrade};
use futures_util::{Sink, SinkExt as _, Stream, StreamExt as _};
use tokio::time::{Instant, sleep_until, timeout_at};

use crate::hub::Seat;
use crate::metered::Meter;
use crate::outbox::Next;

/// tungstenite's read buffer. Units: bytes. Its default of 128 KiB is filled at once and stays; this holds most
/// messages, and longer ones take a few reads more.
const READ_BUFFER_BYTES: usize = 1024;

/// tungstenite's write buffer at the most. Units: bytes. One message: the rest waits in the outbox, which counts.
const WRITE_BUFFER_BYTES: usize = 4 * MAX_FRAME_BYTES;

/// The longest head of a frame. Units: bytes. Source: RFC 6455 section 5.2.
const FRAME_HEAD_BYTES: u32 = 14;

/// What one socket may send in a burst, heads and the frames of no message included. Units: bytes. All that its messages
/// may hold, each with the longest head, and a message that is not complete.
const RAW_BURST: u32 = BYTE_BURST + MESSAGE_BURST * FRAME_HEAD_BYTES + MAX_FRAME_BYTES as u32;

/// How fast that refills. Units: bytes per second.
const RAW_PER_SECOND: u32 = BYTES_PER_SECOND + MESSAGES_PER_SECOND * FRAME_HEAD_BYTES;

/// A WebSocket close code that the standard gives.
///
/// Source: RFC 6455 section 7.4.1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u16)]
enum StandardClose {
    Protocol = 1002,
    NotUtf8 = 1007,
    TooLarge = 1009,
}

/// Sets all of tungstenite's limits.
pub(crate) fn limited(upgrade: WebSocketUpgrade) -> WebSocketUpgrade {
    upgrade
        .read_buffer_size(READ_BUFFER_BYTES)
        .write_buffer_size(0)
        .max_write_buffer_size(WRITE_BUFFER_BYTES)
        .max_message_size(MAX_FRAME_BYTES)
        .max_frame_size(MAX_FRAME_BYTES)
}

/// Serves a socket until either side closes it.
pub(crate) async fn serve<S>(mut socket: S, seat: Seat, meter: Meter)
where
    S: Stream<Item = Result<Message, Error>> + Sink<Message, Error = Error> + Unpin,
{
    if let Some(code) = converse(&mut socket, &seat, meter).await {
        seat.closed_with(code);
        close(&mut socket, code).await;
    }
}

/// Reads and writes; gives the code to close with, or `None` when there is nobody to tell.
async fn converse<S>(socket: &mut S, seat: &Seat, meter: Meter) -> Option<u16>
where
    S: Stream<Item = Result<Message, Error>> + Sink<Message, Error = Error> + Unpin,
{
    let mut patience = Patience::new(Instant::now());
    let mut allowance = Allowance::new(meter, seat.now_ms());
    let mut alarm = pin!(sleep_until(patience.next()));
    loop {
        tokio::select! {
            frame = socket.next() => {
                let message = match frame? {
                    Ok(message) => message,
                    Err(error) => return code_for(error),
                };
                patience.heard(&message, Instant::now());
                if !allowance.take(&message, seat.now_ms()) {
                    return Some(CloseCode::RateLimited as u16);
                }
                match message {
                    Message::Text(text) => seat.text(text).await,
                    Message::Binary(_) => seat.binary().await,
                    // Answered by tungstenite; the stream ends after a close.
                    Message::Ping(_) | Message::Pong(_) | Message::Close(_) => {}
                }
            }
            next = seat.outbox.next() => match next {
                Next::Close(code) => return Some(code),
                Next::Text(text) => write(socket, seat, text).await?,
            },
            () = alarm.as_mut() => {
                let now = Instant::now();
                // Fragments without end make no message, and would never be met above.
                if !allowance.is_kept(seat.now_ms()) {
                    return Some(CloseCode::RateLimited as u16);
                }
                if patience.is_over(now) {
                    return Some(CloseCode::Silent as u16);
                }
                if patience.wants_ping(now) {
                    send(socket, seat, Message::Ping(Default::default())).await?;
                }
                alarm.as_mut().reset(patience.next());
            }
        }
    }
}

/// Writes a message and all that wait behind it, then flushes once.
async fn write<S>(socket: &mut S, seat: &Seat, first: Utf8Bytes) -> Option<()>
where
    S: Sink<Message, Error = Error> + Unpin,
{
    let mut next = Some(first);
    while let Some(text) = next {
        send(socket, seat, Message::Text(text)).await?;
        next = match seat.outbox.try_next() {
            Some(Next::Text(text)) => Some(text),
            // A close stays in the outbox and is met again in the loop.
            Some(Next::Close(_)) | None => None,
        };
    }
    Some(())
}

/// Sends one message; `None` when the agent takes nothing any more.
async fn send<S>(socket: &mut S, seat: &Seat, message: Message) -> Option<()>
where
    S: Sink<Message, Error = Error> + Unpin,
{
    tokio::select! {
        sent = socket.send(message) => sent.ok(),
        () = seat.outbox.overflowed() => {
            // What the agent does not read stands before the close as well: it is told if it still can be.
            let code = CloseCode::SlowReader as u16;
            seat.closed_with(code);
            let until = Instant::now() + Duration::from_millis(CLOSE_TIMEOUT_MS);
            let _ = timeout_at(until, socket.send(close_frame(code))).await;
            None
        }
        () = tokio::time::sleep(Duration::from_millis(SILENCE_TIMEOUT_MS)) => None,
    }
}

/// Closes with a code, and waits a moment for the answer: to drop a socket with unread bytes in it would make the
/// kernel take back the close as well.
async fn close<S>(socket: &mut S, code: u16)
where
    S: Stream<Item = Result<Message, Error>> + Sink<Message, Error = Error> + Unpin,
{
    let until = Instant::now() + Duration::from_millis(CLOSE_TIMEOUT_MS);
    if let Ok(Ok(())) = timeout_at(until, socket.send(close_frame(code))).await {
        while let Ok(Some(Ok(_))) = timeout_at(until, socket.next()).await {}
    }
}

fn close_frame(code: u16) -> Message {
    Message::Close(Some(CloseFrame { code, reason: Utf8Bytes::default() }))
}

/// The code for what tungstenite could not read; `None` when the connection itself is gone.
fn code_for(error: Error) -> Option<u16> {
    use tungstenite::Error as Failed;
    let error = error.into_inner();
    let failed = error.downcast_ref::<Failed>()?;
    let standard = if matches!(failed, Failed::Capacity(_)) {
        StandardClose::TooLarge
    } else if matches!(failed, Failed::Utf8(_)) {
        StandardClose::NotUtf8
    } else if matches!(failed, Failed::Protocol(_)) {
        StandardClose::Protocol
    } else {
        return None;
    };
    Some(standard as u16)
}

/// When to ping, and when to give up.
#[derive(Debug)]
struct Patience {
    opened: Instant,
    heard: Instant,
    pinged: Instant,
    spoken: bool,
}

impl Patience {
    fn new(now: Instant) -> Self {
        Self { opened: now, heard: now, pinged: now, spoken: false }
    }

    fn heard(&mut self, message: &Message, now: Instant) {
        self.heard = now;
        self.spoken |= matches!(message, Message::Text(_) | Message::Binary(_));
    }

    fn ends(&self) -> Instant {
        let silence = self.heard + Duration::from_millis(SILENCE_TIMEOUT_MS);
        let first = self.opened + Duration::from_millis(FIRST_MESSAGE_TIMEOUT_MS);
        if self.spoken { silence } else { silence.min(first) }
    }

    fn is_over(&self, now: Instant) -> bool {
        self.ends() <= now
    }

    fn wants_ping(&mut self, now: Instant) -> bool {
        let due = self.pinged + Duration::from_millis(PING_INTERVAL_MS) <= now;
        if due {
            self.pinged = now;
        }
        due
    }

    fn next(&self) -> Instant {
        self.ends().min(self.pinged + Duration::from_millis(PING_INTERVAL_MS))
    }
}

/// How much one socket may send: messages, bytes in them, and bytes in all.
#[derive(Debug)]
struct Allowance {
    messages: TokenBucket,
    bytes: TokenBucket,
    raw: TokenBucket,
    meter: Meter,
    /// What the meter said last.
    metered: u64,
}

impl Allowance {
    fn new(meter: Meter, now_ms: u64) -> Self {
        Self {
            raw: TokenBucket::new(RAW_BURST, RAW_PER_SECOND, now_ms),
            metered: meter.read(),
            meter,
            messages: TokenBucket::new(MESSAGE_BURST, MESSAGES_PER_SECOND, now_ms),
            bytes: TokenBucket::new(BYTE_BURST, BYTES_PER_SECOND, now_ms),
        }
    }

    fn take(&mut self, message: &Message, now_ms: u64) -> bool {
        let bytes = match message {
            Message::Text(text) => text.len(),
            Message::Binary(bytes) | Message::Ping(bytes) | Message::Pong(bytes) => bytes.len(),
            Message::Close(_) => 0,
        };
        self.messages.take(1, now_ms) && self.bytes.take(bytes, now_ms) && self.is_kept(now_ms)
    }

    /// Whether what was read since the last look is not too much.
    fn is_kept(&mut self, now_ms: u64) -> bool {
        let read = self.meter.read();
        let fresh = read - std::mem::replace(&mut self.metered, read);
        self.raw.take(usize::try_from(fresh).unwrap_or(usize::MAX), now_ms)
    }
}

#[cfg(test)]
mod tests;
