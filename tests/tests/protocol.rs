//! The tables of both `PROTOCOL.md` files, and of the codes in `web/README.md`, say what the types and limits say.
//!
//! What the code says is read from the generated TypeScript twins, which `generated.rs` pins to the Rust types:
//! there every variant, field and limit stands as plain text. A table is found by its first column's heading.

#![expect(clippy::panic, reason = "a test that cannot go on fails")]

use std::collections::{BTreeMap, BTreeSet};

use alongside_signaling_proto::wire::CloseCode;

const PEER_DOC: &str = include_str!("../../agent/proto/PROTOCOL.md");
const SIGNALING_DOC: &str = include_str!("../../signaling/proto/PROTOCOL.md");
const WIDGET_DOC: &str = include_str!("../../web/README.md");
const PEER_TYPES: &str = include_str!("../../web/src/wire/peer.ts");
const SIGNALING_TYPES: &str = include_str!("../../web/src/wire/signaling.ts");

/// The rows of every table whose first column has this heading, cells trimmed.
fn rows(doc: &str, heading: &str) -> Vec<Vec<String>> {
    let mut rows = Vec::new();
    let mut is_ours = false;
    let mut was_table = false;
    for line in doc.lines() {
        let Some(cells) = line.strip_prefix('|').and_then(|line| line.trim_end().strip_suffix('|')) else {
            was_table = false;
            continue;
        };
        let cells: Vec<String> = cells.split('|').map(|cell| cell.trim().to_owned()).collect();
        let first = cells.first().cloned().unwrap_or_default();
        if !was_table {
            was_table = true;
            is_ours = first.eq_ignore_ascii_case(heading);
        } else if is_ours && !first.starts_with("--") {
            rows.push(cells);
        }
    }
    assert!(!rows.is_empty(), "no table of {heading}");
    rows
}

/// What stands under a heading, up to the next of its level.
fn section<'a>(doc: &'a str, heading: &str) -> &'a str {
    let (_, rest) =
        doc.split_once(&format!("\n## {heading}\n")).unwrap_or_else(|| panic!("no section {heading}"));
    rest.split("\n## ").next().unwrap_or(rest)
}

/// What stands in the first column between backticks, each once.
fn names(doc: &str, heading: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for row in rows(doc, heading) {
        let name = row[0].trim_matches('`').to_owned();
        assert!(names.insert(name), "{} stands twice among {heading}", row[0]);
    }
    names
}

/// The text of one generated declaration.
fn declaration<'a>(types: &'a str, name: &str) -> &'a str {
    let start = types.find(&format!("export type {name} = ")).unwrap_or_else(|| panic!("no type {name}"));
    let rest = &types[start..];
    &rest[..rest.find("\n\n").unwrap_or(rest.len())]
}

fn quoted(text: &str) -> BTreeSet<String> {
    text.split('"').skip(1).step_by(2).map(str::to_owned).collect()
}

/// The values of `"type"` in a generated union.
fn tags(types: &str, name: &str) -> BTreeSet<String> {
    let tags = declaration(types, name).split("\"type\": \"").skip(1);
    tags.map(|rest| rest.split('"').next().unwrap_or_default().to_owned()).collect()
}

/// The fields of a generated object type.
fn fields(types: &str, name: &str) -> BTreeSet<String> {
    let lines = declaration(types, name).lines().filter_map(|line| line.split_once(": "));
    lines
        .map(|(field, _)| field.to_owned())
        .filter(|field| field.chars().all(char::is_alphanumeric))
        .collect()
}

/// Every generated limit by name.
fn limits(types: &str) -> BTreeMap<String, String> {
    let constants = types.lines().filter_map(|line| line.strip_prefix("export const ")?.strip_suffix(';'));
    let limits = constants.filter_map(|line| line.split_once(" = "));
    limits
        .filter(|(name, value)| {
            *name != "PROTOCOL_VERSION" && value.bytes().all(|byte| byte.is_ascii_digit())
        })
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

/// The limits of a table; the value's unit, and spaces or commas between its digits, are the reader's.
fn written_limits(doc: &str) -> BTreeMap<String, String> {
    rows(doc, "limit")
        .into_iter()
        .map(|row| {
            let digits = row[1].replace([',', '\u{a0}', '\u{202f}'], "");
            let digits = digits.split(|c: char| !c.is_ascii_digit()).next().unwrap_or_default().to_owned();
            (row[0].trim_matches('`').to_owned(), digits)
        })
        .collect()
}

#[test]
fn what_peers_say() {
    assert_eq!(names(section(PEER_DOC, "Messages"), "message"), tags(PEER_TYPES, "PeerMessage"));
    assert_eq!(names(PEER_DOC, "signal"), tags(PEER_TYPES, "SealedSignal"));
    assert_eq!(names(PEER_DOC, "introduction"), fields(PEER_TYPES, "Introduction"));
    assert_eq!(names(PEER_DOC, "knock"), fields(PEER_TYPES, "Knock"));
    assert_eq!(names(PEER_DOC, "admission"), fields(PEER_TYPES, "Admission"));
}

/// Compares the third column of a table of messages with the fields of their types.
fn assert_fields(doc: &str, heading: &str, types: &str, named: &[(&str, &[&str])]) {
    let rows: BTreeMap<String, String> = rows(doc, heading)
        .into_iter()
        .map(|row| (row[0].trim_matches('`').to_owned(), row[2].clone()))
        .collect();
    for (message, names) in named {
        let held: BTreeSet<String> = names.iter().flat_map(|name| fields(types, name)).collect();
        assert!(!held.is_empty(), "{message}");
        let said: BTreeSet<String> = rows[*message]
            .split('`')
            .skip(1)
            .step_by(2)
            .filter(|name| *name != "visitor" && *name != "helper" && !name.starts_with("MAX_"))
            .map(str::to_owned)
            .collect();
        assert_eq!(said, held, "{message}");
    }
}

#[test]
fn what_the_messages_of_peers_hold() {
    assert_fields(
        section(PEER_DOC, "Messages"),
        "message",
        PEER_TYPES,
        &[
            ("hello", &["Hello"]),
            ("page", &["Page", "Viewport", "Scroll"]),
            ("client", &["Client", "Screen"]),
            ("chat", &["Chat"]),
            ("ack", &["Ack"]),
            ("read", &["Read"]),
            ("typing", &["Typing"]),
            ("refused", &["PeerRefused"]),
        ],
    );
}

#[test]
fn what_goes_wrong_between_peers() {
    let codes = section(PEER_DOC, "Codes");
    assert_eq!(names(codes, "code"), quoted(declaration(PEER_TYPES, "PeerErrorCode")));
    assert_eq!(names(codes, "error"), quoted(declaration(PEER_TYPES, "SessionErrorCode")));
}

#[test]
fn where_a_session_is() {
    assert_eq!(names(PEER_DOC, "state"), quoted(declaration(PEER_TYPES, "State")));
}

#[test]
fn what_peers_connect_by() {
    let channels: Vec<(String, String)> = rows(PEER_DOC, "label")
        .into_iter()
        .map(|row| (row[0].trim_matches('`').to_owned(), row[1].clone()))
        .collect();
    let (label, id) = alongside_agent_proto::wire::CONTROL_CHANNEL;
    assert_eq!(channels, [(label.to_owned(), id.to_string())]);
}

#[test]
fn limits_of_peers() {
    assert_eq!(written_limits(PEER_DOC), limits(PEER_TYPES));
}

#[test]
fn the_reader_of_types_reads_them() {
    assert!(tags(SIGNALING_TYPES, "BrokerToAgent").contains("forwarded"));
    assert!(limits(SIGNALING_TYPES).contains_key("MAX_FRAME_BYTES"));
    assert_eq!(fields(SIGNALING_TYPES, "Forward"), ["message".to_owned(), "session".to_owned()].into());
}

#[test]
fn what_agents_and_broker_say() {
    assert_eq!(names(SIGNALING_DOC, "upward"), tags(SIGNALING_TYPES, "AgentToBroker"));
    assert_eq!(names(SIGNALING_DOC, "downward"), tags(SIGNALING_TYPES, "BrokerToAgent"));
    assert_eq!(names(SIGNALING_DOC, "reason"), quoted(declaration(SIGNALING_TYPES, "LeaveReason")));
    assert_eq!(names(SIGNALING_DOC, "code"), quoted(declaration(SIGNALING_TYPES, "ErrorCode")));
}

#[test]
fn what_the_messages_of_signaling_hold() {
    let upward: [(&str, &[&str]); 9] = [
        ("ask", &["Ask"]),
        ("enlist", &["Enlist"]),
        ("attend", &["Attend"]),
        ("claim", &["Claim"]),
        ("forward", &["Forward"]),
        ("leave", &["Leave"]),
        ("block", &["Block"]),
        ("announce", &["Announce"]),
        ("resume", &["Resume"]),
    ];
    assert_fields(SIGNALING_DOC, "upward", SIGNALING_TYPES, &upward);
    let downward: [(&str, &[&str]); 11] = [
        ("queued", &["Queued"]),
        ("challenged", &["Challenged"]),
        ("enlisted", &["Enlisted"]),
        ("asked", &["Asked"]),
        ("withdrawn", &["Withdrawn"]),
        ("claimed", &["Claimed"]),
        ("resumed", &["Resumed"]),
        ("forwarded", &["Forwarded"]),
        ("left", &["Left"]),
        ("blocked", &["Blocked"]),
        ("refused", &["Refused"]),
    ];
    assert_fields(SIGNALING_DOC, "downward", SIGNALING_TYPES, &downward);
}

/// What only a helper is told, and what a visitor's agent answers by itself: it asks again, or goes on looking.
const NOT_A_VISITORS: [&str; 11] = [
    "certificate-denied",
    "challenge-expired",
    "not-proposed",
    "resume-unknown",
    "server-lost",
    "session-unknown",
    "signature-invalid",
    "source-unknown",
    "ticket-exists",
    "ticket-gone",
    "too-many-sessions",
];

#[test]
fn what_a_site_is_told_went_wrong() {
    let table = rows(WIDGET_DOC, "error code").into_iter().map(|row| row[0].clone()).collect::<Vec<_>>();
    let told: BTreeSet<String> = table.join(",").split('`').skip(1).step_by(2).map(str::to_owned).collect();
    let peers = ["SessionErrorCode", "UnverifiedCode", "PeerErrorCode", "UnsupportedCode"];
    let mut all: BTreeSet<String> =
        peers.iter().flat_map(|name| quoted(declaration(PEER_TYPES, name))).collect();
    all.extend(quoted(declaration(SIGNALING_TYPES, "ErrorCode")));
    for kind in ["unverified", "refused", "peer-refused", "unsupported"] {
        assert!(all.remove(kind), "{kind} has codes in it");
    }
    for code in NOT_A_VISITORS {
        assert!(all.remove(code), "{code}");
    }
    // The loader's own.
    all.extend(["no-key", "load-failed"].map(str::to_owned));
    assert_eq!(told, all);
}

#[test]
fn why_the_server_closes() {
    let ours: BTreeSet<(String, String)> = rows(SIGNALING_DOC, "close")
        .into_iter()
        .map(|row| (row[0].clone(), row[1].trim_matches('`').to_owned()))
        .filter(|(code, _)| code.starts_with("40"))
        .collect();
    let all = CloseCode::ALL.map(|code| ((code as u16).to_string(), format!("{code:?}")));
    assert_eq!(ours, all.into());
}

#[test]
fn limits_of_signaling() {
    assert_eq!(written_limits(SIGNALING_DOC), limits(SIGNALING_TYPES));
}
