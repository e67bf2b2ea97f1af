//! A real server with its demo, and agents of it.

use alongside_agent::{
    Agent, Client, Command, Event, HelperOptions, Location, Receipts, Screen, SessionId, Urls, VisitorOptions,
};
use alongside_signaling::{Config, Server};
use alongside_signaling_proto::broker::Teams;
use anyhow::{Context as _, Result, bail};

/// A server that serves its demo.
pub(crate) struct World {
    server: Server,
    _home: tempfile::TempDir,
}

impl World {
    pub(crate) async fn new() -> Result<Self> {
        let home = tempfile::tempdir()?;
        let config = Config {
            listen: "127.0.0.1:0".parse()?,
            stun: Some("127.0.0.1:0".parse()?),
            stun_url: None,
            public_origins: Vec::new(),
            teams: Teams::Only([].into()),
            demo_team: Some(home.path().join("team.pem")),
            deny: None,
            metrics: None,
            trusted_proxies: Vec::new(),
        };
        Ok(Self { server: Server::start(config).await?, _home: home })
    }

    /// The invite of the demo's helper.
    pub(crate) fn invite(&self) -> Result<&str> {
        self.server.invite().context("the demo has an invite")
    }

    /// Where people reach it.
    pub(crate) fn origin(&self) -> &str {
        self.server.origin()
    }
}

/// One agent in hand.
pub(crate) struct Hand {
    agent: Agent,
}

impl Hand {
    pub(crate) async fn helper(invite: &str) -> Result<Self> {
        let mut hand = Self { agent: Agent::helper(HelperOptions::from_link(invite)?) };
        hand.until(|event| matches!(event, Event::Enlisted { .. })).await?;
        Ok(hand)
    }

    /// Asks the team of this invite.
    pub(crate) fn visitor(invite: &str) -> Result<Self> {
        let HelperOptions { server, invite, .. } = HelperOptions::from_link(invite)?;
        Ok(Self {
            agent: Agent::visitor(VisitorOptions {
                origin: server.clone(),
                location: Location::unseen(format!("{server}/cart"), "Your cart".to_owned()),
                server,
                teams: vec![invite.team],
                client: Client {
                    browser: "alongside-bench".to_owned(),
                    platform: "Linux".to_owned(),
                    language: "en".to_owned(),
                    time_zone: "Europe/Vienna".to_owned(),
                    screen: Screen { width: 0, height: 0, scale: 1.0 },
                    attributes: [].into(),
                },
                urls: Urls::default(),
                receipts: Receipts::default(),
            }),
        })
    }

    pub(crate) async fn until(&mut self, fits: impl Fn(&Event) -> bool) -> Result<Event> {
        loop {
            let event = self.agent.next().await.context("the agent stopped")?;
            if let Event::Error { code, .. } = &event {
                bail!("the agent says {code}");
            }
            if fits(&event) {
                return Ok(event);
            }
        }
    }

    /// Waits for somebody who asks.
    pub(crate) async fn asked(&mut self) -> Result<SessionId> {
        let event = self.until(|event| matches!(event, Event::Asked { .. })).await?;
        let Event::Asked { ticket, .. } = event else { bail!("not asked, but {event:?}") };
        Ok(ticket)
    }

    pub(crate) async fn connected(&mut self) -> Result<()> {
        self.until(|event| matches!(event, Event::Connected { .. })).await.map(drop)
    }

    pub(crate) async fn received(&mut self) -> Result<()> {
        self.until(|event| matches!(event, Event::Message { .. })).await.map(drop)
    }

    pub(crate) async fn ended(&mut self) -> Result<()> {
        self.until(|event| matches!(event, Event::Ended { .. })).await.map(drop)
    }

    pub(crate) async fn tell(&self, command: Command) {
        self.agent.commands().send(command).await;
    }

    pub(crate) async fn say(&self, session: SessionId, text: &str) {
        self.tell(Command::Say { session, text: text.to_owned(), reference: None }).await;
    }
}
