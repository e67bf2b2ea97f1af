//! Messages that are refused: no JSON, wrong fields, wrong states, and what nobody may say.

use alongside_signaling_proto::id::{Nonce, TeamId};
use alongside_signaling_proto::identity::invite::Invite;
use alongside_signaling_proto::limits::{MAX_DEPOSITS_PER_HELPER, MAX_ORIGIN_BYTES, MAX_SEALED_BYTES};

use super::case::{As, CHALLENGE, Case, Meets, json, nonce, stand};
use crate::agent::{SHOP, ask, claim, enlist, invite, session, team};

/// An invite whose certificate another team has signed for this one.
fn foreign(of: TeamId) -> Invite {
    Invite { team: of, ..invite(&team(77), 1) }
}

fn naming(kind: &str, rest: &str) -> String {
    format!("{{\"type\":\"{kind}\",\"session\":\"{}\"{rest}}}", session(1))
}

/// Text that is no message.
pub(super) fn unintelligible() -> Vec<Case> {
    let case = |name, text: &str| Case::text(name, As::Stranger, text, "bad-json");
    vec![
        case("nothing", ""),
        case("white space", " \n\t"),
        case("no JSON", "hello"),
        case("null", "null"),
        case("a number", "7"),
        case("a list", "[\"ask\"]"),
        case("no type", "{}"),
        case("a type that is a number", "{\"type\":7}"),
        case("a type that is a list", "{\"type\":[\"ask\"]}"),
        case("half an object", "{\"type\":\"ask\""),
        case("a comma too many", "{\"type\":\"challenge\",}"),
        case("other quotes", "{'type':'challenge'}"),
        case("a byte order mark", "\u{feff}{\"type\":\"challenge\"}"),
        case("a zero byte after it", "{\"type\":\"challenge\"}\0"),
        case("a number that is none", "{\"type\":\"challenge\",\"x\":NaN}"),
        case("two messages", &format!("{CHALLENGE}{CHALLENGE}")),
        case("deep nesting", &format!("{{\"type\":{}", "[".repeat(16_000))),
        case("half a surrogate", "{\"type\":\"\\ud800\"}"),
        case("a number too long", &format!("{{\"type\":\"ask\",\"n\":{}e999}}", "9".repeat(15_000))),
        Case::new(
            "binary",
            As::Stranger,
            Box::new(|raw, _| raw.frame(0x82, CHALLENGE.as_bytes())),
            Meets::Code("bad-json".to_owned()),
        ),
        Case::new(
            "empty binary",
            As::Stranger,
            Box::new(|raw, _| raw.frame(0x82, &[])),
            Meets::Code("bad-json".to_owned()),
        ),
        Case::new(
            "a type of a later version",
            As::Stranger,
            Box::new(|raw, _| raw.text("{\"type\":\"dance\",\"session\":7}")),
            Meets::Nothing,
        ),
    ]
}

/// Known types with wrong fields.
pub(super) fn ill_typed(of: TeamId) -> Vec<Case> {
    let good = json(&ask(of, 1));
    let change = |from: &str, to: &str| {
        assert!(good.contains(from), "{from} in {good}");
        good.replacen(from, to, 1)
    };
    let message = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    let case = |name, text: String| Case::text(name, As::Stranger, text, "bad-message");
    vec![
        case("no fields", "{\"type\":\"ask\"}".to_owned()),
        case("a field of another kind", "{\"type\":\"attend\",\"available\":\"yes\"}".to_owned()),
        case("a field that is null", change(&format!("\"{SHOP}\""), "null")),
        case("a padded id", change("AAAAAQ\"", "AAAAAQ==\"")),
        case("an id of the other alphabet", change("AAAAAQ\"", "AAAA/+\"")),
        case("an id too short", change("AAAAAQ\"", "AAAA\"")),
        case("an id whose last bits are not zero", change("AAAAAQ\"", "AAAAAR\"")),
        case("an id that is a list", change("\"AAAAAAAAAAAAAAAAAAAAAQ\"", "[]")),
        case("a mailbox for a message", change(message, &"A".repeat(88))),
        case("sealed bytes too long", change(message, &"A".repeat(MAX_SEALED_BYTES / 3 * 4 + 4))),
        case("deposits that are no list", "{\"type\":\"announce\",\"deposits\":\"all\"}".to_owned()),
        case("a reason that is a number", naming("leave", ",\"reason\":7")),
        case("a resumption without a message", naming("resume", "")),
        case("to block nobody", "{\"type\":\"block\",\"session\":null}".to_owned()),
    ]
}

/// Origins that a page cannot have, or that this one does not have.
pub(super) fn origins(of: TeamId) -> Vec<Case> {
    let from = |origin: &str| json(&ask(of, 1)).replacen(SHOP, origin, 1);
    let long = format!("https://{}", "a".repeat(MAX_ORIGIN_BYTES));
    let mut cases: Vec<Case> = [
        ("a page for an origin", "https://shop.example/cart?token=canary"),
        ("a script for an origin", "javascript:alert(1)"),
        ("an origin of a file", "file://"),
        ("an origin in capitals", "https://SHOP.example"),
        ("an origin too long", &long),
    ]
    .into_iter()
    .map(|(name, origin)| Case::text(name, As::Stranger, from(origin), "bad-origin"))
    .collect();
    for (name, page) in [
        ("an ask in another page's name", "https://evil.example"),
        ("an ask of a page without an origin", "null"),
        ("an ask of a page whose origin is no text", "\u{e9}"),
    ] {
        cases.push(Case::text(name, As::Page(page), json(&ask(of, 1)), "origin-mismatch"));
    }
    cases
}

/// What does not fit what the socket has done so far.
pub(super) fn out_of_turn(of: TeamId) -> Vec<Case> {
    let attend = "{\"type\":\"attend\",\"available\":true}";
    let announce = "{\"type\":\"announce\",\"deposits\":[]}";
    let forward = naming("forward", ",\"message\":\"AAAA\"");
    let resume = naming("resume", ",\"message\":\"AAAA\"");
    let no_nonce = || json(&enlist(&foreign(of), &Nonce([0; 32]), "x"));
    let deposits: Vec<_> = (0..=u32::try_from(MAX_DEPOSITS_PER_HELPER).unwrap()).map(session).collect();
    let deposits = serde_json::json!({ "type": "announce", "deposits": deposits }).to_string();
    let taken = json(&ask(of, 1)).replace("\"place\":\"A", "\"place\":\"B");
    vec![
        Case::text("another team", As::Stranger, json(&ask(TeamId([9; 32]), 1)), "unknown-team"),
        Case::text("a stranger who claims", As::Stranger, json(&claim(1, 1)), "wrong-state"),
        Case::text("a stranger who attends", As::Stranger, attend, "wrong-state"),
        Case::text("a stranger who announces", As::Stranger, announce, "wrong-state"),
        Case::text("a stranger who blocks", As::Stranger, naming("block", ""), "wrong-state"),
        Case::text("a stranger who forwards", As::Stranger, forward.clone(), "session-unknown"),
        Case::text("a stranger who resumes", As::Stranger, resume.clone(), "resume-unknown"),
        Case::text("a stranger without a nonce", As::Stranger, no_nonce(), "challenge-expired"),
        Case::new(
            "a stranger who leaves",
            As::Stranger,
            Box::new(|raw, _| raw.text(&naming("leave", ",\"reason\":\"ended\""))),
            Meets::Nothing,
        ),
        Case::text("a visitor who asks twice", As::Visitor, json(&ask(of, 2)), "wrong-state"),
        Case::text("a visitor who claims", As::Visitor, json(&claim(1, 1)), "wrong-state"),
        Case::text("a visitor who attends", As::Visitor, attend, "wrong-state"),
        Case::text("a visitor who blocks", As::Visitor, naming("block", ""), "wrong-state"),
        Case::text("a visitor who enlists", As::Visitor, no_nonce(), "wrong-state"),
        Case::text("a visitor who forwards too early", As::Visitor, forward.clone(), "session-unknown"),
        Case::new(
            "somebody else's ticket",
            As::Stranger,
            Box::new(move |raw, against| {
                raw.beside(stand(As::Visitor, against));
                raw.text(&taken);
            }),
            Meets::Code("ticket-exists".to_owned()),
        ),
        Case::text("a helper who asks", As::Helper, json(&ask(of, 9)), "wrong-state"),
        Case::text("a helper who resumes", As::Helper, resume, "wrong-state"),
        Case::text("a helper who forwards to nobody", As::Helper, forward, "session-unknown"),
        Case::text("a helper who blocks nobody", As::Helper, naming("block", ""), "session-unknown"),
        Case::text("a ticket that nobody waits with", As::Helper, json(&claim(7, 1)), "ticket-gone"),
        Case::text("deposits without end", As::Helper, deposits, "too-many-sessions"),
        Case::text(
            "a helper of two teams",
            As::Helper,
            json(&enlist(&invite(&team(77), 1), &Nonce([0; 32]), "x")),
            "wrong-state",
        ),
    ]
}

/// Helpers who are none.
pub(super) fn impostors(genuine: &Invite) -> Vec<Case> {
    let case = |name, invite: Invite, origin: Option<&'static str>, code: &str| {
        Case::new(
            name,
            As::Stranger,
            Box::new(move |raw, against| {
                let nonce = nonce(raw);
                raw.text(&json(&enlist(&invite, &nonce, origin.unwrap_or(&against.origin))));
            }),
            Meets::Code(code.to_owned()),
        )
    };
    let unsigned = {
        let (signed, _) = genuine.certificate.rsplit_once('.').unwrap();
        let (_, claims) = signed.split_once('.').unwrap();
        // {"alg":"none","typ":"alongside-helper+jwt"}
        let none = "eyJhbGciOiJub25lIiwidHlwIjoiYWxvbmdzaWRlLWhlbHBlcitqd3QifQ";
        Invite { certificate: format!("{none}.{claims}."), ..genuine.clone() }
    };
    let mut stolen = genuine.clone();
    stolen.keys.seed = [1; 32];
    vec![
        case("a certificate of another team", foreign(genuine.team), None, "certificate-invalid"),
        case("a certificate that nobody signed", unsigned, None, "certificate-invalid"),
        case(
            "a signature for another server",
            genuine.clone(),
            Some("https://evil.example"),
            "signature-invalid",
        ),
        case("a certificate without its key", stolen, None, "signature-invalid"),
    ]
}
