//! A visitor and a helper, wired through a broker and a data channel that do what real ones do, while chance
//! decides what happens next.
//!
//! The data channel keeps order and doubles nothing, but loses what was first sent on it, as some stacks do, and
//! may close at any time. Whatever happens: nobody panics, each message arrives once and in order, nothing of
//! value leaves too early, and nothing grows without end (invariants I3, I5 and I6).
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::collections::VecDeque;

use alongside_agent_proto::limits::{MAX_CANDIDATES, MAX_OUTBOX};
use alongside_agent_proto::session::{Event, Input, Output, Session, State, UnverifiedCode, Whereabouts};
use alongside_agent_proto::wire::{
    Ack, Candidate, Chat, Hello, PeerErrorCode, PeerMessage, PeerRefused, Read, Role, Scroll, SealedSignal,
    Typing, Viewport,
};
use alongside_signaling_proto::id::{Place, Sealed, SessionId, TeamId};
use alongside_signaling_proto::wire::{AgentToBroker, ErrorCode, LeaveReason};
use proptest::prelude::*;

/// Where the visitor is.
const ORIGIN: &str = "https://shop.example";

/// What chance may do to a pair.
#[derive(Debug, Clone)]
enum Move {
    /// The helper accepts, where there is a ticket and no session.
    Accept,
    /// So many messages reach the visitor, or the helper, over whatever connects them.
    Carry(usize),
    /// The data channel opens at one side, and loses so many of the first messages that are sent to the other.
    Open {
        visitor: bool,
        lost: usize,
    },
    /// The data channel closes.
    Break,
    /// The visitor's socket closes and opens again.
    Redial,
    /// Time passes. Units: milliseconds.
    Pass(u64),
    Say {
        visitor: bool,
    },
    See {
        visitor: bool,
        seq: u32,
    },
    Write {
        visitor: bool,
        on: bool,
    },
    Go,
    /// The helper proposes an address, or to load the page again.
    Propose {
        address: bool,
    },
    /// The visitor answers the last proposal, or the one before.
    Answer {
        allow: bool,
        last: bool,
    },
    End {
        visitor: bool,
    },
}

fn moves() -> impl Strategy<Value = Move> {
    prop_oneof![
        16 => Just(Move::Accept),
        80 => (1..6usize).prop_map(Move::Carry),
        24 => (any::<bool>(), 0..4usize).prop_map(|(visitor, lost)| Move::Open { visitor, lost }),
        1 => Just(Move::Break),
        1 => Just(Move::Redial),
        32 => (0..900u64).prop_map(Move::Pass),
        32 => any::<bool>().prop_map(|visitor| Move::Say { visitor }),
        12 => (any::<bool>(), 0..9u32).prop_map(|(visitor, seq)| Move::See { visitor, seq }),
        12 => any::<(bool, bool)>().prop_map(|(visitor, on)| Move::Write { visitor, on }),
        12 => Just(Move::Go),
        6 => any::<bool>().prop_map(|address| Move::Propose { address }),
        6 => (any::<bool>(), any::<bool>()).prop_map(|(allow, last)| Move::Answer { allow, last }),
        1 => any::<bool>().prop_map(|visitor| Move::End { visitor }),
    ]
}

/// One end of the data channel: what is on its way there, and how much of it will be lost.
#[derive(Debug, Default)]
struct Way {
    messages: VecDeque<PeerMessage>,
    lost: usize,
}

/// One side with its driver's part.
#[derive(Debug)]
struct Side {
    session: Session,
    generation: Option<u32>,
    open: bool,
    /// Broker's and sealed messages, as the inputs that they become.
    signals: VecDeque<Input>,
    incoming: Way,
    due: Option<u64>,
    /// Chat that arrived, in order.
    arrived: Vec<String>,
    said: Vec<String>,
    delivered: u32,
    /// The last proposal that was shown.
    proposed: u32,
    states: Vec<State>,
}

impl Side {
    fn new(session: Session) -> Self {
        Self {
            session,
            generation: None,
            open: false,
            signals: VecDeque::new(),
            incoming: Way::default(),
            due: None,
            arrived: Vec::new(),
            said: Vec::new(),
            delivered: 0,
            proposed: 0,
            states: Vec::new(),
        }
    }
}

#[derive(Debug)]
struct Pair {
    now: u64,
    visitor: Side,
    helper: Option<Side>,
    /// The ask that waits, and the session that is claimed.
    ticket: Option<SessionId>,
    claimed: Option<SessionId>,
    asks: u8,
    words: u32,
}

impl Pair {
    fn new() -> Self {
        let session = Session::visitor(vec![TeamId([1; 32])], ORIGIN.to_owned());
        let mut pair = Self {
            now: 1_800_000_000_000,
            visitor: Side::new(session),
            helper: None,
            ticket: None,
            claimed: None,
            asks: 0,
            words: 0,
        };
        pair.input(true, Input::Ask { place: Place([2; 16]), written: Vec::new() });
        pair.input(true, Input::SocketOpened);
        pair
    }

    fn side(&mut self, visitor: bool) -> Option<&mut Side> {
        if visitor { Some(&mut self.visitor) } else { self.helper.as_mut() }
    }

    fn input(&mut self, visitor: bool, input: Input) {
        let now = self.now;
        let Some(side) = self.side(visitor) else { return };
        side.session.handle(input, now);
        let mut count = 0;
        loop {
            let Some(side) = self.side(visitor) else { return };
            let output = side.session.poll_output();
            if let Output::Timeout { at } = output {
                side.due = at;
                break;
            }
            self.carry_out(visitor, output);
            count += 1;
            assert!(count <= MAX_OUTBOX + 2 * MAX_CANDIDATES + 16, "too much at once");
        }
    }

    fn carry_out(&mut self, visitor: bool, output: Output) {
        match output {
            Output::Prepare { .. } => {
                self.asks = self.asks.wrapping_add(1);
                let message = Sealed::new(vec![self.asks; 32]).unwrap();
                let prepared = Input::Prepared { session: SessionId([self.asks; 16]), message };
                self.visitor.signals.clear();
                self.visitor.signals.push_back(prepared);
            }
            Output::Signal { message: AgentToBroker::Ask(ask) } => {
                self.ticket = Some(ask.session);
                self.visitor.signals.push_back(Input::Queued { helpers: 1, position: 1 });
            }
            Output::Signal { message: AgentToBroker::Leave(leave) } => self.leave(visitor, leave.reason),
            Output::Claim { offer } => {
                let helper = self.helper.as_mut().unwrap();
                match self.ticket.take() {
                    Some(ticket) => {
                        self.claimed = Some(ticket);
                        helper.signals.push_back(Input::ClaimWon);
                        self.visitor.signals.push_back(Input::Verified {
                            name: "Ada".to_owned(),
                            automated: false,
                            offer,
                            ice_servers: Vec::new(),
                        });
                    }
                    None => helper.signals.push_back(Input::Refused { code: ErrorCode::TicketGone }),
                }
            }
            Output::Offer { generation } | Output::Answer { generation, .. } => {
                let side = self.side(visitor).unwrap();
                side.generation = Some(generation);
                side.open = false;
                let described = Input::Described { generation, sdp: "description".to_owned() };
                side.signals.push_back(described);
                let candidate = Candidate { candidate: String::new(), sdp_mid: None, sdp_m_line_index: None };
                side.signals.push_back(Input::CandidateFound { generation, candidate });
            }
            Output::Seal { signal } => {
                if self.claimed.is_some()
                    && let Some(other) = self.side(!visitor)
                {
                    other.signals.push_back(Input::Opened { signal });
                }
            }
            Output::Send { message } => self.send(visitor, message),
            Output::Close { generation } => {
                let side = self.side(visitor).unwrap();
                assert_eq!(
                    side.generation,
                    Some(generation),
                    "only the peer connection that stands is closed"
                );
                side.generation = None;
                side.open = false;
                self.close_channel(!visitor);
            }
            Output::Event { event } => self.tell(visitor, event),
            Output::Dial
            | Output::HangUp
            | Output::Go { .. }
            | Output::Accept { .. }
            | Output::AddCandidate { .. }
            | Output::Signal { .. }
            | Output::Timeout { .. } => {}
        }
    }

    fn send(&mut self, visitor: bool, message: PeerMessage) {
        let side = self.side(visitor).unwrap();
        assert!(side.open, "sent on a channel that is not open: {message:?}");
        let is_greeting = matches!(
            message,
            PeerMessage::Hello(_) | PeerMessage::HelloAck | PeerMessage::Refused(_) | PeerMessage::End
        );
        assert!(is_greeting || side.session.state() == State::Connected, "too early: {message:?}");
        assert!(!matches!(message, PeerMessage::Refused(_)), "two of us understand each other");
        let Some(other) = self.side(!visitor) else { return };
        if other.generation.is_none() {
        } else if other.incoming.lost > 0 {
            other.incoming.lost -= 1;
        } else {
            other.incoming.messages.push_back(message);
        }
    }

    fn tell(&mut self, visitor: bool, event: Event) {
        let own = if visitor { Role::Visitor } else { Role::Helper };
        let side = self.side(visitor).unwrap();
        match event {
            Event::State { state } => side.states.push(state),
            Event::Message { from, seq, text, .. } => {
                let list = if from == own { &mut side.said } else { &mut side.arrived };
                list.push(text);
                assert_eq!(seq as usize, list.len(), "numbered in order");
            }
            Event::Delivered { seq } => {
                assert!(seq > side.delivered, "told once");
                side.delivered = seq;
            }
            Event::Proposed { id, .. } => {
                assert_eq!(own, Role::Visitor);
                side.proposed = id;
            }
            Event::Page { .. }
            | Event::Client { .. }
            | Event::Proposing { .. }
            | Event::Allowed { .. }
            | Event::Declined { .. } => assert_eq!(own, Role::Helper),
            Event::Waiting { .. }
            | Event::Helper { .. }
            | Event::Read { .. }
            | Event::Typing { .. }
            | Event::Ended { .. }
            | Event::Error { .. } => {}
        }
    }

    fn leave(&mut self, visitor: bool, reason: LeaveReason) {
        if visitor {
            self.ticket = None;
        }
        if self.claimed.take().is_some()
            && let Some(other) = self.side(!visitor)
        {
            other.signals.push_back(Input::Left { reason });
        }
    }

    /// What was sent before the channel closed still arrives.
    fn close_channel(&mut self, visitor: bool) {
        while self.carry_message(visitor) {}
        let Some(side) = self.side(visitor) else { return };
        if let Some(generation) = side.generation.filter(|_| side.open) {
            side.open = false;
            self.input(visitor, Input::ChannelClosed { generation });
        }
    }

    fn carry_message(&mut self, visitor: bool) -> bool {
        let Some(side) = self.side(visitor).filter(|side| side.open) else { return false };
        let Some(message) = side.incoming.messages.pop_front() else { return false };
        self.input(visitor, Input::Received { message });
        true
    }

    fn carry(&mut self) -> bool {
        let mut any = false;
        for visitor in [true, false] {
            if let Some(input) = self.side(visitor).and_then(|side| side.signals.pop_front()) {
                any = true;
                self.input(visitor, input);
            }
            any |= self.carry_message(visitor);
        }
        any
    }

    /// Whether the two peer connections belong together.
    fn open(&mut self, visitor: bool, lost: usize) {
        let is_pair = self.claimed.is_some()
            && self.visitor.generation.is_some()
            && self.helper.as_ref().is_some_and(|helper| helper.generation.is_some());
        if !is_pair {
            return;
        }
        let side = self.side(visitor).unwrap();
        if !side.open && side.session.state() == State::Connecting {
            let generation = side.generation.unwrap();
            side.open = true;
            side.incoming.messages.clear();
            if let Some(other) = self.side(!visitor) {
                other.incoming.lost = lost;
            }
            self.input(visitor, Input::ChannelOpened { generation });
        }
    }

    fn pass(&mut self, ms: u64) {
        let until = self.now + ms;
        for _ in 0..1_000 {
            let due = |side: &Side| side.due;
            let next = [due(&self.visitor), self.helper.as_ref().and_then(due)];
            let Some(at) = next.into_iter().flatten().min().filter(|at| *at <= until) else { break };
            self.now = self.now.max(at);
            for visitor in [true, false] {
                if self.side(visitor).is_some_and(|side| side.due.is_some_and(|due| due <= at)) {
                    self.input(visitor, Input::TimedOut);
                }
            }
        }
        self.now = self.now.max(until);
    }

    fn make(&mut self, chance: Move) {
        match chance {
            Move::Accept => {
                let is_free = self.helper.as_ref().is_none_or(|helper| {
                    matches!(helper.session.state(), State::Ended | State::Failed)
                        && helper.generation.is_none()
                });
                if let Some(session) = self.ticket.filter(|_| is_free) {
                    self.helper = Some(Side::new(Session::helper(ORIGIN.to_owned())));
                    self.input(false, Input::Accept { session });
                }
            }
            Move::Carry(count) => {
                for _ in 0..count {
                    self.carry();
                }
            }
            Move::Open { visitor, lost } => self.open(visitor, lost),
            Move::Break => {
                self.close_channel(true);
                self.close_channel(false);
            }
            Move::Redial => {
                self.visitor
                    .signals
                    .retain(|input| matches!(input, Input::Prepared { .. } | Input::Described { .. }));
                self.leave(true, LeaveReason::Gone);
                self.input(true, Input::SocketLost);
                self.input(true, Input::SocketOpened);
            }
            Move::Pass(ms) => self.pass(ms),
            Move::Say { visitor } => {
                self.words += 1;
                let text = format!("word {}", self.words);
                self.input(visitor, Input::Say { text });
            }
            Move::See { visitor, seq } => self.input(visitor, Input::Seen { seq }),
            Move::Write { visitor, on } => self.input(visitor, Input::Writing { on }),
            Move::Propose { address } => {
                if self.helper.is_some() {
                    let url = address.then(|| format!("{ORIGIN}/proposed"));
                    self.input(false, Input::Propose { url });
                }
            }
            Move::Answer { allow, last } => {
                let id = self.visitor.proposed.saturating_sub(u32::from(!last));
                self.input(true, if allow { Input::Allow { id } } else { Input::Decline { id } });
            }
            Move::Go => self.input(true, Input::Navigated { page: whereabouts(&self.words.to_string()) }),
            Move::End { visitor } => self.input(visitor, Input::End),
        }
    }

    fn check(&self) {
        let Some(helper) = &self.helper else { return };
        // Who comes later begins anew, but then nobody has heard anything yet.
        assert!(
            self.visitor.said.starts_with(&helper.arrived),
            "{:?} of {:?}",
            helper.arrived,
            self.visitor.said
        );
        assert!(
            helper.said.starts_with(&self.visitor.arrived),
            "{:?} of {:?}",
            self.visitor.arrived,
            helper.said
        );
        assert!(self.visitor.delivered as usize <= helper.arrived.len(), "delivered is stored");
        assert!(helper.delivered as usize <= self.visitor.arrived.len(), "delivered is stored");
    }
}

fn whereabouts(title: &str) -> Whereabouts {
    Whereabouts {
        url: "https://shop.example/".to_owned(),
        title: title.to_owned(),
        omitted: 0,
        redacted: false,
        viewport: Viewport { width: 1, height: 1 },
        scroll: Scroll { x: 0, y: 0 },
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn two_who_mean_well_lose_and_double_nothing(moves in prop::collection::vec(moves(), 1..160)) {
        let mut pair = Pair::new();
        for chance in moves {
            pair.make(chance);
            pair.check();
        }
        // Left alone, whoever is connected hears everything that was said.
        for _ in 0..40 {
            while pair.carry() {}
            pair.pass(100);
        }
        pair.check();
        if let Some(helper) = &pair.helper
            && pair.visitor.session.state() == State::Connected
        {
            prop_assert_eq!(helper.session.state(), State::Connected, "connected on both sides or on none");
            prop_assert_eq!(&helper.arrived, &pair.visitor.said);
            prop_assert_eq!(&pair.visitor.arrived, &helper.said);
            prop_assert_eq!(pair.visitor.delivered as usize, pair.visitor.said.len());
            prop_assert_eq!(helper.delivered as usize, helper.said.len());
        }
    }

    /// On a channel that loses its first words only, two who are left alone always find each other.
    #[test]
    fn two_who_are_left_alone_connect(lost in (0..8usize, 0..8usize), gap in 0..3_000u64, visitor_first: bool) {
        let mut pair = Pair::new();
        while pair.carry() {}
        pair.make(Move::Say { visitor: true });
        pair.make(Move::Accept);
        while pair.carry() {}
        pair.open(visitor_first, if visitor_first { lost.0 } else { lost.1 });
        while pair.carry() {}
        pair.pass(gap);
        pair.open(!visitor_first, if visitor_first { lost.1 } else { lost.0 });
        for _ in 0..40 {
            while pair.carry() {}
            pair.pass(100);
        }
        prop_assert_eq!(pair.visitor.session.state(), State::Connected);
        prop_assert_eq!(pair.helper.as_ref().unwrap().session.state(), State::Connected);
        prop_assert_eq!(&pair.helper.as_ref().unwrap().arrived, &pair.visitor.said);
    }

    /// Whatever anybody says, in whichever order: no panic, and nothing that grows without end.
    #[test]
    fn anything_may_happen(visitor: bool, inputs in prop::collection::vec(any_input(), 0..200)) {
        let mut session = if visitor {
            Session::visitor(vec![TeamId([1; 32]), TeamId([2; 32])], ORIGIN.to_owned())
        } else {
            Session::helper(ORIGIN.to_owned())
        };
        let mut now = 0;
        for (input, ms) in inputs {
            now += ms;
            session.handle(input, now);
            let mut outputs = 0;
            while !matches!(session.poll_output(), Output::Timeout { .. }) {
                outputs += 1;
            }
            prop_assert!(outputs <= MAX_OUTBOX + 2 * MAX_CANDIDATES + 16);
        }
        // Texts here are short, so this is what a few hundred of them may take.
        let size = format!("{session:?}").len();
        prop_assert!(size < 64 * 1024, "{} bytes", size);
    }
}

fn any_message() -> impl Strategy<Value = PeerMessage> {
    let role = any::<bool>().prop_map(|visitor| if visitor { Role::Visitor } else { Role::Helper });
    let seq = prop_oneof![0..6u32, any::<u32>()];
    prop_oneof![
        (any::<u32>(), role, 0..3u32).prop_map(|(protocol, role, stored)| PeerMessage::Hello(Hello {
            protocol,
            role,
            stored
        })),
        Just(PeerMessage::HelloAck),
        seq.clone().prop_map(|seq| PeerMessage::Chat(Chat { seq, at: u64::MAX, text: "text".to_owned() })),
        seq.clone().prop_map(|seq| PeerMessage::Ack(Ack { seq })),
        seq.prop_map(|seq| PeerMessage::Read(Read { seq })),
        any::<bool>().prop_map(|on| PeerMessage::Typing(Typing { on })),
        Just(PeerMessage::Refused(PeerRefused { code: PeerErrorCode::Internal })),
        Just(PeerMessage::Unknown),
    ]
}

fn any_input() -> impl Strategy<Value = (Input, u64)> {
    let candidate = Candidate { candidate: "c".to_owned(), sdp_mid: None, sdp_m_line_index: None };
    let found = candidate.clone();
    let generation = 0..3u32;
    let sdp = String::new;
    let input = prop_oneof![
        4 => Just(Input::Ask { place: Place([0; 16]), written: Vec::new() }),
        4 => Just(Input::Accept { session: SessionId([0; 16]) }),
        4 => Just(Input::SocketOpened),
        1 => Just(Input::SocketLost),
        6 => Just(Input::Prepared { session: SessionId([1; 16]), message: Sealed::new(vec![0; 32]).unwrap() }),
        4 => (0..2u32, any::<u32>()).prop_map(|(helpers, position)| Input::Queued { helpers, position }),
        6 => Just(Input::Verified { name: String::new(), automated: true, offer: sdp(), ice_servers: Vec::new() }),
        1 => Just(Input::Unverified { code: UnverifiedCode::KeyMismatch }),
        4 => Just(Input::ClaimWon),
        1 => Just(Input::Refused { code: ErrorCode::UnknownTeam }),
        1 => Just(Input::Left { reason: LeaveReason::Unknown }),
        4 => Just(Input::Opened { signal: SealedSignal::Answer { sdp: sdp() } }),
        8 => Just(Input::Opened { signal: SealedSignal::Candidate(candidate) }),
        8 => generation.clone().prop_map(move |generation| Input::CandidateFound { generation, candidate: found.clone() }),
        6 => generation.clone().prop_map(move |generation| Input::Described { generation, sdp: sdp() }),
        6 => generation.clone().prop_map(|generation| Input::ChannelOpened { generation }),
        1 => generation.prop_map(|generation| Input::ChannelClosed { generation }),
        30 => any_message().prop_map(|message| Input::Received { message }),
        2 => Just(Input::ReceivedBad { code: PeerErrorCode::BadJson }),
        20 => Just(Input::Say { text: "text".to_owned() }),
        4 => any::<u32>().prop_map(|seq| Input::Seen { seq }),
        4 => any::<bool>().prop_map(|on| Input::Writing { on }),
        4 => Just(Input::Navigated { page: whereabouts("") }),
        1 => Just(Input::End),
        4 => Just(Input::TimedOut),
    ];
    (input, prop_oneof![Just(0), 0..5_000u64, Just(u64::from(u32::MAX))])
}
