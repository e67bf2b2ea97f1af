//! Whatever agents do, in whatever order: one helper for each ticket, nothing to the wrong socket, and nothing
//! left when all have gone.

use std::collections::{BTreeMap, BTreeSet};

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;
use crate::limits::BLOCK_LIFETIME_MS;
use crate::wire::Block;

const SOCKETS: u64 = 6;
const TICKETS: u8 = 4;

#[derive(Debug, Clone)]
enum Step {
    Connect(u64),
    Close(u64),
    Employ(u64, u8),
    Attend(u64, bool),
    Ask { socket: u64, team: u8, ticket: u8, place: u8 },
    Claim(u64, u8),
    Forward(u64, u8),
    Leave(u64, u8, LeaveReason),
    Announce(u64, u8, u8),
    Resume(u64, u8),
    Block(u64, u8),
    Nonsense(u64),
    Pass(u64),
}

fn step() -> impl Strategy<Value = Step> {
    let socket = 0..SOCKETS;
    let ticket = 0..TICKETS;
    let team = 0..2_u8;
    let reason = prop_oneof![
        Just(LeaveReason::Ended),
        Just(LeaveReason::Unverified),
        Just(LeaveReason::Failed),
        Just(LeaveReason::Gone),
        Just(LeaveReason::Moved)
    ];
    prop_oneof![
        4 => socket.clone().prop_map(Step::Connect),
        2 => socket.clone().prop_map(Step::Close),
        4 => (socket.clone(), team.clone()).prop_map(|(s, t)| Step::Employ(s, t)),
        1 => (socket.clone(), any::<bool>()).prop_map(|(s, on)| Step::Attend(s, on)),
        6 => (socket.clone(), team, ticket.clone(), 0..3_u8)
            .prop_map(|(socket, team, ticket, place)| Step::Ask { socket, team, ticket, place }),
        6 => (socket.clone(), ticket.clone()).prop_map(|(s, t)| Step::Claim(s, t)),
        4 => (socket.clone(), ticket.clone()).prop_map(|(s, t)| Step::Forward(s, t)),
        2 => (socket.clone(), ticket, reason).prop_map(|(s, t, r)| Step::Leave(s, t, r)),
        4 => (socket.clone(), 0..7_u8, 0..7_u8).prop_map(|(s, a, b)| Step::Announce(s, a, b)),
        6 => (socket.clone(), 0..7_u8).prop_map(|(s, d)| Step::Resume(s, d)),
        2 => (socket.clone(), 0..7_u8).prop_map(|(s, d)| Step::Block(s, d)),
        1 => socket.prop_map(Step::Nonsense),
        3 => prop_oneof![
            Just(1),
            Just(200),
            Just(QUEUED_INTERVAL_MS),
            Just(PLACE_LIFETIME_MS),
            Just(BLOCK_LIFETIME_MS - 1)
        ]
        .prop_map(Step::Pass),
    ]
}

/// What happens while two helpers of one team are at work, so that they meet many and block some.
fn at_work() -> impl Strategy<Value = Step> {
    let (helper, visitor, ticket) = (0..2_u64, 2..SOCKETS, 0..TICKETS);
    prop_oneof![
        3 => visitor.clone().prop_map(Step::Connect),
        2 => visitor.clone().prop_map(Step::Close),
        8 => (visitor.clone(), ticket.clone(), 0..3_u8)
            .prop_map(|(socket, ticket, place)| Step::Ask { socket, team: 0, ticket, place }),
        8 => (helper.clone(), ticket.clone()).prop_map(|(s, t)| Step::Claim(s, t)),
        2 => (helper.clone(), 4..7_u8, 4..7_u8).prop_map(|(s, a, b)| Step::Announce(s, a, b)),
        4 => (visitor.clone(), 4..7_u8).prop_map(|(s, d)| Step::Resume(s, d)),
        2 => (visitor, ticket).prop_map(|(s, t)| Step::Leave(s, t, LeaveReason::Ended)),
        4 => (helper, 0..7_u8).prop_map(|(s, d)| Step::Block(s, d)),
        1 => prop_oneof![Just(PLACE_LIFETIME_MS), Just(BLOCK_LIFETIME_MS)].prop_map(Step::Pass),
    ]
}

/// What an onlooker who sees only what is said knows.
#[derive(Default)]
struct Onlooker {
    open: BTreeSet<u64>,
    helpers: BTreeMap<u64, TeamId>,
    /// The ask behind each live ticket: who asked, and which team.
    asks: BTreeMap<SessionId, (u64, TeamId)>,
    /// Who announced which deposits, last.
    announced: BTreeMap<u64, [SessionId; 2]>,
    /// The one helper of each claimed ticket, and of each resumed deposit.
    pairs: BTreeMap<SessionId, (u64, u64)>,
    /// Which visitor's socket each helper had in a session last.
    met: BTreeMap<(u64, SessionId), u64>,
    /// Whom a team keeps away, until when.
    blocked: BTreeMap<(TeamId, Source), u64>,
}

/// From where a socket is opened: two come from the same address, and of some nobody knows.
fn source(socket: u64) -> Option<Source> {
    (socket % 3 != 2).then_some(Source([u8::try_from(socket % 3).unwrap(); 16]))
}

impl Onlooker {
    fn may_come(&self, visitor: u64, team: TeamId) {
        let is_kept_away = source(visitor).is_some_and(|source| self.blocked.contains_key(&(team, source)));
        assert!(!is_kept_away, "{visitor} is kept away");
    }

    fn hears(&mut self, to: u64, message: &BrokerToAgent, sender: Option<u64>, now: u64) {
        assert!(self.open.contains(&to), "said to a closed socket: {message:?}");
        match message {
            BrokerToAgent::Queued(queued) => {
                assert_eq!(self.asks.get(&queued.session).map(|ask| ask.0), Some(to));
                assert!(!self.pairs.contains_key(&queued.session), "queued after claimed");
                assert!(queued.position >= 1);
            }
            BrokerToAgent::Asked(asked) => {
                let team = self.helpers.get(&to);
                assert!(team.is_some(), "asked, and no helper");
                assert_eq!(team, self.asks.get(&asked.ticket).map(|ask| &ask.1), "asked for another team");
            }
            BrokerToAgent::Withdrawn(_) | BrokerToAgent::Enlisted(_) => {
                assert!(self.helpers.contains_key(&to));
            }
            BrokerToAgent::Claimed(claimed) => {
                let (visitor, team) = self.asks[&claimed.session];
                if claimed.message.is_some() {
                    assert_eq!(to, visitor);
                    let helper = sender.unwrap();
                    assert_eq!(self.helpers[&helper], team);
                    let before = self.pairs.insert(claimed.session, (visitor, helper));
                    assert_eq!(before, None, "claimed twice");
                    self.met.insert((helper, claimed.session), visitor);
                } else {
                    assert_eq!(self.pairs.get(&claimed.session), Some(&(visitor, to)));
                    assert_eq!(sender, Some(to));
                }
            }
            BrokerToAgent::Resumed(resumed) => {
                if resumed.message.is_some() {
                    let visitor = sender.unwrap();
                    assert!(self.announced[&to].contains(&resumed.session));
                    self.may_come(visitor, self.helpers[&to]);
                    self.met.insert((to, resumed.session), visitor);
                    self.pairs.insert(resumed.session, (visitor, to));
                } else {
                    assert_eq!(sender, Some(to));
                }
            }
            BrokerToAgent::Forwarded(forwarded) => {
                let (visitor, helper) = self.pairs[&forwarded.session];
                let sender = sender.unwrap();
                assert!((sender, to) == (visitor, helper) || (sender, to) == (helper, visitor));
            }
            BrokerToAgent::Left(left) => {
                // Both sides of a pair may be told in a row; the ask itself is forgotten by `ends`.
                let _ = left;
            }
            BrokerToAgent::Blocked(blocked) => {
                assert_eq!(sender, Some(to));
                let source = source(self.met[&(to, blocked.session)]).unwrap();
                self.blocked.insert((self.helpers[&to], source), now + BLOCK_LIFETIME_MS);
            }
            BrokerToAgent::Refused(refused) if refused.code == ErrorCode::Blocked => {
                let source = source(to).unwrap();
                assert!(self.blocked.keys().any(|&(_, blocked)| blocked == source), "{to} is not kept away");
            }
            BrokerToAgent::Refused(_) => assert!(sender.is_none() || sender == Some(to)),
            BrokerToAgent::Challenged(_) | BrokerToAgent::Unknown => panic!("{message:?}"),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, ..ProptestConfig::default() })]

    #[test]
    fn nothing_goes_astray_and_nothing_stays(steps in vec(step(), 1..120)) {
        let mut world = World::open();
        let mut onlooker = Onlooker::default();
        for step in steps {
            run(&mut world, &mut onlooker, &step);
        }
        end(&mut world, &mut onlooker);
    }

    #[test]
    fn who_is_kept_away_does_not_come_in(steps in vec(at_work(), 1..120)) {
        let mut world = World::open();
        let mut onlooker = Onlooker::default();
        for helper in 0..2 {
            run(&mut world, &mut onlooker, &Step::Connect(helper));
            run(&mut world, &mut onlooker, &Step::Employ(helper, 0));
        }
        for step in steps {
            run(&mut world, &mut onlooker, &step);
        }
        end(&mut world, &mut onlooker);
    }
}

/// All leave, and nothing stays.
fn end(world: &mut World, onlooker: &mut Onlooker) {
    for socket in 0..SOCKETS {
        run(world, onlooker, &Step::Close(socket));
    }
    run(world, onlooker, &Step::Pass(PLACE_LIFETIME_MS));
    assert_eq!(world.broker.poll_output(), Output::Timeout(None));
    assert!(world.is_empty(), "{:?}", world.broker);
}

fn run(world: &mut World, onlooker: &mut Onlooker, step: &Step) {
    let mut sender = None;
    match *step {
        Step::Connect(socket) => {
            if onlooker.open.insert(socket) {
                world.broker.handle_opened(SocketId(socket), None, source(socket));
            }
        }
        Step::Close(socket) => {
            onlooker.open.remove(&socket);
            onlooker.helpers.remove(&socket);
            onlooker.met.retain(|&(helper, _), _| helper != socket);
            world.close(socket);
        }
        Step::Employ(socket, team) => {
            let idle =
                world.broker.sockets.get(&SocketId(socket)).is_some_and(|s| matches!(s.role, Role::Idle));
            if idle {
                onlooker.helpers.insert(socket, TeamId([team; 32]));
                world.broker.employ(SocketId(socket), TeamId([team; 32]), certificate(FOR_EVER), world.now);
                world.broker.handle_timeout(world.now);
            }
        }
        Step::Attend(socket, available) => world.tell(socket, &attend(available)),
        Step::Ask { socket, team, ticket, place } => {
            sender = Some(socket);
            let known = world.broker.sessions.get(&session(ticket)).map(|s| s.visitor);
            world.tell(socket, &ask_in(TeamId([team; 32]), ticket, place));
            let now = world.broker.sessions.get(&session(ticket)).map(|s| s.visitor);
            if now == Some(SocketId(socket)) && known != now {
                onlooker.may_come(socket, TeamId([team; 32]));
                onlooker.pairs.remove(&session(ticket));
                onlooker.asks.insert(session(ticket), (socket, TeamId([team; 32])));
            }
        }
        Step::Claim(socket, ticket) => {
            sender = Some(socket);
            world.tell(socket, &claim(ticket));
        }
        Step::Forward(socket, ticket) => {
            sender = Some(socket);
            world.tell(socket, &forward(ticket, ticket));
        }
        Step::Leave(socket, ticket, reason) => world.tell(socket, &leave(ticket, reason)),
        Step::Announce(socket, a, b) => {
            let deposits = [session(a), session(b)];
            if onlooker.helpers.contains_key(&socket) {
                onlooker.announced.insert(socket, deposits);
            }
            world.tell(socket, &AgentToBroker::Announce(Announce { deposits: deposits.to_vec() }));
        }
        Step::Resume(socket, deposit) => {
            sender = Some(socket);
            let message = sealed(deposit);
            world.tell(socket, &AgentToBroker::Resume(Resume { session: session(deposit), message }));
        }
        Step::Block(socket, session_of) => {
            sender = Some(socket);
            world.tell(socket, &AgentToBroker::Block(Block { session: session(session_of) }));
        }
        Step::Nonsense(socket) => {
            // Seldom enough not to be closed for it.
            if world
                .broker
                .sockets
                .get(&SocketId(socket))
                .is_some_and(|s| s.unintelligible < MAX_UNINTELLIGIBLE)
            {
                world.broker.handle_text(SocketId(socket), "{\"type\":\"claim\",\"ticket\":1}", world.now);
            }
        }
        Step::Pass(ms) => world.pass(ms),
    }
    // A team that is forgotten keeps nobody away.
    let now = world.now;
    onlooker.blocked.retain(|(team, _), until| *until > now && world.broker.teams.contains_key(team));
    for (to, message) in world.said() {
        onlooker.hears(to, &message, sender, now);
    }
    // What the broker holds is what the onlooker saw, and its indexes agree with each other.
    let by_turn =
        |id: &SessionId| world.broker.sessions.get(id).is_some_and(|session| session.turn.is_some());
    onlooker.asks.retain(|id, _| by_turn(id));
    onlooker.pairs.retain(|id, _| world.broker.sessions.contains_key(id));
    let Broker { sessions, teams, places_held, sockets, deposits, .. } = &world.broker;
    let by_turn = sessions.values().filter(|session| session.turn.is_some()).count();
    assert_eq!(by_turn, places_held.len());
    assert_eq!(by_turn, onlooker.asks.len());
    for (deposit, socket) in deposits {
        assert!(matches!(&sockets[socket].role, Role::Helper(helper) if helper.deposits.contains(deposit)));
    }
    let held = sockets.values().map(|socket| match &socket.role {
        Role::Helper(helper) => helper.deposits.len(),
        Role::Idle | Role::Visitor(_) => 0,
    });
    assert_eq!(held.sum::<usize>(), deposits.len());
    let waiting = sessions.values().filter(|session| matches!(session.stage, Stage::Waiting { .. })).count();
    assert_eq!(waiting, teams.values().map(|team| team.queue.len()).sum::<usize>());
    for (id, session) in sessions {
        assert!(matches!(sockets[&session.visitor].role, Role::Visitor(own) if own == *id));
        if let Stage::Claimed { helper, .. } = session.stage {
            assert!(matches!(&sockets[&helper].role, Role::Helper(helper) if helper.sessions.contains(id)));
            assert_eq!(onlooker.pairs.get(id), Some(&(session.visitor.0, helper.0)));
        }
    }
}
