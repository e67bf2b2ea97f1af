//! Every limit of what two peers say to each other: a value, its unit, and why that number.

/// The longest message on the `control` data channel. Units: bytes of UTF-8. The longest chat message made of
/// nothing but control characters, each escaped as six bytes, fits; and the message stays small enough
/// for every stack (the smallest default is 64 KiB).
pub const MAX_MESSAGE_BYTES: usize = 32 * 1024;

/// The longest chat text. Units: bytes of UTF-8. About 700 words: longer is a document, not a message.
pub const MAX_TEXT_BYTES: usize = 4096;

/// The longest page address. Units: bytes. The longest that common servers take is 8 KiB; a cleaned one
/// has lost what makes addresses long.
pub const MAX_URL_BYTES: usize = 4096;

/// The longest page title. Units: bytes of UTF-8. Search engines cut at 60 characters; this is generous.
pub const MAX_TITLE_BYTES: usize = 1024;

/// How many attributes a site may add about a visitor. Plan, customer number, cart and such: a helper reads no more
/// at a glance.
pub const MAX_ATTRIBUTES: usize = 32;

/// The longest name or value in client information. Units: bytes of UTF-8. A line on the helper's screen, twice.
pub const MAX_ATTRIBUTE_BYTES: usize = 256;

/// The longest session description. Units: bytes. A data-channel-only offer with thirty candidates is 5 KiB.
pub const MAX_DESCRIPTION_BYTES: usize = 8 * 1024;

/// How many candidates of one side are taken for one peer connection. A machine with ten interfaces, two
/// protocols and a server of each kind has fewer; beyond, they are dropped.
pub const MAX_CANDIDATES: usize = 64;

/// The longest candidate line. Units: bytes. RFC 8839's grammar allows more; real ones stay under 250.
pub const MAX_CANDIDATE_BYTES: usize = 512;

/// How many chat messages may wait for their acknowledgement. A helper away for an hour does not type more.
pub const MAX_OUTBOX: usize = 500;

/// How often `hello` is repeated until it is acknowledged. Units: milliseconds. Some stacks lose the first
/// message of a data channel; one round trip around the world is below this.
pub const HELLO_INTERVAL_MS: u64 = 200;

/// How long peers may take from claim to an acknowledged `hello`. Units: milliseconds. TURN over TCP on a bad
/// line takes about ten seconds; nobody looks at a spinner longer than thirty.
pub const CONNECT_TIMEOUT_MS: u64 = 30_000;

/// How long a peer waits for its last messages to be acknowledged before it says `end`, and after that for the
/// other side to close before it closes itself. Units: milliseconds. Ten round trips around the world.
pub const END_TIMEOUT_MS: u64 = 2_000;

/// How long *is typing* holds without being repeated. Units: milliseconds. Longer than a thinking pause.
pub const TYPING_TIMEOUT_MS: u64 = 6_000;

/// How often *is typing* is repeated while it holds. Units: milliseconds. Twice within
/// [`TYPING_TIMEOUT_MS`], so that one late message does not make it flicker.
pub const TYPING_INTERVAL_MS: u64 = 2_500;

/// How long a visitor keeps the signaling socket after connecting. Units: milliseconds. A page that breaks
/// does so in its first minute; after that the server has one socket less to hold.
pub const SOCKET_LINGER_MS: u64 = 60_000;

/// How many messages a peer may get wrong before the session ends. A version that differs gets a few wrong; a
/// hostile peer gets no more than this.
pub const MAX_FAULTS: u32 = 16;

/// How long a visitor who pins two teams asks the one before the other, while nobody is there. Units: milliseconds. Sooner
/// than somebody gives up; so seldom that a hundred who wait are less than half of what a team may be asked.
pub const ROLLOVER_INTERVAL_MS: u64 = 30_000;

/// How many times a visitor asks again by themself after a claim was lost. Each try can have another helper;
/// a server that loses every claim is not to be tried for ever.
pub const MAX_LOST_CLAIMS: u32 = 5;

/// How many candidates a visitor who is back sends at once. With the answer they fit into one sealed message; those
/// beyond follow one by one.
pub const MAX_KNOCK_CANDIDATES: usize = 12;

/// How long after connecting the helper makes a deposit. Units: milliseconds. The connection in use comes first.
pub const DEPOSIT_DELAY_MS: u64 = 100;

/// How long an offer that was deposited is good, and then replaced. Units: milliseconds. Networks change without a
/// word, and routers forget.
pub const DEPOSIT_FRESH_MS: u64 = 600_000;

/// How long two who have lost each other wait for each other. Units: milliseconds. Longer than a crashed browser, a
/// closed lid or a tunnel takes; then nobody sits there any more.
pub const RESUME_LIFETIME_MS: u64 = 600_000;

/// How long one try to find back may take until the next is made. Units: milliseconds. Ten times what it takes
/// where it works; with a third of all packets lost it still is enough.
pub const RESUME_ATTEMPT_MS: u64 = 8_000;

/// How long after a failed try the next is made. Units: milliseconds. Soon enough not to be noticed.
pub const RESUME_RETRY_MS: u64 = 1_000;

/// How long a helper who is nowhere is waited for before the visitor asks again, in their place. Units:
/// milliseconds. To notice that they are gone takes five seconds or more; a console is loaded again by then, and after
/// these a browser is restarted too.
pub const HELPER_AWAY_MS: u64 = 7_000;

/// How long the other side may take to give a sign of life when the network has changed. Units: milliseconds. A
/// round trip around the world, several times.
pub const PROBE_TIMEOUT_MS: u64 = 2_000;

/// How long a visitor's messages may go without any further `ack` before the path counts as silent. Units:
/// milliseconds. One that is lost is sent again after a second, and is there after a round trip around the world; who is
/// lost twice waits for a timer that doubles up to a minute.
pub const ACK_TIMEOUT_MS: u64 = 3_000;

/// How often what is kept is written anew while nothing happens. Units: milliseconds. So that its age tells whether
/// anybody still waits: a fifth of [`RESUME_LIFETIME_MS`].
pub const KEEP_INTERVAL_MS: u64 = 120_000;
