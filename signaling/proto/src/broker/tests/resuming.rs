//! Finding back from a deposit.

use super::*;
use crate::limits::{MAX_DEPOSITS_PER_HELPER, MAX_SESSIONS_PER_HELPER};

fn announce(deposits: &[u8]) -> AgentToBroker {
    AgentToBroker::Announce(Announce { deposits: deposits.iter().map(|&n| session(n)).collect() })
}

fn resume(n: u8, byte: u8) -> AgentToBroker {
    AgentToBroker::Resume(Resume { session: session(n), message: sealed(byte) })
}

fn resumed(n: u8, message: Option<u8>) -> BrokerToAgent {
    let message = message.map(sealed);
    BrokerToAgent::Resumed(Resumed { session: session(n), message, ice_servers: Vec::new() })
}

fn refused(code: ErrorCode, n: Option<u8>, retry_after_ms: Option<u64>) -> BrokerToAgent {
    BrokerToAgent::Refused(Refused { code, session: n.map(session), retry_after_ms })
}

fn passed(n: u8, byte: u8) -> BrokerToAgent {
    BrokerToAgent::Forwarded(Forwarded { session: session(n), message: sealed(byte) })
}

/// A helper at socket 1 who has announced deposits 7 and 8.
fn world() -> World {
    let mut world = World::open();
    world.helper(1, TEAM);
    world.tell(1, &announce(&[7, 8]));
    assert_eq!(world.said(), [(1, enlisted())]);
    world
}

#[test]
fn a_visitor_finds_back() {
    let mut world = world();
    world.connect(2);
    world.tell(2, &resume(7, 1));
    assert_eq!(world.said(), [(2, resumed(7, None)), (1, resumed(7, Some(1)))]);
    world.tell(1, &forward(7, 2));
    world.tell(2, &forward(7, 3));
    assert_eq!(world.said(), [(2, passed(7, 2)), (1, passed(7, 3))]);
    world.tell(2, &resume(7, 4));
    assert_eq!(world.said(), [(2, resumed(7, None)), (1, resumed(7, Some(4)))], "another try");
    world.close(2);
    assert_eq!(world.said(), [(1, left(7, LeaveReason::Gone))]);
    world.connect(3);
    world.tell(3, &resume(8, 5));
    assert_eq!(world.said(), [(3, resumed(8, None)), (1, resumed(8, Some(5)))]);
    world.close(1);
    assert_eq!(world.said(), [(3, left(8, LeaveReason::Gone))]);
    world.close(3);
    assert!(world.is_empty());
}

#[test]
fn nobody_is_there_and_then_somebody_is() {
    let mut world = World::open();
    world.connect(2);
    world.tell(2, &resume(7, 1));
    assert_eq!(world.said(), [(2, refused(ErrorCode::ResumeUnknown, Some(7), Some(1_000)))]);
    world.helper(1, TEAM);
    world.tell(1, &announce(&[7]));
    world.tell(2, &resume(7, 1));
    assert_eq!(world.said(), [(1, enlisted()), (2, resumed(7, None)), (1, resumed(7, Some(1)))]);
    world.tell(1, &announce(&[9]));
    world.connect(3);
    world.tell(3, &resume(7, 1));
    assert_eq!(world.said(), [(3, refused(ErrorCode::ResumeUnknown, Some(7), Some(1_000)))], "replaced");
    world.tell(2, &forward(7, 6));
    assert_eq!(world.said(), [(1, passed(7, 6))], "what stands is left alone");
}

#[test]
fn who_is_refused_is_in_nothing_any_more() {
    let mut world = world();
    world.connect(2);
    world.tell(2, &resume(7, 1));
    world.tell(1, &announce(&[]));
    world.said();
    world.tell(2, &resume(7, 2));
    let unknown = refused(ErrorCode::ResumeUnknown, Some(7), Some(1_000));
    assert_eq!(world.said(), [(1, left(7, LeaveReason::Failed)), (2, unknown)]);
    world.tell(2, &ask(3));
    let said = world.said();
    assert!(
        matches!(said.as_slice(), [(2, BrokerToAgent::Queued(_)), (1, BrokerToAgent::Asked(_))]),
        "{said:?}"
    );
}

#[test]
fn a_helper_over_another_socket_is_brought_together_with_who_tries_again() {
    let mut world = world();
    world.connect(2);
    world.tell(2, &resume(7, 1));
    world.helper(3, TEAM);
    world.said();
    world.tell(3, &announce(&[7]));
    assert_eq!(
        world.said(),
        [(2, left(7, LeaveReason::Gone))],
        "what the old socket was told, nobody has heard"
    );
    world.tell(2, &resume(7, 2));
    assert_eq!(world.said(), [(2, resumed(7, None)), (3, resumed(7, Some(2)))]);
    world.tell(3, &forward(7, 6));
    assert_eq!(world.said(), [(2, passed(7, 6))]);
}

#[test]
fn a_reload_takes_over_from_the_old_socket() {
    let mut world = world();
    world.connect(2);
    world.tell(2, &resume(7, 1));
    world.said();
    world.connect(3);
    world.tell(3, &resume(7, 2));
    let told = [(2, left(7, LeaveReason::Moved)), (3, resumed(7, None)), (1, resumed(7, Some(2)))];
    assert_eq!(world.said(), told);
    world.tell(2, &forward(7, 9));
    assert_eq!(world.said(), [(2, refused(ErrorCode::SessionUnknown, Some(7), None))]);
}

#[test]
fn who_waits_or_is_helped_leaves_that() {
    let mut world = world();
    world.connect(2);
    world.tell(2, &ask(3));
    world.said();
    world.tell(2, &resume(7, 1));
    assert_eq!(world.said(), [(1, withdrawn(3)), (2, resumed(7, None)), (1, resumed(7, Some(1)))]);
    world.tell(2, &resume(8, 2));
    let told = [(1, left(7, LeaveReason::Failed)), (2, resumed(8, None)), (1, resumed(8, Some(2)))];
    assert_eq!(world.said(), told);
}

#[test]
fn a_helper_who_redialled_takes_the_deposits_along() {
    let mut world = world();
    world.helper(4, TEAM);
    world.tell(4, &announce(&[7]));
    world.said();
    world.connect(2);
    world.tell(2, &resume(7, 1));
    assert_eq!(world.said(), [(2, resumed(7, None)), (4, resumed(7, Some(1)))]);
    world.close(1);
    world.close(4);
    world.close(2);
    world.said();
    assert!(world.is_empty());
}

#[test]
fn a_deposit_cannot_be_taken_by_another_team() {
    let mut world = world();
    world.helper(4, TeamId([2; 32]));
    world.tell(4, &announce(&[7]));
    world.said();
    world.connect(2);
    world.tell(2, &resume(7, 1));
    assert_eq!(world.said(), [(2, resumed(7, None)), (1, resumed(7, Some(1)))]);
}

#[test]
fn a_ticket_is_no_deposit() {
    let mut world = World::open();
    world.connect(2);
    world.tell(2, &ask(3));
    world.helper(1, TEAM);
    world.tell(1, &announce(&[3]));
    world.said();
    world.connect(4);
    world.tell(4, &resume(3, 1));
    assert_eq!(world.said(), [(4, refused(ErrorCode::ResumeUnknown, Some(3), Some(1_000)))]);
}

#[test]
fn who_may_not_is_refused() {
    let mut world = world();
    world.connect(2);
    world.tell(2, &announce(&[7]));
    assert_eq!(world.said(), [(2, refused(ErrorCode::WrongState, None, None))]);
    world.tell(1, &resume(7, 1));
    assert_eq!(world.said(), [(1, refused(ErrorCode::WrongState, Some(7), None))]);
    let deposits = vec![session(1); MAX_DEPOSITS_PER_HELPER + 1];
    world.tell(1, &AgentToBroker::Announce(Announce { deposits }));
    assert_eq!(world.said(), [(1, refused(ErrorCode::TooManySessions, None, None))]);
    world.tell(2, &resume(7, 1));
    assert_eq!(world.said(), [(2, resumed(7, None)), (1, resumed(7, Some(1)))], "nothing has changed");
}

#[test]
fn a_helper_with_all_hands_full_takes_nobody_back() {
    let mut world = world();
    for n in 0..MAX_SESSIONS_PER_HELPER {
        let mut id = [0; 16];
        id[..8].copy_from_slice(&(n as u64 + 1).to_be_bytes());
        let socket = 100 + n as u64;
        world.connect(socket);
        let AgentToBroker::Ask(mut ask) = ask(1) else { unreachable!() };
        (ask.session, ask.place) = (SessionId(id), Place(id));
        world.tell(socket, &AgentToBroker::Ask(ask));
        world.tell(1, &AgentToBroker::Claim(Claim { ticket: SessionId(id), message: sealed(1) }));
    }
    world.said();
    world.connect(2);
    world.tell(2, &resume(7, 1));
    assert_eq!(world.said(), [(2, refused(ErrorCode::TooManySessions, Some(7), None))]);
}
