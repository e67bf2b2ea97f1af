//! Carries out what one session decides, and tells it what came of it. Decides nothing.
//!
//! The twin of `web/src/peer/driver.ts`. What only one role knows how to carry out is left to it, as [`Told`].

use std::collections::VecDeque;

use alongside_agent_proto::decode::{decode_peer, decode_sealed_signal};
use alongside_agent_proto::session::{Event, Input, Output, Session, State};
use alongside_agent_proto::wire::{Admission, Chat, Knock, PeerErrorCode, Psk, SealedSignal};
use alongside_signaling_proto::id::{Sealed, SessionId, TeamId};
use alongside_signaling_proto::wire::{AgentToBroker, Forward, IceServer};

use crate::connection::{Connection, ConnectionId, What};
use crate::peer::Received;
use crate::seal::SealedChannel;
use crate::state::{Keeper, Kept};

/// How many messages are kept that nobody has seen; of more, the newest. A day's worth for a person who is away, and a file
/// that is still written in a moment.
const MAX_UNSEEN: usize = 256;

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
    /// To be answered by [`Driver::hold`].
    Deposit(u32),
    /// The offer of a connection that is held; to be answered by `Input::DepositMade`.
    Deposited(u32, String),
    Announce(Vec<SessionId>),
    Knock(SessionId, Psk, Knock),
    Admit(SessionId, u64, Admission),
    /// What is kept could not be written.
    Unkept,
}

/// One session at work.
#[derive(Debug)]
pub(crate) struct Driver {
    session: Session,
    inputs: VecDeque<Input>,
    told: VecDeque<Told>,
    /// The connection that was begun last, the one that stays open until that is, and those that wait in hand.
    connection: Option<(u32, Connection)>,
    standing: Option<(u32, Connection)>,
    in_hand: Vec<(u32, Connection)>,
    link: Option<(SessionId, SealedChannel)>,
    /// Where the session is kept, and what it is kept as: the site, and what its events call it.
    keeper: Keeper,
    origin: String,
    name: Option<SessionId>,
    /// The other side's messages that were not seen, oldest first.
    unseen: VecDeque<Chat>,
    due: Option<u64>,
}

impl Driver {
    pub(crate) fn new(session: Session, keeper: Keeper, origin: String) -> Self {
        Self {
            session,
            inputs: VecDeque::new(),
            told: VecDeque::new(),
            connection: None,
            standing: None,
            in_hand: Vec::new(),
            link: None,
            keeper,
            origin,
            name: None,
            unseen: VecDeque::new(),
            due: None,
        }
    }

    /// Gives the session its name; what was kept under another is of a helper who is gone.
    pub(crate) fn call(&mut self, name: SessionId) {
        if self.name != Some(name) {
            self.forget();
            self.name = Some(name);
            self.unseen.clear();
        }
    }

    /// Goes on with messages that were not seen, after they were told again.
    pub(crate) fn remind(&mut self, unseen: Vec<Chat>) {
        self.unseen = unseen.into();
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
            && self.standing.is_none()
            && self.told.is_empty()
            && matches!(self.session.state(), State::Ended | State::Failed)
    }

    /// Whether what the server says of this id is said of the session as it is.
    pub(crate) fn is_about(&self, id: SessionId) -> bool {
        self.session.is_about(id)
    }

    /// The key of a deposit of this session.
    pub(crate) fn psk(&self, deposit: SessionId) -> Option<Psk> {
        self.session.psk(deposit)
    }

    /// Whether this connection is the session's.
    pub(crate) fn has(&self, connection: ConnectionId) -> bool {
        self.connections().any(|(_, own)| own.id == connection)
    }

    fn connections(&self) -> impl Iterator<Item = &(u32, Connection)> {
        self.connection.iter().chain(&self.standing).chain(&self.in_hand)
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
        if matches!(self.session.state(), State::Ended | State::Failed) {
            self.forget();
        }
    }

    /// Gives the session its sealed channel.
    pub(crate) fn link(&mut self, session: SessionId, channel: SealedChannel) {
        self.link = Some((session, channel));
    }

    /// Takes up the peer connection of a generation.
    pub(crate) fn adopt(&mut self, generation: u32, connection: Connection) {
        // One that is open stays until the session closes it; one that never was is closed already.
        if let Some(before) = self.connection.replace((generation, connection)) {
            self.standing = Some(before);
        }
    }

    /// Holds a peer connection in hand: but for its offer, it tells nothing but its end.
    pub(crate) fn hold(&mut self, generation: u32, connection: Connection) {
        self.in_hand.push((generation, connection));
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
        let Some((generation, _)) = self.connections().find(|(_, own)| own.id == from) else { return };
        let generation = *generation;
        let is_in_hand = self.in_hand.iter().any(|(own, _)| *own == generation);
        let input = match what {
            What::Described(offer) if is_in_hand => {
                return self.told.push_back(Told::Deposited(generation, offer));
            }
            What::Disturbed => Input::Disturbed { generation },
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
            Output::Event { event } => {
                self.note(&event);
                Told::Event(event)
            }
            Output::Seal { signal } => return self.seal(&signal),
            Output::Accept { generation, answer } => {
                self.take_up(generation);
                return self.tell(generation, |connection| connection.accept(answer));
            }
            Output::AddCandidate { generation, candidate } => {
                return self.tell(generation, |connection| connection.add(candidate));
            }
            Output::Send { message } => {
                // Until the one that comes up is open, at which the session closes the other.
                let way = self.standing.as_ref().or(self.connection.as_ref());
                if let Ok(text) = serde_json::to_string(&message)
                    && let Some((generation, _)) = way
                {
                    let generation = *generation;
                    self.tell(generation, |connection| connection.send(text));
                }
                return;
            }
            Output::Close { generation } => {
                self.connection.take_if(|(own, _)| *own == generation);
                self.standing.take_if(|(own, _)| *own == generation);
                self.in_hand.retain(|(own, _)| *own != generation);
                return;
            }
            Output::Deposit { generation } => Told::Deposit(generation),
            Output::Announce { deposits } => Told::Announce(deposits),
            Output::Knock { deposit, psk, knock } => Told::Knock(deposit, psk, knock),
            Output::Admit { deposit, attempt, admission } => Told::Admit(deposit, attempt, admission),
            // At once, for what is sent after it must not be there before it.
            Output::Keep { snapshot } => {
                let Some(session) = self.name else { return };
                self.unseen.retain(|chat| chat.seq > snapshot.seen);
                let unseen = self.unseen.iter().cloned().collect();
                if !self.keeper.keep(Kept { session, origin: self.origin.clone(), snapshot, unseen }) {
                    return;
                }
                Told::Unkept
            }
            // Whoever drives the page goes there: it was theirs to allow. The time was taken out before.
            Output::Go { .. } | Output::Timeout { .. } => return,
        };
        self.told.push_back(told);
    }

    /// Notes what is to be told again to whoever takes over from us, should we be killed before it is seen.
    fn note(&mut self, event: &Event) {
        if let Event::Message { from, seq, at, text } = event
            && *from != self.session.role()
        {
            if self.unseen.len() == MAX_UNSEEN {
                self.unseen.pop_front();
            }
            self.unseen.push_back(Chat { seq: *seq, at: *at, text: text.clone() });
        }
    }

    fn forget(&mut self) {
        if self.name.is_some_and(|name| self.keeper.forget(name)) {
            self.told.push_back(Told::Unkept);
        }
    }

    /// Takes up a peer connection that is held in hand, if it is.
    fn take_up(&mut self, generation: u32) {
        if let Some(at) = self.in_hand.iter().position(|(own, _)| *own == generation) {
            let (generation, connection) = self.in_hand.remove(at);
            self.adopt(generation, connection);
        }
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
        let found = self.connections().find(|(own, _)| *own == generation);
        if let Some(is_heard) = found.map(|(_, connection)| act(connection)) {
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
