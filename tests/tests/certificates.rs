//! What is a helper certificate and what is none, with the same verdict in both languages.
//!
//! The cases are made here and stand in `tests/vectors/certificates.json`, which the browser's side is held to as
//! well. `UPDATE=1 cargo test -p alongside-tests --test certificates` writes them anew.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use alongside_signaling_proto::id::TeamId;
use alongside_signaling_proto::identity::certificate::{CertificateError, verify};
use alongside_signaling_proto::identity::team::TeamKey;
use alongside_signaling_proto::limits::{
    CERTIFICATE_GRACE_S, MAX_CERTIFICATE_BYTES, MAX_CERTIFICATE_LIFETIME_S, MAX_ORIGIN_BYTES,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::{Signer as _, SigningKey};
use serde::Serialize;
use serde_json::{Value, json};
use snow::params::HashChoice;
use snow::resolvers::{CryptoResolver as _, DefaultResolver};

const NOW: u64 = 1_800_000_000;
const SEED: [u8; 32] = [1; 32];
const MAX_SAFE: u64 = (1 << 53) - 1;
const HEADER: &str = r#"{"alg":"EdDSA","typ":"alongside-helper+jwt"}"#;
const INVALID: &str = "certificate-invalid";
const FOREIGN: &str = "certificate-foreign";
const EXPIRED: &str = "certificate-expired";

/// One JWT that is shown as a helper certificate. `refused` is the code, `null` when it is to be believed.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Case {
    name: String,
    jwt: String,
    team: TeamId,
    now_s: u64,
    refused: Option<&'static str>,
}

struct Maker(Vec<Case>);

impl Maker {
    fn add(&mut self, name: &str, jwt: String, refused: &'static str) -> &mut Case {
        let refused = (!refused.is_empty()).then_some(refused);
        self.0.push(Case { name: name.to_owned(), jwt, team: team(), now_s: NOW, refused });
        self.0.last_mut().unwrap()
    }

    fn header(&mut self, header: &str, refused: &'static str) {
        let jwt = signed(header.as_bytes(), claims().to_string().as_bytes());
        self.add(&format!("header {header}"), jwt, refused);
    }

    /// The good claims with one of them another, truly signed.
    fn claim(&mut self, claim: &str, value: Value, refused: &'static str) -> &mut Case {
        let mut claims = claims();
        let name = format!("{claim}: {}", shortened(&value.to_string()));
        claims[claim] = value;
        self.add(&name, signed(HEADER.as_bytes(), claims.to_string().as_bytes()), refused)
    }

    /// The good claims with a text put in before the last brace, truly signed.
    fn text(&mut self, name: &str, put_in: &str, refused: &'static str) {
        let good = claims().to_string();
        let body = format!("{}{put_in}}}", good.strip_suffix('}').unwrap());
        self.add(name, signed(HEADER.as_bytes(), body.as_bytes()), refused);
    }
}

fn team() -> TeamId {
    TeamKey::from_seed(&SEED).id()
}

fn claims() -> Value {
    json!({
        "jti": "c-1",
        "sub": "Dana",
        "iat": NOW - 3600,
        "exp": NOW + 3600,
        "cnf": { "jwk": { "kty": "OKP", "crv": "Ed25519", "x": URL_SAFE_NO_PAD.encode([4; 32]) } },
        "noise": URL_SAFE_NO_PAD.encode([5; 32]),
    })
}

fn signed(header: &[u8], body: &[u8]) -> String {
    signed_parts(&URL_SAFE_NO_PAD.encode(header), &URL_SAFE_NO_PAD.encode(body))
}

fn signed_parts(header: &str, body: &str) -> String {
    let message = format!("{header}.{body}");
    let signature = SigningKey::from_bytes(&SEED).sign(message.as_bytes());
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature.to_bytes()))
}

/// The public key, which everybody knows, used as if it were a shared secret.
fn authenticated_by_the_public_key() -> String {
    let header = r#"{"alg":"HS256","typ":"alongside-helper+jwt"}"#;
    let message =
        format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims().to_string()));
    let mut tag = [0; 32];
    DefaultResolver.resolve_hash(&HashChoice::SHA256).unwrap().hmac(&team().0, message.as_bytes(), &mut tag);
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(tag))
}

fn shortened(text: &str) -> String {
    if text.len() <= 100 { text.to_owned() } else { format!("{}… ({} bytes)", &text[..60], text.len()) }
}

fn cases() -> Vec<Case> {
    let mut make = Maker(Vec::new());
    good(&mut make);
    forms(&mut make);
    headers(&mut make);
    claim_by_claim(&mut make);
    times(&mut make);
    origins(&mut make);
    json_texts(&mut make);
    make.0
}

fn good(make: &mut Maker) {
    let whole = signed(HEADER.as_bytes(), claims().to_string().as_bytes());
    make.add("good", whole.clone(), "");
    make.add("another team's", whole.clone(), FOREIGN).team = TeamKey::from_seed(&[2; 32]).id();
    make.add("a team key of low order", whole.clone(), FOREIGN).team = TeamId([0; 32]);
    make.add("a team key that is no point", whole, FOREIGN).team = TeamId([2; 32]);
    // Who has not signed is not told what is wrong with their claims.
    let empty = signed(HEADER.as_bytes(), b"{}");
    make.add("another team's, and no claims", empty, FOREIGN).team = TeamKey::from_seed(&[2; 32]).id();
}

fn forms(make: &mut Maker) {
    let whole = signed(HEADER.as_bytes(), claims().to_string().as_bytes());
    let (message, signature) = whole.rsplit_once('.').unwrap();
    let (header, body) = message.split_once('.').unwrap();
    let last = signature.len() - 1;
    for (name, jwt) in [
        ("empty", String::new()),
        ("dots alone", "..".to_owned()),
        ("no signature", message.to_owned()),
        ("an empty signature", format!("{message}.")),
        ("a signature of 63 bytes", format!("{message}.{}", &signature[..84])),
        ("a signature of 65 bytes", format!("{message}.{signature}A")),
        ("a signature in its second spelling", format!("{message}.{}B", &signature[..last])),
        ("a fourth part", format!("{whole}.")),
        ("a fourth part in front", format!(".{whole}")),
        ("padding", format!("{whole}==")),
        ("a space in front", format!(" {whole}")),
        ("a line end behind", format!("{whole}\n")),
        ("a header in its second spelling", signed_parts(&format!("{}1", &header[..header.len() - 1]), body)),
        ("a body that is no base64url", signed_parts(header, "e30=")),
        ("a body in its second spelling", signed_parts(header, "e31")),
        ("a body beyond ASCII, foreign", format!("{header}.ä.{signature}")),
        ("too long", format!("{}.{body}.{signature}", "A".repeat(MAX_CERTIFICATE_BYTES))),
    ] {
        make.add(name, jwt, INVALID);
    }
    let mut claims = claims();
    let room = MAX_CERTIFICATE_BYTES - whole.len();
    claims["more"] = json!("x".repeat(room * 3 / 4 - 12));
    let longest = signed(HEADER.as_bytes(), claims.to_string().as_bytes());
    assert!((MAX_CERTIFICATE_BYTES - 4..=MAX_CERTIFICATE_BYTES).contains(&longest.len()));
    make.add("as long as may be", longest, "");
    let at = body.len() / 2;
    let altered =
        format!("{}{}{}", &body[..at], if &body[at..=at] == "A" { "B" } else { "A" }, &body[at + 1..]);
    make.add("a body altered", format!("{header}.{altered}.{signature}"), FOREIGN);
    make.add("a signature altered", format!("{message}.A{}", &signature[1..]), FOREIGN);
    make.add("a signature of zeros", format!("{message}.{}", "A".repeat(86)), FOREIGN);
}

fn headers(make: &mut Maker) {
    let (message, _) =
        signed(br#"{"alg":"none","typ":"alongside-helper+jwt"}"#, claims().to_string().as_bytes())
            .rsplit_once('.')
            .map(|(message, signature)| (message.to_owned(), signature.to_owned()))
            .unwrap();
    make.add("alg none, unsigned", format!("{message}."), INVALID);
    make.add("HS256 with the public key as its secret", authenticated_by_the_public_key(), INVALID);
    for algorithm in ["none", "None", "HS256", "RS256", "ES256", "Ed25519", "eddsa", ""] {
        make.header(&format!(r#"{{"alg":"{algorithm}","typ":"alongside-helper+jwt"}}"#), INVALID);
    }
    for header in [
        r#"{"typ":"alongside-helper+jwt"}"#,
        r#"{"alg":null,"typ":"alongside-helper+jwt"}"#,
        r#"{"alg":["EdDSA"],"typ":"alongside-helper+jwt"}"#,
        r#"{"alg":"EdDSA"}"#,
        r#"{"alg":"EdDSA","typ":null}"#,
        r#"{"alg":"EdDSA","typ":"JWT"}"#,
        r#"{"alg":"EdDSA","typ":"alongside-helper"}"#,
        r#"{"alg":"EdDSA","typ":"Alongside-Helper+JWT"}"#,
        r#"{"alg":"EdDSA","typ":"application/alongside-helper+jwt"}"#,
        r#"{"alg":"EdDSA","typ":"alongside-helper+jwt","crit":["exp"]}"#,
        r#"{"alg":"EdDSA","typ":"alongside-helper+jwt","crit":[]}"#,
        r#"{"alg":"EdDSA","typ":"alongside-helper+jwt","crit":null}"#,
        r#"["EdDSA","alongside-helper+jwt"]"#,
        r#""EdDSA""#,
        "null",
        "",
        r#"{"alg":"EdDSA","typ":"alongside-helper+jwt"}{}"#,
        "\u{feff}{\"alg\":\"EdDSA\",\"typ\":\"alongside-helper+jwt\"}",
    ] {
        make.header(header, INVALID);
    }
    make.header(r#"{"typ":"alongside-helper+jwt","alg":"EdDSA","kid":"2027","more":1}"#, "");
    make.header(r#" { "alg" : "EdDSA" , "typ" : "alongside-helper\u002bjwt" } "#, "");
}

fn claim_by_claim(make: &mut Maker) {
    for claim in ["jti", "sub", "iat", "exp", "cnf", "noise"] {
        let mut claims = claims();
        claims.as_object_mut().unwrap().remove(claim);
        make.add(&format!("no {claim}"), signed(HEADER.as_bytes(), claims.to_string().as_bytes()), INVALID);
        make.claim(claim, json!(null), INVALID);
        make.claim(claim, json!([]), INVALID);
        make.claim(claim, json!(true), INVALID);
    }
    let key = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
    let jwk = |kty: &str, crv: &str, x: &str| json!({ "jwk": { "kty": kty, "crv": crv, "x": x } });
    let x = key(&[4; 32]);
    for (claim, value) in [
        ("jti", json!("")),
        ("jti", json!(1)),
        ("sub", json!("")),
        ("sub", json!({ "name": "Dana" })),
        ("cnf", json!({})),
        ("cnf", json!({ "jwk": null })),
        ("cnf", json!({ "jwk": {} })),
        ("cnf", json!([{ "kty": "OKP", "crv": "Ed25519", "x": x }])),
        ("cnf", json!({ "jwk": ["OKP", "Ed25519", x] })),
        ("cnf", jwk("EC", "Ed25519", &x)),
        ("cnf", jwk("okp", "Ed25519", &x)),
        ("cnf", jwk("OKP", "X25519", &x)),
        ("cnf", jwk("OKP", "Ed25519", "")),
        ("cnf", jwk("OKP", "Ed25519", &key(&[4; 31]))),
        ("cnf", jwk("OKP", "Ed25519", &key(&[4; 33]))),
        ("cnf", jwk("OKP", "Ed25519", &format!("{x}="))),
        ("cnf", json!({ "jwk": { "kty": { "OKP": null }, "crv": "Ed25519", "x": x } })),
        ("noise", json!("")),
        ("noise", json!(key(&[5; 31]))),
        ("noise", json!(key(&[5; 33]))),
        ("noise", json!(format!("{}B", &key(&[0; 32])[..42]))),
        ("automated", json!(null)),
        ("automated", json!("true")),
        ("automated", json!(1)),
    ] {
        make.claim(claim, value, INVALID);
    }
    make.claim("automated", json!(true), "");
    make.claim("automated", json!(false), "");
    make.claim("sub", json!("Ðaña 🙋 Müller"), "");
    make.claim("iss", json!({ "any": ["further", "claim", null] }), "");
    make.claim("nbf", json!(NOW + 1000), "");
    make.claim("aud", json!("somebody else"), "");
    let mut more = jwk("OKP", "Ed25519", &x);
    more["kid"] = json!(1);
    more["jwk"]["alg"] = json!("EdDSA");
    make.claim("cnf", more, "");
}

fn times(make: &mut Maker) {
    let (grace, longest) = (CERTIFICATE_GRACE_S, MAX_CERTIFICATE_LIFETIME_S);
    for (name, now_s, refused) in [
        ("at the first second", NOW - 3600 - grace, ""),
        ("a second too early", NOW - 3600 - grace - 1, EXPIRED),
        ("at the last second", NOW + 3600 + grace, ""),
        ("a second too late", NOW + 3600 + grace + 1, EXPIRED),
        ("in 1970", 0, EXPIRED),
        ("in a distant future", MAX_SAFE, EXPIRED),
    ] {
        let jwt = signed(HEADER.as_bytes(), claims().to_string().as_bytes());
        make.add(name, jwt, refused).now_s = now_s;
    }
    make.claim("exp", json!(NOW - 3600 + longest), "");
    make.claim("exp", json!(NOW - 3600 + longest + 1), INVALID);
    make.claim("exp", json!(NOW - 3600), EXPIRED);
    make.claim("exp", json!(NOW - 3601), INVALID);
    make.claim("exp", json!((NOW + 3600) as f64), "");
    for claim in ["iat", "exp"] {
        for value in
            [json!(NOW as f64 + 0.5), json!(NOW.to_string()), json!(-1), json!(MAX_SAFE + 1), json!(u64::MAX)]
        {
            make.claim(claim, value, INVALID);
        }
    }
    for (name, iat, exp, refused) in [
        ("in another spelling of its numbers", "18e8", "1.80000001E9", ""),
        ("from zero", "0", "100", EXPIRED),
        ("from minus zero", "-0", "100", EXPIRED),
        ("at the end of all numbers", "9007199254740991", "9007199254740991", EXPIRED),
        ("beyond them", "9007199254740992", "9007199254740992", INVALID),
        ("infinitely long", "1800000000", "1e400", INVALID),
    ] {
        let body = claims().to_string();
        let body = body.replace(&(NOW - 3600).to_string(), iat).replace(&(NOW + 3600).to_string(), exp);
        make.add(name, signed(HEADER.as_bytes(), body.as_bytes()), refused);
    }
}

fn origins(make: &mut Maker) {
    for good in [
        "https://shop.example.org",
        "http://localhost:8080",
        "http://127.0.0.1",
        "https://[::1]:8443",
        "https://xn--bcher-kva.example",
    ] {
        make.claim("origins", json!([good]), "");
    }
    make.claim("origins", json!(null), "");
    make.claim("origins", json!([]), "");
    let label = format!("https://{}.", "a".repeat(60));
    let longest = format!("{label}{}", "b".repeat(MAX_ORIGIN_BYTES - label.len()));
    make.claim("origins", json!([longest]), "");
    make.claim("origins", json!([format!("{longest}b")]), INVALID);
    for wrong in [
        "",
        "null",
        "shop.example.org",
        "https://",
        "https:",
        "https:shop.example.org",
        "https:///shop.example.org",
        "https://shop.example.org/",
        "https://shop.example.org:443",
        "https://shop.example.org:",
        "https://shop.example.org:99999",
        "https://Shop.example.org",
        "HTTPS://shop.example.org",
        "https://shop.example.org?",
        "https://shop.example.org#",
        "https://dana@shop.example.org",
        "https://shop.example.org\\",
        " https://shop.example.org",
        "https://shop.example.org\n",
        "https://shop.ex ample.org",
        "https://*.example.org",
        "https://bücher.example",
        "https://shop%2eexample.org",
        "http://0x7f.1",
        "http://2130706433",
        "http://[::01]",
        "ftp://shop.example.org",
        "wss://shop.example.org",
        "file://",
        "blob:https://shop.example.org",
    ] {
        // The wildcard is a host like any other to the URL standard, and never equals a page's.
        let refused = if wrong == "https://*.example.org" { "" } else { INVALID };
        make.claim("origins", json!([wrong]), refused);
    }
    make.claim("origins", json!(["https://shop.example.org", "x"]), INVALID);
    make.claim("origins", json!([["https://shop.example.org"]]), INVALID);
    make.claim("origins", json!([null]), INVALID);
    make.claim("origins", json!("https://shop.example.org"), INVALID);
    make.claim("origins", json!({ "0": "https://shop.example.org" }), INVALID);
    make.claim("origins", json!(false), INVALID);
}

fn json_texts(make: &mut Maker) {
    make.text("half a surrogate pair", r#","more":"\ud800""#, INVALID);
    make.text("half a surrogate pair in a name", r#","\udc00":1"#, INVALID);
    make.text("a whole surrogate pair", r#","more":"\ud83d\ude4b""#, "");
    make.text("nested as deep as may be", &format!(r#","more":{}{}"#, "[".repeat(126), "]".repeat(126)), "");
    make.text("nested too deep", &format!(r#","more":{}{}"#, "[".repeat(127), "]".repeat(127)), INVALID);
    make.text("an infinite number", r#","more":-1e999"#, INVALID);
    make.text("a name that objects have anyway", r#","__proto__":{"automated":true},"constructor":1"#, "");
    make.text("a comma too many", ",", INVALID);
    let good = claims().to_string();
    for (name, body) in [
        ("no body", String::new()),
        ("a body that is no JSON", "hello".to_owned()),
        ("a list of claims", json!([claims()]).to_string()),
        ("claims in a list", json!(["c-1", "Dana", NOW - 3600, NOW + 3600, {}, ""]).to_string()),
        ("null for claims", "null".to_owned()),
        ("something behind the claims", format!("{good}x")),
        ("a byte order mark", format!("\u{feff}{good}")),
    ] {
        make.add(name, signed(HEADER.as_bytes(), body.as_bytes()), INVALID);
    }
    make.add("space around the claims", signed(HEADER.as_bytes(), format!(" {good}\n").as_bytes()), "");
    let mut broken = good.into_bytes();
    let at = broken.windows(4).position(|four| four == b"Dana").unwrap();
    broken[at] = 0xff;
    make.add("a name that is no UTF-8", signed(HEADER.as_bytes(), &broken), INVALID);
}

fn verdict(case: &Case) -> Option<&'static str> {
    match verify(&case.jwt, &case.team, case.now_s) {
        Ok(_) => None,
        Err(CertificateError::Invalid) => Some(INVALID),
        Err(CertificateError::Foreign) => Some(FOREIGN),
        Err(CertificateError::Expired) => Some(EXPIRED),
    }
}

#[test]
fn the_vectors_are_up_to_date() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors/certificates.json");
    let expected = format!("{}\n", serde_json::to_string_pretty(&cases()).unwrap());
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, &expected).unwrap();
    }
    let actual = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        actual == expected,
        "tests/vectors/certificates.json is out of step: run with UPDATE=1 and commit it"
    );
}

#[test]
fn every_certificate_is_believed_or_refused_as_it_should_be() {
    let wrong: Vec<String> = cases()
        .iter()
        .filter(|case| verdict(case) != case.refused)
        .map(|case| format!("{}: {:?} instead of {:?}", case.name, verdict(case), case.refused))
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn no_two_cases_have_one_name() {
    let mut names: Vec<String> = cases().into_iter().map(|case| case.name).collect();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), cases().len());
}
