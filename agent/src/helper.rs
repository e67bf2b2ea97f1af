//! Where a helper works: one signaling socket, who waits, and every session.
//!
//! One peer connection is kept in hand with its candidates gathered, so that *accept* sends a complete offer at
//! once. The desk enlists anew whenever its socket was lost; sessions that are connected need no server and live
//! on.

mod back;
mod people;
mod server;
mod sessions;

use std::collections::HashMap;

use alongside_agent_proto::session::Input;
use alongside_signaling_proto::id::SessionId;
use alongside_signaling_proto::identity::certificate::{self, CertificateError};
use alongside_signaling_proto::identity::invite::Invite;
use alongside_signaling_proto::wire::{Asked, ErrorCode, IceServer};
use tokio::sync::mpsc;

use crate::agent::Failure;
use crate::clock;
use crate::command::Command;
use crate::connection::Connection;
use crate::door::Door;
use crate::driver::Driver;
use crate::event::Event;
use crate::network::Network;
use crate::report::{Report, kebab};
use crate::room::Room;
use crate::signaling::Signaling;
use crate::state::{Keeper, StateFile};

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
    keeper: Keeper,
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
        keeper: Keeper::new(state),
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
        if self.failure.is_some() && self.sessions.is_empty() {
            return true;
        }
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
