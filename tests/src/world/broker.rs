//! The server of the world: the real broker, which may crash and come back with nothing remembered.

use alongside_signaling_proto::broker::{Broker, Config, Output, SocketId, Teams};
use alongside_signaling_proto::id::TeamId;
use alongside_signaling_proto::identity::enlisting;
use alongside_signaling_proto::identity::invite::{HelperKeys, Invite, Terms};
use alongside_signaling_proto::identity::team::TeamKey;
use alongside_signaling_proto::wire::{AgentToBroker, BrokerToAgent, Challenge, Enlist};

/// The address of the server.
const ORIGIN: &str = "https://help.example";

/// When the world begins. Units: milliseconds since 1970.
pub(crate) const BEGIN: u64 = 1_800_000_000_000;

/// The server.
#[derive(Debug)]
pub(crate) struct Server {
    broker: Option<Broker>,
    crashes: u8,
    invite: Invite,
    /// What was said while a helper enlisted.
    unsaid: Vec<(u64, BrokerToAgent)>,
}

impl Server {
    /// Makes a server, and the certificate by which all helpers enlist.
    #[must_use]
    pub(crate) fn new() -> Self {
        let terms = Terms {
            jti: "one".into(),
            name: "Dana".into(),
            iat: BEGIN / 1000,
            exp: BEGIN / 1000 + 80 * 86_400,
            origins: None,
            automated: false,
        };
        let keys = HelperKeys { seed: [6; 32], noise: [7; 32] };
        let invite = Invite::mint(&TeamKey::from_seed(&[5; 32]), keys, terms).unwrap();
        let mut server = Self { broker: None, crashes: 0, invite, unsaid: Vec::new() };
        server.start();
        server
    }

    /// The team that is served.
    #[must_use]
    pub(crate) fn team(&self) -> TeamId {
        self.invite.team
    }

    /// Whether it is there.
    #[must_use]
    pub(crate) fn is_up(&self) -> bool {
        self.broker.is_some()
    }

    /// Starts it, knowing nothing.
    pub(crate) fn start(&mut self) {
        let config = Config { teams: Teams::Any, origins: vec![ORIGIN.to_owned()], ..Config::default() };
        self.crashes = self.crashes.wrapping_add(1);
        self.broker = Some(Broker::new(config, [self.crashes; 32]));
    }

    /// Ends it without a word.
    pub(crate) fn crash(&mut self) {
        self.broker = None;
        self.unsaid.clear();
    }

    /// A socket opens; a helper's enlists at once, which no chance is allowed to disturb.
    pub(crate) fn opened(&mut self, socket: u64, is_helper: bool, now: u64) {
        let Some(broker) = &mut self.broker else { return };
        broker.handle_opened(SocketId(socket), None, None);
        if !is_helper {
            return;
        }
        self.text(socket, &serde_json::to_string(&AgentToBroker::Challenge(Challenge {})).unwrap(), now);
        let mut said = self.said(now);
        let answer = said
            .iter()
            .position(|(to, message)| *to == socket && matches!(message, BrokerToAgent::Challenged(_)));
        let Some((_, BrokerToAgent::Challenged(challenged))) = answer.map(|at| said.remove(at)) else {
            panic!("{said:?}")
        };
        self.unsaid = said;
        let Invite { team, keys, certificate } = &self.invite;
        let signature = enlisting::sign(&keys.seed, &challenged.nonce, certificate, ORIGIN);
        let enlist = Enlist { team: *team, certificate: certificate.clone(), signature };
        self.text(socket, &serde_json::to_string(&AgentToBroker::Enlist(enlist)).unwrap(), now);
    }

    /// A socket is gone.
    pub(crate) fn closed(&mut self, socket: u64, now: u64) {
        if let Some(broker) = &mut self.broker {
            broker.handle_closed(SocketId(socket), now);
        }
    }

    /// Somebody has said something.
    pub(crate) fn text(&mut self, socket: u64, text: &str, now: u64) {
        if let Some(broker) = &mut self.broker {
            broker.handle_text(SocketId(socket), text, now);
        }
    }

    /// What it says, and to which socket.
    pub(crate) fn said(&mut self, now: u64) -> Vec<(u64, BrokerToAgent)> {
        let mut said = std::mem::take(&mut self.unsaid);
        let Some(broker) = &mut self.broker else { return said };
        loop {
            match broker.poll_output() {
                Output::Send { to, message } => said.push((to.0, message)),
                Output::Close { socket, code } => panic!("{socket:?} is closed: {code:?}"),
                Output::Timeout(at) if at.is_some_and(|at| at <= now) => broker.handle_timeout(now),
                Output::Timeout(_) => return said,
            }
        }
    }
}

impl Default for Server {
    fn default() -> Self {
        Self::new()
    }
}
