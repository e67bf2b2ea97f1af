//! An agent: a visitor or a helper at work in a task of its own, told by commands and telling by events.

use std::str::FromStr as _;

use alongside_agent_proto::address::Urls;
use alongside_agent_proto::wire::Client;
use alongside_signaling_proto::id::TeamId;
use alongside_signaling_proto::identity::invite::{Invite, InviteError};
use tokio::sync::{mpsc, oneshot};
use url::Url;

use crate::command::Command;
use crate::event::Event;
use crate::helper;
use crate::room::EVENTS;
use crate::state::StateFile;
use crate::visitor::{self, Location};

/// How many commands wait to be done. A program that writes more before it reads is held up.
const COMMANDS: usize = 1024;

/// How many locations wait to be reported. Where they are now is what matters; a browser reports in time.
const LOCATIONS: usize = 16;

/// A visitor or a helper at work.
///
/// It works in a task of its own on the runtime that made it, and stands still while nobody takes its events. Letting
/// go of it ends every session in order.
#[derive(Debug)]
pub struct Agent {
    events: mpsc::Receiver<Event>,
    commands: Commands,
    navigations: Option<Navigations>,
    /// Until it has been heard.
    outcome: Option<oneshot::Receiver<Option<Failure>>>,
    failure: Option<Failure>,
    receipts: Receipts,
    /// That the last event was seen, which is said when the next is asked for.
    taken: Option<Command>,
}

/// What a helper needs to begin.
#[derive(Debug, Clone)]
pub struct HelperOptions {
    /// The server's origin as it is dialled, such as `https://help.example.org`.
    pub server: String,
    /// Who we are.
    pub invite: Invite,
    /// When the other side is told that a message was read.
    pub receipts: Receipts,
}

/// What a visitor needs to ask.
#[derive(Debug, Clone)]
pub struct VisitorOptions {
    /// The server's origin, such as `https://help.example.org`.
    pub server: String,
    /// The team keys that the page pins: one, or two during a rollover.
    pub teams: Vec<TeamId>,
    /// The page's origin (RFC 6454 section 6.2).
    pub origin: String,
    /// Where the visitor is.
    pub location: Location,
    /// What the visitor uses.
    pub client: Client,
    /// How much of an address the helper sees.
    pub urls: Urls,
    /// When the other side is told that a message was read.
    pub receipts: Receipts,
}

/// When the other side is told that a message was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Receipts {
    /// Once its event is taken: right for a program.
    #[default]
    WhenTaken,
    /// Once the event after its own is asked for: right for a program that has passed it on by then, and may be killed
    /// before.
    WhenDone,
    /// By [`Command::Seen`]: right where a person may be looking elsewhere.
    WhenSeen,
}

/// Why an agent could not go on; the last [`Event::Error`] says it in words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Failure {
    /// The server refused.
    Refused,
    /// The other side could not be verified.
    Unverified,
    /// Anything else.
    Other,
}

/// The text is no invite link.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InviteLinkError {
    /// What stands behind `#invite=` is none.
    #[error(transparent)]
    Invite(#[from] InviteError),
    /// It does not say which server it is for.
    #[error("it does not begin with the server's address: copy the whole link")]
    NoServer,
}

impl HelperOptions {
    /// Reads a whole invite link: the server's address with `#invite=…` behind it.
    ///
    /// Errors: [`InviteLinkError`].
    pub fn from_link(link: &str) -> Result<Self, InviteLinkError> {
        let link = link.trim();
        let invite = Invite::from_str(link)?;
        let address = link.split('#').next().unwrap_or_default();
        let url = Url::parse(address).map_err(|_| InviteLinkError::NoServer)?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(InviteLinkError::NoServer);
        }
        Ok(Self { server: url.origin().ascii_serialization(), invite, receipts: Receipts::default() })
    }
}

impl Agent {
    /// Begins to help: dials and enlists at once.
    ///
    /// Panics outside of a tokio runtime.
    #[must_use]
    pub fn helper(options: HelperOptions) -> Self {
        Self::helper_kept(options, None)
    }

    /// Begins to help, and goes on with the sessions in this file, in which it keeps them from now on.
    ///
    /// Panics outside of a tokio runtime.
    #[must_use]
    pub fn helper_kept(options: HelperOptions, state: Option<StateFile>) -> Self {
        let HelperOptions { server, invite, receipts } = options;
        let (agent, events, commands, outcome) = Self::new(receipts);
        tokio::spawn(async move {
            let _ = outcome.send(helper::work(server, invite, state, events, commands).await);
        });
        agent
    }

    /// Asks for help at once.
    ///
    /// Panics outside of a tokio runtime.
    #[must_use]
    pub fn visitor(options: VisitorOptions) -> Self {
        Self::visitor_kept(options, None)
    }

    /// Goes on with the session in this file, in which it keeps it from now on; asks for help where there is none.
    ///
    /// Panics outside of a tokio runtime.
    #[must_use]
    pub fn visitor_kept(options: VisitorOptions, state: Option<StateFile>) -> Self {
        let (mut agent, events, commands, outcome) = Self::new(options.receipts);
        let (report, locations) = mpsc::channel(LOCATIONS);
        agent.navigations = Some(Navigations(report));
        tokio::spawn(async move {
            let _ = outcome.send(visitor::ask(options, state, events, commands, locations).await);
        });
        agent
    }

    fn new(
        receipts: Receipts,
    ) -> (Self, mpsc::Sender<Event>, mpsc::Receiver<Command>, oneshot::Sender<Option<Failure>>) {
        let (events, taken) = mpsc::channel(EVENTS);
        let (given, commands) = mpsc::channel(COMMANDS);
        let (outcome, ended) = oneshot::channel();
        let agent = Self {
            events: taken,
            commands: Commands(given),
            navigations: None,
            outcome: Some(ended),
            failure: None,
            receipts,
            taken: None,
        };
        (agent, events, commands, outcome)
    }

    /// Takes the next event; `None` once the agent has stopped. A wait for it may be given up: nothing is lost.
    pub async fn next(&mut self) -> Option<Event> {
        if let Some(seen) = self.taken.take() {
            self.tell(seen);
        }
        let event = self.events.recv().await;
        match &event {
            Some(Event::Message { session, id, .. }) => {
                let seen = Command::Seen { session: *session, id: *id };
                match self.receipts {
                    Receipts::WhenTaken => self.tell(seen),
                    Receipts::WhenDone => self.taken = Some(seen),
                    Receipts::WhenSeen => {}
                }
            }
            None => {
                if let Some(outcome) = &mut self.outcome {
                    self.failure = outcome.await.unwrap_or(Some(Failure::Other));
                    self.outcome = None;
                }
            }
            Some(_) => {}
        }
        event
    }

    /// Tells the other side that something was read. Where commands pile up, a later receipt covers it too.
    fn tell(&self, seen: Command) {
        let _ = self.commands.0.try_send(seen);
    }

    /// Why it could not go on, once [`next`](Self::next) has said that it stopped.
    #[must_use]
    pub fn failure(&self) -> Option<Failure> {
        self.failure
    }

    /// Gives where commands go.
    #[must_use]
    pub fn commands(&self) -> Commands {
        self.commands.clone()
    }

    /// Gives where a visitor's browser says where it is; a helper has none.
    #[must_use]
    pub fn navigations(&self) -> Option<Navigations> {
        self.navigations.clone()
    }
}

/// Where an agent's commands go.
#[derive(Debug, Clone)]
pub struct Commands(mpsc::Sender<Command>);

impl Commands {
    /// Tells the agent what to do; one that has stopped does nothing.
    pub async fn send(&self, command: Command) {
        let _ = self.0.send(command).await;
    }
}

/// Where a visitor says where they are.
#[derive(Debug, Clone)]
pub struct Navigations(mpsc::Sender<Location>);

impl Navigations {
    /// Reports where the visitor is now; an agent that has stopped does nothing.
    pub async fn report(&self, location: Location) {
        let _ = self.0.send(location).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_wait_given_up_at_the_very_end_loses_no_reason() {
        let (mut agent, events, _commands, outcome) = Agent::new(Receipts::default());
        drop(events);
        // The last event is told before the reason is known, and whoever waits may do something else between the two.
        tokio::select! {
            biased;
            event = agent.next() => assert_eq!(event, None, "before it is known why"),
            () = std::future::ready(()) => {}
        }
        assert_eq!(outcome.send(Some(Failure::Unverified)), Ok(()));
        assert_eq!(agent.next().await, None);
        assert_eq!(agent.failure(), Some(Failure::Unverified));
    }
}
