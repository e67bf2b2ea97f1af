//! Proposals of the helper: each is shown to the visitor whole, and nothing happens without their word.

use std::collections::VecDeque;

use crate::address::may_open;
use crate::session::{Event, Output};
use crate::wire::{Answered, PeerErrorCode, PeerMessage, Propose};

/// What is proposed in one session.
#[derive(Debug, Default)]
pub(crate) struct Proposals {
    /// The last proposal, made or heard.
    last: u32,
    /// What is not answered: an address, and loading the page again.
    open: [Option<Propose>; 2],
}

impl Proposals {
    /// Goes on behind the last proposal of before.
    pub(crate) fn restored(last: u32) -> Self {
        Self { last, open: [None, None] }
    }

    /// The number of the last proposal, made or heard.
    pub(crate) fn last(&self) -> u32 {
        self.last
    }

    /// Helper: nothing that is open will be answered, for the visitor's page may have gone with it.
    pub(crate) fn withdraw(&mut self, out: &mut VecDeque<Output>) {
        for Propose { id, .. } in self.open.iter_mut().filter_map(Option::take) {
            out.push_back(Output::Event { event: Event::Withdrawn { id } });
        }
    }

    /// Helper: proposes; says whether it did.
    pub(crate) fn propose(&mut self, url: Option<String>, origin: &str, out: &mut VecDeque<Output>) -> bool {
        if url.as_ref().is_some_and(|url| !may_open(url, origin)) {
            return false;
        }
        let Some(id) = self.last.checked_add(1) else { return false };
        let propose = Propose { id, url: url.clone() };
        self.keep(propose.clone());
        out.push_back(Output::Event { event: Event::Proposing { id, url } });
        out.push_back(Output::Send { message: PeerMessage::Propose(propose) });
        true
    }

    /// Visitor: takes a proposal, to be shown.
    ///
    /// Errors: what the helper is to be refused with.
    pub(crate) fn take(
        &mut self,
        propose: Propose,
        origin: &str,
        out: &mut VecDeque<Output>,
    ) -> Result<(), PeerErrorCode> {
        if propose.url.as_ref().is_some_and(|url| !may_open(url, origin)) {
            return Err(PeerErrorCode::BadMessage);
        }
        if propose.id <= self.last {
            return Err(PeerErrorCode::WrongSequence);
        }
        let Propose { id, url } = propose.clone();
        self.keep(propose);
        out.push_back(Output::Event { event: Event::Proposed { id, url } });
        Ok(())
    }

    /// Visitor: answers a proposal that is open, and goes where it was allowed to.
    pub(crate) fn answer(&mut self, id: u32, is_allowed: bool, out: &mut VecDeque<Output>) {
        let Some(Propose { url, .. }) = self.close(id) else { return };
        let answered = Answered { id };
        if is_allowed {
            out.push_back(Output::Send { message: PeerMessage::Allowed(answered) });
            out.push_back(Output::Go { url });
        } else {
            out.push_back(Output::Send { message: PeerMessage::Declined(answered) });
        }
    }

    /// Helper: hears an answer.
    ///
    /// Errors: what the visitor is to be refused with.
    pub(crate) fn answered(
        &mut self,
        id: u32,
        is_allowed: bool,
        out: &mut VecDeque<Output>,
    ) -> Result<(), PeerErrorCode> {
        if id > self.last {
            return Err(PeerErrorCode::WrongSequence);
        }
        // One that a newer has taken the place of may be answered meanwhile: that is old news.
        if self.close(id).is_some() {
            let event = if is_allowed { Event::Allowed { id } } else { Event::Declined { id } };
            out.push_back(Output::Event { event });
        }
        Ok(())
    }

    fn keep(&mut self, propose: Propose) {
        self.last = propose.id;
        let [address, refresh] = &mut self.open;
        let open = if propose.url.is_some() { address } else { refresh };
        *open = Some(propose);
    }

    fn close(&mut self, id: u32) -> Option<Propose> {
        self.open.iter_mut().find_map(|open| open.take_if(|open| open.id == id))
    }
}
