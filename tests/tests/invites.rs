//! What is an invite, and what a helper does with one: the same in both languages.
//!
//! The cases are made here and stand in `tests/vectors/invites.json`, which the browser's side is held to as well.
//! `UPDATE=1 cargo test -p alongside-tests --test invites` writes them anew.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use alongside_signaling_proto::id::{Nonce, PublicKey, Signature, TeamId};
use alongside_signaling_proto::identity::certificate::{CertificateError, verify};
use alongside_signaling_proto::identity::enlisting;
use alongside_signaling_proto::identity::invite::{HelperKeys, Invite, InviteError, Terms};
use alongside_signaling_proto::identity::team::TeamKey;
use serde::Serialize;

const NOW: u64 = 1_800_000_000;
const NONCE: Nonce = Nonce([21; 32]);
const SERVER: &str = "https://help.example.org";

/// Everything, as it stands in the file.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Vectors {
    now_s: u64,
    team: TeamId,
    /// How the good invite's helper enlists.
    nonce: Nonce,
    origin: &'static str,
    signature: Signature,
    cases: Vec<Case>,
}

/// One text that somebody pastes. `refused` is the code, `null` when it is the good invite.
#[derive(Debug, Serialize)]
struct Case {
    name: &'static str,
    text: String,
    refused: Option<&'static str>,
}

fn team() -> TeamKey {
    TeamKey::from_seed(&[1; 32])
}

fn keys() -> HelperKeys {
    HelperKeys { seed: [2; 32], noise: [3; 32] }
}

fn made(keys: HelperKeys, iat: u64, exp: u64) -> Invite {
    let terms = Terms { jti: "c-1".into(), name: "Dana".into(), iat, exp, origins: None, automated: false };
    Invite::mint(&team(), keys, terms).unwrap()
}

fn good() -> Invite {
    made(keys(), NOW - 3600, NOW + 3600)
}

fn vectors() -> Vectors {
    let invite = good();
    let signature = enlisting::sign(&invite.keys.seed, &NONCE, &invite.certificate, SERVER);
    Vectors { now_s: NOW, team: invite.team, nonce: NONCE, origin: SERVER, signature, cases: cases() }
}

fn cases() -> Vec<Case> {
    let invite = good();
    let (text, link) = (invite.to_text(), invite.to_link(SERVER));
    let with =
        |seed: [u8; 32], noise: [u8; 32]| Invite { keys: HelperKeys { seed, noise }, ..invite.clone() };
    let foreign = Invite { team: TeamKey::from_seed(&[9; 32]).id(), ..invite.clone() };
    let key = |byte: u8| PublicKey([byte; 32]).to_string();
    let altered = format!("{}A{}", &text[..text.len() - 40], &text[text.len() - 39..]);
    [
        ("a link", link.clone(), ""),
        ("its fragment", link[link.find('#').unwrap()..].to_owned(), ""),
        ("what stands in the fragment", format!("invite={text}"), ""),
        ("the text alone", text.clone(), ""),
        ("with space around it", format!(" \n{link}\t\n"), ""),
        ("nothing", String::new(), "unreadable"),
        ("a word", "hello".into(), "unreadable"),
        ("the console's address", format!("{SERVER}/console/"), "unreadable"),
        ("an empty fragment", format!("{SERVER}/console/#invite="), "unreadable"),
        ("a number", "1".into(), "unreadable"),
        ("a version that is no number", text.replacen('1', "one", 1), "unreadable"),
        ("a newer version", text.replacen('1', "2", 1), "version"),
        ("a newer version in fewer parts", "27.abc".into(), "version"),
        ("without its last character", link[..link.len() - 1].to_owned(), "cut"),
        ("without its signature", text[..text.rfind('.').unwrap()].to_owned(), "cut"),
        ("without its certificate", format!("1.{}.{}.{}", invite.team, key(2), key(3)), "cut"),
        ("a line that was broken", link.replacen(".eyJ", ".\neyJ", 1), "cut"),
        ("with words behind it", format!("Welcome: {link}\nSee you there."), ""),
        ("one part too many", text.replacen(".eyJ", ".x.eyJ", 1), "cut"),
        ("a seed that is none", text.replacen(&key(2), "AAAA", 1), "unreadable"),
        ("a team that is none", text.replacen(&invite.team.to_string(), "AAAA", 1), "unreadable"),
        ("a certificate with a changed signature", altered, "forged"),
        ("another team's name on it", foreign.to_text(), "forged"),
        ("another's seed in it", with([4; 32], [3; 32]).to_text(), "forged"),
        ("another's static key in it", with([2; 32], [4; 32]).to_text(), "forged"),
        ("of last week", made(keys(), NOW - 900_000, NOW - 301).to_link(SERVER), "expired"),
        ("of next week", made(keys(), NOW + 301, NOW + 900_000).to_link(SERVER), "early"),
    ]
    .into_iter()
    .map(|(name, text, refused)| Case { name, text, refused: (!refused.is_empty()).then_some(refused) })
    .collect()
}

/// What a native agent says of it.
fn verdict(text: &str) -> Option<&'static str> {
    let invite: Invite = match text.parse() {
        Ok(invite) => invite,
        Err(InviteError::Unreadable) => return Some("unreadable"),
        Err(InviteError::Cut) => return Some("cut"),
        Err(InviteError::Version) => return Some("version"),
        Err(_) => return Some("unknown"),
    };
    match verify(&invite.certificate, &invite.team, NOW) {
        Ok(claims) => {
            let request = invite.keys.request();
            let fits = (claims.cnf.jwk.x, claims.noise) == (request.key, request.noise);
            if fits { None } else { Some("forged") }
        }
        Err(CertificateError::Expired) if verify(&invite.certificate, &invite.team, NOW + 3600).is_ok() => {
            Some("early")
        }
        Err(CertificateError::Expired) => Some("expired"),
        Err(CertificateError::Invalid | CertificateError::Foreign) => Some("forged"),
    }
}

#[test]
fn the_vectors_are_up_to_date() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors/invites.json");
    let expected = format!("{}\n", serde_json::to_string_pretty(&vectors()).unwrap());
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, &expected).unwrap();
    }
    let actual = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(actual == expected, "tests/vectors/invites.json is out of step: run with UPDATE=1 and commit it");
}

#[test]
fn every_text_is_taken_or_refused_as_it_should_be() {
    let wrong: Vec<String> = cases()
        .iter()
        .filter(|case| verdict(&case.text) != case.refused)
        .map(|case| format!("{}: {:?} instead of {:?}", case.name, verdict(&case.text), case.refused))
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}
