//! The ways back that a helper has given in one session: the last that the visitor is known to have stored, and those
//! after it.
//!
//! A deposit retires when a successor is stored, not when it is used or one is made: a page can be loaded again before it
//! has got the next, and what it has got may be told when it knocks.

use std::collections::VecDeque;

use alongside_signaling_proto::id::SessionId;

use crate::limits::DEPOSIT_FRESH_MS;
use crate::wire::Psk;

/// How many may be unacknowledged. The channel carries one after the other, and each is a connection's coming up or a
/// changed network later: more than two are on their way only to who acknowledges nothing.
const MAX_PENDING: usize = 2;

/// One deposit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Given {
    pub(crate) id: SessionId,
    pub(crate) psk: Psk,
    /// The peer connection that waits for its answer, and since when; `None` once it is used or gone.
    waiting: Option<(u32, u64)>,
}

/// The deposits of one session.
#[derive(Debug, Default)]
pub(crate) struct Deposits {
    stored: Option<Given>,
    /// Oldest first; a peer connection waits for the last alone.
    pending: VecDeque<Given>,
    /// The peer connection that is being made for the next one.
    making: Option<u32>,
}

impl Deposits {
    /// Takes up what was kept, without peer connections; oldest first.
    pub(crate) fn restored(kept: impl IntoIterator<Item = (SessionId, Psk)>) -> Self {
        let mut given = kept.into_iter().map(|(id, psk)| Given { id, psk, waiting: None });
        Self { stored: given.next(), pending: given.take(MAX_PENDING).collect(), making: None }
    }

    /// Those that may be resumed from, oldest first.
    pub(crate) fn all(&self) -> impl Iterator<Item = &Given> {
        self.stored.iter().chain(&self.pending)
    }

    /// Until when a peer connection waits that is still to be believed, if one does.
    pub(crate) fn fresh_until(&self) -> Option<u64> {
        let since = self.all().filter_map(|given| given.waiting).map(|(_, since)| since).max();
        since.map(|since| since.saturating_add(DEPOSIT_FRESH_MS))
    }

    /// Begins the next one, with a peer connection of this generation; gives that of the one it takes the place of.
    pub(crate) fn make(&mut self, generation: u32) -> Option<u32> {
        self.making.replace(generation)
    }

    /// It is made; gives the peer connections of those before it that are not known to be stored. `None` where none is being
    /// made.
    pub(crate) fn made(&mut self, generation: u32, id: SessionId, psk: Psk, now: u64) -> Option<Vec<u32>> {
        self.making.take_if(|making| *making == generation)?;
        let old = self.pending.iter_mut().filter_map(Given::take_out).collect();
        if self.pending.len() == MAX_PENDING {
            self.pending.pop_front();
        }
        self.pending.push_back(Given { id, psk, waiting: Some((generation, now)) });
        Some(old)
    }

    /// The visitor has this one: what came before it is void. Gives the peer connections of that, and says whether
    /// there is such a deposit at all.
    pub(crate) fn stored(&mut self, id: SessionId) -> Result<Vec<u32>, Unknown> {
        if self.stored.as_ref().is_some_and(|stored| stored.id == id) {
            return Ok(Vec::new());
        }
        let at = self.pending.iter().position(|pending| pending.id == id).ok_or(Unknown)?;
        let mut known: Vec<_> = self.stored.take().into_iter().chain(self.pending.drain(..=at)).collect();
        self.stored = known.pop();
        Ok(known.iter_mut().filter_map(Given::take_out).collect())
    }

    /// Takes the peer connection of this one for use; and says whether what it gathered is still to be believed.
    pub(crate) fn use_up(&mut self, id: SessionId, now: u64) -> Option<(u32, bool)> {
        let (generation, since) = self.each().find(|given| given.id == id)?.waiting.take()?;
        Some((generation, now < since.saturating_add(DEPOSIT_FRESH_MS)))
    }

    /// Forgets a peer connection that is gone; says whether it was one of these.
    pub(crate) fn lost(&mut self, generation: u32) -> bool {
        if self.making.take_if(|making| *making == generation).is_some() {
            return true;
        }
        self.each().any(|given| given.waiting.take_if(|(own, _)| *own == generation).is_some())
    }

    /// Lets go of every peer connection, and gives them: what they gathered is not true any more.
    pub(crate) fn let_go(&mut self) -> Vec<u32> {
        let mut gone: Vec<_> = self.each().filter_map(Given::take_out).collect();
        gone.extend(self.making.take());
        gone
    }

    fn each(&mut self) -> impl Iterator<Item = &mut Given> {
        self.stored.iter_mut().chain(&mut self.pending)
    }
}

impl Given {
    /// Takes out the peer connection that waits.
    fn take_out(&mut self) -> Option<u32> {
        self.waiting.take().map(|(generation, _)| generation)
    }
}

/// There is no such deposit.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Unknown;
