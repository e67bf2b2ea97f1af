//! Where a helper works: one signaling socket, who waits, and every session.
//!
//! One peer connection is kept in hand with its candidates gathered, so that *accept* sends a complete offer at
//! once. The desk enlists anew whenever its socket was lost; sessions that are connected need no server and live
//! on.

use std::collections::HashMap;

use alongside_agent_proto::session::{self, Input, Session, State};
use alongside_agent_proto::wire::{Admission, Introduction, Psk, Role};
use alongside_signaling_proto::id::{Nonce, Sealed, SessionId};
use alongside_signaling_proto::identity::certificate::{self, CertificateError};
use alongside_signaling_proto::identity::enlisting;
use alongside_signaling_proto::identity::invite::Invite;
use alongside_signaling_proto::limits::{MAX_SESSIONS_PER_HELPER, MAX_WAITING_PER_TEAM};
use alongside_signaling_proto::wire::{
    AgentToBroker, Asked, Attend, BrokerToAgent, Challenge, Claim, Enlist, ErrorCode, IceServer, Refused,
    Resumed,
};
use tokio::sync::mpsc;
use url::Url;

use crate::agent::Failure;
use crate::clock;
use crate::command::Command;
use crate::connection::{Connection, ConnectionId, What};
use crate::door::{Door, Outcome};
use crate::driver::{Driver, Told};
use crate::event::Event;
use crate::network::Network;
use crate::report::{Report, kebab};
use crate::room::{QUIT_TIMEOUT_MS, Room, random};
use crate::seal;
use crate::signaling::{News, Signaling};
use crate::state::{Kept, StateFile};

/// How old a peer connection in hand may be. Units: milliseconds. What it gathered may not be true any more:
/// networks change without a word.
const FRESH_MS: u64 = 600_000;

/// When the next peer connection is made after one was used. Units: milliseconds. The one in use comes first.
const REFILL_MS: u64 = 500;

/// How long after a refusal that may pass the desk enlists again. Units: milliseconds.
const RETRY_MS: u64 = 5_000;

/// Refusals that no further try can change.
const FOR_GOOD: [ErrorCode; 5] = [
    ErrorCode::UnknownTeam,
    ErrorCode::CertificateInvalid,
    ErrorCode::CertificateExpired,
    ErrorCode::CertificateDenied,
    ErrorCode::SignatureInvalid,
];

/// A helper's place of work.
#[derive(Debug)]
pub(crate) struct Desk {
    room: Room,
    server: String,
    invite: Invite,
    name: String,
    signaling: Signaling,
    is_enlisted: bool,
    /// Whether the nonce that comes next is to be signed.
    is_enlisting: bool,
    is_available: bool,
    asking: HashMap<SessionId, Asked>,
    sessions: HashMap<SessionId, Helped>,
    door: Door,
    state: Option<StateFile>,
    ice_servers: Vec<IceServer>,
    in_hand: Option<(Connection, u64)>,
    /// When to fill the hand, to enlist again, and to stop waiting for the last words.
    refill_at: Option<u64>,
    retry_at: Option<u64>,
    quit_at: Option<u64>,
    failure: Option<Failure>,
}

/// One visitor who is being helped.
#[derive(Debug)]
struct Helped {
    asked: Asked,
    driver: Driver,
    report: Report,
}

/// Works until it is told to quit, nobody listens, or the server refuses for good; says why it could not go on.
pub(crate) async fn work(
    server: String,
    invite: Invite,
    state: Option<StateFile>,
    events: mpsc::Sender<Event>,
    mut commands: mpsc::Receiver<Command>,
) -> Option<Failure> {
    let (mut room, mut heard) = Room::new(events);
    let name = match certificate::verify(&invite.certificate, &invite.team, clock::wall_s()) {
        Ok(claims) => claims.sub,
        Err(error) => {
            let code = match error {
                CertificateError::Foreign | CertificateError::Invalid => ErrorCode::CertificateInvalid,
                CertificateError::Expired => ErrorCode::CertificateExpired,
            };
            room.error(&kebab(&code), None, None);
            room.flush().await;
            return Some(Failure::Refused);
        }
    };
    let (signaling, mut news) = Signaling::open(&server);
    let mut desk = Desk {
        room,
        server,
        invite,
        name,
        signaling,
        is_enlisted: false,
        is_enlisting: false,
        is_available: true,
        asking: HashMap::new(),
        sessions: HashMap::new(),
        door: Door::default(),
        state,
        ice_servers: Vec::new(),
        in_hand: None,
        refill_at: None,
        retry_at: None,
        quit_at: None,
        failure: None,
    };
    desk.restore();
    let mut network = Network::new();
    let deserted = desk.room.deserted();
    tokio::pin!(deserted);
    while !desk.is_done() {
        let due = desk.room.until(desk.due());
        tokio::select! {
            Some(news) = news.recv() => desk.news(news),
            Some((from, what)) = heard.recv() => desk.connection(from, what),
            command = commands.recv(), if desk.quit_at.is_none() => {
                desk.command(command.unwrap_or(Command::Quit));
            }
            () = &mut deserted, if desk.quit_at.is_none() => desk.quit(),
            () = network.changed() => desk.network_changed(),
            () = due => desk.timed_out(),
        }
        desk.room.flush().await;
    }
    desk.signaling.close(news).await;
    desk.failure
}

impl Desk {
    fn due(&self) -> Option<u64> {
        let sessions = self.sessions.values().filter_map(|helped| helped.driver.due());
        sessions.chain([self.refill_at, self.retry_at, self.quit_at].into_iter().flatten()).min()
    }

    fn is_done(&mut self) -> bool {
        let Some(at) = self.quit_at else { return false };
        self.sessions.is_empty() || self.room.now() >= at
    }

    fn timed_out(&mut self) {
        let now = self.room.now();
        if self.refill_at.take_if(|at| now >= *at).is_some() {
            self.fill_hand();
        }
        if self.retry_at.take_if(|at| now >= *at).is_some() && !self.is_enlisted {
            self.challenge();
        }
        let due = |helped: &Helped| helped.driver.due().is_some_and(|at| now >= at);
        let late: Vec<_> =
            self.sessions.iter().filter(|(_, helped)| due(helped)).map(|(id, _)| *id).collect();
        for session in late {
            self.input(session, Input::TimedOut);
        }
    }
}

/// With the server.
impl Desk {
    fn news(&mut self, news: News) {
        match news {
            News::Opened => self.challenge(),
            News::Lost => self.lost(),
            News::Unreachable => self.room.error("server-unreachable", None, None),
            News::Received(message) => self.received(*message),
        }
    }

    fn challenge(&mut self) {
        self.is_enlisting = true;
        self.signaling.send(AgentToBroker::Challenge(Challenge {}));
    }

    fn received(&mut self, message: BrokerToAgent) {
        match message {
            BrokerToAgent::Challenged(challenged) => self.enlist(&challenged.nonce),
            BrokerToAgent::Enlisted(enlisted) => self.enlisted(enlisted.ice_servers),
            BrokerToAgent::Asked(asked) => self.asked(asked),
            BrokerToAgent::Withdrawn(withdrawn) => self.withdrawn(withdrawn.ticket),
            BrokerToAgent::Claimed(claimed) => self.input(claimed.session, Input::ClaimWon),
            BrokerToAgent::Resumed(resumed) => self.resumed(resumed),
            BrokerToAgent::Forwarded(forwarded) => {
                let now = self.room.now();
                let session = self.named(forwarded.session);
                if let Some(helped) = self.sessions.get_mut(&session) {
                    helped.driver.forwarded(forwarded.session, &forwarded.message, now);
                    self.carry_out(session);
                }
            }
            BrokerToAgent::Left(left) => {
                self.input(self.named(left.session), Input::Left { reason: left.reason });
            }
            BrokerToAgent::Refused(refused) => self.refused(refused),
            // For visitors, and of later versions.
            BrokerToAgent::Queued(_) | BrokerToAgent::Unknown => {}
        }
    }

    fn enlist(&mut self, nonce: &Nonce) {
        if std::mem::take(&mut self.is_enlisting) {
            let Invite { team, keys, certificate } = &self.invite;
            let signature = enlisting::sign(&keys.seed, nonce, certificate, &self.server);
            let enlist = Enlist { team: *team, certificate: certificate.clone(), signature };
            self.signaling.send(AgentToBroker::Enlist(enlist));
        }
    }

    fn enlisted(&mut self, ice_servers: Vec<IceServer>) {
        self.is_enlisted = true;
        self.retry_at = None;
        if ice_servers != self.ice_servers {
            self.in_hand = None;
            self.ice_servers = ice_servers;
        }
        self.fill_hand();
        self.announce();
        if !self.is_available {
            self.signaling.send(AgentToBroker::Attend(Attend { available: false }));
        }
        self.room.out.push_back(Event::Enlisted { name: self.name.clone() });
    }

    fn asked(&mut self, asked: Asked) {
        let is_known = self.sessions.contains_key(&asked.ticket) || self.asking.contains_key(&asked.ticket);
        // A server that makes up visitors without end is not listened to for ever.
        if !self.is_available || is_known || self.asking.len() >= MAX_WAITING_PER_TEAM {
            return;
        }
        let Asked { ticket, ref origin, waiting_ms, .. } = asked;
        self.room.out.push_back(Event::Asked { ticket, origin: origin.clone(), waiting_ms });
        self.asking.insert(ticket, asked);
    }

    fn withdrawn(&mut self, ticket: SessionId) {
        if self.asking.remove(&ticket).is_some() {
            self.room.out.push_back(Event::Withdrawn { ticket });
        }
    }

    fn refused(&mut self, Refused { code, session, .. }: Refused) {
        if let Some(helped) = session.and_then(|session| self.sessions.get(&self.named(session))) {
            let asked = helped.asked.clone();
            self.input(asked.ticket, Input::Refused { code });
            // The visitor still waits: the server has not given them to anybody.
            if code == ErrorCode::TooManySessions {
                self.asked(asked);
            }
        } else if !self.is_enlisted {
            if FOR_GOOD.contains(&code) {
                self.failure = Some(Failure::Refused);
                self.room.error(&kebab(&code), None, None);
                self.quit();
            } else {
                self.retry_at = Some(self.room.now() + RETRY_MS);
            }
        }
    }

    fn lost(&mut self) {
        self.is_enlisted = false;
        self.forget_asking();
        for session in self.sessions.keys().copied().collect::<Vec<_>>() {
            self.input(session, Input::SocketLost);
        }
    }

    /// Nobody who waits can be accepted now; who still waits later is told of again.
    fn forget_asking(&mut self) {
        self.room.out.extend(self.asking.drain().map(|(ticket, _)| Event::Withdrawn { ticket }));
    }
}

/// Finding back.
impl Desk {
    /// Goes on with what an agent before us has kept.
    fn restore(&mut self) {
        let kept: Vec<_> = self.state.iter().flat_map(|state| state.sessions().iter().cloned()).collect();
        for Kept { session, origin, snapshot } in kept {
            let message = Sealed::new(Vec::new()).unwrap_or_else(|_| unreachable!("it is empty"));
            let driver = Driver::new(Session::helper(origin.clone()));
            // They have asked long ago.
            let asked = Asked { ticket: session, origin, message, waiting_ms: 0 };
            self.sessions
                .insert(session, Helped { asked, driver, report: Report::restored(Role::Helper, &snapshot) });
            self.input(session, Input::Restore { snapshot });
        }
    }

    /// The session that the server calls by this name: its own, or that of a deposit.
    fn named(&self, name: SessionId) -> SessionId {
        if self.sessions.contains_key(&name) { name } else { self.door.owner(name).unwrap_or(name) }
    }

    fn announce(&mut self) {
        let now = self.room.now();
        if self.is_enlisted
            && let Some(announcement) = self.door.announcement(now)
        {
            self.signaling.send(announcement);
        }
    }

    fn resumed(&mut self, Resumed { session: deposit, message, .. }: Resumed) {
        let Some(message1) = message else { return };
        let session = self.named(deposit);
        let psk = self.sessions.get(&session).and_then(|helped| helped.driver.psk(deposit));
        match self.door.knocked(deposit, message1, psk) {
            Outcome::Knock(knock) => self.input(session, Input::Knocked { deposit, knock }),
            Outcome::Tell(message) => self.signaling.send(message),
            Outcome::Nothing => {}
        }
    }

    fn admit(&mut self, session: SessionId, deposit: SessionId, attempt: u64, admission: &Admission) {
        if let Some((reply, channel)) = self.door.admit(deposit, attempt, admission)
            && let Some(helped) = self.sessions.get_mut(&session)
        {
            self.signaling.send(reply);
            helped.driver.link(deposit, channel);
        }
    }

    fn network_changed(&mut self) {
        self.in_hand = None;
        self.refill_at = Some(self.room.now());
        self.signaling.check();
        for session in self.sessions.keys().copied().collect::<Vec<_>>() {
            self.input(session, Input::NetworkChanged);
        }
    }
}

/// With whoever uses the agent.
impl Desk {
    fn command(&mut self, command: Command) {
        match command {
            Command::Accept { ticket } => self.accept(ticket),
            Command::Say { session, text, reference } => {
                if let Some(helped) = self.sessions.get_mut(&session) {
                    helped.report.call(reference);
                    self.input(session, Input::Say { text });
                } else {
                    self.room.error("unknown-session", Some(session), reference);
                }
            }
            Command::Seen { session, id } => self.tell(session, Input::Seen { seq: id }),
            Command::Typing { session, on } => self.tell(session, Input::Writing { on }),
            Command::Return { session } => self.tell(session, Input::Return),
            Command::End { session } => self.tell(session, Input::End),
            Command::Available => self.attend(true),
            Command::Away => self.attend(false),
            Command::Quit => self.quit(),
            Command::Propose { session, url, reference } => {
                // As browsers write it: what a person types may lack the slash at its end.
                let url = Url::parse(&url).map_or(url, String::from);
                self.propose(session, Some(url), reference);
            }
            Command::Refresh { session, reference } => self.propose(session, None, reference),
            Command::Allow { session, .. }
            | Command::Refuse { session, .. }
            | Command::Go { session, .. } => self.room.error("wrong-role", Some(session), None),
        }
    }

    fn propose(&mut self, session: SessionId, url: Option<String>, reference: Option<String>) {
        if let Some(helped) = self.sessions.get_mut(&session) {
            helped.report.call(reference);
            self.input(session, Input::Propose { url });
        } else {
            self.room.error("unknown-session", Some(session), reference);
        }
    }

    fn accept(&mut self, ticket: SessionId) {
        if self.sessions.contains_key(&ticket) {
            return self.room.error("wrong-state", Some(ticket), None);
        }
        if self.sessions.len() >= MAX_SESSIONS_PER_HELPER {
            return self.room.error(&kebab(&ErrorCode::TooManySessions), Some(ticket), None);
        }
        let Some(asked) = self.asking.remove(&ticket) else {
            return self.room.error("unknown-ticket", Some(ticket), None);
        };
        let driver = Driver::new(Session::helper(asked.origin.clone()));
        self.sessions.insert(ticket, Helped { asked, driver, report: Report::new(Role::Helper) });
        self.input(ticket, Input::Accept { session: ticket });
    }

    fn attend(&mut self, available: bool) {
        if available != self.is_available {
            self.is_available = available;
            // Whoever waits is told of again; who does not, is not.
            self.forget_asking();
            if self.is_enlisted {
                self.signaling.send(AgentToBroker::Attend(Attend { available }));
            }
        }
    }

    fn quit(&mut self) {
        self.quit_at = Some(self.room.now() + QUIT_TIMEOUT_MS);
        self.refill_at = None;
        self.in_hand = None;
        if self.is_enlisted {
            self.signaling.send(AgentToBroker::Attend(Attend { available: false }));
        }
        for session in self.sessions.keys().copied().collect::<Vec<_>>() {
            self.input(session, Input::End);
        }
    }

    fn tell(&mut self, session: SessionId, input: Input) {
        if self.sessions.contains_key(&session) {
            self.input(session, input);
        } else {
            self.room.error("unknown-session", Some(session), None);
        }
    }
}

/// With the sessions.
impl Desk {
    fn connection(&mut self, from: ConnectionId, what: What) {
        if self.in_hand.as_ref().is_some_and(|(held, _)| held.id == from) {
            // What is held in hand says nothing but its end.
            self.in_hand = None;
            self.refill_at = Some(self.room.now() + RETRY_MS);
            return;
        }
        let now = self.room.now();
        let mut sessions = self.sessions.iter_mut();
        if let Some((&session, helped)) = sessions.find(|(_, helped)| helped.driver.has(from)) {
            helped.driver.connection(from, what, now);
            self.carry_out(session);
        }
    }

    fn input(&mut self, session: SessionId, input: Input) {
        let now = self.room.now();
        if let Some(helped) = self.sessions.get_mut(&session) {
            helped.driver.input(input, now);
            self.carry_out(session);
        }
    }

    fn carry_out(&mut self, session: SessionId) {
        while let Some(told) = self.sessions.get_mut(&session).and_then(|helped| helped.driver.poll()) {
            match told {
                Told::Offer(generation) => self.offer(session, generation),
                Told::Claim(offer) => self.claim(session, &offer),
                Told::Signal(message) => self.signaling.send(message),
                Told::Event(event) => self.event(session, event),
                Told::Deposit(generation) => self.deposit(session, generation),
                Told::Deposited(generation, offer) => self.deposited(session, generation, offer),
                Told::Announce(deposits) => {
                    self.door.expect(session, deposits);
                    self.announce();
                }
                Told::Admit(deposit, attempt, admission) => self.admit(session, deposit, attempt, &admission),
                Told::Keep(snapshot) => {
                    if let (Some(state), Some(helped)) = (&mut self.state, self.sessions.get(&session)) {
                        let origin = helped.asked.origin.clone();
                        state.keep(Kept { session, origin, snapshot: *snapshot });
                    }
                }
                // The socket is the desk's own, and a helper's session neither prepares nor answers.
                Told::Dial | Told::HangUp | Told::Prepare(_) | Told::Answer(..) | Told::Knock(..) => {}
            }
        }
        let over = self.sessions.get(&session).map(|helped| helped.driver.state());
        if matches!(over, Some(State::Ended | State::Failed)) {
            let now = self.room.now();
            self.door.shut(session, now);
            if let Some(state) = &mut self.state {
                state.forget(session);
            }
        }
        if self.sessions.get(&session).is_some_and(|helped| helped.driver.is_done()) {
            self.sessions.remove(&session);
        }
    }

    fn event(&mut self, session: SessionId, event: session::Event) {
        let Some(helped) = self.sessions.get_mut(&session) else { return };
        let is_error = matches!(event, session::Event::Error { .. });
        helped.report.tell(session, event, &mut self.room.out);
        if is_error && helped.driver.state() == State::Failed {
            helped.report.failed(session, &mut self.room.out);
        }
    }

    fn offer(&mut self, session: SessionId, generation: u32) {
        let now = self.room.now();
        let connection = match self.in_hand.take() {
            Some((held, made_at)) if now < made_at + FRESH_MS => held,
            _ => self.make(),
        };
        self.refill_at = Some(now + REFILL_MS);
        if let Some(helped) = self.sessions.get_mut(&session) {
            helped.driver.adopt(generation, connection);
            helped.driver.describe(now);
        }
    }

    /// Makes a way back for the visitor.
    fn deposit(&mut self, session: SessionId, generation: u32) {
        let ice_servers = self.ice_servers.clone();
        let connection = self.room.connection(|id, inbox| Connection::depositing(id, ice_servers, inbox));
        if let Some(helped) = self.sessions.get_mut(&session) {
            helped.driver.hold(generation, connection);
        }
    }

    fn deposited(&mut self, session: SessionId, generation: u32, offer: String) {
        let input = match random().zip(random()) {
            Some((id, psk)) => Input::DepositMade { generation, id: SessionId(id), psk: Psk(psk), offer },
            None => Input::ChannelClosed { generation },
        };
        self.input(session, input);
    }

    fn claim(&mut self, session: SessionId, offer: &str) {
        let Some(helped) = self.sessions.get_mut(&session) else { return };
        let Invite { team, keys, certificate } = &self.invite;
        let introduction = Introduction { certificate: certificate.clone(), offer: offer.to_owned() };
        let prologue = seal::prologue(team, &session, &helped.asked.origin);
        let responded = serde_json::to_vec(&introduction).ok().zip(random()).and_then(|(payload, seed)| {
            let message1 = helped.asked.message.as_bytes();
            let (message, channel) = seal::respond(&prologue, message1, &keys.noise, &payload, &seed).ok()?;
            Some((Sealed::new(message).ok()?, channel))
        });
        let Some((message, channel)) = responded else {
            // The visitor's key is none, or the offer too long: nothing can be sealed for them.
            return self.input(session, Input::OpenFailed);
        };
        helped.driver.link(session, channel);
        self.signaling.send(AgentToBroker::Claim(Claim { ticket: session, message }));
    }

    fn fill_hand(&mut self) {
        if self.in_hand.is_none() && self.is_enlisted && self.quit_at.is_none() {
            let made_at = self.room.now();
            self.in_hand = Some((self.make(), made_at));
        }
    }

    fn make(&mut self) -> Connection {
        let ice_servers = self.ice_servers.clone();
        self.room.connection(|id, inbox| Connection::offering(id, ice_servers, inbox))
    }
}
