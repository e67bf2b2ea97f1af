//! The session: what one side of visitor and helper decides, from *Help* to *End*.
//!
//! ```text
//! visitor  idle → asking → waiting ⇄ unavailable → connecting → connected ⇄ reconnecting → ended
//! helper   idle ─────────────────────────────────→ connecting → connected ⇄ reconnecting → ended
//!                                                      anything that cannot go on → failed
//! ```
//!
//! A driver tells it what happened by [`Session::handle`], then does what [`Session::poll_output`] says until
//! that is a timeout. It keeps invariants I3 (nothing about the page before the visitor asked, and nothing of
//! value before the other side has shown itself on the data channel) and I5 (no chat message lost or doubled).

mod channel;
mod io;
mod queue;
mod resuming;
mod snapshot;

use std::collections::VecDeque;

use alongside_signaling_proto::id::{Place, Sealed, SessionId, TeamId};
use alongside_signaling_proto::wire::{AgentToBroker, Leave, LeaveReason};

pub use io::{
    EndedBy, Event, Input, Output, SessionErrorCode, State, UnsupportedCode, UnverifiedCode, Whereabouts,
};
pub use snapshot::{Helper, KeptDeposit, Snapshot};

use crate::limits::{CONNECT_TIMEOUT_MS, END_TIMEOUT_MS};
use crate::negotiation::Negotiation;
use crate::proposals::Proposals;
use crate::talk::Talk;
use crate::wire::{PeerMessage, Role, SealedSignal};
use resuming::Resuming;

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
    /// The number of the last peer connection, the helper's deposited ones included.
    generations: u32,
    /// The peer connection whose `control` data channel is open. While the two find back, it may be another than
    /// the one that is being negotiated.
    standing: Option<u32>,
    resuming: Resuming,
    /// What is said last, once the person has ended and while the last messages are on their way.
    ending: Option<PeerMessage>,
    /// When connecting, ending or closing has taken too long, and when the other team is asked.
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
            generations: 0,
            standing: None,
            resuming: Resuming::default(),
            ending: None,
            deadline: None,
            linger: None,
        }
    }

    /// Whose side of it this is.
    #[must_use]
    pub fn role(&self) -> Role {
        self.own
    }

    /// Where the session is.
    #[must_use]
    pub fn state(&self) -> State {
        self.state
    }

    /// What is to be done next; asked again until it is [`Output::Timeout`].
    pub fn poll_output(&mut self) -> Output {
        self.outputs.pop_front().unwrap_or_else(|| Output::Timeout {
            at: [self.talk.due(), self.deadline, self.linger, self.resuming.due()]
                .into_iter()
                .flatten()
                .min(),
        })
    }

    /// Takes in what happened. Units: `now` in Unix milliseconds that never run backwards.
    pub fn handle(&mut self, input: Input, now: u64) {
        match input {
            Input::Ask { place, written } => self.begin(place, written, now),
            Input::Prepared { session, message } => {
                if self.is_in_queue() && self.id.is_none() {
                    self.id = Some(session);
                    self.message = Some(message);
                    self.ask();
                }
            }
            Input::Restore { snapshot } => self.restore(snapshot, now),
            Input::SocketOpened => {
                self.socket_open = true;
                self.ask();
                self.knock(now);
            }
            Input::SocketLost => self.socket_lost(now),
            Input::Queued { helpers, position } => self.queued(helpers, position, now),
            Input::Verified { name, automated, offer, ice_servers } => {
                if self.is_in_queue() && self.announced {
                    self.set_state(State::Connecting);
                    self.resuming.helped_by(&name, automated, &ice_servers);
                    self.tell(Event::Helper { name, automated });
                    self.deadline = Some(now.saturating_add(CONNECT_TIMEOUT_MS));
                    let generation = self.begin_connection();
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
                    let generation = self.begin_connection();
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
                } else if self.state == State::Reconnecting {
                    self.not_admitted(now);
                }
            }
            Input::Described { generation, sdp } => self.described(generation, sdp, now),
            Input::CandidateFound { generation, candidate } => {
                if self.negotiation.is(generation) {
                    self.negotiation.found(candidate, &mut self.outputs);
                }
            }
            Input::ChannelOpened { generation } => self.channel_opened(generation, now),
            Input::ChannelClosed { generation } => self.channel_closed(generation, now),
            Input::Received { message } => self.received(message, now),
            Input::ReceivedBad { code } => {
                if self.is_open() && !self.is_over() {
                    self.talk.refuse(code, &mut self.outputs);
                    self.check_faults(now);
                }
            }
            Input::DepositMade { generation, id, psk, offer } => {
                self.deposit_made(generation, id, psk, offer, now);
            }
            Input::Resumed { ice_servers } => self.resumed(ice_servers),
            Input::Knocked { deposit, knock } => self.knocked(deposit, knock, now),
            Input::Admitted { admission } => self.admitted(admission, now),
            Input::Disturbed { generation } => self.disturbed(generation, now),
            Input::NetworkChanged => self.network_changed(now),
            Input::Say { text } => {
                let from = self.outputs.len();
                let refused = self.state == State::Idle || self.ending.is_some() || self.is_over();
                if refused || !self.talk.say(text, now, &mut self.outputs) {
                    self.tell(Event::Error { code: SessionErrorCode::NotSent });
                } else {
                    self.keep_before_sending(from, now);
                }
            }
            Input::Seen { seq } => {
                let from = self.outputs.len();
                self.talk.seen(seq, &mut self.outputs);
                self.keep_what_is_sent(from, now);
            }
            Input::Writing { on } => self.talk.writing(on, now, &mut self.outputs),
            Input::Propose { url } => self.propose(url, now),
            Input::Allow { id } => self.answer(id, true),
            Input::Decline { id } => self.answer(id, false),
            Input::Navigated { page } => {
                if self.own == Role::Visitor {
                    let from = self.outputs.len();
                    self.talk.navigated(page, &mut self.outputs);
                    // The next page counts on from what was told: with a number of before, the helper would take its
                    // word for an old one.
                    self.keep_what_is_sent(from, now);
                }
            }
            Input::Known { client } => {
                if self.own == Role::Visitor {
                    self.talk.known(client, &mut self.outputs);
                }
            }
            Input::Return => {
                if self.own == Role::Helper && matches!(self.state, State::Connected | State::Reconnecting) {
                    self.end(PeerMessage::Return, now);
                }
            }
            Input::End => self.end(PeerMessage::End, now),
            Input::TimedOut => self.timed_out(now),
        }
        self.await_ack(now);
    }

    fn is_over(&self) -> bool {
        matches!(self.state, State::Ended | State::Failed)
    }

    /// Whether a `control` data channel is open.
    fn is_open(&self) -> bool {
        self.standing.is_some()
    }

    fn is_in_queue(&self) -> bool {
        matches!(self.state, State::Asking | State::Waiting | State::Unavailable)
    }
}

/// To the other side.
impl Session {
    /// Begins a peer connection, in the place of one that has not come up; gives its generation.
    fn begin_connection(&mut self) -> u32 {
        self.drop_attempt();
        self.generations = self.generations.wrapping_add(1);
        self.negotiation.begin(self.generations);
        self.generations
    }

    /// Lets go of a peer connection that has not come up.
    fn drop_attempt(&mut self) {
        if self.standing != Some(self.negotiation.generation) {
            self.negotiation.close(&mut self.outputs);
        }
    }

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

    fn described(&mut self, generation: u32, sdp: String, now: u64) {
        if !self.negotiation.is(generation) {
            return;
        }
        if self.state == State::Reconnecting {
            return self.described_again(sdp, now);
        }
        if self.state != State::Connecting {
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

    fn end(&mut self, last: PeerMessage, now: u64) {
        if self.state == State::Idle || self.is_over() || self.ending.is_some() {
            return;
        }
        self.ending = Some(last);
        self.resuming.rest();
        if self.state != State::Connected || self.talk.is_settled() {
            return self.finish_own(now);
        }
        self.deadline = Some(now.saturating_add(END_TIMEOUT_MS));
    }

    fn timed_out(&mut self, now: u64) {
        if self.deadline.is_some_and(|at| now >= at) {
            if self.is_over() {
                self.close();
            } else if self.ending.is_some() {
                self.finish_own(now);
            } else if self.state == State::Reconnecting {
                self.finish(State::Ended, Event::Ended { by: EndedBy::Lost }, now, LeaveReason::Failed);
            } else if self.state == State::Unavailable {
                self.ask_the_other(State::Unavailable, now);
            } else {
                self.fail(SessionErrorCode::ConnectTimeout, now);
            }
        }
        if self.linger.is_some_and(|at| now >= at) {
            self.hang_up();
        }
        self.resuming_timed_out(now);
        self.talk.timeout(now, &mut self.outputs);
    }

    fn finish_own(&mut self, now: u64) {
        let by = match self.own {
            Role::Visitor => EndedBy::Visitor,
            Role::Helper => EndedBy::Helper,
        };
        // Whom a helper gives back has not ended, and keeps the place.
        let is_return = self.ending == Some(PeerMessage::Return);
        let reason = if is_return { LeaveReason::Failed } else { LeaveReason::Ended };
        self.finish(State::Ended, Event::Ended { by }, now, reason);
    }

    fn fail(&mut self, code: SessionErrorCode, now: u64) {
        self.finish(State::Failed, Event::Error { code }, now, LeaveReason::Failed);
    }

    fn finish(&mut self, state: State, event: Event, now: u64, reason: LeaveReason) {
        if self.is_over() {
            return;
        }
        let last = self.ending.clone().unwrap_or(PeerMessage::End);
        if self.is_open() {
            self.drop_attempt();
            self.outputs.push_back(Output::Send { message: last });
            self.talk.close();
            self.forget_ways_back();
            // Closed at once, the channel would take the last word with it: whoever hears it closes.
            self.deadline = Some(now.saturating_add(END_TIMEOUT_MS));
        } else {
            self.close();
        }
        self.ending = None;
        self.leave(reason);
        self.hang_up();
        self.set_state(state);
        self.tell(event);
    }

    /// Lets go of every peer connection.
    fn close(&mut self) {
        self.deadline = None;
        self.talk.close();
        self.forget_ways_back();
        self.drop_attempt();
        if let Some(generation) = self.standing.take() {
            self.outputs.push_back(Output::Close { generation });
            self.negotiation.live = false;
        }
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
