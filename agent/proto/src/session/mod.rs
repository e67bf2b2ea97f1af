//! The session: what one side of visitor and helper decides, from *Help* to *End*.
//!
//! ```text
//! visitor  idle → asking → waiting ⇄ unavailable → connecting → connected → ended
//! helper   idle ─────────────────────────────────→ connecting → connected → ended
//!                                    anything that cannot go on → failed
//! ```
//!
//! A driver tells it what happened by [`Session::handle`], then does what [`Session::poll_output`] says until
//! that is a timeout. It keeps invariants I3 (nothing about the page before the visitor asked, and nothing of
//! value before the other side has shown itself on the data channel) and I5 (no chat message lost or doubled).

mod channel;
mod io;
mod queue;

use std::collections::VecDeque;

use alongside_signaling_proto::id::{Place, Sealed, SessionId, TeamId};
use alongside_signaling_proto::wire::{AgentToBroker, Leave, LeaveReason};

pub use io::{
    EndedBy, Event, Input, Output, SessionErrorCode, State, UnsupportedCode, UnverifiedCode, Whereabouts,
};

use crate::limits::{CONNECT_TIMEOUT_MS, END_TIMEOUT_MS};
use crate::negotiation::Negotiation;
use crate::proposals::Proposals;
use crate::talk::Talk;
use crate::wire::{PeerMessage, Role, SealedSignal};

/// One side of one session.
#[derive(Debug)]
pub struct Session {
    own: Role,
    state: State,
    outputs: VecDeque<Output>,
    negotiation: Negotiation,
    talk: Talk,
    proposals: Proposals,
    /// The page's origin.
    origin: String,
    /// Visitor: whom to ask, and with which place.
    teams: Vec<TeamId>,
    place: Option<Place>,
    /// Which team is asked, and how many others may still be asked in its place.
    team: usize,
    hops: usize,
    lost: u32,
    /// Whether the driver was told to dial, and whether the socket is open.
    dialled: bool,
    socket_open: bool,
    id: Option<SessionId>,
    message: Option<Sealed>,
    /// Whether the broker knows us by that id.
    announced: bool,
    /// Whether the `control` data channel is open.
    open: bool,
    /// Whether the person has ended, and the last messages are on their way.
    ending: bool,
    /// When connecting, ending or closing has taken too long.
    deadline: Option<u64>,
    /// When the visitor's socket is not needed any more.
    linger: Option<u64>,
}

impl Session {
    /// Makes a visitor's session: the teams that the page pins, in order, and the page's origin.
    #[must_use]
    pub fn visitor(teams: Vec<TeamId>, origin: String) -> Self {
        Self::new(Role::Visitor, teams, origin)
    }

    /// Makes a helper's session with a visitor on a page of this origin.
    #[must_use]
    pub fn helper(origin: String) -> Self {
        Self::new(Role::Helper, Vec::new(), origin)
    }

    fn new(own: Role, teams: Vec<TeamId>, origin: String) -> Self {
        let hops = if teams.len() > 1 { teams.len() } else { 0 };
        Self {
            own,
            state: State::Idle,
            outputs: VecDeque::new(),
            negotiation: Negotiation::default(),
            talk: Talk::new(own),
            proposals: Proposals::default(),
            origin,
            teams,
            place: None,
            team: 0,
            hops,
            lost: 0,
            dialled: false,
            socket_open: false,
            id: None,
            message: None,
            announced: false,
            open: false,
            ending: false,
            deadline: None,
            linger: None,
        }
    }

    /// Where the session is.
    #[must_use]
    pub fn state(&self) -> State {
        self.state
    }

    /// What is to be done next; asked again until it is [`Output::Timeout`].
    pub fn poll_output(&mut self) -> Output {
        self.outputs.pop_front().unwrap_or_else(|| Output::Timeout {
            at: [self.talk.due(), self.deadline, self.linger].into_iter().flatten().min(),
        })
    }

    /// Takes in what happened. Units: `now` in Unix milliseconds that never run backwards.
    pub fn handle(&mut self, input: Input, now: u64) {
        match input {
            Input::Ask { place, written } => self.begin(place, written, now),
            Input::Prepared { session, message } => {
                if self.state == State::Asking && self.id.is_none() {
                    self.id = Some(session);
                    self.message = Some(message);
                    self.ask();
                }
            }
            Input::SocketOpened => {
                self.socket_open = true;
                self.ask();
            }
            Input::SocketLost => self.socket_lost(now),
            Input::Queued { helpers, position } => self.queued(helpers, position, now),
            Input::Verified { name, automated, offer, ice_servers } => {
                if self.is_in_queue() && self.announced {
                    self.set_state(State::Connecting);
                    self.tell(Event::Helper { name, automated });
                    self.deadline = Some(now.saturating_add(CONNECT_TIMEOUT_MS));
                    let generation = self.negotiation.begin();
                    self.outputs.push_back(Output::Answer { generation, offer, ice_servers });
                }
            }
            Input::Unverified { code } => {
                if self.is_in_queue() && self.announced {
                    let code = SessionErrorCode::Unverified(code);
                    self.finish(State::Failed, Event::Error { code }, now, LeaveReason::Unverified);
                }
            }
            Input::Accept { session } => {
                if self.own == Role::Helper && self.state == State::Idle {
                    self.id = Some(session);
                    self.set_state(State::Connecting);
                    self.deadline = Some(now.saturating_add(CONNECT_TIMEOUT_MS));
                    let generation = self.negotiation.begin();
                    self.outputs.push_back(Output::Offer { generation });
                }
            }
            Input::ClaimWon => self.claim_won(now),
            Input::Refused { code } => self.refused(code, now),
            Input::Left { reason } => self.left(reason, now),
            Input::Opened { signal } => self.opened(signal),
            Input::OpenFailed => {
                if self.state == State::Connecting {
                    self.fail(SessionErrorCode::SealBroken, now);
                }
            }
            Input::Described { generation, sdp } => self.described(generation, sdp),
            Input::CandidateFound { generation, candidate } => {
                if self.negotiation.is(generation) {
                    self.negotiation.found(candidate, &mut self.outputs);
                }
            }
            Input::ChannelOpened { generation } => {
                if self.negotiation.is(generation) && self.state == State::Connecting && !self.open {
                    self.open = true;
                    self.talk.open(now, &mut self.outputs);
                }
            }
            Input::ChannelClosed { generation } => {
                if self.negotiation.is(generation) {
                    self.channel_closed(now);
                }
            }
            Input::Received { message } => self.received(message, now),
            Input::ReceivedBad { code } => {
                if self.open && !self.is_over() {
                    self.talk.refuse(code, &mut self.outputs);
                    self.check_faults(now);
                }
            }
            Input::Say { text } => {
                let refused = self.state == State::Idle || self.ending || self.is_over();
                if refused || !self.talk.say(text, now, &mut self.outputs) {
                    self.tell(Event::Error { code: SessionErrorCode::NotSent });
                }
            }
            Input::Seen { seq } => self.talk.seen(seq, &mut self.outputs),
            Input::Writing { on } => self.talk.writing(on, now, &mut self.outputs),
            Input::Propose { url } => self.propose(url),
            Input::Allow { id } => self.answer(id, true),
            Input::Decline { id } => self.answer(id, false),
            Input::Navigated { page } => {
                if self.own == Role::Visitor {
                    self.talk.navigated(page, &mut self.outputs);
                }
            }
            Input::Known { client } => {
                if self.own == Role::Visitor {
                    self.talk.known(client, &mut self.outputs);
                }
            }
            Input::End => self.end(now),
            Input::TimedOut => self.timed_out(now),
        }
    }

    fn is_over(&self) -> bool {
        matches!(self.state, State::Ended | State::Failed)
    }

    fn is_in_queue(&self) -> bool {
        matches!(self.state, State::Asking | State::Waiting | State::Unavailable)
    }
}

/// To the other side.
impl Session {
    fn claim_won(&mut self, now: u64) {
        if self.own == Role::Visitor || self.id.is_none() {
            return;
        }
        if self.is_over() {
            // The person ended while the claim was on its way.
            self.announced = true;
            return self.leave(LeaveReason::Ended);
        }
        if self.state == State::Connecting {
            self.deadline = Some(now.saturating_add(CONNECT_TIMEOUT_MS));
            self.negotiation.let_out(&mut self.outputs);
        }
    }

    fn described(&mut self, generation: u32, sdp: String) {
        if !self.negotiation.is(generation) || self.state != State::Connecting {
            return;
        }
        if self.own == Role::Helper {
            if !self.announced {
                self.announced = true;
                self.outputs.push_back(Output::Claim { offer: sdp });
            }
        } else if self.negotiation.is_awaiting() {
            self.outputs.push_back(Output::Seal { signal: SealedSignal::Answer { sdp } });
            self.negotiation.let_out(&mut self.outputs);
            self.negotiation.let_in(&mut self.outputs);
        }
    }

    fn opened(&mut self, signal: SealedSignal) {
        if self.is_over() {
            return;
        }
        match signal {
            SealedSignal::Candidate(candidate) => self.negotiation.heard(candidate, &mut self.outputs),
            // The helper offers, the visitor answers: any other answer is not looked at.
            SealedSignal::Answer { sdp } => {
                if self.own == Role::Helper && self.announced && self.negotiation.is_awaiting() {
                    let generation = self.negotiation.generation;
                    self.outputs.push_back(Output::Accept { generation, answer: sdp });
                    self.negotiation.let_in(&mut self.outputs);
                }
            }
            SealedSignal::Unknown => {}
        }
    }
}

/// The end.
impl Session {
    fn other(&self) -> EndedBy {
        match self.own {
            Role::Visitor => EndedBy::Helper,
            Role::Helper => EndedBy::Visitor,
        }
    }

    fn end(&mut self, now: u64) {
        if self.state == State::Idle || self.is_over() || self.ending {
            return;
        }
        if self.state != State::Connected || self.talk.is_settled() {
            return self.finish_own(now);
        }
        self.ending = true;
        self.deadline = Some(now.saturating_add(END_TIMEOUT_MS));
    }

    fn timed_out(&mut self, now: u64) {
        if self.deadline.is_some_and(|at| now >= at) {
            if self.is_over() {
                self.close();
            } else if self.ending {
                self.finish_own(now);
            } else {
                self.fail(SessionErrorCode::ConnectTimeout, now);
            }
        }
        if self.linger.is_some_and(|at| now >= at) {
            self.hang_up();
        }
        self.talk.timeout(now, &mut self.outputs);
    }

    fn finish_own(&mut self, now: u64) {
        let by = match self.own {
            Role::Visitor => EndedBy::Visitor,
            Role::Helper => EndedBy::Helper,
        };
        self.finish(State::Ended, Event::Ended { by }, now, LeaveReason::Ended);
    }

    fn fail(&mut self, code: SessionErrorCode, now: u64) {
        self.finish(State::Failed, Event::Error { code }, now, LeaveReason::Failed);
    }

    fn finish(&mut self, state: State, event: Event, now: u64, reason: LeaveReason) {
        if self.is_over() {
            return;
        }
        if self.open {
            self.outputs.push_back(Output::Send { message: PeerMessage::End });
            self.talk.close();
            // Closed at once, the channel would take the last word with it: whoever hears it closes.
            self.deadline = Some(now.saturating_add(END_TIMEOUT_MS));
        } else {
            self.close();
        }
        self.ending = false;
        self.leave(reason);
        self.hang_up();
        self.set_state(state);
        self.tell(event);
    }

    fn close(&mut self) {
        self.open = false;
        self.deadline = None;
        self.talk.close();
        self.negotiation.close(&mut self.outputs);
    }

    fn leave(&mut self, reason: LeaveReason) {
        if let Some(session) = self.id
            && self.announced
            && (self.own == Role::Helper || self.socket_open)
        {
            let leave = AgentToBroker::Leave(Leave { session, reason });
            self.outputs.push_back(Output::Signal { message: leave });
        }
        self.announced = false;
    }

    fn hang_up(&mut self) {
        self.linger = None;
        if self.dialled {
            self.dialled = false;
            self.socket_open = false;
            self.announced = false;
            self.outputs.push_back(Output::HangUp);
        }
    }

    fn set_state(&mut self, state: State) {
        if state != self.state {
            self.state = state;
            self.tell(Event::State { state });
        }
    }

    fn tell(&mut self, event: Event) {
        self.outputs.push_back(Output::Event { event });
    }
}
