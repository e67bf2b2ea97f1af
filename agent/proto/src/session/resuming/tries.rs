//! The visitor's tries to find back, and how the helper lets them in.

use alongside_signaling_proto::id::SessionId;
use alongside_signaling_proto::wire::{ErrorCode, IceServer, LeaveReason};

use super::Trying;
use crate::limits::{
    HELPER_AWAY_MS, MAX_KNOCK_CANDIDATES, PROBE_TIMEOUT_MS, RESUME_ATTEMPT_MS, RESUME_RETRY_MS,
};
use crate::proposals::Proposals;
use crate::session::{EndedBy, Event, KeptDeposit, Output, Session, State};
use crate::wire::{Admission, Knock, Role, SealedSignal};

/// The visitor's tries.
impl Session {
    /// Makes the next try.
    pub(super) fn try_again(&mut self, now: u64) {
        self.drop_attempt();
        self.resuming.tried = None;
        let Some(held) = &mut self.resuming.held else {
            if !self.is_open() {
                self.ask_elsewhere(now);
            }
            return;
        };
        let offer = held.offer.take();
        self.resuming.try_at = Some(now.saturating_add(RESUME_ATTEMPT_MS));
        if let Some(offer) = offer {
            self.resuming.trying = Trying::Describing;
            // An offer is answered once: the next page must not find it.
            self.keep(now);
            let generation = self.begin_connection();
            self.resuming.tried = Some(generation);
            let ice_servers = self.resuming.ice_servers.clone();
            self.outputs.push_back(Output::Answer { generation, offer, ice_servers });
        } else {
            self.resuming.trying = Trying::Ready(None);
            self.knock(now);
        }
    }

    fn try_later(&mut self, now: u64) {
        self.resuming.trying = Trying::No;
        self.resuming.try_at = Some(now.saturating_add(RESUME_RETRY_MS));
    }

    /// Tells the helper that we are back, once there is something to tell and somebody to carry it.
    pub(in crate::session) fn knock(&mut self, now: u64) {
        if self.state != State::Reconnecting || !self.socket_open {
            return;
        }
        let Some(KeptDeposit { id: deposit, psk, .. }) = self.resuming.held else { return };
        let Trying::Ready(answer) = &mut self.resuming.trying else { return };
        let answer = answer.take();
        self.resuming.trying = Trying::Sent;
        self.resuming.attempt = now.max(self.resuming.attempt.saturating_add(1));
        let candidates = match answer {
            Some(_) => self.negotiation.early(MAX_KNOCK_CANDIDATES),
            None => Vec::new(),
        };
        let (attempt, last_seq) = (self.resuming.attempt, self.talk.stored());
        self.id = Some(deposit);
        self.announced = true;
        self.keep(now);
        let knock = Knock { attempt, answer, candidates, last_seq };
        self.outputs.push_back(Output::Knock { deposit, psk, knock });
    }

    /// What came is no answer to our knock: it may be one to a knock of before, or nobody's.
    pub(in crate::session) fn not_admitted(&mut self, now: u64) {
        if self.resuming.trying == Trying::Sent {
            self.try_later(now);
        }
    }

    pub(in crate::session) fn resumed(&mut self, ice_servers: Vec<IceServer>) {
        if self.own == Role::Visitor && self.state == State::Reconnecting {
            self.resuming.away_since = None;
            self.resuming.ice_servers = ice_servers;
        }
    }

    pub(in crate::session) fn admitted(&mut self, Admission { offer }: Admission, now: u64) {
        if self.state != State::Reconnecting || self.resuming.trying != Trying::Sent {
            return;
        }
        self.resuming.trying = Trying::Admitted;
        self.resuming.try_at = Some(now.saturating_add(RESUME_ATTEMPT_MS));
        match offer {
            Some(offer) => {
                let generation = self.begin_connection();
                self.resuming.tried = Some(generation);
                let ice_servers = self.resuming.ice_servers.clone();
                self.outputs.push_back(Output::Answer { generation, offer, ice_servers });
            }
            None => self.negotiation.let_out(&mut self.outputs),
        }
    }

    /// A path that is coming up needs the server no more, unless something was still on its way through it.
    pub(in crate::session) fn socket_lost_again(&mut self) {
        self.announced = false;
        if self.own == Role::Visitor {
            if matches!(self.resuming.trying, Trying::Sent | Trying::Admitted) {
                self.resuming.trying = Trying::Ready(None);
            }
            self.dial();
        } else {
            // What took the other and the server may have changed the addresses that were gathered.
            let gone = self.resuming.given.let_go();
            self.close_all(gone);
        }
    }

    pub(in crate::session) fn refused_again(&mut self, code: ErrorCode, now: u64) {
        if !std::mem::take(&mut self.announced) || self.own == Role::Helper {
            return;
        }
        if code == ErrorCode::ResumeUnknown {
            let since = self.resuming.away_since.unwrap_or(now);
            if self.resuming.away_since.replace(since).is_none() {
                self.tell(Event::Away);
            }
            if now >= since.saturating_add(HELPER_AWAY_MS) {
                return self.ask_elsewhere(now);
            }
        }
        self.try_later(now);
    }

    /// Another socket goes on in our place: the other side will close the channel that we have, if it has not yet.
    pub(in crate::session) fn moved(&mut self, now: u64) {
        if self.own == Role::Visitor {
            self.resuming.moved_until = Some(now.saturating_add(RESUME_ATTEMPT_MS));
        }
    }

    pub(in crate::session) fn left_again(&mut self, reason: LeaveReason, now: u64) {
        // Peers who may still have each other need no server to tell them.
        if let Some(by) = self.ended_by(reason).filter(|_| !self.is_open()) {
            self.close();
            return self.finish(State::Ended, Event::Ended { by }, now, reason);
        }
        if self.own == Role::Visitor {
            return self.try_later(now);
        }
        if reason == LeaveReason::Gone {
            // Of their socket, no more: what comes up between us goes on.
            return;
        }
        self.let_nobody_in();
        if !self.is_open() || !self.talk.is_through() {
        } else if reason == LeaveReason::Ended {
            self.talk.probe(&mut self.outputs);
            self.resuming.over_at = Some(now.saturating_add(PROBE_TIMEOUT_MS));
        } else {
            // They have heard something on the old path.
            self.find_each_other(now);
        }
    }

    /// The other side has ended, as the server has said and the path between the two does not deny.
    pub(in crate::session) fn other_has_ended(&mut self, now: u64) {
        self.close();
        self.finish(State::Ended, Event::Ended { by: self.other() }, now, LeaveReason::Ended);
    }

    /// A try has come to nothing; or the silent path that stood beside it has.
    pub(in crate::session) fn try_came_to_nothing(&mut self, was_standing: bool, now: u64) {
        if self.own == Role::Helper {
            if !was_standing {
            } else if self.resuming.over_at.is_some() {
                self.other_has_ended(now);
            } else if !self.can_be_found() {
                self.finish(State::Ended, Event::Ended { by: EndedBy::Lost }, now, LeaveReason::Failed);
            }
        } else if self.resuming.held.is_none() {
            self.ask_elsewhere(now);
        } else if !was_standing {
            self.try_later(now);
        }
    }

    /// Nobody is there to come back to: asks again in the old place, for whoever takes over.
    pub(in crate::session) fn ask_elsewhere(&mut self, now: u64) {
        self.leave(LeaveReason::Failed);
        self.close();
        self.lost = 0;
        self.proposals = Proposals::default();
        self.set_state(State::Asking);
        self.talk.begin_anew(&mut self.outputs);
        self.dial();
        self.prepare(now);
    }
}

/// The helper lets the visitor in.
impl Session {
    pub(in crate::session) fn knocked(&mut self, deposit: SessionId, knock: Knock, now: u64) {
        let Knock { attempt, answer, candidates, last_seq } = knock;
        let is_there = matches!(self.state, State::Connected | State::Reconnecting);
        if self.own == Role::Visitor || !is_there || attempt <= self.resuming.attempt {
            return;
        }
        // Who knocks with it has stored it.
        let Ok(old) = self.resuming.given.stored(deposit) else { return };
        self.close_all(old);
        self.resuming.attempt = attempt;
        if self.state == State::Connected {
            self.lose_each_other(now);
        }
        (self.id, self.announced) = (Some(deposit), true);
        self.resuming.try_at = Some(now.saturating_add(RESUME_ATTEMPT_MS));
        self.resuming.over_at = None;
        self.keep(now);
        self.talk.has_stored(last_seq, &mut self.outputs);
        let ready = self.resuming.given.use_up(deposit, now);
        if let (Some(answer), Some((generation, true))) = (answer, ready) {
            self.drop_attempt();
            self.negotiation.begin(generation);
            self.outputs.push_back(Output::Accept { generation, answer });
            self.negotiation.let_in(&mut self.outputs);
            for candidate in candidates {
                self.negotiation.heard(candidate, &mut self.outputs);
            }
            let admission = Admission { offer: None };
            self.outputs.push_back(Output::Admit { deposit, attempt, admission });
            self.negotiation.let_out(&mut self.outputs);
        } else {
            self.close_all(ready.map(|(generation, _)| generation));
            let generation = self.begin_connection();
            self.resuming.admitting = Some((deposit, attempt));
            self.outputs.push_back(Output::Offer { generation });
        }
    }

    /// A description stands while the two find back.
    pub(in crate::session) fn described_again(&mut self, sdp: String, now: u64) {
        if self.own == Role::Helper {
            if let Some((deposit, attempt)) = self.resuming.admitting.take() {
                let admission = Admission { offer: Some(sdp) };
                self.outputs.push_back(Output::Admit { deposit, attempt, admission });
                self.negotiation.let_out(&mut self.outputs);
            }
            return;
        }
        match self.resuming.trying {
            Trying::Describing => {
                self.resuming.trying = Trying::Ready(Some(sdp));
                self.negotiation.let_in(&mut self.outputs);
                self.knock(now);
            }
            Trying::Admitted if self.negotiation.is_awaiting() => {
                self.outputs.push_back(Output::Seal { signal: SealedSignal::Answer { sdp } });
                self.negotiation.let_out(&mut self.outputs);
                self.negotiation.let_in(&mut self.outputs);
            }
            Trying::No | Trying::Ready(_) | Trying::Sent | Trying::Admitted => {}
        }
    }
}
