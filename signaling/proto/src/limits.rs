//! Every limit of signaling: a value, its unit, and why that number.

/// The longest WebSocket message either side accepts. Units: bytes. The largest honest one is a claim with a
/// certificate and a fully gathered offer, about 8 KiB in base64; twice that is room without being a gift.
pub const MAX_FRAME_BYTES: usize = 16 * 1024;

/// The longest sealed payload, before base64. Units: bytes. What of [`MAX_FRAME_BYTES`] is left after base64
/// (4/3) and the JSON around it.
pub const MAX_SEALED_BYTES: usize = 12_000;

/// The longest page origin in an `ask`. Units: bytes. A DNS name has at most 253; scheme and port come to 14.
pub const MAX_ORIGIN_BYTES: usize = 267;

/// The longest helper certificate. Units: bytes. Twenty origins and a long name come to about 2 KiB.
pub const MAX_CERTIFICATE_BYTES: usize = 4096;

/// How many visitors may wait for one team. More would wait for hours anyway, and are told so at once.
pub const MAX_WAITING_PER_TEAM: usize = 1_000;

/// How many sessions one helper's socket may hold at once. Nobody chats with more people than this, and a
/// program that does can open a second socket.
pub const MAX_SESSIONS_PER_HELPER: usize = 256;

/// What one socket may have waiting to be read by its agent. Units: bytes. Holds a full queue's worth of
/// `asked` (1,000 of about 230 bytes); an agent that lets more pile up does not read, and is cut.
pub const MAX_OUTBOUND_BYTES: usize = 256 * 1024;

/// How many messages one socket may send in a burst. A handshake is about 25; a helper may have several.
pub const MESSAGE_BURST: u32 = 128;

/// How fast the burst refills. Units: messages per second. Typing and candidates need far less.
pub const MESSAGES_PER_SECOND: u32 = 16;

/// How many bytes one socket may send in a burst. Units: bytes. Eight of the longest messages.
pub const BYTE_BURST: u32 = 128 * 1024;

/// How fast the byte burst refills. Units: bytes per second.
pub const BYTES_PER_SECOND: u32 = 16 * 1024;

/// How long the head of an HTTP request may take. Units: milliseconds. A phone on a bad line needs two seconds.
pub const HEADER_TIMEOUT_MS: u64 = 5_000;

/// How long a fresh socket may stay without its first message. Units: milliseconds. Agents speak at once.
pub const FIRST_MESSAGE_TIMEOUT_MS: u64 = 5_000;

/// How often the server pings a socket. Units: milliseconds. Below the 30 s after which the meanest routers
/// forget a connection.
pub const PING_INTERVAL_MS: u64 = 25_000;

/// How long a socket may stay without any frame, pongs included. Units: milliseconds. Two pings and some grace.
pub const SILENCE_TIMEOUT_MS: u64 = 60_000;

/// How long a nonce may be signed. Units: milliseconds. Signing takes one; the rest is for the network.
pub const NONCE_LIFETIME_MS: u64 = 10_000;

/// How long a visitor's place in the queue is kept after their socket is gone. Units: milliseconds. A page
/// load, a tunnel, a lift.
pub const PLACE_LIFETIME_MS: u64 = 60_000;

/// How long the server forwards for one session. Units: milliseconds. Twelve hours: a long working day.
pub const SESSION_LIFETIME_MS: u64 = 12 * 60 * 60 * 1000;

/// How long before and after a certificate's validity it is accepted. Units: seconds. Ordinary clocks differ
/// by less than five minutes.
pub const CERTIFICATE_GRACE_S: u64 = 300;

/// The longest validity a certificate may have. Units: seconds. Ninety days: revocation can be ignored by a
/// malicious server, so a stolen invite must die by itself.
pub const MAX_CERTIFICATE_LIFETIME_S: u64 = 90 * 24 * 60 * 60;
