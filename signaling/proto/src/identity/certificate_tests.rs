use ed25519_dalek::{Signer as _, SigningKey};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::{Strategy, any, prop_assert, prop_assert_eq, proptest};
use serde_json::{Value, json};

use super::*;

const NOW: u64 = 1_700_000_000;
const SEED: [u8; 32] = [1; 32];

fn team() -> TeamKey {
    TeamKey::from_seed(&SEED)
}

fn claims() -> Claims {
    Claims {
        jti: "c-1".into(),
        sub: "Dana".into(),
        iat: NOW,
        exp: NOW + 7 * 86_400,
        cnf: Confirmation { jwk: Jwk::ed25519(crate::id::PublicKey([4; 32])) },
        noise: crate::id::PublicKey([5; 32]),
        origins: None,
        automated: false,
    }
}

/// Any header and any claims, truly signed by the team's key.
fn signed(header: &Value, claims: &Value) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let message = format!("{}.{}", part(header), part(claims));
    let signature = SigningKey::from_bytes(&SEED).sign(message.as_bytes());
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature.to_bytes()))
}

fn header() -> Value {
    json!({ "alg": "EdDSA", "typ": CERTIFICATE_TYPE })
}

#[test]
fn a_certificate_says_what_was_signed() {
    let mut wanted = claims();
    wanted.origins = Some(vec!["https://shop.example.org".into(), "http://localhost:8080".into()]);
    wanted.automated = true;
    let jwt = mint(&team(), &wanted).unwrap();
    assert_eq!(verify(&jwt, &team().id(), NOW), Ok(wanted.clone()));
    assert!(wanted.allows("https://shop.example.org"));
    assert!(!wanted.allows("https://shop.example.org:444"));
    let head = URL_SAFE_NO_PAD.decode(jwt.split('.').next().unwrap()).unwrap();
    assert_eq!(serde_json::from_slice::<Value>(&head).unwrap(), header());
}

#[test]
fn validity_has_a_grace_on_both_ends_and_no_more() {
    let jwt = mint(&team(), &claims()).unwrap();
    let end = NOW + 7 * 86_400;
    for (at, expected) in [
        (NOW - CERTIFICATE_GRACE_S, true),
        (NOW - CERTIFICATE_GRACE_S - 1, false),
        (end + CERTIFICATE_GRACE_S, true),
        (end + CERTIFICATE_GRACE_S + 1, false),
        (0, false),
        (u64::MAX, false),
    ] {
        let outcome = verify(&jwt, &team().id(), at);
        assert_eq!(outcome.is_ok(), expected, "{at}");
        assert!(expected || outcome == Err(CertificateError::Expired));
    }
}

#[test]
fn another_keys_signature_and_any_flipped_bit_are_refused() {
    let jwt = mint(&team(), &claims()).unwrap();
    assert_eq!(verify(&jwt, &TeamKey::from_seed(&[2; 32]).id(), NOW), Err(CertificateError::Foreign));
    assert_eq!(verify(&jwt, &TeamId([0; 32]), NOW), Err(CertificateError::Foreign), "a weak key");
    for at in 0..jwt.len() {
        let mut bytes = jwt.clone().into_bytes();
        bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
        let altered = String::from_utf8(bytes).unwrap();
        assert!(verify(&altered, &team().id(), NOW).is_err(), "character {at}");
    }
}

#[test]
fn other_headers_are_no_certificates_even_when_truly_signed() {
    let body = serde_json::to_value(claims()).unwrap();
    assert!(verify(&signed(&header(), &body), &team().id(), NOW).is_ok());
    for wrong in [
        json!({ "alg": "EdDSA" }),
        json!({ "alg": "EdDSA", "typ": "JWT" }),
        json!({ "alg": "EdDSA", "typ": "alongside-helper" }),
        json!({ "alg": "none", "typ": CERTIFICATE_TYPE }),
        json!({ "alg": "HS256", "typ": CERTIFICATE_TYPE }),
        json!({ "alg": "RS256", "typ": CERTIFICATE_TYPE }),
        json!({ "alg": "ES256", "typ": CERTIFICATE_TYPE }),
        json!({ "alg": "Ed25519", "typ": CERTIFICATE_TYPE }),
        json!({ "alg": 7, "typ": CERTIFICATE_TYPE }),
        json!({ "typ": CERTIFICATE_TYPE }),
        json!({ "alg": "EdDSA", "typ": CERTIFICATE_TYPE, "crit": ["b64"] }),
        json!([]),
    ] {
        assert_eq!(
            verify(&signed(&wrong, &body), &team().id(), NOW),
            Err(CertificateError::Invalid),
            "{wrong}"
        );
    }
}

#[test]
fn each_claim_is_needed_and_has_its_form() {
    for field in ["jti", "sub", "iat", "exp", "cnf", "noise"] {
        let mut body = serde_json::to_value(claims()).unwrap();
        body.as_object_mut().unwrap().remove(field);
        assert_eq!(
            verify(&signed(&header(), &body), &team().id(), NOW),
            Err(CertificateError::Invalid),
            "{field}"
        );
    }
    let x = crate::id::PublicKey([4; 32]).to_string();
    for (field, wrong) in [
        ("jti", json!("")),
        ("jti", json!(1)),
        ("sub", json!("")),
        ("iat", json!("now")),
        ("iat", json!(-1)),
        ("exp", json!(NOW - 1)),
        ("exp", json!(NOW + MAX_CERTIFICATE_LIFETIME_S + 1)),
        ("cnf", json!({})),
        ("cnf", json!({ "jwk": { "kty": "EC", "crv": "Ed25519", "x": x } })),
        ("cnf", json!({ "jwk": { "kty": "OKP", "crv": "X25519", "x": x } })),
        ("cnf", json!({ "jwk": { "kty": "OKP", "crv": "Ed25519", "x": "AAAA" } })),
        ("noise", json!("short")),
        ("origins", json!("https://shop.example.org")),
        ("origins", json!(["https://shop.example.org/"])),
        ("origins", json!(["https://Shop.example.org"])),
        ("origins", json!(["https://shop.example.org:443"])),
        ("origins", json!(["ftp://shop.example.org"])),
        ("origins", json!(["null"])),
        ("automated", json!("yes")),
    ] {
        let mut body = serde_json::to_value(claims()).unwrap();
        body[field] = wrong.clone();
        let outcome = verify(&signed(&header(), &body), &team().id(), NOW);
        assert_eq!(outcome, Err(CertificateError::Invalid), "{field}: {wrong}");
    }
    let mut body = serde_json::to_value(claims()).unwrap();
    body["iss"] = json!("some back end");
    assert!(verify(&signed(&header(), &body), &team().id(), NOW).is_ok(), "further claims are ignored");
}

#[test]
fn what_is_no_jwt_or_too_long_is_refused_at_once() {
    for text in ["", ".", "..", "a.b.c", "a.b.c.d", "ä.ä.ä", &"A".repeat(MAX_CERTIFICATE_BYTES + 1)] {
        assert_eq!(verify(text, &team().id(), NOW), Err(CertificateError::Invalid));
    }
    let mut long = claims();
    long.origins = Some((0..200).map(|site| format!("https://shop-{site}.example.org")).collect());
    assert!(matches!(mint(&team(), &long), Err(MintError::TooLong(_))));
    let mut nameless = claims();
    nameless.sub.clear();
    assert_eq!(mint(&team(), &nameless), Err(MintError::Claim(ClaimError::NoName)));
}

fn any_claims() -> impl Strategy<Value = Claims> {
    let times = (0..=MAX_TIME_S - MAX_CERTIFICATE_LIFETIME_S, 0..=MAX_CERTIFICATE_LIFETIME_S);
    let origins = option::of(vec("https?://[a-z]{1,20}\\.example(:8[1-9])?", 0..4));
    let keys = (any::<[u8; 32]>(), any::<[u8; 32]>());
    (".{1,40}", ".{1,80}", times, keys, origins, any::<bool>()).prop_map(
        |(jti, sub, (iat, lifetime), (key, noise), origins, automated)| Claims {
            jti,
            sub,
            iat,
            exp: iat + lifetime,
            cnf: Confirmation { jwk: Jwk::ed25519(crate::id::PublicKey(key)) },
            noise: crate::id::PublicKey(noise),
            origins,
            automated,
        },
    )
}

proptest! {
    #[test]
    fn whatever_can_be_minted_says_the_same_when_verified(wanted in any_claims(), seed: [u8; 32]) {
        let team = TeamKey::from_seed(&seed);
        let jwt = mint(&team, &wanted).unwrap();
        prop_assert_eq!(verify(&jwt, &team.id(), wanted.iat), Ok(wanted.clone()));
        prop_assert_eq!(verify(&jwt, &team.id(), wanted.exp), Ok(wanted));
    }

    #[test]
    fn nothing_but_the_certificate_itself_is_believed(
        wanted in any_claims(), at in any::<proptest::sample::Index>(), other in "[A-Za-z0-9_.-]",
    ) {
        let jwt = mint(&team(), &wanted).unwrap();
        let at = at.index(jwt.len());
        let altered = format!("{}{other}{}", &jwt[..at], &jwt[at + 1..]);
        prop_assert!(altered == jwt || verify(&altered, &team().id(), wanted.iat).is_err());
    }

    #[test]
    fn no_text_does_harm(text in ".{0,300}", header: Vec<u8>, body: Vec<u8>) {
        let part = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        let message = format!("{}.{}", part(&header), part(&body));
        let signature = SigningKey::from_bytes(&SEED).sign(message.as_bytes());
        let signed = format!("{message}.{}", part(&signature.to_bytes()));
        for text in [&text, &signed] {
            prop_assert!(verify(text, &team().id(), NOW).is_err());
            prop_assert!(text.parse::<crate::identity::invite::Invite>().is_err());
            prop_assert!(text.parse::<crate::identity::invite::Request>().is_err());
            prop_assert!(TeamKey::from_pem(text).is_err());
            let _ = is_origin(text);
        }
    }
}
