//! Finding back: a new peer connection after a page load, a crash or a changed network, by the helper's deposit.
//!
//! ```text
//! helper   connected ─ deposit ───────────────── knocked ─ admits ─┐
//! visitor  connected ─ stores ─ loses ─ answers ─ knocks ──────────┴─ channel opens ─ connected
//! ```
//!
//! The visitor does all the trying; the helper can be found as long as the broker knows its deposits. A path that
//! has only gone silent stays open meanwhile, and is taken again when something is heard on it.

mod tries;

use alongside_signaling_proto::id::SessionId;
use alongside_signaling_proto::wire::{IceServer, LeaveReason};

use super::{EndedBy, Event, Helper, KeptDeposit, Output, Session, Snapshot, State};
use crate::deposits::Deposits;
use crate::limits::{
    ACK_TIMEOUT_MS, DEPOSIT_DELAY_MS, DEPOSIT_FRESH_MS, KEEP_INTERVAL_MS, PROBE_TIMEOUT_MS,
    RESUME_ATTEMPT_MS, RESUME_LIFETIME_MS, SOCKET_LINGER_MS,
};
use crate::proposals::Proposals;
use crate::wire::{Deposit, Deposited, PeerErrorCode, PeerMessage, Psk, Role};

/// What one side knows about finding back.
#[derive(Debug, Default)]
pub(super) struct Resuming {
    /// Visitor: who helps, what to connect with, and the way back.
    helper: Option<Helper>,
    ice_servers: Vec<IceServer>,
    held: Option<KeptDeposit>,
    /// Helper: the ways back that were given, and when the next is made.
    given: Deposits,
    deposit_at: Option<u64>,
    /// The last try, by either side's count of the same.
    attempt: u64,
    trying: Trying,
    /// The peer connection of this try.
    tried: Option<u32>,
    /// Visitor: when the next try is made. Helper: when the one that is let in has taken too long.
    try_at: Option<u64>,
    /// Visitor: since when the broker does not know the helper.
    away_since: Option<u64>,
    /// Helper: whom to admit once there is a new offer.
    admitting: Option<(SessionId, u64)>,
    /// Until when the other side has to give a sign of life.
    probe_at: Option<u64>,
    /// Visitor: the last message that is acknowledged, and until when the next has to be.
    acked: u32,
    ack_at: Option<u64>,
    /// Visitor: up to which message the other side has to have all, before a path that went silent is believed again: one
    /// that carries in one direction alone is as good as none.
    doubted: Option<u32>,
    /// Helper: the server says that the visitor has ended, which is believed when nothing is heard of them on the path that
    /// has gone silent until then.
    over_at: Option<u64>,
    /// When what is kept has to be written anew, so that its age can be told; and since when the two have lost
    /// each other.
    keep_at: Option<u64>,
    lost_at: Option<u64>,
    /// Visitor: until when the end of the channel means that another tab has taken this one's place.
    moved_until: Option<u64>,
}

/// How far the visitor's try is.
#[derive(Debug, Default, PartialEq, Eq)]
enum Trying {
    /// There is none.
    #[default]
    No,
    /// The deposited offer is being answered.
    Describing,
    /// To be sent once the socket is open, with the answer to the deposited offer if it has not been used.
    Ready(Option<String>),
    /// The helper has not answered yet.
    Sent,
    /// The peers are connecting.
    Admitted,
}

impl Resuming {
    /// Notes who helps, and what connects.
    pub(super) fn helped_by(&mut self, name: &str, automated: bool, ice_servers: &[IceServer]) {
        self.helper = Some(Helper { name: name.to_owned(), automated });
        self.ice_servers = ice_servers.to_vec();
    }

    /// The next time at which something is due.
    pub(super) fn due(&self) -> Option<u64> {
        let all = [self.deposit_at, self.try_at, self.probe_at, self.ack_at, self.over_at, self.keep_at];
        all.into_iter().flatten().min()
    }

    /// Nothing more is made ready: the person has ended.
    pub(super) fn rest(&mut self) {
        (self.deposit_at, self.keep_at, self.probe_at) = (None, None, None);
    }

    fn settle(&mut self) {
        (self.trying, self.tried) = (Trying::No, None);
        (self.try_at, self.away_since, self.probe_at, self.over_at) = (None, None, None, None);
        (self.admitting, self.lost_at, self.doubted) = (None, None, None);
    }
}

/// What is kept.
impl Session {
    /// Whether what the broker says of this id is said of the session as it is: not of a ticket or deposit of before.
    #[must_use]
    pub fn is_about(&self, id: SessionId) -> bool {
        self.id == Some(id)
    }

    /// The key of a deposit of ours, for the driver to open what came for it.
    #[must_use]
    pub fn psk(&self, deposit: SessionId) -> Option<Psk> {
        self.resuming.given.all().find(|given| given.id == deposit).map(|given| given.psk)
    }

    fn snapshot(&self, now: u64) -> Snapshot {
        let Resuming { helper, ice_servers, held, given, attempt, lost_at, .. } = &self.resuming;
        let given = given.all().map(|given| KeptDeposit { id: given.id, psk: given.psk, offer: None });
        let mut snapshot = Snapshot {
            at: lost_at.unwrap_or(now),
            deposits: given.chain(held.clone()).collect(),
            attempt: *attempt,
            place: self.place,
            helper: helper.clone(),
            ice_servers: ice_servers.clone(),
            written: Vec::new(),
            last: 0,
            delivered: 0,
            read: 0,
            stored: 0,
            seen: 0,
            epoch: 0,
            proposal: self.proposals.last(),
        };
        self.talk.keep(&mut snapshot);
        snapshot
    }

    fn is_kept(&self) -> bool {
        let is_there = matches!(self.state, State::Connected | State::Reconnecting);
        is_there && (self.own == Role::Visitor || self.can_be_found())
    }

    fn keep(&mut self, now: u64) {
        if self.is_kept() {
            self.resuming.keep_at =
                (self.state == State::Connected).then(|| now.saturating_add(KEEP_INTERVAL_MS));
            let snapshot = self.snapshot(now);
            self.outputs.push_back(Output::Keep { snapshot });
        }
    }

    /// Keeps what has changed before anything of it is sent: what is acknowledged is stored, and what is sent can
    /// be sent again (invariant I5). `from` is where the outputs of the change begin.
    pub(super) fn keep_before_sending(&mut self, from: usize, now: u64) {
        let after = self.outputs.iter().skip(from).position(|output| matches!(output, Output::Send { .. }));
        let later = after.map_or_else(Default::default, |at| self.outputs.split_off(from + at));
        self.keep(now);
        self.outputs.extend(later);
    }

    /// The same, if anything is sent.
    pub(super) fn keep_what_is_sent(&mut self, from: usize, now: u64) {
        if self.outputs.len() > from {
            self.keep_before_sending(from, now);
        }
    }

    /// Goes on from what was kept.
    pub(super) fn restore(&mut self, snapshot: Snapshot, now: u64) {
        if self.state != State::Idle {
            return;
        }
        self.talk.restore(&snapshot);
        let Snapshot { at, deposits, attempt, place, helper, ice_servers, proposal, .. } = snapshot;
        self.proposals = Proposals::restored(proposal);
        self.place = place;
        self.resuming.attempt = attempt;
        self.resuming.ice_servers = ice_servers;
        let until = at.saturating_add(RESUME_LIFETIME_MS);
        if now >= until {
            return self.finish(State::Ended, Event::Ended { by: EndedBy::Lost }, now, LeaveReason::Failed);
        }
        if self.own == Role::Helper {
            let kept = deposits.into_iter().map(|deposit| (deposit.id, deposit.psk));
            self.resuming.given = Deposits::restored(kept);
        } else {
            self.resuming.held = deposits.into_iter().last();
            if let Some(helper) = helper {
                self.tell(Event::Helper { name: helper.name.clone(), automated: helper.automated });
                self.resuming.helper = Some(helper);
            }
        }
        self.lose_each_other(now);
        self.resuming.lost_at = Some(at);
        self.deadline = Some(until);
        if self.own == Role::Helper {
            self.announce();
        }
    }
}

/// The helper's deposits.
impl Session {
    pub(super) fn deposit_made(&mut self, generation: u32, id: SessionId, psk: Psk, offer: String, now: u64) {
        let Some(old) = self.resuming.given.made(generation, id, psk, now) else { return };
        self.close_all(old);
        self.resuming.deposit_at = Some(now.saturating_add(DEPOSIT_FRESH_MS));
        self.keep(now);
        self.announce();
        if self.talk.has_begun() {
            let deposit = Deposit { id, psk, offer };
            self.outputs.push_back(Output::Send { message: PeerMessage::Deposit(deposit) });
        }
    }

    /// Visitor: stores a way back.
    pub(super) fn take_deposit(&mut self, deposit: Deposit, now: u64) {
        let Deposit { id, psk, offer } = deposit;
        self.resuming.held = Some(KeptDeposit { id, psk, offer: Some(offer) });
        self.keep(now);
        self.outputs.push_back(Output::Send { message: PeerMessage::Deposited(Deposited { id }) });
    }

    /// Helper: the visitor has stored one.
    ///
    /// Errors: what the visitor is to be refused with.
    pub(super) fn deposited(&mut self, id: SessionId, now: u64) -> Result<(), PeerErrorCode> {
        let old = self.resuming.given.stored(id).map_err(|_| PeerErrorCode::WrongSequence)?;
        self.close_all(old);
        self.keep(now);
        // Who knocks at what is void now is told so by the broker, and does not go on trying.
        self.announce();
        Ok(())
    }

    fn announce(&mut self) {
        let deposits = self.resuming.given.all().map(|given| given.id).collect();
        self.outputs.push_back(Output::Announce { deposits });
    }

    /// Nobody finds back any more.
    pub(super) fn forget_ways_back(&mut self) {
        let gone = self.resuming.given.let_go();
        self.close_all(gone);
        self.resuming = Resuming { attempt: self.resuming.attempt, ..Resuming::default() };
        if self.ending == Some(PeerMessage::Return) {
            // Whoever comes back to a helper who gave them back is not told that it has ended: they ask again.
            self.announce();
        }
    }

    fn close_all(&mut self, generations: impl IntoIterator<Item = u32>) {
        self.outputs.extend(generations.into_iter().map(|generation| Output::Close { generation }));
    }
}

/// Losing each other.
impl Session {
    /// A path that stands has gone silent.
    pub(super) fn disturbed(&mut self, generation: u32, now: u64) {
        if self.standing == Some(generation) {
            self.fall_silent(now);
        }
    }

    fn fall_silent(&mut self, now: u64) {
        if self.state == State::Connected && self.ending.is_none() {
            self.talk.probe(&mut self.outputs);
            self.lose_each_other(now);
        }
    }

    /// Visitor: notes until when what is written has to be acknowledged; after each input. Acknowledgements travel in line
    /// with all else: where they stop, so has what the helper says.
    pub(super) fn await_ack(&mut self, now: u64) {
        let (last, acked, _) = self.talk.counts();
        let is_awaited = self.own == Role::Visitor
            && self.state == State::Connected
            && self.ending.is_none()
            && acked < last;
        let standing = self.resuming.ack_at.filter(|_| acked == self.resuming.acked);
        self.resuming.ack_at = is_awaited.then(|| standing.unwrap_or(now.saturating_add(ACK_TIMEOUT_MS)));
        self.resuming.acked = acked;
    }

    /// Whether the path still stands is not known: asks the other side for a sign of life.
    pub(super) fn network_changed(&mut self, now: u64) {
        match self.state {
            State::Connected => {
                self.talk.probe(&mut self.outputs);
                self.resuming.probe_at = Some(now.saturating_add(PROBE_TIMEOUT_MS));
                if self.own == Role::Helper {
                    // What the next connection has gathered is not true any more.
                    let gone = self.resuming.given.let_go();
                    self.close_all(gone);
                    self.resuming.deposit_at = Some(now.saturating_add(DEPOSIT_DELAY_MS));
                }
            }
            State::Reconnecting if self.own == Role::Visitor => {
                self.dial();
                self.try_again(now);
            }
            State::Reconnecting
            | State::Idle
            | State::Asking
            | State::Waiting
            | State::Unavailable
            | State::Connecting
            | State::Ended
            | State::Failed => {}
        }
    }

    /// The channel that stood is gone, or nobody knows whether it is.
    pub(super) fn lose_each_other(&mut self, now: u64) {
        if self.resuming.moved_until.is_some_and(|until| now < until) && !self.is_open() {
            // To take it back would be to have it taken again.
            self.close();
            return self.finish(
                State::Ended,
                Event::Ended { by: EndedBy::Elsewhere },
                now,
                LeaveReason::Moved,
            );
        }
        self.resuming.lost_at = Some(now);
        self.resuming.doubted = Some(self.talk.counts().0);
        self.resuming.rest();
        self.linger = None;
        // Who ends waits for the last messages no longer than before.
        if self.ending.is_none() {
            self.deadline = Some(now.saturating_add(RESUME_LIFETIME_MS));
        }
        self.set_state(State::Reconnecting);
        if self.own == Role::Visitor {
            self.dial();
            self.try_again(now);
        }
    }

    /// Either has each other again, over a new channel or the old one.
    pub(super) fn find_each_other(&mut self, now: u64) {
        let is_again = self.state == State::Reconnecting;
        self.set_state(State::Connected);
        if self.ending.is_none() {
            self.deadline = None;
        }
        let is_by_this_try = self.resuming.trying == Trying::Admitted && self.resuming.tried == self.standing;
        let is_over_another = self.resuming.trying != Trying::No && !is_by_this_try;
        self.resuming.settle();
        if self.is_attempting() || is_over_another {
            self.drop_attempt();
            self.leave(LeaveReason::Failed);
        }
        if self.dialled {
            self.linger = Some(now.saturating_add(SOCKET_LINGER_MS));
        }
        self.keep(now);
        if self.own == Role::Helper && self.ending.is_none() {
            // On the old path what waits is as good as before.
            let waiting = self.resuming.given.fresh_until().filter(|_| self.talk.has_begun());
            self.resuming.deposit_at = waiting.or(Some(now.saturating_add(DEPOSIT_DELAY_MS)));
        }
        if self.talk.has_begun() {
            return;
        }
        if self.own == Role::Helper && is_again {
            self.proposals.withdraw(&mut self.outputs);
        }
        self.talk.begin(&mut self.outputs);
    }

    /// Whether a peer connection is coming up beside the one that stands, or for it.
    pub(super) fn is_attempting(&self) -> bool {
        self.negotiation.live && self.standing != Some(self.negotiation.generation)
    }

    /// A new path is open, of which nothing bad is known.
    pub(super) fn believe(&mut self) {
        self.resuming.doubted = None;
    }

    /// Whether what is heard while the two have lost each other says that they have each other again.
    pub(super) fn is_found(&self) -> bool {
        self.state == State::Reconnecting
            && match self.own {
                Role::Visitor => self.resuming.doubted.is_none_or(|seq| seq <= self.talk.counts().1),
                // Whom a helper is letting in has lost this path, whatever still comes over it.
                Role::Helper => !self.is_attempting(),
            }
    }

    /// Helper: whether the visitor has a way back.
    pub(super) fn can_be_found(&self) -> bool {
        self.resuming.given.all().next().is_some()
    }

    /// A deposited connection that nobody needs yet is gone: the next one is made soon.
    pub(super) fn deposit_lost(&mut self, generation: u32, now: u64) {
        if self.resuming.given.lost(generation) {
            self.outputs.push_back(Output::Close { generation });
            if self.state == State::Connected {
                self.resuming.deposit_at = Some(now.saturating_add(RESUME_ATTEMPT_MS));
            }
        }
    }

    pub(super) fn resuming_timed_out(&mut self, now: u64) {
        let due = |at: &mut Option<u64>| at.take_if(|at| now >= *at).is_some();
        if due(&mut self.resuming.keep_at) && self.state == State::Connected {
            self.keep(now);
        }
        if due(&mut self.resuming.deposit_at) && self.state == State::Connected && self.ending.is_none() {
            self.generations = self.generations.wrapping_add(1);
            let generation = self.generations;
            let old = self.resuming.given.make(generation);
            self.close_all(old);
            self.outputs.push_back(Output::Deposit { generation });
        }
        if due(&mut self.resuming.probe_at) && self.state == State::Connected && self.ending.is_none() {
            self.lose_each_other(now);
        }
        if due(&mut self.resuming.ack_at) {
            self.fall_silent(now);
        }
        if due(&mut self.resuming.over_at) {
            self.other_has_ended(now);
        }
        if due(&mut self.resuming.try_at) && self.state == State::Reconnecting {
            match self.own {
                Role::Visitor => self.try_again(now),
                // The path that has gone silent may be the one that they are on.
                Role::Helper => {
                    self.let_nobody_in();
                    if self.is_open() {
                        self.talk.probe(&mut self.outputs);
                    }
                }
            }
        }
    }

    fn let_nobody_in(&mut self) {
        self.resuming.admitting = None;
        self.drop_attempt();
    }

    /// Something was heard over the path that stands.
    pub(super) fn is_alive(&mut self) {
        self.resuming.probe_at = None;
    }
}
