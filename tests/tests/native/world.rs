//! A server, a team, and agents of it whose events can be waited for.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use alongside_agent::{
    Agent, Command, Event, Failure, HelperOptions, Location, Receipts, StateFile, VisitorOptions,
};
use alongside_agent_proto::address::Urls;
use alongside_agent_proto::wire::{Client, Screen};
use alongside_signaling::{Config, Server};
use alongside_signaling_proto::broker::Teams;
use alongside_signaling_proto::id::{SessionId, TeamId};
use alongside_signaling_proto::identity::invite::{HelperKeys, Invite, Terms};
use alongside_signaling_proto::identity::team::TeamKey;

/// Longer than anything on loopback takes.
const PATIENCE: Duration = Duration::from_secs(20);

/// The site that visitors are on.
pub(crate) const SHOP: &str = "https://shop.example";

/// A server that serves one team.
pub(crate) struct World {
    pub(crate) server: Server,
    pub(crate) team: TeamKey,
}

impl World {
    pub(crate) async fn new() -> Self {
        let team = TeamKey::from_seed(&[7; 32]);
        let config = Config {
            listen: "127.0.0.1:0".parse().unwrap(),
            stun: Some("127.0.0.1:0".parse().unwrap()),
            stun_url: None,
            public_origins: Vec::new(),
            teams: Teams::Only(BTreeSet::from([team.id()])),
            demo_team: None,
            deny: None,
            metrics: None,
            trusted_proxies: Vec::new(),
        };
        Self { server: Server::start(config).await.unwrap(), team }
    }

    pub(crate) fn origin(&self) -> String {
        format!("http://{}", self.server.address())
    }

    pub(crate) fn helper(&self, name: &str) -> Hand {
        self.helper_with(invite(&self.team, name, |_| {}))
    }

    pub(crate) fn helper_with(&self, invite: Invite) -> Hand {
        let options = HelperOptions { server: self.origin(), invite, receipts: Receipts::default() };
        Hand::new(Agent::helper(options))
    }

    pub(crate) fn visitor(&self, page: &str) -> Hand {
        self.visitor_of(vec![self.team.id()], page)
    }

    pub(crate) fn visitor_of(&self, teams: Vec<TeamId>, page: &str) -> Hand {
        Hand::new(Agent::visitor(self.asking(teams, page)))
    }

    /// A visitor whose session is kept in this file.
    pub(crate) fn kept_visitor(&self, path: &Path) -> Hand {
        let options = self.asking(vec![self.team.id()], "/");
        let state = StateFile::of_visitor(path, &options).unwrap();
        Hand::new(Agent::visitor_kept(options, Some(state)))
    }

    fn asking(&self, teams: Vec<TeamId>, page: &str) -> VisitorOptions {
        VisitorOptions {
            server: self.origin(),
            teams,
            origin: SHOP.to_owned(),
            location: Location::unseen(format!("{SHOP}{page}"), "A shop".to_owned()),
            client: client(),
            urls: Urls::Clean,
            receipts: Receipts::default(),
        }
    }

    /// A helper and a visitor who have each other, and the session.
    pub(crate) async fn pair(&self) -> (Hand, Hand, SessionId) {
        let mut helper = self.helper("Dana");
        helper.enlisted().await;
        let mut visitor = self.visitor("/");
        let session = helper.accept().await;
        visitor.until(|event| matches!(event, Event::Connected { .. })).await;
        helper.until(|event| matches!(event, Event::Connected { .. })).await;
        (helper, visitor, session)
    }
}

/// An invite of a team, good today, with terms as they are changed.
pub(crate) fn invite(team: &TeamKey, name: &str, change: impl FnOnce(&mut Terms)) -> Invite {
    let iat = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let mut terms = Terms {
        jti: name.to_owned(),
        name: name.to_owned(),
        iat,
        exp: iat + 3_600,
        origins: None,
        automated: false,
    };
    change(&mut terms);
    let seed = u8::try_from(name.len()).unwrap();
    Invite::mint(team, HelperKeys { seed: [seed; 32], noise: [seed; 32] }, terms).unwrap()
}

pub(crate) fn client() -> Client {
    Client {
        browser: "alongside-agent".to_owned(),
        platform: "Linux".to_owned(),
        language: "de-AT".to_owned(),
        time_zone: "Europe/Vienna".to_owned(),
        screen: Screen { width: 0, height: 0, scale: 1.0 },
        attributes: [("plan".to_owned(), "gold".to_owned())].into(),
    }
}

/// One agent in hand.
pub(crate) struct Hand {
    pub(crate) agent: Agent,
}

impl Hand {
    fn new(agent: Agent) -> Self {
        Self { agent }
    }

    /// The next event.
    pub(crate) async fn next(&mut self) -> Option<Event> {
        tokio::time::timeout(PATIENCE, self.agent.next()).await.expect("something happens")
    }

    /// Takes events up to one that fits.
    pub(crate) async fn until(&mut self, fits: impl Fn(&Event) -> bool) -> Event {
        let mut seen = Vec::new();
        loop {
            let next = tokio::time::timeout(PATIENCE, self.agent.next());
            let Ok(event) = next.await else { panic!("it does not come; there were {seen:?}") };
            let Some(event) = event else { panic!("it stopped after {seen:?}") };
            if fits(&event) {
                return event;
            }
            seen.push(event);
        }
    }

    pub(crate) async fn enlisted(&mut self) {
        self.until(|event| matches!(event, Event::Enlisted { .. })).await;
    }

    /// Waits for somebody who asks, and takes them.
    pub(crate) async fn accept(&mut self) -> SessionId {
        let Event::Asked { ticket, .. } = self.until(|event| matches!(event, Event::Asked { .. })).await
        else {
            unreachable!()
        };
        self.tell(Command::Accept { ticket }).await;
        ticket
    }

    pub(crate) async fn tell(&self, command: Command) {
        self.agent.commands().send(command).await;
    }

    pub(crate) async fn say(&self, session: SessionId, text: &str, reference: Option<&str>) {
        let reference = reference.map(str::to_owned);
        self.tell(Command::Say { session, text: text.to_owned(), reference }).await;
    }

    pub(crate) async fn message(&mut self) -> String {
        match self.until(|event| matches!(event, Event::Message { .. })).await {
            Event::Message { text, .. } => text,
            _ => unreachable!(),
        }
    }

    /// Takes what is left, until the agent stops; says the last code of an error, and why it could not go on.
    pub(crate) async fn stopped(&mut self) -> (Option<String>, Option<Failure>) {
        let mut code = None;
        while let Some(event) = self.next().await {
            if let Event::Error { code: next, .. } = event {
                code = Some(next);
            }
        }
        (code, self.agent.failure())
    }
}
