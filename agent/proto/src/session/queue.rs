//! A visitor's way into the queue, and back into it after a lost claim.

use alongside_signaling_proto::id::Place;
use alongside_signaling_proto::wire::{AgentToBroker, Ask, ErrorCode, LeaveReason};

use super::{EndedBy, Event, Output, Session, SessionErrorCode, State, UnverifiedCode};
use crate::limits::{MAX_LOST_CLAIMS, ROLLOVER_INTERVAL_MS};
use crate::wire::{Chat, Role};

impl Session {
    pub(super) fn begin(&mut self, place: Place, written: Vec<Chat>, now: u64) {
        if self.own == Role::Visitor && self.state == State::Idle {
            self.place = Some(place);
            self.set_state(State::Asking);
            for Chat { at, text, .. } in written {
                self.talk.say(text, at, &mut self.outputs);
            }
            self.dial();
            self.prepare(now);
        }
    }

    pub(super) fn dial(&mut self) {
        self.dialled = true;
        self.outputs.push_back(Output::Dial);
    }

    pub(super) fn prepare(&mut self, now: u64) {
        self.prepare_as(State::Asking, now);
    }

    fn prepare_as(&mut self, state: State, now: u64) {
        let Some(&team) = self.teams.get(self.team) else {
            return self.fail(SessionErrorCode::Refused(ErrorCode::UnknownTeam), now);
        };
        self.id = None;
        self.message = None;
        self.announced = false;
        self.deadline = None;
        self.set_state(state);
        self.outputs.push_back(Output::Prepare { team });
    }

    /// Asks the other of two teams. Nothing is told of it when nobody is there: most often nobody is there either.
    pub(super) fn ask_the_other(&mut self, state: State, now: u64) {
        self.team = (self.team + 1) % self.teams.len().max(1);
        self.leave(LeaveReason::Ended);
        self.prepare_as(state, now);
    }

    pub(super) fn ask(&mut self) {
        if !self.is_in_queue() || self.announced || !self.socket_open {
            return;
        }
        let (Some(&team), Some(session), Some(place)) = (self.teams.get(self.team), self.id, self.place)
        else {
            return;
        };
        let Some(message) = self.message.take() else { return };
        self.announced = true;
        let ask = Ask { team, session, origin: self.origin.clone(), message, place };
        self.outputs.push_back(Output::Signal { message: AgentToBroker::Ask(ask) });
    }

    pub(super) fn queued(&mut self, helpers: u32, position: u32, now: u64) {
        if !self.is_in_queue() || !self.announced {
            return;
        }
        if helpers == 0 && self.hops > 0 {
            self.hops -= 1;
            return self.ask_the_other(State::Asking, now);
        }
        let is_alone = helpers == 0 && self.teams.len() > 1;
        self.deadline = is_alone.then(|| now.saturating_add(ROLLOVER_INTERVAL_MS));
        self.set_state(if helpers > 0 { State::Waiting } else { State::Unavailable });
        self.tell(Event::Waiting { helpers, position });
    }

    pub(super) fn socket_lost(&mut self, now: u64) {
        self.socket_open = false;
        if self.state == State::Reconnecting {
            return self.socket_lost_again();
        }
        if self.own == Role::Helper && self.state == State::Connecting && !self.is_open() {
            return self.fail(SessionErrorCode::ServerLost, now);
        }
        if !self.is_in_queue() {
            return self.left(LeaveReason::Gone, now);
        }
        self.dial();
        // Somebody may have claimed meanwhile, so neither the id nor the key is used again.
        if self.announced {
            self.prepare(now);
        }
    }

    pub(super) fn refused(&mut self, code: ErrorCode, now: u64) {
        if self.state == State::Reconnecting {
            if code == ErrorCode::Blocked {
                // Whoever keeps us away has ended it.
                return self.left(LeaveReason::Ended, now);
            }
            return self.refused_again(code, now);
        }
        if !self.announced || self.is_open() || self.is_over() {
            return;
        }
        // Of an ask before this one.
        if self.is_in_queue() && code == ErrorCode::SessionUnknown {
            return;
        }
        // Only a visitor whose claim stands is still known to the broker.
        self.announced = self.own == Role::Visitor && !self.is_in_queue();
        if matches!(code, ErrorCode::SessionUnknown | ErrorCode::TicketGone) && self.own == Role::Helper {
            self.fail(SessionErrorCode::TicketGone, now);
        } else if matches!(code, ErrorCode::SessionUnknown | ErrorCode::TicketGone | ErrorCode::TicketExists)
        {
            self.ask_again(now);
        } else if self.is_in_queue() && code == ErrorCode::UnknownTeam {
            // During a rollover a server may know one of the two.
            self.teams.remove(self.team);
            self.team %= self.teams.len().max(1);
            if self.teams.len() < 2 {
                self.hops = 0;
            }
            self.prepare(now);
        } else {
            self.fail(SessionErrorCode::Refused(code), now);
        }
    }

    pub(super) fn left(&mut self, reason: LeaveReason, now: u64) {
        if !self.announced {
            return;
        }
        self.announced = false;
        if reason == LeaveReason::Moved && self.is_open() {
            self.moved(now);
        }
        // Peers who have each other need no server to tell them.
        if self.state == State::Connected || self.is_over() {
            return;
        }
        if self.state == State::Reconnecting {
            return self.left_again(reason, now);
        }
        if let Some(by) = self.ended_by(reason) {
            self.close();
            return self.finish(State::Ended, Event::Ended { by }, now, reason);
        }
        if self.is_open() {
            return;
        }
        if self.own == Role::Visitor {
            return self.ask_again(now);
        }
        let code = match reason {
            // What exactly did not fit, the visitor keeps to itself.
            LeaveReason::Unverified => SessionErrorCode::Unverified(UnverifiedCode::HandshakeFailed),
            LeaveReason::Failed | LeaveReason::Unknown => SessionErrorCode::ConnectTimeout,
            LeaveReason::Ended | LeaveReason::Gone | LeaveReason::Moved => SessionErrorCode::TicketGone,
        };
        self.fail(code, now);
    }

    /// Who has ended the session, if it was left for such a reason.
    pub(super) fn ended_by(&self, reason: LeaveReason) -> Option<EndedBy> {
        match reason {
            LeaveReason::Ended => Some(self.other()),
            LeaveReason::Moved => Some(EndedBy::Elsewhere),
            LeaveReason::Unverified | LeaveReason::Failed | LeaveReason::Gone | LeaveReason::Unknown => None,
        }
    }

    /// The claim was lost: asks again in the same place, but not for ever.
    pub(super) fn ask_again(&mut self, now: u64) {
        self.close();
        self.lost += 1;
        if self.lost > MAX_LOST_CLAIMS {
            return self.fail(SessionErrorCode::ConnectTimeout, now);
        }
        if !self.socket_open {
            self.dial();
        }
        self.prepare(now);
    }
}
