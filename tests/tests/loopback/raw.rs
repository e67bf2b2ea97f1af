//! A WebSocket client made of bytes, which keeps to no rule that it is not told to keep.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// Longer than the server takes for anything. Units: seconds.
const PATIENCE: Duration = Duration::from_secs(15);

/// What the server said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Said {
    /// A text message.
    Text(String),
    /// A close frame with this code.
    Close(u16),
    /// The connection has ended.
    End,
}

/// A connection on which anything can be written.
pub(crate) struct Raw {
    stream: TcpStream,
    read: Vec<u8>,
    /// How many bytes were written, taken or not.
    pub(crate) written: usize,
    beside: Vec<Raw>,
}

impl Raw {
    pub(crate) fn connect(server: SocketAddr) -> Self {
        Self::connect_with_patience(server, PATIENCE)
    }

    fn connect_with_patience(server: SocketAddr, patience: Duration) -> Self {
        Self::over(TcpStream::connect(server).unwrap(), patience)
    }

    /// Over a connection that somebody else has made.
    pub(crate) fn over(stream: TcpStream, patience: Duration) -> Self {
        stream.set_read_timeout(Some(patience)).unwrap();
        stream.set_nodelay(true).unwrap();
        Self { stream, read: Vec::new(), written: 0, beside: Vec::new() }
    }

    /// A WebSocket, with more header lines if there are any.
    pub(crate) fn websocket(server: SocketAddr, more: &str) -> Self {
        Self::connect(server).upgraded(server, more)
    }

    /// A WebSocket for which one waits longer.
    pub(crate) fn websocket_with_patience(server: SocketAddr, patience: Duration) -> Self {
        Self::connect_with_patience(server, patience).upgraded(server, "")
    }

    fn upgraded(mut self, server: SocketAddr, more: &str) -> Self {
        let head = self.request(&upgrade(server, &format!("Sec-WebSocket-Protocol: alongside.v1\r\n{more}")));
        assert!(head.starts_with("HTTP/1.1 101 "), "{head}");
        self
    }

    /// Sends a head and returns the answer's.
    pub(crate) fn request(&mut self, head: &str) -> String {
        self.write(head.as_bytes());
        self.head()
    }

    /// The head of the next answer; empty when there is none.
    pub(crate) fn head(&mut self) -> String {
        loop {
            if let Some(at) = self.read.windows(4).position(|four| four == b"\r\n\r\n") {
                let head: Vec<u8> = self.read.drain(..at + 4).collect();
                return String::from_utf8(head).unwrap();
            }
            if !self.fill() {
                return String::new();
            }
        }
    }

    /// All that comes until the server closes.
    pub(crate) fn rest(&mut self) -> Vec<u8> {
        while self.fill() {}
        std::mem::take(&mut self.read)
    }

    /// Holds another connection for as long as this one is.
    pub(crate) fn beside(&mut self, other: Self) {
        self.beside.push(other);
    }

    /// Writes what the server may have stopped to take.
    pub(crate) fn write(&mut self, bytes: &[u8]) {
        self.written += bytes.len();
        let _ = self.stream.write_all(bytes);
    }

    /// Writes a masked frame. `first` is FIN, RSV and opcode.
    pub(crate) fn frame(&mut self, first: u8, payload: &[u8]) {
        let mut bytes = frame_head(first, payload.len());
        bytes.extend([0; 4]); // the mask that changes nothing
        bytes.extend(payload);
        self.write(&bytes);
    }

    pub(crate) fn text(&mut self, text: &str) {
        self.frame(0x81, text.as_bytes());
    }

    /// The next text or close; pings are passed over.
    pub(crate) fn hear(&mut self) -> Said {
        loop {
            if let Some((first, payload)) = self.take_frame() {
                match first & 0x0F {
                    1 => return Said::Text(String::from_utf8(payload).unwrap()),
                    8 => return Said::Close(u16::from_be_bytes([payload[0], payload[1]])),
                    _ => continue,
                }
            }
            if !self.fill() {
                return Said::End;
            }
        }
    }

    /// The next line of a body in chunks, without its end.
    pub(crate) fn line_in_chunk(&mut self) -> String {
        loop {
            let text = String::from_utf8_lossy(&self.read).into_owned();
            if let Some((size, rest)) = text.split_once("\r\n")
                && let Ok(length) = usize::from_str_radix(size, 16)
                && rest.len() >= length + 2
            {
                self.read.drain(..size.len() + 2 + length + 2);
                return rest[..length].trim_end_matches('\n').to_owned();
            }
            assert!(self.fill(), "the stream has ended");
        }
    }

    fn take_frame(&mut self) -> Option<(u8, Vec<u8>)> {
        let (&[first, second], rest) = self.read.split_first_chunk::<2>()?;
        assert_eq!(second & 0x80, 0, "a server does not mask");
        let (length, head) = match second {
            126 => (usize::from(u16::from_be_bytes(*rest.first_chunk()?)), 4),
            127 => (usize::try_from(u64::from_be_bytes(*rest.first_chunk()?)).ok()?, 10),
            short => (usize::from(short), 2),
        };
        let payload = self.read.get(head..head + length)?.to_vec();
        self.read.drain(..head + length);
        Some((first, payload))
    }

    /// Reads more; `false` at the end. Panics when the server says nothing for too long.
    fn fill(&mut self) -> bool {
        let mut buffer = [0; 4096];
        match self.stream.read(&mut buffer) {
            Ok(0) => false,
            Ok(length) => {
                self.read.extend(&buffer[..length]);
                true
            }
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                panic!("the server says nothing")
            }
            // A reset is an end as well.
            Err(_) => false,
        }
    }
}

/// The head of a request that asks for a WebSocket, with more lines.
pub(crate) fn upgrade(server: SocketAddr, more: &str) -> String {
    format!(
        "GET /v1/ws HTTP/1.1\r\nHost: {server}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n{more}\r\n"
    )
}

/// The head of a masked frame.
pub(crate) fn frame_head(first: u8, length: usize) -> Vec<u8> {
    let mut bytes = vec![first];
    if let Ok(length @ 0..126) = u8::try_from(length) {
        bytes.push(0x80 | length);
    } else if let Ok(length) = u16::try_from(length) {
        bytes.push(0x80 | 126);
        bytes.extend(length.to_be_bytes());
    } else {
        bytes.push(0x80 | 127);
        bytes.extend(u64::try_from(length).unwrap().to_be_bytes());
    }
    bytes
}
