//! The ways back that a helper has given in one session: the last that the visitor has stored, and the one after it.
//!
//! A deposit retires when its successor is stored, not when it is used: a page can be loaded again before it has
//! got the next.

use alongside_signaling_proto::id::SessionId;

use crate::limits::DEPOSIT_FRESH_MS;
use crate::wire::Psk;

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
    pending: Option<Given>,
    /// The peer connection that is being made for the next one.
    making: Option<u32>,
}

impl Deposits {
    /// Takes up what was kept, without peer connections; oldest first.
    pub(crate) fn restored(kept: impl IntoIterator<Item = (SessionId, Psk)>) -> Self {
        let mut given = kept.into_iter().map(|(id, psk)| Given { id, psk, waiting: None });
        Self { stored: given.next(), pending: given.next(), making: None }
    }

    /// Those that may be resumed from, oldest first.
    pub(crate) fn all(&self) -> impl Iterator<Item = &Given> {
        self.stored.iter().chain(&self.pending)
    }

    /// Begins the next one, with a peer connection of this generation; gives that of the one it takes the place of.
    pub(crate) fn make(&mut self, generation: u32) -> Option<u32> {
        self.making.replace(generation)
    }

    /// It is made; gives the peer connection of the one whose place it takes. `None` where none is being made.
    pub(crate) fn made(&mut self, generation: u32, id: SessionId, psk: Psk, now: u64) -> Option<Option<u32>> {
        self.making.take_if(|making| *making == generation)?;
        let given = Given { id, psk, waiting: Some((generation, now)) };
        Some(self.pending.replace(given).and_then(|old| old.waiting).map(|(generation, _)| generation))
    }

    /// The visitor has this one: what came before it is void. Gives the peer connection of that, and says whether
    /// there is such a deposit at all.
    pub(crate) fn stored(&mut self, id: SessionId) -> Result<Option<u32>, Unknown> {
        if let Some(pending) = self.pending.take_if(|pending| pending.id == id) {
            let old = self.stored.replace(pending);
            return Ok(old.and_then(|old| old.waiting).map(|(generation, _)| generation));
        }
        if self.stored.as_ref().is_some_and(|stored| stored.id == id) { Ok(None) } else { Err(Unknown) }
    }

    /// Takes the peer connection of this one for use; `None` where it was used, is gone, or gathered too long ago.
    pub(crate) fn use_up(&mut self, id: SessionId, now: u64) -> Option<u32> {
        let given =
            [&mut self.stored, &mut self.pending].into_iter().flatten().find(|given| given.id == id)?;
        let (generation, since) = given.waiting?;
        if now >= since.saturating_add(DEPOSIT_FRESH_MS) {
            return None;
        }
        given.waiting = None;
        Some(generation)
    }

    /// Forgets a peer connection that is gone; says whether it was one of these.
    pub(crate) fn lost(&mut self, generation: u32) -> bool {
        if self.making.take_if(|making| *making == generation).is_some() {
            return true;
        }
        let mut all = [&mut self.stored, &mut self.pending].into_iter().flatten();
        all.any(|given| given.waiting.take_if(|(own, _)| *own == generation).is_some())
    }

    /// Lets go of every peer connection, and gives them: what they gathered is not true any more.
    pub(crate) fn let_go(&mut self) -> Vec<u32> {
        let all = [&mut self.stored, &mut self.pending].into_iter().flatten();
        let waiting = all.filter_map(|given| given.waiting.take()).map(|(generation, _)| generation);
        waiting.chain(self.making.take()).collect()
    }
}

/// There is no such deposit.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Unknown;
