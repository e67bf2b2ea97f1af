//! The broker by stories and by tables; `properties` by chance.

mod blocking;
mod enlisting;
mod properties;
mod refusals;
mod resuming;

use super::*;
use crate::id::Place;
use crate::limits::{PLACE_LIFETIME_MS, SESSION_LIFETIME_MS};
use crate::wire::{
    Announce, Ask, Asked, Attend, Claim, Claimed, Enlisted, Forward, Forwarded, Leave, Resume, Resumed,
    Withdrawn,
};

pub(super) const TEAM: TeamId = TeamId([1; 32]);
pub(super) const T0: u64 = 1_800_000_000_000;
pub(super) const FOR_EVER: u64 = u64::MAX;

/// A broker and a clock, spoken to in text as a server would.
pub(super) struct World {
    pub(super) broker: Broker,
    pub(super) now: u64,
}

/// One that was verified, and is good until then.
pub(super) fn certificate(until_ms: u64) -> Certificate {
    Certificate { jti: "one".to_owned(), until_ms }
}

impl World {
    pub(super) fn new(config: Config) -> Self {
        Self { broker: Broker::new(config, [9; 32]), now: T0 }
    }

    pub(super) fn open() -> Self {
        Self::new(Config { teams: Teams::Any, ..Config::default() })
    }

    pub(super) fn tell(&mut self, socket: u64, message: &AgentToBroker) {
        let text = serde_json::to_string(message).unwrap();
        self.broker.handle_text(SocketId(socket), &text, self.now);
    }

    pub(super) fn connect(&mut self, socket: u64) {
        self.broker.handle_opened(SocketId(socket), None, None);
    }

    pub(super) fn connect_from(&mut self, socket: u64, source: u8) {
        self.broker.handle_opened(SocketId(socket), None, Some(Source([source; 16])));
    }

    pub(super) fn close(&mut self, socket: u64) {
        self.broker.handle_closed(SocketId(socket), self.now);
    }

    /// Passes time, and does what is due.
    pub(super) fn pass(&mut self, ms: u64) {
        self.now += ms;
        self.broker.handle_timeout(self.now);
    }

    /// Everything said since, `(socket, message)`.
    pub(super) fn said(&mut self) -> Vec<(u64, BrokerToAgent)> {
        std::iter::from_fn(|| match self.broker.poll_output() {
            Output::Send { to, message } => Some((to.0, message)),
            Output::Close { socket, code } => panic!("{socket:?} closed with {code:?}"),
            Output::Timeout(_) => None,
        })
        .collect()
    }

    /// A helper at work, past verification.
    pub(super) fn helper(&mut self, socket: u64, team: TeamId) {
        self.connect(socket);
        self.broker.employ(SocketId(socket), team, certificate(FOR_EVER), self.now);
        self.broker.handle_timeout(self.now);
    }

    pub(super) fn is_empty(&self) -> bool {
        let Broker { sockets, teams, sessions, deposits, places_held, places, deadlines, outputs, .. } =
            &self.broker;
        sockets.is_empty()
            && teams.is_empty()
            && sessions.is_empty()
            && deposits.is_empty()
            && places_held.is_empty()
            && places.is_empty()
            && deadlines.is_empty()
            && outputs.is_empty()
    }
}

pub(super) fn session(n: u8) -> SessionId {
    SessionId([n; 16])
}

pub(super) fn sealed(byte: u8) -> Sealed {
    Sealed::new(vec![byte; 32]).unwrap()
}

pub(super) fn ask(n: u8) -> AgentToBroker {
    ask_in(TEAM, n, n)
}

pub(super) fn ask_in(team: TeamId, n: u8, place: u8) -> AgentToBroker {
    let origin = "https://shop.example".to_owned();
    AgentToBroker::Ask(Ask {
        team,
        session: session(n),
        origin,
        message: sealed(n),
        place: Place([place; 16]),
    })
}

pub(super) fn claim(n: u8) -> AgentToBroker {
    AgentToBroker::Claim(Claim { ticket: session(n), message: sealed(100 + n) })
}

pub(super) fn forward(n: u8, byte: u8) -> AgentToBroker {
    AgentToBroker::Forward(Forward { session: session(n), message: sealed(byte) })
}

pub(super) fn leave(n: u8, reason: LeaveReason) -> AgentToBroker {
    AgentToBroker::Leave(Leave { session: session(n), reason })
}

fn attend(available: bool) -> AgentToBroker {
    AgentToBroker::Attend(Attend { available })
}

fn queued(n: u8, helpers: u32, position: u32) -> BrokerToAgent {
    BrokerToAgent::Queued(Queued { session: session(n), helpers, position })
}

fn asked(n: u8, waiting_ms: u64) -> BrokerToAgent {
    let origin = "https://shop.example".to_owned();
    BrokerToAgent::Asked(Asked { ticket: session(n), origin, message: sealed(n), waiting_ms })
}

fn withdrawn(n: u8) -> BrokerToAgent {
    BrokerToAgent::Withdrawn(Withdrawn { ticket: session(n) })
}

fn left(n: u8, reason: LeaveReason) -> BrokerToAgent {
    BrokerToAgent::Left(Left { session: session(n), reason })
}

fn claimed(n: u8, message: Option<u8>) -> BrokerToAgent {
    let message = message.map(sealed);
    BrokerToAgent::Claimed(Claimed { session: session(n), message, ice_servers: Vec::new() })
}

fn enlisted() -> BrokerToAgent {
    BrokerToAgent::Enlisted(Enlisted { ice_servers: Vec::new() })
}

#[test]
fn from_ask_to_the_end() {
    let mut world = World::open();
    world.connect(1);
    world.tell(1, &ask(1));
    assert_eq!(world.said(), [(1, queued(1, 0, 1))]);
    world.pass(3_000);
    world.helper(2, TEAM);
    assert_eq!(world.said(), [(2, enlisted()), (2, asked(1, 3_000)), (1, queued(1, 1, 1))]);
    world.tell(2, &claim(1));
    assert_eq!(world.said(), [(1, claimed(1, Some(101))), (2, claimed(1, None))]);
    world.tell(1, &forward(1, 7));
    world.tell(2, &forward(1, 8));
    let passed = |byte| BrokerToAgent::Forwarded(Forwarded { session: session(1), message: sealed(byte) });
    assert_eq!(world.said(), [(2, passed(7)), (1, passed(8))]);
    world.tell(1, &leave(1, LeaveReason::Ended));
    assert_eq!(world.said(), [(2, left(1, LeaveReason::Ended))]);
    world.tell(2, &leave(1, LeaveReason::Ended));
    assert_eq!(world.said(), [], "leaving what is gone is no error");
    world.close(1);
    world.close(2);
    assert!(world.is_empty());
}

#[test]
fn the_second_claim_is_told_that_the_ticket_is_gone() {
    let mut world = World::open();
    world.helper(1, TEAM);
    world.helper(2, TEAM);
    world.connect(3);
    world.tell(3, &ask(3));
    world.said();
    world.tell(2, &claim(3));
    world.tell(1, &claim(3));
    let refused = Refused { code: ErrorCode::TicketGone, session: Some(session(3)), retry_after_ms: None };
    assert_eq!(
        world.said(),
        [
            (3, claimed(3, Some(103))),
            (2, claimed(3, None)),
            (1, withdrawn(3)),
            (1, BrokerToAgent::Refused(refused))
        ]
    );
}

#[test]
fn changes_of_the_queue_are_told_at_once_and_then_gathered() {
    let mut world = World::open();
    world.helper(9, TEAM);
    for n in 1..=3 {
        world.connect(n.into());
        world.tell(n.into(), &ask(n));
    }
    world.pass(QUEUED_INTERVAL_MS);
    world.said();
    world.tell(1, &leave(1, LeaveReason::Ended));
    assert_eq!(world.said(), [(9, withdrawn(1)), (2, queued(2, 1, 1)), (3, queued(3, 1, 2))]);
    world.tell(2, &leave(2, LeaveReason::Ended));
    world.tell(9, &attend(false));
    world.tell(9, &attend(true));
    assert_eq!(world.said(), [(9, withdrawn(2)), (9, asked(3, QUEUED_INTERVAL_MS))]);
    assert_eq!(world.broker.poll_output(), Output::Timeout(Some(world.now + QUEUED_INTERVAL_MS)));
    world.pass(QUEUED_INTERVAL_MS);
    assert_eq!(world.said(), [(3, queued(3, 1, 1))], "what changed and changed back is not told");
}

#[test]
fn a_helper_who_is_away_is_neither_told_nor_counted() {
    let mut world = World::open();
    world.helper(1, TEAM);
    world.tell(1, &attend(false));
    world.pass(QUEUED_INTERVAL_MS);
    world.said();
    world.connect(2);
    world.tell(2, &ask(2));
    assert_eq!(world.said(), [(2, queued(2, 0, 1))]);
    world.tell(1, &attend(true));
    assert_eq!(world.said(), [(1, asked(2, 0)), (2, queued(2, 1, 1))]);
}

#[test]
fn who_asks_again_gets_their_old_place() {
    let mut world = World::open();
    world.helper(9, TEAM);
    for n in 1..=2 {
        world.connect(n.into());
        world.tell(n.into(), &ask(n));
        world.pass(1_000);
    }
    world.said();
    // A page load: the socket closes, and a fresh one asks with a fresh session and the same place.
    world.close(1);
    assert_eq!(world.said(), [(9, withdrawn(1)), (2, queued(2, 1, 1))]);
    world.pass(PLACE_LIFETIME_MS - 1);
    world.connect(3);
    world.tell(3, &ask_in(TEAM, 3, 1));
    let waited = PLACE_LIFETIME_MS + 1_999;
    assert_eq!(world.said(), [(3, queued(3, 1, 1)), (9, asked(3, waited)), (2, queued(2, 1, 2))]);
    // A claim that is lost keeps the place as well, for whichever helper is next.
    world.tell(9, &claim(3));
    world.close(9);
    world.pass(QUEUED_INTERVAL_MS);
    world.said();
    world.tell(3, &ask_in(TEAM, 4, 1));
    assert_eq!(world.said()[0], (3, queued(4, 0, 1)));
    // After a minute it is gone.
    world.close(3);
    world.pass(PLACE_LIFETIME_MS);
    world.connect(5);
    world.said();
    world.tell(5, &ask_in(TEAM, 5, 1));
    assert_eq!(world.said()[0], (5, queued(5, 0, 2)));
}

#[test]
fn a_place_goes_with_the_person_who_ends_and_never_to_another_team() {
    let mut world = World::open();
    for n in 1..=2 {
        world.connect(n.into());
        world.tell(n.into(), &ask(n));
    }
    world.tell(1, &leave(1, LeaveReason::Ended));
    world.said();
    world.tell(1, &ask_in(TEAM, 3, 1));
    assert_eq!(world.said()[0], (1, queued(3, 0, 2)));
    world.close(1);
    let other = TeamId([2; 32]);
    world.connect(4);
    world.tell(4, &ask_in(other, 4, 4));
    world.connect(5);
    world.said();
    world.tell(5, &ask_in(other, 5, 1));
    assert_eq!(world.said()[0], (5, queued(5, 0, 2)));
}

#[test]
fn a_reload_takes_its_place_from_the_socket_that_is_not_missed_yet() {
    let mut world = World::open();
    world.helper(9, TEAM);
    world.connect(1);
    world.tell(1, &ask(1));
    world.said();
    world.connect(2);
    world.tell(2, &ask_in(TEAM, 2, 1));
    assert_eq!(
        world.said(),
        [(9, withdrawn(1)), (1, left(1, LeaveReason::Moved)), (2, queued(2, 1, 1)), (9, asked(2, 0))]
    );
    // The same while claimed: the helper is told that the first one is gone.
    world.tell(9, &claim(2));
    world.said();
    world.connect(3);
    world.tell(3, &ask_in(TEAM, 3, 1));
    assert_eq!(
        world.said(),
        [
            (9, left(2, LeaveReason::Gone)),
            (2, left(2, LeaveReason::Moved)),
            (3, queued(3, 1, 1)),
            (9, asked(3, 0))
        ]
    );
}

#[test]
fn the_other_side_is_told_who_left_and_why() {
    for (reason, told) in [
        (LeaveReason::Ended, LeaveReason::Ended),
        (LeaveReason::Unverified, LeaveReason::Unverified),
        (LeaveReason::Failed, LeaveReason::Failed),
        (LeaveReason::Gone, LeaveReason::Failed),
        (LeaveReason::Moved, LeaveReason::Failed),
    ] {
        for (leaving, staying) in [(1, 2), (2, 1)] {
            let mut world = World::open();
            world.helper(2, TEAM);
            world.connect(1);
            world.tell(1, &ask(1));
            world.tell(2, &claim(1));
            world.said();
            world.tell(leaving, &leave(1, reason));
            assert_eq!(world.said(), [(staying, left(1, told))]);
        }
    }
    for (closing, staying) in [(1, 2), (2, 1)] {
        let mut world = World::open();
        world.helper(2, TEAM);
        world.connect(1);
        world.tell(1, &ask(1));
        world.tell(2, &claim(1));
        world.said();
        world.close(closing);
        assert_eq!(world.said(), [(staying, left(1, LeaveReason::Gone))]);
    }
}

#[test]
fn a_session_ends_after_its_lifetime() {
    let mut world = World::open();
    world.helper(2, TEAM);
    world.connect(1);
    world.tell(1, &ask(1));
    world.tell(2, &claim(1));
    world.pass(SESSION_LIFETIME_MS - 1);
    world.said();
    world.pass(1);
    assert_eq!(world.said(), [(1, left(1, LeaveReason::Gone)), (2, left(1, LeaveReason::Gone))]);
    world.close(1);
    world.close(2);
    world.pass(PLACE_LIFETIME_MS);
    assert!(world.is_empty());
}

#[test]
fn a_helper_whose_certificate_runs_out_is_available_no_more() {
    let mut world = World::open();
    world.connect(1);
    world.broker.employ(SocketId(1), TEAM, certificate(T0 + 5_000), T0);
    world.connect(2);
    world.tell(2, &ask(2));
    world.said();
    world.pass(5_000);
    let expired = |session| Refused { code: ErrorCode::CertificateExpired, session, retry_after_ms: None };
    assert_eq!(world.said(), [(1, BrokerToAgent::Refused(expired(None))), (2, queued(2, 0, 1))]);
    world.tell(1, &claim(2));
    assert_eq!(world.said(), [(1, BrokerToAgent::Refused(expired(Some(session(2)))))]);
    // A renewed one on the same socket.
    world.pass(QUEUED_INTERVAL_MS);
    world.broker.employ(SocketId(1), TEAM, certificate(FOR_EVER), world.now);
    world.tell(1, &claim(2));
    assert!(world.said().contains(&(1, claimed(2, None))));
    world.close(1);
    world.close(2);
    world.pass(PLACE_LIFETIME_MS);
    assert_eq!(world.said(), [(2, left(2, LeaveReason::Gone))]);
    assert!(world.is_empty());
}

#[test]
fn a_helper_whose_certificate_is_denied_works_no_more() {
    let mut world = World::open();
    world.helper(1, TEAM);
    world.connect(2);
    world.tell(2, &ask(2));
    world.tell(1, &claim(2));
    world.connect(3);
    world.tell(3, &ask(3));
    world.said();
    world.broker.handle_denied(["another".to_owned()].into(), world.now);
    assert_eq!(world.said(), []);
    let denied = |session| Refused { code: ErrorCode::CertificateDenied, session, retry_after_ms: None };
    for _ in 0..2 {
        world.broker.handle_denied(["one".to_owned()].into(), world.now);
    }
    world.pass(QUEUED_INTERVAL_MS);
    assert_eq!(world.said(), [(1, BrokerToAgent::Refused(denied(None))), (3, queued(3, 0, 1))]);
    world.tell(1, &claim(3));
    assert_eq!(world.said(), [(1, BrokerToAgent::Refused(denied(Some(session(3)))))]);
    // Who is being helped already, is helped.
    world.tell(1, &forward(2, 7));
    assert!(matches!(world.said().as_slice(), [(2, BrokerToAgent::Forwarded(_))]));
    for socket in 1..=3 {
        world.close(socket);
    }
    world.pass(PLACE_LIFETIME_MS);
    world.said();
    assert!(world.is_empty());
}

#[test]
fn no_nonce_comes_twice() {
    let mut world = World::open();
    world.connect(1);
    let mut nonces: Vec<Nonce> = Vec::new();
    for _ in 0..100 {
        world.tell(1, &AgentToBroker::Challenge(crate::wire::Challenge {}));
        for (_, message) in world.said() {
            let BrokerToAgent::Challenged(challenged) = message else { panic!("{message:?}") };
            nonces.push(challenged.nonce);
        }
    }
    nonces.sort_by_key(|nonce| nonce.0);
    nonces.dedup();
    assert_eq!(nonces.len(), 100);
}
