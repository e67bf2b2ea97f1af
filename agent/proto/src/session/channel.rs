//! What arrives on the data channel, and what goes out on it but for chat.

use alongside_signaling_proto::wire::LeaveReason;

use super::{EndedBy, Event, Output, Session, SessionErrorCode, State};
use crate::limits::MAX_FAULTS;
use crate::wire::{Answered, Deposited, PeerErrorCode, PeerMessage, Role};

impl Session {
    pub(super) fn channel_opened(&mut self, generation: u32, now: u64) {
        let is_awaited = matches!(self.state, State::Connecting | State::Reconnecting);
        if !is_awaited || !self.negotiation.is(generation) || self.standing == Some(generation) {
            return;
        }
        if let Some(old) = self.standing.replace(generation) {
            self.outputs.push_back(Output::Close { generation: old });
        }
        self.believe();
        self.talk.open(now, &mut self.outputs);
    }

    pub(super) fn received(&mut self, message: PeerMessage, now: u64) {
        if !self.is_open() || self.is_over() {
            return;
        }
        self.is_alive();
        self.talk.greeted(&message, now, &mut self.outputs);
        if message == PeerMessage::End {
            self.close();
            return self.finish(State::Ended, Event::Ended { by: self.other() }, now, LeaveReason::Ended);
        }
        if message == PeerMessage::Return && self.own == Role::Visitor && self.talk.is_through() {
            return if self.ending.is_some() { self.finish_own(now) } else { self.ask_elsewhere(now) };
        }
        self.heard(now);
        self.take(message, now);
        self.heard(now);
        self.check_faults(now);
        if self.ending.is_some() && self.talk.is_settled() {
            self.finish_own(now);
        }
    }

    /// The two have each other, if they may say so.
    fn heard(&mut self, now: u64) {
        if self.talk.is_through() && (self.state == State::Connecting || self.is_found()) {
            self.find_each_other(now);
        }
    }

    fn take(&mut self, message: PeerMessage, now: u64) {
        if let Err(code) = self.take_for_role(message, now) {
            self.talk.refuse(code, &mut self.outputs);
        }
    }

    /// Takes what one role alone may say; the rest is talk.
    fn take_for_role(&mut self, message: PeerMessage, now: u64) -> Result<(), PeerErrorCode> {
        let out = &mut self.outputs;
        if !self.talk.is_through() {
        } else if self.own == Role::Visitor {
            if let PeerMessage::Propose(propose) = message {
                return self.proposals.take(propose, &self.origin, out);
            } else if let PeerMessage::Deposit(deposit) = message {
                self.take_deposit(deposit, now);
                return Ok(());
            }
        } else if let PeerMessage::Allowed(Answered { id }) = message {
            return self.proposals.answered(id, true, out);
        } else if let PeerMessage::Declined(Answered { id }) = message {
            return self.proposals.answered(id, false, out);
        } else if let PeerMessage::Deposited(Deposited { id }) = message {
            return self.deposited(id, now);
        }
        let (from, is_chat) = (out.len(), matches!(message, PeerMessage::Chat(_)));
        self.talk.take(message, now, out);
        if is_chat {
            self.keep_before_sending(from, now);
        }
        Ok(())
    }

    pub(super) fn propose(&mut self, url: Option<String>, now: u64) {
        let from = self.outputs.len();
        let is_made = self.own == Role::Helper
            && self.state == State::Connected
            && self.ending.is_none()
            && self.proposals.propose(url, &self.origin, &mut self.outputs);
        if is_made {
            // With a number of before, the next would be refused.
            self.keep_before_sending(from, now);
        } else {
            self.tell(Event::Error { code: SessionErrorCode::NotProposed });
        }
    }

    pub(super) fn answer(&mut self, id: u32, is_allowed: bool) {
        if self.own == Role::Visitor && self.state == State::Connected && self.ending.is_none() {
            self.proposals.answer(id, is_allowed, &mut self.outputs);
        }
    }

    pub(super) fn check_faults(&mut self, now: u64) {
        if self.talk.faults >= MAX_FAULTS {
            self.fail(SessionErrorCode::PeerFault, now);
        }
    }

    pub(super) fn channel_closed(&mut self, generation: u32, now: u64) {
        let was_standing = self.standing == Some(generation);
        if was_standing {
            self.standing = None;
            if self.negotiation.generation == generation {
                self.negotiation.live = false;
            }
            self.talk.lose(&mut self.outputs);
        } else if self.negotiation.is(generation) {
            self.negotiation.live = false;
        } else {
            return self.deposit_lost(generation, now);
        }
        self.outputs.push_back(Output::Close { generation });
        if self.is_over() || self.ending.is_some() {
            self.close();
            if self.ending.is_some() {
                self.finish_own(now);
            }
        } else if self.state == State::Reconnecting {
            self.try_came_to_nothing(was_standing, now);
        } else if self.state == State::Connected && (self.own == Role::Visitor || self.can_be_found()) {
            self.lose_each_other(now);
        } else if self.state == State::Connected {
            self.close();
            self.finish(State::Ended, Event::Ended { by: EndedBy::Lost }, now, LeaveReason::Failed);
        } else if self.own == Role::Helper {
            self.close();
            self.fail(SessionErrorCode::ConnectTimeout, now);
        } else {
            self.leave(LeaveReason::Failed);
            self.ask_again(now);
        }
    }
}
