//! Enlisting with real keys: who gets in, until when, and with which code the others are refused.

use super::*;
use crate::identity::enlisting;
use crate::identity::invite::{HelperKeys, Invite, Terms};
use crate::identity::team::TeamKey;
use crate::limits::CERTIFICATE_GRACE_S;
use crate::wire::{Challenge, Enlist};

const ORIGIN: &str = "https://help.example.org";
const NOW_S: u64 = T0 / 1000;

fn config() -> Config {
    let origins = vec!["http://localhost:8080".to_owned(), ORIGIN.to_owned()];
    Config { teams: Teams::Any, origins, denied: ["stolen".to_owned()].into(), ..Config::default() }
}

fn invite(change: impl FnOnce(&mut Terms)) -> Invite {
    let mut terms = Terms {
        jti: "one".into(),
        name: "Dana".into(),
        iat: NOW_S,
        exp: NOW_S + 1_000,
        origins: None,
        automated: false,
    };
    change(&mut terms);
    Invite::mint(&TeamKey::from_seed(&[5; 32]), HelperKeys { seed: [6; 32], noise: [7; 32] }, terms).unwrap()
}

/// Enlists as the invite's helper, after a change to what is sent.
fn enlist(
    world: &mut World,
    invite: &Invite,
    origin: &str,
    change: impl FnOnce(&mut Enlist),
) -> BrokerToAgent {
    world.tell(1, &AgentToBroker::Challenge(Challenge {}));
    let said = world.said();
    let [(1, BrokerToAgent::Challenged(challenged))] = said.as_slice() else { panic!("{said:?}") };
    let Invite { team, keys, certificate } = invite.clone();
    let signature = enlisting::sign(&keys.seed, &challenged.nonce, &certificate, origin);
    let mut enlist = Enlist { team, certificate, signature };
    change(&mut enlist);
    world.tell(1, &AgentToBroker::Enlist(enlist));
    world.said().remove(0).1
}

fn result(invite: &Invite, origin: &str, change: impl FnOnce(&mut Enlist)) -> Option<ErrorCode> {
    let mut world = World::new(config());
    world.connect(1);
    let said = enlist(&mut world, invite, origin, change);
    if let BrokerToAgent::Refused(refused) = said {
        return Some(refused.code);
    }
    assert!(matches!(said, BrokerToAgent::Enlisted(_)), "{said:?}");
    None
}

#[test]
fn a_certified_helper_gets_in_under_each_address_of_the_server() {
    assert_eq!(result(&invite(|_| {}), ORIGIN, |_| {}), None);
    assert_eq!(result(&invite(|_| {}), "http://localhost:8080", |_| {}), None);
}

#[test]
fn who_is_not_is_refused_with_a_code() {
    let good = invite(|_| {});
    for origin in ["https://evil.example", "https://help.example.org:8443", "http://help.example.org", ""] {
        assert_eq!(result(&good, origin, |_| {}), Some(ErrorCode::SignatureInvalid), "{origin}");
    }
    let refused = |change: fn(&mut Enlist)| result(&good, ORIGIN, change).unwrap();
    assert_eq!(refused(|enlist| enlist.signature.0[0] ^= 1), ErrorCode::SignatureInvalid);
    assert_eq!(refused(|enlist| enlist.team = TEAM), ErrorCode::CertificateInvalid);
    assert_eq!(refused(|enlist| enlist.certificate.push('A')), ErrorCode::CertificateInvalid);
    assert_eq!(refused(|enlist| enlist.certificate.clear()), ErrorCode::CertificateInvalid);
    let other = |enlist: &mut Enlist| {
        enlist.certificate = invite(|terms| terms.jti = "two".into()).certificate;
    };
    assert_eq!(refused(other), ErrorCode::SignatureInvalid, "signed for another certificate");
    let stolen = invite(|terms| terms.jti = "stolen".into());
    assert_eq!(result(&stolen, ORIGIN, |_| {}), Some(ErrorCode::CertificateDenied));
}

#[test]
fn a_certificate_is_good_from_its_beginning_to_its_end_and_a_grace() {
    let grace = CERTIFICATE_GRACE_S;
    for (iat, exp, code) in [
        (NOW_S + grace, NOW_S + 1_000, None),
        (NOW_S + grace + 1, NOW_S + 1_000, Some(ErrorCode::CertificateExpired)),
        (NOW_S - 1_000, NOW_S - grace, None),
        (NOW_S - 1_000, NOW_S - grace - 1, Some(ErrorCode::CertificateExpired)),
    ] {
        let invite = invite(|terms| {
            terms.iat = iat;
            terms.exp = exp;
        });
        assert_eq!(result(&invite, ORIGIN, |_| {}), code, "{iat} {exp}");
    }
}

#[test]
fn work_ends_with_the_certificate_and_goes_on_with_a_new_one() {
    let mut world = World::new(config());
    world.connect(1);
    let team = invite(|_| {}).team;
    assert!(matches!(enlist(&mut world, &invite(|_| {}), ORIGIN, |_| {}), BrokerToAgent::Enlisted(_)));
    world.connect(2);
    world.tell(2, &ask_in(team, 2, 2));
    world.said();
    world.pass((1_000 + CERTIFICATE_GRACE_S) * 1_000);
    assert_eq!(world.said(), []);
    world.pass(1_000);
    let said = world.said();
    assert!(
        matches!(&said[0], (1, BrokerToAgent::Refused(refused)) if refused.code == ErrorCode::CertificateExpired),
        "{said:?}"
    );
    let renewed = invite(|terms| {
        terms.iat += 1_300;
        terms.exp += 2_000;
    });
    assert!(matches!(enlist(&mut world, &renewed, ORIGIN, |_| {}), BrokerToAgent::Enlisted(_)));
}
