//! The visitor's side of one ask, from *help* to *end*.
//!
//! What the page is goes to the helper alone: the server is told the page's origin and sealed bytes (invariants I1
//! and I3).

use alongside_agent_proto::address::{CleanAddress, Urls, clean_address};
use alongside_agent_proto::decode::decode_admission;
use alongside_agent_proto::limits::MAX_TITLE_BYTES;
use alongside_agent_proto::session::{self, Input, Session, SessionErrorCode, State, Whereabouts};
use alongside_agent_proto::wire::{Client, Knock, Psk, Role, Scroll, Viewport};
use alongside_signaling_proto::id::{Place, Sealed, SessionId, TeamId};
use alongside_signaling_proto::wire::{AgentToBroker, BrokerToAgent, Claimed, Forwarded, IceServer, Resume};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use url::Url;

use crate::agent::{Failure, VisitorOptions};
use crate::clock;
use crate::command::Command;
use crate::connection::Connection;
use crate::driver::{Driver, Told};
use crate::event::Event;
use crate::handshake::{Expected, open_introduction};
use crate::network::Network;
use crate::report::{self, Report};
use crate::room::{QUIT_TIMEOUT_MS, Room, random};
use crate::seal::{self, Initiator, resuming};
use crate::signaling::{News, Signaling};
use crate::state::{Keeper, Kept, StateFile};

/// Where a visitor is: the address as it is, for it is cleaned before it leaves.
#[derive(Debug, Clone, PartialEq)]
pub struct Location {
    /// The address.
    pub url: String,
    /// The document's title.
    pub title: String,
    /// The size of the visible part; nothing where there is no screen.
    pub viewport: Viewport,
    /// How far it is scrolled.
    pub scroll: Scroll,
}

impl Location {
    /// Makes a location of a page that nobody looks at.
    #[must_use]
    pub fn unseen(url: String, title: String) -> Self {
        Self { url, title, viewport: Viewport { width: 0, height: 0 }, scroll: Scroll { x: 0, y: 0 } }
    }
}

/// One ask by a visitor.
#[derive(Debug)]
pub(crate) struct Asking {
    room: Room,
    server: String,
    origin: String,
    urls: Urls,
    driver: Driver,
    report: Report,
    signaling: Option<(Signaling, mpsc::Receiver<News>)>,
    hanging_up: Option<JoinHandle<()>>,
    handshake: Option<Handshake>,
    knocking: Option<Knocking>,
    /// What events call the session.
    name: Option<SessionId>,
    keeper: Keeper,
    quit_at: Option<u64>,
    failure: Option<Failure>,
}

/// One handshake: its initiator serves one claim, and is gone from then on.
#[derive(Debug)]
struct Handshake {
    team: TeamId,
    session: SessionId,
    initiator: Option<Initiator>,
}

/// One try to find back: its message 1 serves one answer, and is gone from then on.
#[derive(Debug)]
struct Knocking {
    deposit: SessionId,
    knock: Option<resuming::Knock>,
}

/// Asks until the session is over or nobody listens; says why it could not go on.
pub(crate) async fn ask(
    options: VisitorOptions,
    state: Option<StateFile>,
    events: mpsc::Sender<Event>,
    mut commands: mpsc::Receiver<Command>,
    mut locations: mpsc::Receiver<Location>,
) -> Option<Failure> {
    let (room, mut heard) = Room::new(events);
    let VisitorOptions { server, teams, origin, location, client, urls, .. } = options;
    let mut asking = Asking::new(room, Keeper::new(state), server, teams, origin, urls);
    asking.begin(location, client);
    asking.room.flush().await;
    let mut network = Network::new();
    let deserted = asking.room.deserted();
    tokio::pin!(deserted);
    while !asking.is_done() {
        let due = asking.room.until([asking.driver.due(), asking.quit_at].into_iter().flatten().min());
        tokio::select! {
            news = next(&mut asking.signaling) => asking.news(news),
            Some((from, what)) = heard.recv() => {
                let now = asking.room.now();
                asking.driver.connection(from, what, now);
                asking.carry_out();
            }
            command = commands.recv(), if asking.quit_at.is_none() => {
                asking.command(command.unwrap_or(Command::Quit));
            }
            // What the person does on other sites in the same tab is nobody's business.
            Some(location) = locations.recv() => {
                asking.navigated(location);
            }
            () = &mut deserted, if asking.quit_at.is_none() => asking.quit(),
            () = network.changed() => asking.network_changed(),
            () = due => asking.input(Input::TimedOut),
        }
        asking.room.flush().await;
    }
    if let Some((signaling, news)) = asking.signaling {
        signaling.close(news).await;
    } else if let Some(hanging_up) = asking.hanging_up {
        // It ends by itself, and nothing in it fails.
        let _ = hanging_up.await;
    }
    asking.failure
}

/// The next news of a socket that may not be there.
async fn next(signaling: &mut Option<(Signaling, mpsc::Receiver<News>)>) -> News {
    match signaling {
        Some((_, news)) => match news.recv().await {
            Some(news) => news,
            // It ends only once it was let go of.
            None => std::future::pending().await,
        },
        None => std::future::pending().await,
    }
}

/// The beginning of a text that is too long.
fn cut(mut text: String, max: usize) -> String {
    text.truncate(text.floor_char_boundary(max));
    text
}

impl Asking {
    fn new(
        room: Room,
        keeper: Keeper,
        server: String,
        teams: Vec<TeamId>,
        origin: String,
        urls: Urls,
    ) -> Self {
        let driver = Driver::new(Session::visitor(teams, origin.clone()), keeper.clone(), origin.clone());
        Self {
            room,
            server,
            origin,
            urls,
            driver,
            report: Report::new(Role::Visitor),
            signaling: None,
            hanging_up: None,
            handshake: None,
            knocking: None,
            name: None,
            keeper,
            quit_at: None,
            failure: None,
        }
    }

    fn begin(&mut self, location: Location, client: Client) {
        let Some(place) = random() else { return self.unable() };
        self.input(Input::Known { client });
        self.navigated(location);
        match self.keeper.sessions().pop() {
            Some(Kept { session, snapshot, unseen, .. }) => {
                self.call(session);
                self.report = Report::restored(Role::Visitor, &snapshot);
                self.driver.remind(unseen.clone());
                self.input(Input::Restore { snapshot });
                self.room.out.extend(report::again(session, unseen));
            }
            None => self.input(Input::Ask { place: Place(place), written: Vec::new() }),
        }
    }

    fn is_done(&mut self) -> bool {
        self.driver.is_done() || self.quit_at.is_some_and(|at| self.room.now() >= at)
    }

    /// Says that nothing can be sealed here, and ends.
    fn unable(&mut self) {
        self.failure = Some(Failure::Other);
        self.room.error("cryptography", None, None);
        self.quit_at = Some(0);
    }

    fn news(&mut self, news: News) {
        match news {
            News::Opened => self.input(Input::SocketOpened),
            News::Lost => self.input(Input::SocketLost),
            News::Unreachable => self.room.error("server-unreachable", None, None),
            News::Received(message) => self.received(*message),
        }
    }

    fn received(&mut self, message: BrokerToAgent) {
        let asked = self.handshake.as_ref().map(|handshake| handshake.session);
        let current = self.knocking.as_ref().map(|knocking| knocking.deposit).or(asked);
        let is_ours = |session: SessionId| Some(session) == current;
        match message {
            BrokerToAgent::Queued(queued) if is_ours(queued.session) => {
                self.input(Input::Queued { helpers: queued.helpers, position: queued.position });
            }
            BrokerToAgent::Claimed(claimed) if is_ours(claimed.session) => self.claimed(claimed),
            BrokerToAgent::Forwarded(forwarded) if is_ours(forwarded.session) => self.forwarded(&forwarded),
            BrokerToAgent::Resumed(resumed) if is_ours(resumed.session) => {
                self.input(Input::Resumed { ice_servers: resumed.ice_servers });
            }
            BrokerToAgent::Left(left) if is_ours(left.session) => {
                self.input(Input::Left { reason: left.reason });
            }
            BrokerToAgent::Refused(refused) if refused.session.is_some_and(is_ours) => {
                self.input(Input::Refused { code: refused.code });
            }
            // Of an ask or a try before this one, for helpers, or of a later version.
            BrokerToAgent::Queued(_)
            | BrokerToAgent::Claimed(_)
            | BrokerToAgent::Forwarded(_)
            | BrokerToAgent::Left(_)
            | BrokerToAgent::Refused(_)
            | BrokerToAgent::Challenged(_)
            | BrokerToAgent::Enlisted(_)
            | BrokerToAgent::Asked(_)
            | BrokerToAgent::Withdrawn(_)
            | BrokerToAgent::Blocked(_)
            | BrokerToAgent::Resumed(_)
            | BrokerToAgent::Unknown => {}
        }
    }

    fn claimed(&mut self, Claimed { message, ice_servers, .. }: Claimed) {
        let Some(handshake) = &mut self.handshake else { return };
        let Some(message) = message else { return };
        // One ephemeral key, one claim: whatever else comes for it is not looked at.
        let Some(initiator) = handshake.initiator.take() else { return };
        let (team, session) = (handshake.team, handshake.session);
        let expected = Expected { team: &team, origin: &self.origin, now_s: clock::wall_s() };
        match open_introduction(initiator, message.as_bytes(), expected) {
            Ok(verified) => {
                self.driver.link(session, verified.channel);
                let (name, automated, offer) = (verified.name, verified.automated, verified.offer);
                self.input(Input::Verified { name, automated, offer, ice_servers });
            }
            Err(code) => self.input(Input::Unverified { code }),
        }
    }

    fn forwarded(&mut self, forwarded: &Forwarded) {
        let now = self.room.now();
        // What comes first for a knock is its answer.
        let Some(knock) = self.knocking.as_mut().and_then(|knocking| knocking.knock.take()) else {
            self.driver.forwarded(forwarded.session, &forwarded.message, now);
            return self.carry_out();
        };
        let Ok((payload, channel)) = knock.finish(forwarded.message.as_bytes()) else {
            // Not by our helper, or for a knock of before.
            return self.input(Input::OpenFailed);
        };
        if let Some(admission) = str::from_utf8(&payload).ok().and_then(|text| decode_admission(text).ok()) {
            self.driver.link(forwarded.session, channel);
            self.input(Input::Admitted { admission });
        }
    }

    /// Tells the helper of a deposit that we are back.
    fn knock(&mut self, deposit: SessionId, psk: Psk, knock: &Knock) {
        let Some(seed) = random() else { return self.unable() };
        let made = serde_json::to_vec(knock).ok().and_then(|payload| {
            let knock = resuming::knock(&deposit, &psk.0, &payload, &seed).ok()?;
            let message = Sealed::new(knock.message().to_vec()).ok()?;
            Some((knock, message))
        });
        let Some((knock, message)) = made else {
            // Our own description is too long for the server, such as one of a hundred interfaces: nobody hears this
            // try, and the next has another.
            tracing::debug!("what tells the helper that we are back is too long");
            self.knocking = Some(Knocking { deposit, knock: None });
            return;
        };
        self.knocking = Some(Knocking { deposit, knock: Some(knock) });
        if let Some((signaling, _)) = &self.signaling {
            signaling.send(AgentToBroker::Resume(Resume { session: deposit, message }));
        }
    }

    fn network_changed(&mut self) {
        if let Some((signaling, _)) = &self.signaling {
            signaling.moved();
        }
        self.input(Input::NetworkChanged);
    }

    fn command(&mut self, command: Command) {
        match command {
            Command::Quit => self.quit(),
            Command::Say { session, text, reference } => {
                if self.knows(session, reference.as_ref()) {
                    self.report.call(reference);
                    self.input(Input::Say { text });
                }
            }
            Command::Seen { session, id } => self.tell(session, Input::Seen { seq: id }),
            Command::Typing { session, on } => self.tell(session, Input::Writing { on }),
            Command::End { session } => self.tell(session, Input::End),
            Command::Go { session, url, title } => {
                if self.knows(session, None) && !self.navigated(Location::unseen(url, title)) {
                    self.room.error("other-origin", Some(session), None);
                }
            }
            Command::Allow { session, id } => self.tell(session, Input::Allow { id }),
            Command::Refuse { session, id } => self.tell(session, Input::Decline { id }),
            Command::Propose { session, .. }
            | Command::Refresh { session, .. }
            | Command::Return { session } => self.room.error("wrong-role", Some(session), None),
            Command::Accept { .. } | Command::Available | Command::Away => {
                self.room.error("wrong-role", None, None);
            }
        }
    }

    /// What events and commands call the session from now on.
    fn call(&mut self, session: SessionId) {
        self.name = Some(session);
        self.driver.call(session);
    }

    fn knows(&mut self, session: SessionId, reference: Option<&String>) -> bool {
        let is_known = self.name == Some(session);
        if !is_known {
            self.room.error("unknown-session", Some(session), reference.cloned());
        }
        is_known
    }

    fn tell(&mut self, session: SessionId, input: Input) {
        if self.knows(session, None) {
            self.input(input);
        }
    }

    /// Reports where the visitor is; says whether that is on the session's site, and so for the helper to know.
    fn navigated(&mut self, location: Location) -> bool {
        let Location { url, title, viewport, scroll } = location;
        // As browsers write it: the cleaning takes nothing else.
        let Ok(address) = Url::parse(&url) else { return false };
        if address.origin().ascii_serialization() != self.origin {
            return false;
        }
        let CleanAddress { url, omitted, redacted } = clean_address(address.as_str(), self.urls);
        let title = cut(title, MAX_TITLE_BYTES);
        let page = Whereabouts { url, title, omitted, redacted, viewport, scroll };
        self.input(Input::Navigated { page });
        true
    }

    fn quit(&mut self) {
        self.quit_at = Some(self.room.now() + QUIT_TIMEOUT_MS);
        self.input(Input::End);
    }

    fn input(&mut self, input: Input) {
        let now = self.room.now();
        self.driver.input(input, now);
        self.carry_out();
    }

    fn carry_out(&mut self) {
        while let Some(told) = self.driver.poll() {
            match told {
                Told::Dial => match &self.signaling {
                    Some((signaling, _)) => signaling.check(),
                    None => self.signaling = Some(Signaling::open(&self.server)),
                },
                Told::HangUp => {
                    if let Some((signaling, news)) = self.signaling.take() {
                        self.hanging_up = Some(tokio::spawn(signaling.close(news)));
                    }
                }
                Told::Prepare(team) => self.prepare(team),
                Told::Answer(generation, offer, ice_servers) => self.answer(generation, offer, ice_servers),
                Told::Signal(message) => {
                    if let Some((signaling, _)) = &self.signaling {
                        signaling.send(message);
                    }
                }
                Told::Event(event) => self.event(event),
                Told::Knock(deposit, psk, knock) => self.knock(deposit, psk, &knock),
                Told::Unkept => self.room.error("state-unwritten", self.name, None),
                // A visitor's session neither claims, nor offers, nor deposits.
                Told::Claim(_)
                | Told::Offer(_)
                | Told::Deposit(_)
                | Told::Deposited(..)
                | Told::Announce(_)
                | Told::Admit(..) => {}
            }
        }
    }

    fn prepare(&mut self, team: TeamId) {
        let Some((id, seed)) = random().zip(random()) else { return self.unable() };
        let session = SessionId(id);
        let prologue = seal::prologue(&team, &session, &self.origin);
        let Some((initiator, message)) = Initiator::start(&prologue, &seed).ok().and_then(|initiator| {
            let message = Sealed::new(initiator.message().to_vec()).ok()?;
            Some((initiator, message))
        }) else {
            return self.unable();
        };
        self.call(session);
        self.knocking = None;
        self.handshake = Some(Handshake { team, session, initiator: Some(initiator) });
        self.input(Input::Prepared { session, message });
    }

    fn answer(&mut self, generation: u32, offer: String, ice_servers: Vec<IceServer>) {
        let connection =
            self.room.connection(|id, inbox| Connection::answering(id, ice_servers, inbox, offer));
        self.driver.adopt(generation, connection);
    }

    fn event(&mut self, event: session::Event) {
        let session = self.name.unwrap_or(SessionId([0; 16]));
        let is_over = matches!(event, session::Event::Error { .. }) && self.driver.state() == State::Failed;
        if let session::Event::Error { code } = &event
            && is_over
        {
            self.failure = Some(if matches!(code, SessionErrorCode::Unverified(_)) {
                Failure::Unverified
            } else if matches!(code, SessionErrorCode::Refused(_)) {
                Failure::Refused
            } else {
                Failure::Other
            });
        }
        self.report.tell(session, event, &mut self.room.out);
        if is_over {
            self.report.failed(session, &mut self.room.out);
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[tokio::test]
    async fn a_knock_that_is_too_long_is_one_try_and_not_the_end() {
        let (events, _told) = mpsc::channel(1);
        let (room, _heard) = Room::new(events);
        let (server, origin) = ("http://127.0.0.1:9".to_owned(), "https://shop.example".to_owned());
        let (signaling, news) = Signaling::open(&server);
        let mut asking = Asking::new(room, Keeper::new(None), server, Vec::new(), origin, Urls::Clean);
        asking.signaling = Some((signaling, news));
        let deposit = SessionId([1; 16]);
        for (attempt, length, is_sent) in [(1, 12_000, false), (2, 70_000, false), (3, 8_000, true)] {
            let answer = Some("x".repeat(length));
            let knock = Knock { attempt, answer, candidates: Vec::new(), last_seq: 0 };
            asking.knock(deposit, Psk([2; 32]), &knock);
            assert!(!asking.is_done() && asking.failure.is_none() && asking.room.out.is_empty(), "{length}");
            let knocking = asking.knocking.as_ref().unwrap();
            assert_eq!((knocking.deposit, knocking.knock.is_some()), (deposit, is_sent), "{length}");
        }
    }
}
