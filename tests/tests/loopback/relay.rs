//! A hostile server passes another server's nonce on to a helper who dialled it, and the answer back.

use alongside_signaling_proto::wire::{BrokerToAgent, ErrorCode};

use crate::agent::{Agent, enlist, invite, team};
use crate::server_for;

#[tokio::test]
async fn a_signature_made_for_one_server_is_no_good_at_another() {
    let key = team(1);
    let (honest, hostile) = (server_for(key.id()).await, server_for(key.id()).await);
    let helper = invite(&key, 1);

    // The hostile server asks the honest one for a nonce, and shows it to the helper as its own.
    let mut relay = Agent::dial(honest.address()).await;
    let nonce = relay.challenge().await;
    let signed_for_the_hostile_one = enlist(&helper, &nonce, hostile.origin());
    relay.tell(&signed_for_the_hostile_one).await;
    let answer = relay.hear().await;
    assert!(
        matches!(&answer, BrokerToAgent::Refused(refused) if refused.code == ErrorCode::SignatureInvalid),
        "{answer:?}"
    );

    // The nonce is used up; and what was signed is no good for the next one either.
    relay.tell(&signed_for_the_hostile_one).await;
    let answer = relay.hear().await;
    assert!(
        matches!(&answer, BrokerToAgent::Refused(refused) if refused.code == ErrorCode::ChallengeExpired)
    );
    relay.challenge().await;
    relay.tell(&signed_for_the_hostile_one).await;
    let answer = relay.hear().await;
    assert!(
        matches!(&answer, BrokerToAgent::Refused(refused) if refused.code == ErrorCode::SignatureInvalid)
    );
    honest.stop().await;
    hostile.stop().await;
}

#[tokio::test]
async fn a_helper_may_spell_loopback_as_they_like() {
    let key = team(1);
    let server = server_for(key.id()).await;
    let port = server.address().port();
    for host in ["localhost", "127.0.0.1", "[::1]"] {
        Agent::helper(server.address(), &invite(&key, 1), &format!("http://{host}:{port}")).await;
    }
    server.stop().await;
}
