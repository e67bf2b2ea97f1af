//! What the hostile server tries, made with fixed keys.

pub(crate) mod resuming;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use alongside_agent::seal::{Initiator, prologue, respond};
use alongside_agent_proto::wire::Introduction;
use alongside_signaling_proto::id::{Nonce, PublicKey, Sealed, SessionId, Signature, TeamId};
use alongside_signaling_proto::identity::invite::{HelperKeys, Terms};
use alongside_signaling_proto::identity::team::TeamKey;
use alongside_signaling_proto::identity::{certificate, enlisting};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::pkcs8::DecodePrivateKey as _;
use ed25519_dalek::{Signer as _, SigningKey};
use serde::{Serialize, Serializer};
use snow::params::{CipherChoice, DHChoice, HashChoice};
use snow::resolvers::{CryptoResolver, DefaultResolver};
use snow::types::{Cipher, Dh, Hash, Random};

const NOW: u64 = 1_800_000_000;
const ORIGIN: &str = "https://shop.example.org";
const VISITOR: [u8; 32] = [11; 32];
const HELPER: [u8; 32] = [12; 32];

/// Bytes, as base64url.
#[derive(Debug, Clone)]
pub(crate) struct Bytes(pub(crate) Vec<u8>);

impl Serialize for Bytes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&URL_SAFE_NO_PAD.encode(&self.0))
    }
}

/// Everything, as it stands in the file.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Cases {
    pub(crate) introductions: Vec<Case>,
    pub(crate) frames: Vec<Frames>,
    pub(crate) weak_points: Vec<Bytes>,
    pub(crate) enlistings: Vec<Enlist>,
}

/// One message 2 that a visitor is given. `refused` is the code, `null` when it is to be believed.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Case {
    pub(crate) name: &'static str,
    pub(crate) team: TeamId,
    pub(crate) session: SessionId,
    pub(crate) origin: String,
    pub(crate) now_s: u64,
    pub(crate) ephemeral: PublicKey,
    pub(crate) message1: Bytes,
    pub(crate) message2: Bytes,
    pub(crate) automated: bool,
    pub(crate) refused: Option<String>,
}

/// Frames to be opened on the channel of the first introduction, one after another, and what comes of each.
#[derive(Debug, Serialize)]
pub(crate) struct Frames {
    pub(crate) name: &'static str,
    pub(crate) frames: Vec<Bytes>,
    pub(crate) opened: Vec<String>,
}

/// One signature that a server is given.
#[derive(Debug, Serialize)]
pub(crate) struct Enlist {
    pub(crate) name: &'static str,
    pub(crate) key: PublicKey,
    pub(crate) nonce: Nonce,
    pub(crate) certificate: String,
    pub(crate) origin: String,
    pub(crate) signature: Signature,
    pub(crate) good: bool,
}

fn team() -> TeamKey {
    TeamKey::from_seed(&[1; 32])
}

fn helper() -> HelperKeys {
    HelperKeys { seed: [2; 32], noise: [3; 32] }
}

fn attacker() -> HelperKeys {
    HelperKeys { seed: [4; 32], noise: [5; 32] }
}

fn session(byte: u8) -> SessionId {
    SessionId([byte; 16])
}

fn terms() -> Terms {
    Terms {
        jti: "c-1".into(),
        name: "Dana".into(),
        iat: NOW - 3600,
        exp: NOW + 3600,
        origins: None,
        automated: false,
    }
}

fn certificate_for(team: &TeamKey, keys: &HelperKeys, terms: Terms) -> String {
    keys.request().sign(team, terms).unwrap()
}

/// The good certificate's claims under another header, truly signed.
fn under_header(header: &str) -> String {
    let good = certificate_for(&team(), &helper(), terms());
    let claims = good.split('.').nth(1).unwrap();
    let message = format!("{}.{claims}", URL_SAFE_NO_PAD.encode(header));
    let key = SigningKey::from_pkcs8_pem(&team().to_pem()).unwrap();
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(key.sign(message.as_bytes()).to_bytes()))
}

fn introduction(certificate: String) -> Vec<u8> {
    serde_json::to_vec(&Introduction { certificate, offer: "v=0 the offer".into() }).unwrap()
}

fn the_prologue() -> Vec<u8> {
    prologue(&team().id(), &session(7), ORIGIN)
}

fn message1(prologue: &[u8], seed: &[u8; 32]) -> [u8; 32] {
    *Initiator::start(prologue, seed).unwrap().message()
}

/// What a helper with these keys answers a visitor with this message 1.
fn answer(prologue: &[u8], message1: &[u8; 32], keys: &HelperKeys, payload: &[u8]) -> Vec<u8> {
    respond(prologue, message1, &keys.noise, payload, &HELPER).unwrap().0
}

struct Maker(Vec<Case>);

impl Maker {
    fn add(&mut self, name: &'static str, message2: Vec<u8>, refused: &str) -> &mut Case {
        let refused = (!refused.is_empty()).then(|| refused.to_owned());
        self.0.push(Case {
            name,
            team: team().id(),
            session: session(7),
            origin: ORIGIN.into(),
            now_s: NOW,
            ephemeral: PublicKey(VISITOR),
            message1: Bytes(message1(&the_prologue(), &VISITOR).to_vec()),
            message2: Bytes(message2),
            automated: false,
            refused,
        });
        self.0.last_mut().unwrap()
    }

    /// An answer in a handshake that is right in all but its payload.
    fn payload(&mut self, name: &'static str, payload: &[u8], refused: &str) -> &mut Case {
        let prologue = the_prologue();
        let message2 = answer(&prologue, &message1(&prologue, &VISITOR), &helper(), payload);
        self.add(name, message2, refused)
    }

    fn terms(&mut self, name: &'static str, change: impl Fn(&mut Terms), refused: &str) -> &mut Case {
        let mut terms = terms();
        change(&mut terms);
        self.payload(name, &introduction(certificate_for(&team(), &helper(), terms)), refused)
    }
}

/// All cases. The first introduction is the plain good one.
pub(crate) fn cases() -> Cases {
    Cases {
        introductions: introductions(),
        frames: frames(),
        weak_points: weak_points().into_iter().map(|point| Bytes(point.to_vec())).collect(),
        enlistings: enlistings(),
    }
}

fn introductions() -> Vec<Case> {
    let mut make = Maker(Vec::new());
    let prologue = the_prologue();
    let first = message1(&prologue, &VISITOR);
    let good = introduction(certificate_for(&team(), &helper(), terms()));

    make.terms("good", |_| {}, "");
    make.terms(
        "good, for this origin",
        |terms| terms.origins = Some(vec!["http://a.example".into(), ORIGIN.into()]),
        "",
    );
    make.terms("good, a program", |terms| terms.automated = true, "").automated = true;
    make.terms("good, within the grace", |terms| terms.exp = NOW - 299, "");

    make.add("helper's key swapped", answer(&prologue, &first, &attacker(), &good), "key-mismatch");
    let own_team = TeamKey::from_seed(&[9; 32]);
    let foreign = introduction(certificate_for(&own_team, &attacker(), terms()));
    make.add(
        "foreign team's certificate",
        answer(&prologue, &first, &attacker(), &foreign),
        "certificate-foreign",
    );
    let own = introduction(certificate_for(&team(), &attacker(), terms()));
    make.add(
        "certificate of another helper's keys",
        answer(&prologue, &first, &helper(), &own),
        "key-mismatch",
    );
    make.terms("expired", |terms| (terms.iat, terms.exp) = (NOW - 7200, NOW - 301), "certificate-expired");
    make.terms(
        "not yet valid",
        |terms| (terms.iat, terms.exp) = (NOW + 301, NOW + 7200),
        "certificate-expired",
    );
    make.terms(
        "another origin",
        |terms| terms.origins = Some(vec!["https://other.example.org".into()]),
        "origin-not-allowed",
    );
    for (name, header) in [
        ("wrong typ", r#"{"alg":"EdDSA","typ":"JWT"}"#),
        ("no typ", r#"{"alg":"EdDSA"}"#),
        ("alg none", r#"{"alg":"none","typ":"alongside-helper+jwt"}"#),
        ("alg HS256", r#"{"alg":"HS256","typ":"alongside-helper+jwt"}"#),
    ] {
        make.payload(name, &introduction(under_header(header)), "certificate-invalid");
    }
    make.payload(
        "a critical header",
        &introduction(under_header(r#"{"alg":"EdDSA","typ":"alongside-helper+jwt","crit":["b64"]}"#)),
        "certificate-invalid",
    );
    make.payload("no certificate", &introduction(String::new()), "certificate-invalid");
    make.payload("payload is no JSON", b"hello", "handshake-failed");
    make.payload("payload is empty", b"", "handshake-failed");
    make.payload("payload is no UTF-8", b"{\"certificate\":\"\xff\",\"offer\":\"\"}", "handshake-failed");

    let swapped = message1(&prologue, &[13; 32]);
    make.add("visitor's key swapped", answer(&prologue, &swapped, &helper(), &good), "handshake-failed");
    make.add(
        "replayed to a later ephemeral",
        answer(&prologue, &swapped, &helper(), &good),
        "handshake-failed",
    );
    let elsewhere = self::prologue_of(&session(8), ORIGIN);
    make.add("replayed to another session", answer(&elsewhere, &first, &helper(), &good), "handshake-failed");
    let other_site = self::prologue_of(&session(7), "https://other.example.org");
    make.add("made for another origin", answer(&other_site, &first, &helper(), &good), "handshake-failed");
    // Its characters' low bytes spell the true one.
    let look_alike = self::prologue_of(&session(7), "https://\u{473}\u{468}\u{46f}\u{470}.example.org");
    make.add(
        "made for a look-alike origin",
        answer(&look_alike, &first, &helper(), &good),
        "handshake-failed",
    );
    let other_team = alongside_agent::seal::prologue(&own_team.id(), &session(7), ORIGIN);
    make.add("made for another team", answer(&other_team, &first, &helper(), &good), "handshake-failed");
    let mut version = prologue.clone();
    version[10] = b'2';
    make.add("prologue's version changed", answer(&version, &first, &helper(), &good), "handshake-failed");

    for (names, point) in WEAK_NAMES.into_iter().zip(weak_points()) {
        let answer = |weak| weak_answer(&prologue, &first, weak);
        make.add(names[0], answer([None, Some(point)]), "handshake-failed");
        make.add(names[1], answer([Some(point), None]), "handshake-failed");
    }
    let zeros = Some([0; 32]);
    make.add("both of low order", weak_answer(&prologue, &first, [zeros, zeros]), "handshake-failed");
    make.add("empty", Vec::new(), "handshake-failed");
    make.add("zeros", vec![0; 500], "handshake-failed");
    make.0
}

fn prologue_of(session: &SessionId, origin: &str) -> Vec<u8> {
    prologue(&team().id(), session, origin)
}

fn frames() -> Vec<Frames> {
    let prologue = the_prologue();
    let good = introduction(certificate_for(&team(), &helper(), terms()));
    let initiator = Initiator::start(&prologue, &VISITOR).unwrap();
    let (message2, mut theirs) =
        respond(&prologue, initiator.message(), &helper().noise, &good, &HELPER).unwrap();
    let mut ours = initiator.finish(&message2).unwrap().channel;
    let sent: Vec<Bytes> =
        ["first", "second", "third"].map(|text| Bytes(theirs.seal(text.as_bytes()).unwrap())).into();
    let own = Bytes(ours.seal(b"our own").unwrap());
    let far = Bytes([&[0xff; 8][..], &sent[0].0[8..]].concat());
    let story = |name, parts: &[(&Bytes, &str)]| Frames {
        name,
        frames: parts.iter().map(|(frame, _)| (*frame).clone()).collect(),
        opened: parts.iter().map(|(_, opened)| (*opened).to_owned()).collect(),
    };
    let [a, b, c] = [&sent[0], &sent[1], &sent[2]];
    vec![
        story("in order", &[(a, "first"), (b, "second"), (c, "third")]),
        story("with a gap", &[(a, "first"), (c, "third")]),
        story("replayed", &[(a, "first"), (a, "frame-replayed"), (b, "second"), (a, "frame-replayed")]),
        story("a lower counter", &[(c, "third"), (b, "frame-replayed"), (a, "frame-replayed")]),
        story("reflected", &[(&own, "frame-invalid"), (a, "first")]),
        story("a counter out of bounds", &[(&far, "frame-invalid"), (a, "first")]),
        story(
            "too short",
            &[(&Bytes(vec![0; 23]), "frame-invalid"), (&Bytes(vec![]), "frame-invalid"), (a, "first")],
        ),
    ]
}

fn enlistings() -> Vec<Enlist> {
    let keys = helper();
    let certificate = certificate_for(&team(), &keys, terms());
    let (nonce, origin) = (Nonce([21; 32]), "https://help.example.org");
    let signature = enlisting::sign(&keys.seed, &nonce, &certificate, origin);
    let key = certificate::verify(&certificate, &team().id(), NOW).unwrap().cnf.jwk.x;
    let good = || Enlist {
        name: "good",
        key,
        nonce,
        certificate: certificate.clone(),
        origin: origin.into(),
        signature,
        good: true,
    };
    let other_certificate = certificate_for(&team(), &keys, Terms { jti: "c-2".into(), ..terms() });
    vec![
        good(),
        Enlist {
            name: "relayed to another server",
            origin: "https://evil.example.org".into(),
            good: false,
            ..good()
        },
        Enlist { name: "another nonce", nonce: Nonce([22; 32]), good: false, ..good() },
        Enlist { name: "another certificate", certificate: other_certificate, good: false, ..good() },
        Enlist { name: "another helper's key", key: attacker().request().key, good: false, ..good() },
    ]
}

/// Every point of low order on Curve25519 and its twist, and the second spellings that fit. Source: Bernstein,
/// "Curve25519: new Diffie-Hellman speed records", and libsodium's list of them.
fn weak_points() -> Vec<[u8; 32]> {
    let mut one = [0; 32];
    one[0] = 1;
    let high = |low: u8| {
        let mut point = [0xff; 32];
        (point[0], point[31]) = (low, 0x7f);
        point
    };
    vec![[0; 32], one, ORDER_8[0], ORDER_8[1], high(0xec), high(0xed), high(0xee)]
}

const ORDER_8: [[u8; 32]; 2] = [
    [
        0xe0, 0xeb, 0x7a, 0x7c, 0x3b, 0x41, 0xb8, 0xae, 0x16, 0x56, 0xe3, 0xfa, 0xf1, 0x9f, 0xc4, 0x6a, 0xda,
        0x09, 0x8d, 0xeb, 0x9c, 0x32, 0xb1, 0xfd, 0x86, 0x62, 0x05, 0x16, 0x5f, 0x49, 0xb8, 0x00,
    ],
    [
        0x5f, 0x9c, 0x95, 0xbc, 0xa3, 0x50, 0x8c, 0x24, 0xb1, 0xd0, 0xb1, 0x55, 0x9c, 0x83, 0xef, 0x5b, 0x04,
        0x44, 0x5c, 0xc4, 0x58, 0x1c, 0x8e, 0x86, 0xd8, 0x22, 0x4e, 0xdd, 0xd0, 0x9f, 0x11, 0x57,
    ],
];

/// What the cases of the weak points are called: as the ephemeral key, as the static key.
const WEAK_NAMES: [[&str; 2]; 7] = [
    ["ephemeral 0", "static key 0"],
    ["ephemeral 1", "static key 1"],
    ["ephemeral of order 8", "static key of order 8"],
    ["ephemeral of order 8, the other", "static key of order 8, the other"],
    ["ephemeral p - 1", "static key p - 1"],
    ["ephemeral p", "static key p"],
    ["ephemeral p + 1", "static key p + 1"],
];

/// Message 2 of an attacker whose points make every shared secret zero, so that no private key is needed for it.
fn weak_answer(prologue: &[u8], message1: &[u8; 32], weak: [Option<[u8; 32]>; 2]) -> Vec<u8> {
    let mut terms = terms();
    terms.jti = "weak".into();
    let mut request = helper().request();
    if let Some(point) = weak[0] {
        request.noise = PublicKey(point);
    }
    let payload = introduction(request.sign(&team(), terms).unwrap());
    let resolver = Weak { weak, made: Arc::default() };
    let mut state =
        snow::Builder::with_resolver("Noise_NX_25519_AESGCM_SHA256".parse().unwrap(), Box::new(resolver))
            .prologue(prologue)
            .and_then(|builder| builder.local_private_key(&[3; 32]))
            .and_then(snow::Builder::build_responder)
            .unwrap();
    state.read_message(message1, &mut []).unwrap();
    let mut message2 = vec![0; payload.len() + 96];
    let length = state.write_message(&payload, &mut message2).unwrap();
    message2.truncate(length);
    message2
}

/// The library's primitives, but for keys whose public half is of low order. It asks for the static key's first, then
/// for the ephemeral's.
struct Weak {
    weak: [Option<[u8; 32]>; 2],
    made: Arc<AtomicUsize>,
}

impl CryptoResolver for Weak {
    fn resolve_rng(&self) -> Option<Box<dyn Random>> {
        Some(Box::new(Fixed))
    }

    fn resolve_dh(&self, choice: &DHChoice) -> Option<Box<dyn Dh>> {
        let inner = DefaultResolver.resolve_dh(choice)?;
        let weak = self.weak.get(self.made.fetch_add(1, Ordering::Relaxed)).copied().flatten();
        Some(weak.map_or(inner, |point| Box::new(LowOrder(point))))
    }

    fn resolve_hash(&self, choice: &HashChoice) -> Option<Box<dyn Hash>> {
        DefaultResolver.resolve_hash(choice)
    }

    fn resolve_cipher(&self, choice: &CipherChoice) -> Option<Box<dyn Cipher>> {
        DefaultResolver.resolve_cipher(choice)
    }
}

struct Fixed;

impl Random for Fixed {
    fn try_fill_bytes(&mut self, dest: &mut [u8]) -> Result<(), snow::Error> {
        dest.fill(12);
        Ok(())
    }
}

struct LowOrder([u8; 32]);

impl Dh for LowOrder {
    fn name(&self) -> &'static str {
        "25519"
    }
    fn pub_len(&self) -> usize {
        32
    }
    fn priv_len(&self) -> usize {
        32
    }
    fn set(&mut self, _: &[u8]) {}
    fn generate(&mut self, _: &mut dyn Random) -> Result<(), snow::Error> {
        Ok(())
    }
    fn pubkey(&self) -> &[u8] {
        &self.0
    }
    fn privkey(&self) -> &[u8] {
        &[0; 32]
    }
    fn dh(&self, _: &[u8], out: &mut [u8]) -> Result<(), snow::Error> {
        out[..32].fill(0);
        Ok(())
    }
}

/// Keeps the file's limit in mind: what stands in it could have been sent.
#[test]
fn every_message_2_could_have_been_sent() {
    for case in introductions() {
        assert!(Sealed::new(case.message2.0).is_ok(), "{}", case.name);
    }
}

#[test]
fn every_weak_point_makes_a_secret_of_zeros() {
    for point in weak_points() {
        let mut secret = [1; 32];
        let mut key = DefaultResolver.resolve_dh(&DHChoice::Curve25519).unwrap();
        key.set(&VISITOR);
        key.dh(&point, &mut secret).unwrap();
        assert_eq!(secret, [0; 32], "{point:02x?}");
    }
}
