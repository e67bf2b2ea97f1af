//! Each code of refusal, by the shortest way to it; and that nothing else has changed.

use super::*;
use crate::limits::{
    ASK_BURST, ASKS_PER_SECOND, MAX_ASK_BYTES, MAX_SESSIONS_PER_HELPER, MAX_WAITING_PER_TEAM,
};
use crate::wire::{Block, Challenge, Enlist};

/// The one refusal that a message meets, in a world where socket 1 is idle, 2 visits with ticket 2 (waiting),
/// 3 helps, and 4 visits with ticket 4, claimed by 3.
fn refusal(prepare: impl FnOnce(&mut World), socket: u64, text: &str) -> ErrorCode {
    let mut world = World::open();
    world.helper(3, TEAM);
    for n in [4, 2] {
        world.connect(n.into());
        world.tell(n.into(), &ask(n));
    }
    world.tell(3, &claim(4));
    world.connect(1);
    prepare(&mut world);
    world.pass(QUEUED_INTERVAL_MS);
    world.said();
    let before = (world.broker.sessions.len(), world.broker.teams.len(), world.broker.deadlines.len());
    world.broker.handle_text(SocketId(socket), text, world.now);
    let said = world.said();
    let after = (world.broker.sessions.len(), world.broker.teams.len(), world.broker.deadlines.len());
    assert_eq!(before, after, "{text}: something has changed");
    match said.as_slice() {
        [(to, BrokerToAgent::Refused(refused))] if *to == socket => refused.code,
        other => panic!("{text}: {other:?}"),
    }
}

fn text(message: &AgentToBroker) -> String {
    serde_json::to_string(message).unwrap()
}

fn nothing(_: &mut World) {}

fn enlist(team: TeamId) -> AgentToBroker {
    let signature = crate::id::Signature([0; 64]);
    AgentToBroker::Enlist(Enlist { team, certificate: "a.b.c".to_owned(), signature })
}

#[test]
fn each_has_its_code() {
    let with_message = |bytes: usize| {
        let AgentToBroker::Ask(mut asking) = ask(7) else { unreachable!() };
        asking.message = Sealed::new(vec![0; bytes]).unwrap();
        text(&AgentToBroker::Ask(asking))
    };
    let from = |origin: &str| {
        let AgentToBroker::Ask(mut asking) = ask(7) else { unreachable!() };
        asking.origin = origin.to_owned();
        text(&AgentToBroker::Ask(asking))
    };
    let attend = |available| text(&AgentToBroker::Attend(Attend { available }));
    let block = |n| text(&AgentToBroker::Block(Block { session: session(n) }));
    let other = TeamId([2; 32]);
    let cases: Vec<(ErrorCode, u64, String)> = vec![
        (ErrorCode::BadJson, 1, "hello".into()),
        (ErrorCode::BadMessage, 1, "{\"type\":\"ask\"}".into()),
        (ErrorCode::BadMessage, 1, with_message(MAX_ASK_BYTES + 1)),
        (ErrorCode::BadOrigin, 1, from("https://shop.example/path")),
        (ErrorCode::WrongState, 2, text(&ask(7))),
        (ErrorCode::WrongState, 3, text(&ask(7))),
        (ErrorCode::WrongState, 2, text(&enlist(TEAM))),
        (ErrorCode::WrongState, 3, text(&enlist(other))),
        (ErrorCode::WrongState, 1, attend(true)),
        (ErrorCode::WrongState, 2, attend(false)),
        (ErrorCode::WrongState, 1, text(&claim(2))),
        (ErrorCode::WrongState, 2, text(&claim(2))),
        (ErrorCode::WrongState, 1, block(4)),
        (ErrorCode::WrongState, 2, block(2)),
        (ErrorCode::TicketExists, 1, text(&ask_in(TEAM, 2, 7))),
        (ErrorCode::TicketExists, 1, text(&ask_in(other, 4, 7))),
        (ErrorCode::TicketGone, 3, text(&claim(9))),
        (ErrorCode::TicketGone, 3, text(&claim(4))),
        (ErrorCode::SessionUnknown, 3, block(2)),
        (ErrorCode::SourceUnknown, 3, block(4)),
        (ErrorCode::SessionUnknown, 1, text(&forward(4, 0))),
        (ErrorCode::SessionUnknown, 2, text(&forward(4, 0))),
        (ErrorCode::SessionUnknown, 2, text(&forward(2, 0))),
        (ErrorCode::SessionUnknown, 3, text(&forward(2, 0))),
        (ErrorCode::ChallengeExpired, 1, text(&enlist(TEAM))),
    ];
    for (code, socket, text) in cases {
        assert_eq!(refusal(nothing, socket, &text), code, "{text}");
    }
}

#[test]
fn a_ticket_of_another_team_is_gone() {
    let stranger = |world: &mut World| world.helper(8, TeamId([2; 32]));
    assert_eq!(refusal(stranger, 8, &text(&claim(2))), ErrorCode::TicketGone);
}

#[test]
fn a_team_that_is_not_served_is_unknown() {
    let mut world = World::new(Config { teams: Teams::Only([TEAM].into()), ..Config::default() });
    world.connect(1);
    world.tell(1, &ask_in(TeamId([2; 32]), 1, 1));
    world.tell(1, &AgentToBroker::Challenge(Challenge {}));
    world.tell(1, &enlist(TeamId([2; 32])));
    let codes: Vec<_> = world.said().into_iter().filter_map(|(_, message)| code(message)).collect();
    assert_eq!(codes, [ErrorCode::UnknownTeam, ErrorCode::UnknownTeam]);
    world.tell(1, &ask(1));
    assert!(matches!(world.said().as_slice(), [(1, BrokerToAgent::Queued(_))]));
}

#[test]
fn a_browser_cannot_ask_in_the_name_of_another_page() {
    for origin in ["https://evil.example", "http://shop.example", "null", ""] {
        let mut world = World::open();
        world.broker.handle_opened(SocketId(1), Some(origin.to_owned()), None);
        world.tell(1, &ask(1));
        let codes: Vec<_> = world.said().into_iter().filter_map(|(_, message)| code(message)).collect();
        assert_eq!(codes, [ErrorCode::OriginMismatch], "{origin}");
    }
    let mut world = World::open();
    world.broker.handle_opened(SocketId(1), Some("https://shop.example".to_owned()), None);
    world.tell(1, &ask(1));
    assert!(matches!(world.said().as_slice(), [(1, BrokerToAgent::Queued(_))]));
}

#[test]
fn a_nonce_is_good_once_and_for_ten_seconds() {
    let mut world = World::open();
    world.connect(1);
    let challenge = AgentToBroker::Challenge(Challenge {});
    let answer = |world: &mut World| {
        world.tell(1, &enlist(TEAM));
        world.said().into_iter().find_map(|(_, message)| code(message))
    };
    world.tell(1, &challenge);
    // The certificate is nonsense: what matters is which of the two is found wanting.
    assert_eq!(answer(&mut world), Some(ErrorCode::CertificateInvalid));
    assert_eq!(answer(&mut world), Some(ErrorCode::ChallengeExpired), "used");
    world.tell(1, &challenge);
    world.pass(crate::limits::NONCE_LIFETIME_MS);
    assert_eq!(answer(&mut world), Some(ErrorCode::ChallengeExpired), "too old");
}

#[test]
fn a_full_queue_says_when_to_try_again() {
    let mut world = World::open();
    let many = u32::try_from(MAX_WAITING_PER_TEAM).unwrap();
    let asking = |n: u32| {
        let AgentToBroker::Ask(mut asking) = ask(0) else { unreachable!() };
        asking.session.0[..4].copy_from_slice(&n.to_be_bytes());
        asking.place.0[..4].copy_from_slice(&n.to_be_bytes());
        AgentToBroker::Ask(asking)
    };
    for n in 0..many {
        world.connect(n.into());
        world.tell(n.into(), &asking(n));
    }
    world.said();
    world.connect(50_000);
    world.tell(50_000, &asking(50_000));
    let said = world.said();
    let [(50_000, BrokerToAgent::Refused(refused))] = said.as_slice() else { panic!("{said:?}") };
    assert_eq!(refused.code, ErrorCode::QueueFull);
    assert!(refused.retry_after_ms.is_some());
    // Who has a place in the full queue can take it with them.
    let AgentToBroker::Ask(mut again) = asking(7) else { unreachable!() };
    again.session = session(77);
    world.tell(50_000, &AgentToBroker::Ask(again));
    assert!(world.said().iter().any(|(to, message)| *to == 50_000
        && matches!(message, BrokerToAgent::Queued(queued) if queued.position == 8)));
}

#[test]
fn a_team_is_asked_by_so_many_new_visitors_and_by_all_who_have_a_place() {
    let mut world = World::open();
    world.connect(1);
    let asking = |n: u32, place: u32| {
        let AgentToBroker::Ask(mut asking) = ask(0) else { unreachable!() };
        asking.session.0[..4].copy_from_slice(&n.to_be_bytes());
        asking.place.0[..4].copy_from_slice(&place.to_be_bytes());
        (AgentToBroker::Ask(asking.clone()), asking.session)
    };
    let answer = |world: &mut World, n, place| {
        let (asking, session) = asking(n, place);
        world.tell(1, &asking);
        let answer = world.said().remove(0).1;
        world.tell(1, &AgentToBroker::Leave(Leave { session, reason: LeaveReason::Failed }));
        answer
    };
    for n in 0..ASK_BURST {
        assert!(matches!(answer(&mut world, n, n), BrokerToAgent::Queued(_)), "{n}");
    }
    let refused = answer(&mut world, ASK_BURST, ASK_BURST);
    let BrokerToAgent::Refused(refused) = refused else { panic!("{refused:?}") };
    let wait_ms = 1_000 / u64::from(ASKS_PER_SECOND);
    assert_eq!((refused.code, refused.retry_after_ms), (ErrorCode::QueueFull, Some(wait_ms)));
    // Who loads the page again and again is not new.
    for n in 0..100 {
        assert!(matches!(answer(&mut world, 50_000 + n, 7), BrokerToAgent::Queued(_)), "{n}");
    }
    world.tell(1, &ask_in(TeamId([2; 32]), 1, 1));
    assert!(matches!(world.said().remove(0).1, BrokerToAgent::Queued(_)), "another team");
    world.tell(1, &leave(1, LeaveReason::Ended));
    world.pass(wait_ms);
    world.said();
    assert!(matches!(answer(&mut world, ASK_BURST, ASK_BURST), BrokerToAgent::Queued(_)));
}

#[test]
fn a_helper_has_so_many_sessions_and_no_more() {
    let mut world = World::open();
    world.helper(0, TEAM);
    for n in 0..=u16::try_from(MAX_SESSIONS_PER_HELPER).unwrap() {
        let id = |filler: u8| {
            let mut id = [filler; 16];
            id[..2].copy_from_slice(&n.to_be_bytes());
            id
        };
        let AgentToBroker::Ask(mut asking) = ask(0) else { unreachable!() };
        asking.session = SessionId(id(1));
        asking.place = Place(id(2));
        let ticket = asking.session;
        let socket = u64::from(n) + 1;
        world.connect(socket);
        world.tell(socket, &AgentToBroker::Ask(asking));
        world.said();
        world.tell(0, &AgentToBroker::Claim(Claim { ticket, message: sealed(0) }));
        let code = world.said().into_iter().find_map(|(_, message)| code(message));
        let full = usize::from(n) == MAX_SESSIONS_PER_HELPER;
        assert_eq!(code, full.then_some(ErrorCode::TooManySessions));
    }
}

#[test]
fn who_keeps_sending_nonsense_is_closed() {
    let mut world = World::open();
    world.connect(1);
    for n in 0..MAX_UNINTELLIGIBLE {
        if n % 2 == 0 {
            world.broker.handle_binary(SocketId(1));
        } else {
            world.broker.handle_text(SocketId(1), "{", world.now);
        }
    }
    assert_eq!(world.said().len(), usize::try_from(MAX_UNINTELLIGIBLE).unwrap());
    world.broker.handle_text(SocketId(1), "{\"type\":\"dance\"}", world.now);
    assert_eq!(world.said(), [], "the unknown is not nonsense");
    world.broker.handle_binary(SocketId(1));
    let close = Output::Close { socket: SocketId(1), code: CloseCode::Unintelligible };
    assert_eq!(world.broker.poll_output(), close);
}

fn code(message: BrokerToAgent) -> Option<ErrorCode> {
    if let BrokerToAgent::Refused(refused) = message { Some(refused.code) } else { None }
}
