//! Carries out what one session decides, and tells it what came of it. Decides nothing.
//!
//! The twin of `web/src/peer/driver.ts`. What only one role knows how to carry out is left to it, as [`Told`].

use std::collections::VecDeque;

use alongside_agent_proto::decode::{decode_peer, decode_sealed_signal};
use alongside_agent_proto::session::{Event, Input, Output, Session, State};
use alongside_agent_proto::wire::{PeerErrorCode, SealedSignal};
use alongside_signaling_proto::id::{Sealed, SessionId, TeamId};
use alongside_signaling_proto::wire::{AgentToBroker, Forward, IceServer};

use crate::connection::{Connection, ConnectionId, What};
use crate::peer::Received;
use crate::seal::SealedChannel;

/// What is left to the role.
#[derive(Debug)]
pub(crate) enum Told {
    Dial,
    HangUp,
    Prepare(TeamId),
    /// To be answered by [`Driver::adopt`].
    Offer(u32),
    /// To be answered by [`Driver::adopt`].
    Answer(u32, String, Vec<IceServer>),
    Claim(String),
    Signal(AgentToBroker),
    Event(Event),
}

/// One session at work.
#[derive(Debug)]
pub(crate) struct Driver {
    session: Session,
    inputs: VecDeque<Input>,
    told: VecDeque<Told>,
    connection: Option<(u32, Connection)>,
    link: Option<(SessionId, SealedChannel)>,
    due: Option<u64>,
}

impl Driver {
    pub(crate) fn new(session: Session) -> Self {
        Self {
            session,
            inputs: VecDeque::new(),
            told: VecDeque::new(),
            connection: None,
            link: None,
            due: None,
        }
    }

    /// When the session is to be told of the time. Units: milliseconds on the clock of `now`.
    pub(crate) fn due(&self) -> Option<u64> {
        self.due
    }

    /// Where the session is.
    pub(crate) fn state(&self) -> State {
        self.session.state()
    }

    /// Whether the session is over, and its last word has left.
    pub(crate) fn is_done(&self) -> bool {
        self.connection.is_none()
            && self.told.is_empty()
            && matches!(self.session.state(), State::Ended | State::Failed)
    }

    /// Whether this connection is the session's.
    pub(crate) fn has(&self, connection: ConnectionId) -> bool {
        self.connection.as_ref().is_some_and(|(_, own)| own.id == connection)
    }

    /// What the role is to do next.
    pub(crate) fn poll(&mut self) -> Option<Told> {
        self.told.pop_front()
    }

    /// Tells the session, and carries out what it decides.
    pub(crate) fn input(&mut self, input: Input, now: u64) {
        self.inputs.push_back(input);
        while let Some(input) = self.inputs.pop_front() {
            self.session.handle(input, now);
            self.due = loop {
                let output = self.session.poll_output();
                if let Output::Timeout { at } = output {
                    break at;
                }
                self.carry_out(output);
            };
        }
    }

    /// Gives the session its sealed channel.
    pub(crate) fn link(&mut self, session: SessionId, channel: SealedChannel) {
        self.link = Some((session, channel));
    }

    /// Takes up the peer connection of a generation.
    pub(crate) fn adopt(&mut self, generation: u32, connection: Connection) {
        self.connection = Some((generation, connection));
    }

    /// Asks the connection that was adopted for its offer.
    pub(crate) fn describe(&mut self, now: u64) {
        if let Some((generation, connection)) = &self.connection {
            let (generation, is_heard) = (*generation, connection.describe());
            self.expect(is_heard, generation);
            self.settle(now);
        }
    }

    /// Takes in what became of a connection.
    pub(crate) fn connection(&mut self, from: ConnectionId, what: What, now: u64) {
        let Some((generation, _)) = self.connection.as_ref().filter(|(_, own)| own.id == from) else {
            return;
        };
        let generation = *generation;
        let input = match what {
            What::Described(sdp) => Input::Described { generation, sdp },
            What::Found(candidate) => Input::CandidateFound { generation, candidate },
            What::Opened => Input::ChannelOpened { generation },
            What::Closed => Input::ChannelClosed { generation },
            What::Received(Received::Binary) => Input::ReceivedBad { code: PeerErrorCode::BadMessage },
            What::Received(Received::Text(text)) => match decode_peer(&text) {
                Ok(Some(message)) => Input::Received { message },
                Ok(None) => return,
                Err(error) => Input::ReceivedBad { code: error.code() },
            },
        };
        self.input(input, now);
    }

    /// Opens what the broker forwarded.
    pub(crate) fn forwarded(&mut self, session: SessionId, message: &Sealed, now: u64) {
        let Some((linked, channel)) = &mut self.link else { return };
        if *linked != session {
            return;
        }
        let opened = channel.open(message.as_bytes()).ok().and_then(|plain| {
            // A frame that says nothing we can read fails as one that nobody sealed.
            decode_sealed_signal(str::from_utf8(&plain).ok()?).ok()
        });
        match opened {
            Some(Some(signal)) => self.input(Input::Opened { signal }, now),
            Some(None) => {}
            None => self.input(Input::OpenFailed, now),
        }
    }

    fn carry_out(&mut self, output: Output) {
        let told = match output {
            Output::Dial => Told::Dial,
            Output::HangUp => Told::HangUp,
            Output::Prepare { team } => Told::Prepare(team),
            Output::Offer { generation } => Told::Offer(generation),
            Output::Answer { generation, offer, ice_servers } => Told::Answer(generation, offer, ice_servers),
            Output::Claim { offer } => Told::Claim(offer),
            Output::Signal { message } => Told::Signal(message),
            Output::Event { event } => Told::Event(event),
            Output::Seal { signal } => return self.seal(&signal),
            Output::Accept { generation, answer } => {
                return self.tell(generation, |connection| connection.accept(answer));
            }
            Output::AddCandidate { generation, candidate } => {
                return self.tell(generation, |connection| connection.add(candidate));
            }
            Output::Send { message } => {
                if let Ok(text) = serde_json::to_string(&message)
                    && let Some((generation, _)) = self.connection
                {
                    self.tell(generation, |connection| connection.send(text));
                }
                return;
            }
            Output::Close { generation } => {
                self.connection.take_if(|(own, _)| *own == generation);
                return;
            }
            Output::Deposit { .. }
            | Output::Announce { .. }
            | Output::Knock { .. }
            | Output::Admit { .. }
            | Output::Keep { .. } => return,
            // Whoever drives the page goes there: it was theirs to allow. The time was taken out before.
            Output::Go { .. } | Output::Timeout { .. } => return,
        };
        self.told.push_back(told);
    }

    fn seal(&mut self, signal: &SealedSignal) {
        let Some((session, channel)) = &mut self.link else { return };
        let sealed = serde_json::to_vec(signal)
            .ok()
            .and_then(|plain| channel.seal(&plain).ok())
            .and_then(|frame| Sealed::new(frame).ok());
        match sealed {
            Some(message) => {
                let forward = Forward { session: *session, message };
                self.told.push_back(Told::Signal(AgentToBroker::Forward(forward)));
            }
            // A description of our own that is too long for the server, such as one of a hundred interfaces.
            None => self.inputs.push_back(Input::OpenFailed),
        }
    }

    fn tell(&mut self, generation: u32, act: impl FnOnce(&Connection) -> bool) {
        if let Some((own, connection)) = &self.connection
            && *own == generation
        {
            let is_heard = act(connection);
            self.expect(is_heard, generation);
        }
    }

    /// Counts a connection that does not hear any more as lost.
    fn expect(&mut self, is_heard: bool, generation: u32) {
        if !is_heard {
            self.inputs.push_back(Input::ChannelClosed { generation });
        }
    }

    fn settle(&mut self, now: u64) {
        if let Some(input) = self.inputs.pop_front() {
            self.input(input, now);
        }
    }
}
