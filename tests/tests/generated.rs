//! The TypeScript twins of the wire types and limits are generated, committed, and equal to the Rust ones.
//!
//! `UPDATE=1 cargo test -p alongside-tests --test generated` rewrites them.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fmt::Write as _;
use std::path::Path;

use alongside_agent_proto::{limits as peer_limits, session, wire as peer};
use alongside_signaling_proto::{id, limits as signaling_limits, wire as signaling};
use ts_rs::{Config, TS};

const HEAD: &str = "\
// Generated from the Rust types; do not edit.
// `UPDATE=1 cargo test -p alongside-tests --test generated` writes it anew.
";

/// One exported declaration with its documentation.
fn declaration<T: TS>(out: &mut String) {
    let config = Config::default();
    if let Some(docs) = T::docs() {
        out.push_str(docs.trim_end());
        out.push('\n');
    }
    let _ = writeln!(out, "export {}\n", T::decl(&config));
}

macro_rules! declarations {
    ($out:ident: $($path:ty),* $(,)?) => { $( declaration::<$path>(&mut $out); )* };
}

/// Every limit of one file by name, taken from its source so that none is forgotten.
macro_rules! limits {
    ($out:ident, $source:literal, $module:ident: $($name:ident),* $(,)?) => {{
        let source = include_str!($source);
        let listed = [$(stringify!($name)),*];
        for line in source.lines().filter_map(|line| line.strip_prefix("pub const ")) {
            let name = line.split(':').next().unwrap_or_default();
            assert!(listed.contains(&name), "{name} of {} is not generated: add it here", $source);
        }
        $( let _ = writeln!($out, "{}export const {} = {};\n", doc_of(source, stringify!($name)), stringify!($name), $module::$name); )*
    }};
}

/// The doc comment above a constant, as a TypeScript one.
fn doc_of(source: &str, name: &str) -> String {
    let (before, _) = source.split_once(&format!("pub const {name}:")).unwrap_or((source, ""));
    let mut lines: Vec<&str> =
        before.trim_end().lines().rev().map_while(|line| line.strip_prefix("///")).collect();
    lines.reverse();
    if lines.is_empty() { String::new() } else { format!("/**\n *{}\n */\n", lines.join("\n *")) }
}

fn same(path: &str, expected: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path);
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, expected).unwrap();
    }
    let actual = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        actual == expected,
        "{} is not what the Rust types say: run with UPDATE=1 and commit it",
        path.display()
    );
}

#[test]
fn signaling_types() {
    let mut out = String::from(HEAD);
    out.push('\n');
    declarations!(out:
        id::TeamId, id::SessionId, id::Place, id::Nonce, id::Signature, id::Sealed,
        signaling::AgentToBroker, signaling::Ask, signaling::Challenge, signaling::Enlist, signaling::Attend,
        signaling::Claim, signaling::Announce, signaling::Resume, signaling::Forward, signaling::Leave, signaling::Block,
        signaling::LeaveReason,
        signaling::BrokerToAgent, signaling::Queued, signaling::Challenged, signaling::Enlisted,
        signaling::Asked, signaling::Withdrawn, signaling::Claimed, signaling::Resumed, signaling::Forwarded, signaling::Left,
        signaling::Blocked, signaling::Refused, signaling::IceServer, signaling::ErrorCode,
    );
    let _ = writeln!(
        out,
        "/** The WebSocket sub-protocol. */\nexport const SUBPROTOCOL = {:?};\n",
        signaling::SUBPROTOCOL
    );
    limits!(out, "../../signaling/proto/src/limits.rs", signaling_limits:
        MAX_FRAME_BYTES, MAX_SEALED_BYTES, MAX_ASK_BYTES, MAX_ORIGIN_BYTES, MAX_CERTIFICATE_BYTES,
        MAX_WAITING_PER_TEAM, MAX_SESSIONS_PER_HELPER, MAX_DEPOSITS_PER_HELPER, MAX_PLACES, QUEUED_INTERVAL_MS, MAX_OUTBOUND_BYTES,
        MAX_UNINTELLIGIBLE, MAX_CONNECTIONS, MAX_CONNECTIONS_PER_ADDRESS, DIAL_BURST, DIALS_PER_SECOND,
        MAX_DIAL_SOURCES, ASK_BURST, ASKS_PER_SECOND, MAX_BUSY_TEAMS, MESSAGE_BURST, MESSAGES_PER_SECOND,
        BYTE_BURST, BYTES_PER_SECOND, HEADER_TIMEOUT_MS, MAX_HEAD_BYTES, HTTP_LIFETIME_MS, CLOSE_TIMEOUT_MS,
        STOP_TIMEOUT_MS, FIRST_MESSAGE_TIMEOUT_MS, PING_INTERVAL_MS, SILENCE_TIMEOUT_MS, NONCE_LIFETIME_MS,
        PLACE_LIFETIME_MS, BLOCK_LIFETIME_MS, MAX_BLOCKED_PER_TEAM, MAX_MET_PER_HELPER, SESSION_LIFETIME_MS, CERTIFICATE_GRACE_S, MAX_CERTIFICATE_LIFETIME_S, STUN_BURST,
        STUN_PER_SECOND, MAX_STUN_SOURCES, MAX_STUN_BYTES,
    );
    same("web/src/wire/signaling.ts", &out);
}

#[test]
fn peer_types() {
    let mut out = String::from(HEAD);
    out.push_str("\nimport type { AgentToBroker, ErrorCode, IceServer, LeaveReason, Place, Sealed, SessionId, TeamId } from \"./signaling\";\n\n");
    declarations!(out:
        peer::Role, peer::PeerMessage, peer::Hello, peer::Page, peer::Viewport, peer::Scroll, peer::Client,
        peer::Screen, peer::Chat, peer::Ack, peer::Read, peer::Typing, peer::Propose, peer::Answered,
        peer::PeerRefused, peer::PeerErrorCode,
        peer::Deposit, peer::Deposited, peer::Psk, peer::Knock, peer::Admission,
        peer::Introduction, peer::SealedSignal, peer::Candidate, session::Snapshot, session::KeptDeposit, session::Helper,
        session::Input, session::Whereabouts, session::Output, session::Event, session::State, session::EndedBy,
        session::UnverifiedCode, session::SessionErrorCode, session::UnsupportedCode,
    );
    let _ = writeln!(
        out,
        "/** The version of everything two peers say to each other. */\nexport const PROTOCOL_VERSION = {};\n",
        peer::PROTOCOL_VERSION
    );
    let _ = writeln!(
        out,
        "/** The negotiated data channel for all but bulk: label and SCTP stream id. */\nexport const CONTROL_CHANNEL = {{ label: {:?}, id: {} }} as const;\n",
        peer::CONTROL_CHANNEL.0,
        peer::CONTROL_CHANNEL.1
    );
    limits!(out, "../../agent/proto/src/limits.rs", peer_limits:
        MAX_MESSAGE_BYTES, MAX_TEXT_BYTES, MAX_URL_BYTES, MAX_TITLE_BYTES, MAX_ATTRIBUTES, MAX_ATTRIBUTE_BYTES,
        MAX_DESCRIPTION_BYTES, MAX_CANDIDATES, MAX_CANDIDATE_BYTES, MAX_OUTBOX, HELLO_INTERVAL_MS, CONNECT_TIMEOUT_MS,
        END_TIMEOUT_MS, TYPING_TIMEOUT_MS, TYPING_INTERVAL_MS, SOCKET_LINGER_MS,
        MAX_FAULTS, ROLLOVER_INTERVAL_MS, MAX_LOST_CLAIMS, MAX_KNOCK_CANDIDATES, DEPOSIT_DELAY_MS, DEPOSIT_FRESH_MS, RESUME_LIFETIME_MS,
        RESUME_ATTEMPT_MS, RESUME_RETRY_MS, HELPER_AWAY_MS, PROBE_TIMEOUT_MS, ACK_TIMEOUT_MS, KEEP_INTERVAL_MS,
    );
    same("web/src/wire/peer.ts", &out);
}
