//! A desk with the server: enlisting, and who waits.

use alongside_agent_proto::session::Input;
use alongside_signaling_proto::id::{Nonce, SessionId};
use alongside_signaling_proto::identity::enlisting;
use alongside_signaling_proto::identity::invite::Invite;
use alongside_signaling_proto::limits::MAX_WAITING_PER_TEAM;
use alongside_signaling_proto::wire::{
    AgentToBroker, Asked, Attend, BrokerToAgent, Challenge, Enlist, ErrorCode, IceServer, Refused,
};

use super::{Desk, FOR_GOOD, RETRY_MS};
use crate::agent::Failure;
use crate::event::Event;
use crate::report::kebab;
use crate::signaling::News;

impl Desk {
    pub(super) fn news(&mut self, news: News) {
        match news {
            News::Opened => self.challenge(),
            News::Lost => self.lost(),
            News::Unreachable => self.room.error("server-unreachable", None, None),
            News::Received(message) => self.received(*message),
        }
    }

    pub(super) fn challenge(&mut self) {
        self.is_enlisting = true;
        self.signaling.send(AgentToBroker::Challenge(Challenge {}));
    }

    pub(super) fn received(&mut self, message: BrokerToAgent) {
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
                let session = self.named(left.session);
                // Of a try before this one, it says nothing.
                if self.sessions.get(&session).is_some_and(|helped| helped.driver.is_about(left.session)) {
                    self.input(session, Input::Left { reason: left.reason });
                }
            }
            BrokerToAgent::Refused(refused) => self.refused(refused),
            // For visitors, for what the console alone asks, and of later versions.
            BrokerToAgent::Queued(_) | BrokerToAgent::Blocked(_) | BrokerToAgent::Unknown => {}
        }
    }

    pub(super) fn enlist(&mut self, nonce: &Nonce) {
        if std::mem::take(&mut self.is_enlisting) {
            let Invite { team, keys, certificate } = &self.invite;
            let signature = enlisting::sign(&keys.seed, nonce, certificate, &self.server);
            let enlist = Enlist { team: *team, certificate: certificate.clone(), signature };
            self.signaling.send(AgentToBroker::Enlist(enlist));
        }
    }

    pub(super) fn enlisted(&mut self, ice_servers: Vec<IceServer>) {
        self.is_enlisted = true;
        // Who was taken back by mistake works on.
        self.failure = None;
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

    pub(super) fn asked(&mut self, asked: Asked) {
        let is_known = self.sessions.contains_key(&asked.ticket) || self.asking.contains_key(&asked.ticket);
        // A server that makes up visitors without end is not listened to for ever.
        if !self.is_available || is_known || self.asking.len() >= MAX_WAITING_PER_TEAM {
            return;
        }
        let Asked { ticket, ref origin, waiting_ms, .. } = asked;
        self.room.out.push_back(Event::Asked { ticket, origin: origin.clone(), waiting_ms });
        self.asking.insert(ticket, asked);
    }

    pub(super) fn withdrawn(&mut self, ticket: SessionId) {
        if self.asking.remove(&ticket).is_some() {
            self.room.out.push_back(Event::Withdrawn { ticket });
        }
    }

    pub(super) fn refused(&mut self, Refused { code, session, .. }: Refused) {
        if let Some(helped) = session.and_then(|session| self.sessions.get(&self.named(session))) {
            let asked = helped.asked.clone();
            self.input(asked.ticket, Input::Refused { code });
            // The visitor still waits: the server has not given them to anybody.
            if code == ErrorCode::TooManySessions {
                self.asked(asked);
            }
        } else if FOR_GOOD.contains(&code) {
            // In the middle of the work too: a certificate runs out, or is taken back. Who is being helped needs no server.
            if self.failure.replace(Failure::Refused).is_none() {
                self.room.error(&kebab(&code), None, None);
                self.forget_asking();
            }
        } else if !self.is_enlisted {
            self.retry_at = Some(self.room.now() + RETRY_MS);
        }
    }

    pub(super) fn lost(&mut self) {
        self.is_enlisted = false;
        // What took the server may have changed the addresses that it has gathered.
        self.in_hand = None;
        self.forget_asking();
        for session in self.sessions.keys().copied().collect::<Vec<_>>() {
            self.input(session, Input::SocketLost);
        }
    }

    /// Nobody who waits can be accepted now; who still waits later is told of again.
    pub(super) fn forget_asking(&mut self) {
        self.room.out.extend(self.asking.drain().map(|(ticket, _)| Event::Withdrawn { ticket }));
    }
}
