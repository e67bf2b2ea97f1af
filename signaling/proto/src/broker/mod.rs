//! The broker: who waits, who helps, who has which ticket, and what each of them is told.
//!
//! It decides and does nothing: the shell gives each socket a number, reports what its agent sent, and carries
//! out what [`Broker::poll_output`] says.
//!
//! 1. Report something: [`Broker::handle_opened`], [`Broker::handle_text`], [`Broker::handle_binary`],
//!    [`Broker::handle_closed`], or [`Broker::handle_timeout`] when the time named last has come.
//! 2. Drain [`Broker::poll_output`] until it says [`Output::Timeout`], in order.
//! 3. Wait for the next report, or for that time.
//!
//! ```
//! use alongside_signaling_proto::broker::{Broker, Config, Output, SocketId, Teams};
//!
//! let config = Config { teams: Teams::Any, ..Config::default() };
//! let mut broker = Broker::new(config, [7; 32]);
//! let now_ms = 1_800_000_000_000;
//! broker.handle_opened(SocketId(1), None, None);                                // 1
//! broker.handle_text(SocketId(1), "{\"type\":\"challenge\"}", now_ms);
//! assert!(matches!(broker.poll_output(), Output::Send { to: SocketId(1), .. })); // 2
//! assert!(matches!(broker.poll_output(), Output::Timeout(None)));                // 3
//! ```
//!
//! A socket is idle, a visitor's, or a helper's:
//!
//! ```text
//! idle ── ask ──▶ visitor (waiting ── claimed) ── left ──▶ idle
//! idle ── resume ──▶ visitor (claimed) ── left ──▶ idle
//! idle ── challenge, enlist ──▶ helper (until it closes)
//! ```
//!
//! A ticket is claimed by at most one helper; sealed bytes go to the other side of their session and nowhere
//! else; when all have left and a minute has passed, nothing is held. It never reads sealed bytes (I1), and a
//! fault of an agent is told to that agent and changes nothing else (I6).

mod admission;
mod blocking;
mod census;
mod helper;
mod resuming;
mod session;
#[cfg(test)]
mod tests;
mod visitor;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

pub use self::census::Census;

use self::blocking::{Met, Shut};
use crate::decode::decode;
use crate::id::{Nonce, Sealed, SessionId, TeamId};
use crate::limits::{
    ASK_BURST, ASKS_PER_SECOND, MAX_BUSY_TEAMS, MAX_UNINTELLIGIBLE, PLACE_LIFETIME_MS, QUEUED_INTERVAL_MS,
};
use crate::queue::{PlaceKey, Places, Queue, Rank};
use crate::rate::Buckets;
use crate::wire::{
    AgentToBroker, BrokerToAgent, CloseCode, ErrorCode, IceServer, LeaveReason, Left, Queued, Refused,
};

/// The number that the shell gives a socket; never given twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SocketId(pub u64);

/// From where a socket was opened: the same bytes for the same address, and nothing to be read from them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Source(pub [u8; 16]);

/// Which teams a server serves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Teams {
    /// Any key.
    Any,
    /// These keys.
    Only(BTreeSet<TeamId>),
}

impl Teams {
    /// Whether the team is served.
    #[must_use]
    pub fn contains(&self, team: &TeamId) -> bool {
        match self {
            Self::Any => true,
            Self::Only(teams) => teams.contains(team),
        }
    }
}

/// What the operator decides.
#[derive(Debug, Clone)]
pub struct Config {
    /// Which teams are served.
    pub teams: Teams,
    /// The http(s) origins under which helpers reach this server: those that an enlist signature may name.
    pub origins: Vec<String>,
    /// What agents are told to use.
    pub ice_servers: Vec<IceServer>,
    /// The ids (`jti`) of certificates that are refused.
    pub denied: BTreeSet<String>,
}

/// Serves nobody.
impl Default for Config {
    fn default() -> Self {
        Self {
            teams: Teams::Only(BTreeSet::new()),
            origins: Vec::new(),
            ice_servers: Vec::new(),
            denied: BTreeSet::new(),
        }
    }
}

/// What the shell is to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Output {
    /// Send a message.
    Send {
        /// To which socket.
        to: SocketId,
        /// What.
        message: BrokerToAgent,
    },
    /// Close a socket, and report it with [`Broker::handle_closed`] once it is closed.
    Close {
        /// Which.
        socket: SocketId,
        /// With which code.
        code: CloseCode,
    },
    /// Nothing more to do until this time, or the next report; `None`: until the next report. Units: milliseconds.
    Timeout(Option<u64>),
}

/// The broker's whole state.
#[derive(Debug)]
pub struct Broker {
    config: Config,
    seed: [u8; 32],
    nonces: u64,
    asks: u64,
    sockets: BTreeMap<SocketId, Socket>,
    teams: BTreeMap<TeamId, Team>,
    sessions: BTreeMap<SessionId, Session>,
    /// Who has announced which deposit.
    deposits: BTreeMap<SessionId, SocketId>,
    /// The session that holds a place now; the places of those without a session are in `places`.
    places_held: BTreeMap<PlaceKey, SessionId>,
    places: Places,
    /// How fast each team is asked.
    paces: Buckets<TeamId>,
    deadlines: BTreeSet<(u64, Deadline)>,
    outputs: VecDeque<Output>,
}

#[derive(Debug)]
struct Socket {
    /// The `Origin` header, which a browser sets and no script can.
    origin: Option<String>,
    source: Option<Source>,
    nonce: Option<(Nonce, u64)>,
    unintelligible: u32,
    role: Role,
}

#[derive(Debug)]
enum Role {
    Idle,
    Visitor(SessionId),
    Helper(Helper),
}

/// What is known of a certificate that was verified.
#[derive(Debug)]
struct Certificate {
    /// By which it can be denied.
    jti: String,
    /// When it stops being good, grace included. Units: milliseconds.
    until_ms: u64,
}

#[derive(Debug)]
struct Helper {
    team: TeamId,
    available: bool,
    certificate: Certificate,
    /// Why that is no longer good: a helper so far, and not available until enlisted anew.
    dismissed: Option<ErrorCode>,
    sessions: BTreeSet<SessionId>,
    deposits: BTreeSet<SessionId>,
    met: Met,
}

#[derive(Debug, Default)]
struct Team {
    queue: Queue,
    helpers: BTreeSet<SocketId>,
    shut: Shut,
    /// When the team is forgotten, if nobody waits or works until then. Units: milliseconds.
    forget_ms: Option<u64>,
    /// When those who wait may be told again of what has changed. Units: milliseconds.
    next_update_ms: u64,
    /// The deadline at which they will be.
    update_ms: Option<u64>,
}

impl Team {
    fn is_idle(&self) -> bool {
        self.queue.is_empty() && self.helpers.is_empty()
    }
}

#[derive(Debug)]
struct Session {
    team: TeamId,
    visitor: SocketId,
    /// The place in the queue that it came by; a resumed one came by none.
    turn: Option<(PlaceKey, Rank)>,
    stage: Stage,
}

#[derive(Debug)]
enum Stage {
    Waiting {
        origin: String,
        message: Sealed,
        /// The helpers and the position that the visitor was told last.
        told: (u32, u32),
    },
    Claimed {
        helper: SocketId,
        until_ms: u64,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Deadline {
    /// Those who wait for this team are told of what has changed.
    Update(TeamId),
    /// Nobody has waited or worked for this team for a while.
    Forget(TeamId),
    /// The session has lasted long enough.
    Session(SessionId),
    /// The helper's certificate is no longer good.
    Certificate(SocketId),
}

/// Why a message is not carried out, to be told to its sender.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Refusal {
    code: ErrorCode,
    retry_after_ms: Option<u64>,
}

impl From<ErrorCode> for Refusal {
    fn from(code: ErrorCode) -> Self {
        Self { code, retry_after_ms: None }
    }
}

impl Broker {
    /// Makes a broker without sockets. The seed must be random and secret: nonces come from it.
    #[must_use]
    pub fn new(config: Config, seed: [u8; 32]) -> Self {
        Self {
            config,
            seed,
            nonces: 0,
            asks: 0,
            sockets: BTreeMap::new(),
            teams: BTreeMap::new(),
            sessions: BTreeMap::new(),
            deposits: BTreeMap::new(),
            places_held: BTreeMap::new(),
            places: Places::default(),
            paces: Buckets::new(ASK_BURST, ASKS_PER_SECOND, MAX_BUSY_TEAMS),
            deadlines: BTreeSet::new(),
            outputs: VecDeque::new(),
        }
    }

    /// Takes a fresh socket, with its `Origin` header if it has one, and with from where it was opened if that is known.
    pub fn handle_opened(&mut self, socket: SocketId, origin: Option<String>, source: Option<Source>) {
        self.sockets
            .insert(socket, Socket { origin, source, nonce: None, unintelligible: 0, role: Role::Idle });
    }

    /// Takes a text message. Units: `now_ms` is Unix time in milliseconds, and never goes back.
    pub fn handle_text(&mut self, socket: SocketId, text: &str, now_ms: u64) {
        if !self.sockets.contains_key(&socket) {
            return;
        }
        match decode(text) {
            Ok(message) => self.handle_message(socket, message, now_ms),
            Err(error) => self.not_understood(socket, error.code, error.session),
        }
        self.handle_timeout(now_ms);
    }

    /// Takes a binary message: there is none in this protocol.
    pub fn handle_binary(&mut self, socket: SocketId) {
        self.not_understood(socket, ErrorCode::BadJson, None);
    }

    /// Takes note that a socket is gone.
    pub fn handle_closed(&mut self, socket: SocketId, now_ms: u64) {
        let Some(Socket { role, .. }) = self.sockets.remove(&socket) else { return };
        match role {
            Role::Idle => {}
            Role::Visitor(session) => self.end(session, Some(socket), LeaveReason::Gone, now_ms),
            Role::Helper(helper) => {
                self.dismiss(socket, &helper, now_ms);
                for session in helper.sessions {
                    self.end(session, Some(socket), LeaveReason::Gone, now_ms);
                }
            }
        }
        self.handle_timeout(now_ms);
    }

    /// Takes the ids of all certificates that are refused from now on: who works with one does no longer. Sessions that
    /// are connected need no server, and go on.
    pub fn handle_denied(&mut self, denied: BTreeSet<String>, now_ms: u64) {
        let hit = self.sockets.iter().filter_map(|(&socket, found)| match &found.role {
            Role::Helper(helper) if denied.contains(&helper.certificate.jti) => Some(socket),
            Role::Helper(_) | Role::Visitor(_) | Role::Idle => None,
        });
        for socket in hit.collect::<Vec<_>>() {
            self.stop_working(socket, ErrorCode::CertificateDenied, now_ms);
        }
        self.config.denied = denied;
        self.handle_timeout(now_ms);
    }

    /// Does what was to be done by now.
    pub fn handle_timeout(&mut self, now_ms: u64) {
        self.places.expire(now_ms);
        self.paces.forget_idle(now_ms);
        while let Some(&(at, deadline)) = self.deadlines.first()
            && at <= now_ms
        {
            self.deadlines.pop_first();
            match deadline {
                Deadline::Update(team) => self.update(team, now_ms),
                Deadline::Forget(team) => self.forget(team),
                Deadline::Session(session) => self.end(session, None, LeaveReason::Gone, now_ms),
                Deadline::Certificate(socket) => {
                    self.stop_working(socket, ErrorCode::CertificateExpired, now_ms);
                }
            }
        }
    }

    /// The next thing to do.
    pub fn poll_output(&mut self) -> Output {
        self.outputs.pop_front().unwrap_or_else(|| {
            let first = self.deadlines.first().map(|&(at, _)| at);
            Output::Timeout(first.into_iter().chain(self.places.next_end()).min())
        })
    }

    fn handle_message(&mut self, socket: SocketId, message: AgentToBroker, now_ms: u64) {
        let named = match &message {
            AgentToBroker::Ask(ask) => Some(ask.session),
            AgentToBroker::Claim(claim) => Some(claim.ticket),
            AgentToBroker::Resume(resume) => Some(resume.session),
            AgentToBroker::Forward(forward) => Some(forward.session),
            AgentToBroker::Leave(leave) => Some(leave.session),
            AgentToBroker::Block(block) => Some(block.session),
            AgentToBroker::Challenge(_)
            | AgentToBroker::Enlist(_)
            | AgentToBroker::Attend(_)
            | AgentToBroker::Announce(_)
            | AgentToBroker::Unknown => None,
        };
        let done = match message {
            AgentToBroker::Ask(ask) => self.ask(socket, ask, now_ms),
            AgentToBroker::Challenge(_) => self.challenge(socket, now_ms),
            AgentToBroker::Enlist(enlist) => self.enlist(socket, &enlist, now_ms),
            AgentToBroker::Attend(attend) => self.attend(socket, attend.available, now_ms),
            AgentToBroker::Claim(claim) => self.claim(socket, claim, now_ms),
            AgentToBroker::Announce(announce) => self.announce(socket, announce, now_ms),
            AgentToBroker::Resume(resume) => self.resume(socket, resume, now_ms),
            AgentToBroker::Forward(forward) => self.forward(socket, forward),
            AgentToBroker::Leave(leave) => {
                self.leave(socket, leave, now_ms);
                Ok(())
            }
            AgentToBroker::Block(block) => self.block(socket, &block, now_ms),
            AgentToBroker::Unknown => Ok(()),
        };
        if let Err(refusal) = done {
            self.refuse(socket, refusal, named);
        }
    }

    fn not_understood(&mut self, socket: SocketId, code: ErrorCode, session: Option<SessionId>) {
        let Some(found) = self.sockets.get_mut(&socket) else { return };
        found.unintelligible += 1;
        if found.unintelligible > MAX_UNINTELLIGIBLE {
            self.outputs.push_back(Output::Close { socket, code: CloseCode::Unintelligible });
        } else {
            self.refuse(socket, code.into(), session);
        }
    }

    fn refuse(&mut self, to: SocketId, refusal: Refusal, session: Option<SessionId>) {
        let Refusal { code, retry_after_ms } = refusal;
        self.send(to, BrokerToAgent::Refused(Refused { code, session, retry_after_ms }));
    }

    fn send(&mut self, to: SocketId, message: BrokerToAgent) {
        self.outputs.push_back(Output::Send { to, message });
    }

    /// Marks that those who wait for a team are to be told of a change, as soon as they may.
    fn changed(&mut self, team: TeamId, now_ms: u64) {
        if let Some(found) = self.teams.get_mut(&team)
            && found.update_ms.is_none()
            && !found.queue.is_empty()
        {
            let at = now_ms.max(found.next_update_ms);
            found.update_ms = Some(at);
            self.deadlines.insert((at, Deadline::Update(team)));
        }
    }

    /// Tells each of those who wait what has changed for them.
    fn update(&mut self, id: TeamId, now_ms: u64) {
        let available = self.available(id);
        let Some(team) = self.teams.get_mut(&id) else { return };
        team.update_ms = None;
        team.next_update_ms = now_ms.saturating_add(QUEUED_INTERVAL_MS);
        for (position, id) in team.queue.iter() {
            if let Some(session) = self.sessions.get_mut(&id)
                && let Stage::Waiting { told, .. } = &mut session.stage
                && *told != (available, position)
            {
                *told = (available, position);
                let queued = Queued { session: id, helpers: available, position };
                self.outputs
                    .push_back(Output::Send { to: session.visitor, message: BrokerToAgent::Queued(queued) });
            }
        }
    }

    /// The team's helpers who are told of those who ask.
    fn attending(&self, team: TeamId) -> Vec<SocketId> {
        let Some(team) = self.teams.get(&team) else { return Vec::new() };
        let available = |socket: &&SocketId| {
            self.sockets.get(socket).is_some_and(|socket| match &socket.role {
                Role::Helper(helper) => helper.available,
                Role::Idle | Role::Visitor(_) => false,
            })
        };
        team.helpers.iter().filter(available).copied().collect()
    }

    fn available(&self, team: TeamId) -> u32 {
        u32::try_from(self.attending(team).len()).unwrap_or(u32::MAX)
    }

    /// Forgets a team for which nobody waits or works. Whom it keeps away it keeps away for a moment longer: its only
    /// helper may be loading the console again.
    fn forget_if_idle(&mut self, id: TeamId, now_ms: u64) {
        let Some(team) = self.teams.get_mut(&id).filter(|team| team.is_idle()) else { return };
        if team.shut.is_empty(now_ms) {
            return self.forget(id);
        }
        let at = now_ms.saturating_add(PLACE_LIFETIME_MS);
        if let Some(before) = team.forget_ms.replace(at) {
            self.deadlines.remove(&(before, Deadline::Forget(id)));
        }
        self.deadlines.insert((at, Deadline::Forget(id)));
    }

    fn forget(&mut self, id: TeamId) {
        let Some(team) = self.teams.get_mut(&id) else { return };
        if let Some(at) = team.forget_ms.take() {
            self.deadlines.remove(&(at, Deadline::Forget(id)));
        }
        if team.is_idle() {
            if let Some(at) = team.update_ms {
                self.deadlines.remove(&(at, Deadline::Update(id)));
            }
            self.teams.remove(&id);
        }
    }

    fn tell_left(&mut self, to: SocketId, session: SessionId, reason: LeaveReason) {
        self.send(to, BrokerToAgent::Left(Left { session, reason }));
    }
}
