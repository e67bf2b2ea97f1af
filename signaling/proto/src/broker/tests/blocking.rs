//! Keeping visitors away.

use super::*;
use crate::limits::{BLOCK_LIFETIME_MS, MAX_BLOCKED_PER_TEAM, MAX_MET_PER_HELPER};
use crate::wire::{Block, Blocked};

fn block(n: u8) -> AgentToBroker {
    AgentToBroker::Block(Block { session: session(n) })
}

fn blocked(n: u8) -> BrokerToAgent {
    BrokerToAgent::Blocked(Blocked { session: session(n) })
}

fn refused(code: ErrorCode, n: u8, retry_after_ms: Option<u64>) -> BrokerToAgent {
    BrokerToAgent::Refused(Refused { code, session: Some(session(n)), retry_after_ms })
}

/// A helper at socket 1 who has session 2 with socket 2, which came from source 2.
fn world() -> World {
    let mut world = World::open();
    world.helper(1, TEAM);
    world.connect_from(2, 2);
    world.tell(2, &ask(2));
    world.tell(1, &claim(2));
    world.said();
    world
}

#[test]
fn who_is_blocked_is_left_and_refused_for_an_hour() {
    let mut world = world();
    world.tell(1, &block(2));
    assert_eq!(world.said(), [(1, blocked(2)), (2, left(2, LeaveReason::Ended))]);
    world.pass(1_000);
    world.tell(2, &ask(3));
    assert_eq!(
        world.said(),
        [(2, refused(ErrorCode::Blocked, 3, Some(BLOCK_LIFETIME_MS - 1_000)))],
        "over the same socket"
    );
    world.connect_from(4, 2);
    world.tell(4, &ask(4));
    assert!(
        matches!(world.said().as_slice(), [(4, BrokerToAgent::Refused(refused))] if refused.code == ErrorCode::Blocked)
    );
    // From elsewhere, from where nobody knows, and to another team, they may.
    world.connect_from(5, 5);
    world.tell(5, &ask(5));
    world.connect(6);
    world.tell(6, &ask(6));
    world.tell(4, &ask_in(TeamId([2; 32]), 7, 7));
    let queued = |said: &[(u64, BrokerToAgent)], to| {
        said.iter().any(|(socket, message)| *socket == to && matches!(message, BrokerToAgent::Queued(_)))
    };
    let said = world.said();
    assert!([4, 5, 6].into_iter().all(|socket| queued(&said, socket)), "{said:?}");
    world.pass(BLOCK_LIFETIME_MS - 1_001);
    world.said();
    world.tell(2, &ask(3));
    assert_eq!(world.said(), [(2, refused(ErrorCode::Blocked, 3, Some(1)))]);
    world.pass(1);
    world.tell(2, &ask(3));
    assert!(queued(&world.said(), 2), "after the hour");
}

#[test]
fn who_has_gone_already_can_be_blocked_all_the_same() {
    let mut world = world();
    world.close(2);
    world.pass(600_000);
    assert_eq!(world.said(), [(1, left(2, LeaveReason::Gone))]);
    world.tell(1, &block(2));
    assert_eq!(world.said(), [(1, blocked(2))]);
    world.connect_from(3, 2);
    world.tell(3, &ask(3));
    assert_eq!(world.said(), [(3, refused(ErrorCode::Blocked, 3, Some(BLOCK_LIFETIME_MS)))]);
}

#[test]
fn nobody_comes_back_by_a_deposit_either() {
    let mut world = world();
    world.tell(1, &AgentToBroker::Announce(Announce { deposits: vec![session(7), session(8)] }));
    // The visitor has moved to another network, and is met there.
    world.close(2);
    world.connect_from(3, 3);
    let resume = |n: u8| AgentToBroker::Resume(Resume { session: session(n), message: sealed(n) });
    world.tell(3, &resume(7));
    world.said();
    world.tell(1, &block(7));
    assert_eq!(world.said(), [(1, blocked(7)), (3, left(7, LeaveReason::Ended))]);
    world.tell(3, &resume(8));
    assert_eq!(world.said(), [(3, refused(ErrorCode::Blocked, 8, Some(BLOCK_LIFETIME_MS)))]);
    world.connect_from(4, 2);
    world.tell(4, &resume(8));
    assert!(
        world.said().iter().any(|(to, message)| *to == 4 && matches!(message, BrokerToAgent::Resumed(_)))
    );
}

#[test]
fn only_whom_a_helper_had_and_only_when_the_server_knows_from_where() {
    let mut world = world();
    world.helper(9, TEAM);
    world.connect(3);
    world.tell(3, &ask(3));
    world.tell(1, &claim(3));
    world.said();
    world.tell(9, &block(2));
    assert_eq!(world.said(), [(9, refused(ErrorCode::SessionUnknown, 2, None))], "another helper's");
    world.tell(1, &block(3));
    assert_eq!(world.said(), [(1, refused(ErrorCode::SourceUnknown, 3, None))]);
    world.tell(3, &forward(3, 1));
    assert_eq!(world.said().len(), 1, "and it goes on");
    // A helper whose certificate was taken back decides nothing any more.
    world.broker.handle_denied(["one".to_owned()].into(), world.now);
    world.said();
    world.tell(1, &block(2));
    assert_eq!(world.said(), [(1, refused(ErrorCode::CertificateDenied, 2, None))]);
}

#[test]
fn it_outlives_a_console_that_is_loaded_again_and_not_the_team() {
    for (away_ms, is_kept) in [(PLACE_LIFETIME_MS - 1, true), (PLACE_LIFETIME_MS, false)] {
        let mut world = world();
        world.tell(1, &block(2));
        world.close(1);
        world.close(2);
        world.pass(away_ms);
        world.helper(3, TEAM);
        world.pass(PLACE_LIFETIME_MS);
        world.connect_from(4, 2);
        world.said();
        world.tell(4, &ask(4));
        let is_refused = matches!(world.said()[0], (4, BrokerToAgent::Refused(_)));
        assert_eq!(is_refused, is_kept, "{away_ms}");
        world.close(3);
        world.close(4);
        world.pass(PLACE_LIFETIME_MS);
        world.said();
        assert!(world.is_empty());
    }
}

#[test]
fn what_is_remembered_is_bounded() {
    let mut world = World::open();
    world.helper(1, TEAM);
    let id = |n: usize| {
        let mut id = [1; 16];
        id[..8].copy_from_slice(&u64::try_from(n).unwrap().to_be_bytes());
        SessionId(id)
    };
    for n in 0..=MAX_MET_PER_HELPER {
        let socket = u64::try_from(n).unwrap() + 10;
        let AgentToBroker::Ask(mut asking) = ask(0) else { unreachable!() };
        asking.session = id(n);
        asking.place = Place(id(n).0);
        let mut source = [0; 16];
        source[..8].copy_from_slice(&socket.to_be_bytes());
        world.broker.handle_opened(SocketId(socket), None, Some(Source(source)));
        world.tell(socket, &AgentToBroker::Ask(asking));
        world.tell(1, &AgentToBroker::Claim(Claim { ticket: id(n), message: sealed(0) }));
        world.close(socket);
        world.pass(PLACE_LIFETIME_MS);
    }
    world.said();
    let mut answer = |n: usize| {
        world.tell(1, &AgentToBroker::Block(Block { session: id(n) }));
        world.said().remove(0).1
    };
    assert!(
        matches!(answer(0), BrokerToAgent::Refused(refused) if refused.code == ErrorCode::SessionUnknown)
    );
    for n in 1..=MAX_BLOCKED_PER_TEAM + 1 {
        assert_eq!(answer(n), BrokerToAgent::Blocked(Blocked { session: id(n) }));
    }
    let kept = &world.broker.teams[&TEAM].shut;
    assert_eq!(kept.len(), MAX_BLOCKED_PER_TEAM);
}
