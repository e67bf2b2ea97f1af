//! Two helpers press *Accept* at the same moment.

use alongside_signaling_proto::broker::Teams;
use alongside_signaling_proto::wire::{BrokerToAgent, Claimed, ErrorCode, Left, Queued, Refused};

use crate::agent::{Agent, ask, claim, invite, leave, sealed, session, team};
use crate::server;

const ROUNDS: u32 = 1_000;

/// After how many rounds all dial anew, to stay within what one socket may send.
const ROUNDS_PER_SOCKET: u32 = 50;

/// What a helper heard of a round.
#[derive(Debug, Default, PartialEq, Eq)]
struct Heard {
    claimed: bool,
    withdrawn: bool,
    refused: bool,
}

async fn hear_out(helper: &mut Agent, n: u32) -> Heard {
    let mut heard = Heard::default();
    // Whoever wins hears one message; whoever loses hears two.
    while !(heard.claimed || heard.refused && heard.withdrawn) {
        match helper.hear().await {
            BrokerToAgent::Claimed(claimed) => {
                assert_eq!(claimed, Claimed { session: session(n), message: None, ice_servers: vec![] });
                heard.claimed = true;
            }
            BrokerToAgent::Withdrawn(withdrawn) => {
                assert_eq!(withdrawn.ticket, session(n));
                heard.withdrawn = true;
            }
            BrokerToAgent::Refused(refused) => {
                let gone =
                    Refused { code: ErrorCode::TicketGone, session: Some(session(n)), retry_after_ms: None };
                assert_eq!(refused, gone);
                heard.refused = true;
            }
            other => panic!("{other:?}"),
        }
    }
    heard
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn exactly_one_gets_the_ticket_and_the_other_is_told() {
    let server = server(Teams::Any).await;
    let key = team(1);
    let (invites, origin) = ([invite(&key, 1), invite(&key, 2)], server.origin().to_owned());
    let mut wins = [0; 2];
    let mut n = 0;
    for _ in 0..ROUNDS / ROUNDS_PER_SOCKET {
        let mut first = Agent::helper(server.address(), &invites[0], &origin).await;
        let mut second = Agent::helper(server.address(), &invites[1], &origin).await;
        let mut visitor = Agent::dial(server.address()).await;
        for _ in 0..ROUNDS_PER_SOCKET {
            n += 1;
            visitor.tell(&ask(key.id(), n)).await;
            let queued = visitor.hear().await;
            assert_eq!(
                queued,
                BrokerToAgent::Queued(Queued { session: session(n), helpers: 2, position: 1 })
            );
            for helper in [&mut first, &mut second] {
                let asked = helper.hear().await;
                assert!(
                    matches!(&asked, BrokerToAgent::Asked(asked) if asked.ticket == session(n)),
                    "{asked:?}"
                );
            }
            // Who dials first would always win: take turns.
            let (one, two) = (claim(n, 1), claim(n, 2));
            if n % 2 == 0 {
                tokio::join!(first.tell(&one), second.tell(&two));
            } else {
                tokio::join!(second.tell(&two), first.tell(&one));
            }
            let (a, b) = tokio::join!(hear_out(&mut first, n), hear_out(&mut second, n));
            assert!(a.claimed != b.claimed, "round {n}: {a:?} {b:?}");
            let winner = if a.claimed { 0 } else { 1 };
            wins[winner] += 1;

            let BrokerToAgent::Claimed(claimed) = visitor.hear().await else { panic!("not claimed") };
            assert_eq!(claimed.message, Some(sealed(if winner == 0 { 1 } else { 2 })), "the winner's bytes");
            visitor.tell(&leave(n)).await;
            let told = if winner == 0 { first.hear().await } else { second.hear().await };
            assert!(matches!(told, BrokerToAgent::Left(Left { session: left, .. }) if left == session(n)));
        }
    }
    assert_eq!(n, ROUNDS);
    assert!(wins.iter().all(|&won| won > 0), "it was a race: {wins:?}");
    server.stop().await;
}
