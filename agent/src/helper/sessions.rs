//! A desk with its sessions, and the connections of these.

use alongside_agent_proto::session::{self, Input, Session, State};
use alongside_agent_proto::wire::{Introduction, Psk};
use alongside_signaling_proto::id::{Sealed, SessionId};
use alongside_signaling_proto::identity::invite::Invite;
use alongside_signaling_proto::wire::{AgentToBroker, Claim};

use super::{Desk, FRESH_MS, REFILL_MS, RETRY_MS};
use crate::connection::{Connection, ConnectionId, What};
use crate::driver::{Driver, Told};
use crate::room::random;
use crate::seal;

impl Desk {
    pub(super) fn connection(&mut self, from: ConnectionId, what: What) {
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

    pub(super) fn input(&mut self, session: SessionId, input: Input) {
        let now = self.room.now();
        if let Some(helped) = self.sessions.get_mut(&session) {
            helped.driver.input(input, now);
            self.carry_out(session);
        }
    }

    pub(super) fn carry_out(&mut self, session: SessionId) {
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
                Told::Unkept => self.room.error("state-unwritten", Some(session), None),
                // The socket is the desk's own, and a helper's session neither prepares nor answers.
                Told::Dial | Told::HangUp | Told::Prepare(_) | Told::Answer(..) | Told::Knock(..) => {}
            }
        }
        let over = self.sessions.get(&session).map(|helped| helped.driver.state());
        if matches!(over, Some(State::Ended | State::Failed)) {
            let now = self.room.now();
            self.door.shut(session, now);
        }
        if self.sessions.get(&session).is_some_and(|helped| helped.driver.is_done()) {
            self.sessions.remove(&session);
        }
    }

    pub(super) fn event(&mut self, session: SessionId, event: session::Event) {
        let Some(helped) = self.sessions.get_mut(&session) else { return };
        let is_error = matches!(event, session::Event::Error { .. });
        if matches!(event, session::Event::State { state: State::Reconnecting }) {
            // What took the visitor away may have taken the server too, and silently.
            self.signaling.check();
        }
        helped.report.tell(session, event, &mut self.room.out);
        if is_error && helped.driver.state() == State::Failed {
            helped.report.failed(session, &mut self.room.out);
        }
    }

    pub(super) fn offer(&mut self, session: SessionId, generation: u32) {
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
    pub(super) fn deposit(&mut self, session: SessionId, generation: u32) {
        let ice_servers = self.ice_servers.clone();
        let connection = self.room.connection(|id, inbox| Connection::depositing(id, ice_servers, inbox));
        if let Some(helped) = self.sessions.get_mut(&session) {
            helped.driver.hold(generation, connection);
        }
    }

    pub(super) fn deposited(&mut self, session: SessionId, generation: u32, offer: String) {
        let input = match random().zip(random()) {
            Some((id, psk)) => Input::DepositMade { generation, id: SessionId(id), psk: Psk(psk), offer },
            None => Input::ChannelClosed { generation },
        };
        self.input(session, input);
    }

    pub(super) fn claim(&mut self, session: SessionId, offer: &str) {
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

    pub(super) fn driver(&self, session: SessionId, origin: String) -> Driver {
        let mut driver = Driver::new(Session::helper(origin.clone()), self.keeper.clone(), origin);
        driver.call(session);
        driver
    }

    pub(super) fn fill_hand(&mut self) {
        if self.in_hand.is_none() && self.is_enlisted && self.quit_at.is_none() {
            let made_at = self.room.now();
            self.in_hand = Some((self.make(), made_at));
        }
    }

    pub(super) fn make(&mut self) -> Connection {
        let ice_servers = self.ice_servers.clone();
        self.room.connection(|id, inbox| Connection::offering(id, ice_servers, inbox))
    }
}
