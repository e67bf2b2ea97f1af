//! Every limit of signaling: a value, its unit, and why that number.

/// The longest WebSocket message either side accepts. Units: bytes. The largest honest one is a claim with a
/// certificate and a fully gathered offer, about 8 KiB in base64; twice that is room without being a gift.
pub const MAX_FRAME_BYTES: usize = 16 * 1024;

/// The longest sealed payload, before base64. Units: bytes. What of [`MAX_FRAME_BYTES`] is left after base64
/// (4/3) and the JSON around it.
pub const MAX_SEALED_BYTES: usize = 12_000;

/// The longest message 1 in an `ask`. Units: bytes, before base64. Noise NX has 32; twice that leaves room for
/// another suite. It is kept while the visitor waits and goes to every helper, so it is no mailbox.
pub const MAX_ASK_BYTES: usize = 64;

/// The longest page origin in an `ask`. Units: bytes. A DNS name has at most 253; scheme and port come to 14.
pub const MAX_ORIGIN_BYTES: usize = 267;

/// The longest helper certificate. Units: bytes. Twenty origins and a long name come to about 2 KiB.
pub const MAX_CERTIFICATE_BYTES: usize = 4096;

/// How many visitors may wait for one team. More would wait for hours anyway, and are told so at once.
pub const MAX_WAITING_PER_TEAM: usize = 1_000;

/// How many sessions one helper's socket may hold at once. Nobody chats with more people than this, and a
/// program that does can open a second socket.
pub const MAX_SESSIONS_PER_HELPER: usize = 256;

/// How many deposits one helper may have announced. Two for each session: the one that is acknowledged and the
/// one that is on its way. All of them fit into one message.
pub const MAX_DEPOSITS_PER_HELPER: usize = 2 * MAX_SESSIONS_PER_HELPER;

/// How many places are kept at once for visitors without a socket, over all teams. A minute of 300 page loads
/// a second; beyond, the oldest is forgotten, which costs its visitor their turn and nothing else.
pub const MAX_PLACES: usize = 20_000;

/// How soon after one `queued` for a team the next may follow. Units: milliseconds. A person cannot tell
/// it from at once, and a thousand who wait cost two thousand messages a second at the most.
pub const QUEUED_INTERVAL_MS: u64 = 500;

/// What one socket may have waiting to be read by its agent. Units: bytes. Holds a full queue's worth of the
/// longest `asked` (1,000 of at most 500 bytes); an agent that lets more pile up does not read, and is cut.
pub const MAX_OUTBOUND_BYTES: usize = 512 * 1024;

/// How many messages one socket may send that are none, before it is closed. A version that differs gets a few
/// wrong; who gets more wrong speaks something else.
pub const MAX_UNINTELLIGIBLE: u32 = 16;

/// How many connections the server holds at once, HTTP and WebSocket. At about 10 KiB each, kernel included,
/// they fit into 200 MiB; more need a second node anyway.
pub const MAX_CONNECTIONS: usize = 20_000;

/// How many connections one public address may hold at once (IPv4 address or IPv6 /64). A large office behind
/// one address stays below. Unless the operator names the proxies that are trusted, private and loopback addresses
/// are exempt, for they are proxies.
pub const MAX_CONNECTIONS_PER_ADDRESS: usize = 256;

/// How many sockets and streams one address may open in a burst. Every page load of a visitor who waits or was just
/// connected dials, and after a restart everybody does at once: twice what an office behind one address may hold, so
/// that all of them can come back and load a page besides, and a visitor can reload five times a second for a minute.
pub const DIAL_BURST: u32 = 512;

/// How fast that burst refills. Units: sockets and streams per second. 256 people behind one address who load a page
/// every 25 seconds; an introduction costs the server well below a millisecond, so a thousand such addresses are no flood.
pub const DIALS_PER_SECOND: u32 = 10;

/// Of how many addresses it is remembered how fast they dial. 100 bytes each: 1 MiB. Idle ones are forgotten when it is
/// full; while all are busy, others are let in uncounted, for to refuse them would serve the flood.
pub const MAX_DIAL_SOURCES: usize = 10_000;

/// How many new visitors may ask one team in a burst. As many as may wait: after a restart all of them ask anew. Who has
/// a place in the queue is not new, however often they load the page.
pub const ASK_BURST: u32 = 1_000;

/// How fast that burst refills. Units: asks per second. 240 a minute: a site whose visitors ask faster than that for
/// long has nobody to answer them, and each ask is told to every helper.
pub const ASKS_PER_SECOND: u32 = 4;

/// For how many teams it is remembered how fast they are asked. 100 bytes each: 1 MiB. Only a server that is open to any
/// team can come near.
pub const MAX_BUSY_TEAMS: usize = 10_000;

/// How many messages one socket may send in a burst. A handshake is about 25; a helper may have several.
pub const MESSAGE_BURST: u32 = 128;

/// How fast the burst refills. Units: messages per second. Typing and candidates need far less.
pub const MESSAGES_PER_SECOND: u32 = 16;

/// How many bytes one socket may send in a burst. Units: bytes. Eight of the longest messages.
pub const BYTE_BURST: u32 = 128 * 1024;

/// How fast the byte burst refills. Units: bytes per second. One of the longest messages a second: whoever needs
/// more is not introducing people.
pub const BYTES_PER_SECOND: u32 = 16 * 1024;

/// How long the head of an HTTP request may take. Units: milliseconds. A phone on a bad line needs two seconds.
pub const HEADER_TIMEOUT_MS: u64 = 5_000;

/// The longest head of an HTTP request. Units: bytes. What hyper takes at the least; browsers send about 1 KiB.
pub const MAX_HEAD_BYTES: usize = 8 * 1024;

/// How long one HTTP connection may last that carries no signaling. Units: milliseconds. The console
/// over the slowest mobile line takes ten seconds; a reader who draws it out holds a connection no longer.
pub const HTTP_LIFETIME_MS: u64 = 60_000;

/// How long a closed socket may take to answer the close. Units: milliseconds. One round trip around the world,
/// and some grace.
pub const CLOSE_TIMEOUT_MS: u64 = 1_000;

/// How long the server waits for its sockets when it stops. Units: milliseconds. Below the 5 s after which
/// an operator is promised that it is gone.
pub const STOP_TIMEOUT_MS: u64 = 4_000;

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

/// How long a visitor whom a helper blocked is kept away. Units: milliseconds. An hour: longer than most people stay
/// angry, and shorter than the next customer behind the same address would put up with.
pub const BLOCK_LIFETIME_MS: u64 = 60 * 60 * 1000;

/// How many addresses one team may keep away at once. A shift of helpers seldom blocks ten; beyond, the one that
/// would be let in next is let in now.
pub const MAX_BLOCKED_PER_TEAM: usize = 256;

/// Of how many sessions a helper's socket remembers from where the visitor came. Each resumption counts, so this is
/// a long day's work, and 64 KiB at the most; the oldest go first.
pub const MAX_MET_PER_HELPER: usize = 1_024;

/// How long the server forwards for one session. Units: milliseconds. Twelve hours: a long working day.
pub const SESSION_LIFETIME_MS: u64 = 12 * 60 * 60 * 1000;

/// How long before and after a certificate's validity it is accepted. Units: seconds. Ordinary clocks differ
/// by less than five minutes.
pub const CERTIFICATE_GRACE_S: u64 = 300;

/// The longest validity a certificate may have. Units: seconds. Ninety days: revocation can be ignored by a
/// malicious server, so a stolen invite must die by itself.
pub const MAX_CERTIFICATE_LIFETIME_S: u64 = 90 * 24 * 60 * 60;

/// How many STUN requests one source may send in a burst. An agent with six interfaces asks six times, and
/// repeats what is lost (RFC 8489 section 6.2.1: seven times).
pub const STUN_BURST: u32 = 50;

/// How fast the STUN burst refills. Units: requests per second. An office behind one address gathers for a few
/// people each second; more would be somebody bouncing traffic off us.
pub const STUN_PER_SECOND: u32 = 20;

/// How many STUN sources are remembered. 100 bytes each: 1 MiB. When full and all of them busy, new sources are
/// not answered until one falls silent.
pub const MAX_STUN_SOURCES: usize = 10_000;

/// The longest STUN request that is looked at. Units: bytes. RFC 8489 section 6.1 keeps requests within the
/// smallest MTU; a browser's has 20, with ICE attributes about 100.
pub const MAX_STUN_BYTES: usize = 548;
