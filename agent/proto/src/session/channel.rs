//! What arrives on the data channel, and what goes out on it but for chat.

use alongside_signaling_proto::wire::LeaveReason;

use super::{EndedBy, Event, Session, SessionErrorCode, State};
use crate::limits::{MAX_FAULTS, SOCKET_LINGER_MS};
use crate::wire::{Answered, PeerMessage, Role};

impl Session {
    pub(super) fn received(&mut self, message: PeerMessage, now: u64) {
        if !self.open || self.is_over() {
            return;
        }
        self.talk.greeted(&message, now, &mut self.outputs);
        if self.state == State::Connecting && self.talk.is_through() {
            self.set_state(State::Connected);
            self.deadline = None;
            if self.dialled {
                self.linger = Some(now.saturating_add(SOCKET_LINGER_MS));
            }
            self.talk.begin(&mut self.outputs);
        }
        if message == PeerMessage::End {
            self.close();
            return self.finish(State::Ended, Event::Ended { by: self.other() }, now, LeaveReason::Ended);
        }
        self.take(message, now);
        self.check_faults(now);
        if self.ending && self.talk.is_settled() {
            self.finish_own(now);
        }
    }

    fn take(&mut self, message: PeerMessage, now: u64) {
        let (out, is_through) = (&mut self.outputs, self.talk.is_through());
        let (is_visitor, is_helper) = (self.own == Role::Visitor, self.own == Role::Helper);
        let taken = if let PeerMessage::Propose(ref propose) = message
            && is_through
            && is_visitor
        {
            self.proposals.take(propose.clone(), &self.origin, out)
        } else if let PeerMessage::Allowed(Answered { id }) = message
            && is_through
            && is_helper
        {
            self.proposals.answered(id, true, out)
        } else if let PeerMessage::Declined(Answered { id }) = message
            && is_through
            && is_helper
        {
            self.proposals.answered(id, false, out)
        } else {
            self.talk.take(message, now, out);
            Ok(())
        };
        if let Err(code) = taken {
            self.talk.refuse(code, &mut self.outputs);
        }
    }

    pub(super) fn propose(&mut self, url: Option<String>) {
        let is_made = self.own == Role::Helper
            && self.state == State::Connected
            && !self.ending
            && self.proposals.propose(url, &self.origin, &mut self.outputs);
        if !is_made {
            self.tell(Event::Error { code: SessionErrorCode::NotProposed });
        }
    }

    pub(super) fn answer(&mut self, id: u32, is_allowed: bool) {
        if self.own == Role::Visitor && self.state == State::Connected && !self.ending {
            self.proposals.answer(id, is_allowed, &mut self.outputs);
        }
    }

    pub(super) fn check_faults(&mut self, now: u64) {
        if self.talk.faults >= MAX_FAULTS {
            self.fail(SessionErrorCode::PeerFault, now);
        }
    }

    pub(super) fn channel_closed(&mut self, now: u64) {
        self.close();
        if self.is_over() {
        } else if self.ending {
            self.finish_own(now);
        } else if self.state == State::Connected {
            self.finish(State::Ended, Event::Ended { by: EndedBy::Lost }, now, LeaveReason::Failed);
        } else if self.own == Role::Helper {
            self.fail(SessionErrorCode::ConnectTimeout, now);
        } else {
            self.leave(LeaveReason::Failed);
            self.ask_again(now);
        }
    }
}
