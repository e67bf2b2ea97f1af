//! The peer connection of a session: its generation, and candidates that cannot be used yet.

use std::collections::VecDeque;

use crate::limits::MAX_CANDIDATES;
use crate::session::Output;
use crate::wire::{Candidate, SealedSignal};

/// Passes candidates on in both directions, each as soon as it can be used.
#[derive(Debug, Default)]
pub(crate) struct Negotiation {
    /// The number of the peer connection that was begun last.
    pub(crate) generation: u32,
    /// Whether it has not been closed since.
    pub(crate) live: bool,
    /// Candidates that came too early; `None` once they pass.
    local: Option<Vec<Candidate>>,
    remote: Option<Vec<Candidate>>,
    found: usize,
    heard: usize,
}

impl Negotiation {
    /// Begins with a peer connection of this generation.
    pub(crate) fn begin(&mut self, generation: u32) {
        *self = Self {
            generation,
            live: true,
            local: Some(Vec::new()),
            remote: Some(Vec::new()),
            found: 0,
            heard: 0,
        };
    }

    /// Whether this is the generation of the peer connection that was begun last, and it has not been closed.
    pub(crate) fn is(&self, generation: u32) -> bool {
        self.live && generation == self.generation
    }

    /// Closes the peer connection, if there is one.
    pub(crate) fn close(&mut self, out: &mut VecDeque<Output>) {
        if self.live {
            out.push_back(Output::Close { generation: self.generation });
        }
        self.live = false;
    }

    /// Takes a local candidate: it leaves once the other side can take it.
    pub(crate) fn found(&mut self, candidate: Candidate, out: &mut VecDeque<Output>) {
        self.found += 1;
        if self.found > MAX_CANDIDATES {
            return;
        }
        match &mut self.local {
            Some(early) => early.push(candidate),
            None => out.push_back(seal(candidate)),
        }
    }

    /// Takes a remote candidate: it is added once the remote description stands.
    pub(crate) fn heard(&mut self, candidate: Candidate, out: &mut VecDeque<Output>) {
        if !self.live {
            return;
        }
        self.heard += 1;
        if self.heard > MAX_CANDIDATES {
            return;
        }
        let generation = self.generation;
        match &mut self.remote {
            Some(early) => early.push(candidate),
            None => out.push_back(Output::AddCandidate { generation, candidate }),
        }
    }

    /// Takes out what was found too early, for what leaves now.
    pub(crate) fn early(&mut self, max: usize) -> Vec<Candidate> {
        let early = self.local.as_mut().filter(|_| self.live);
        early.map(|early| early.drain(..early.len().min(max)).collect()).unwrap_or_default()
    }

    /// The other side can take candidates now.
    pub(crate) fn let_out(&mut self, out: &mut VecDeque<Output>) {
        out.extend(self.local.take().into_iter().flatten().map(seal));
    }

    /// The remote description stands.
    pub(crate) fn let_in(&mut self, out: &mut VecDeque<Output>) {
        let generation = self.generation;
        let early = self.remote.take().into_iter().flatten();
        out.extend(early.map(|candidate| Output::AddCandidate { generation, candidate }));
    }

    /// Whether the remote description is still to come.
    pub(crate) fn is_awaiting(&self) -> bool {
        self.live && self.remote.is_some()
    }
}

fn seal(candidate: Candidate) -> Output {
    Output::Seal { signal: SealedSignal::Candidate(candidate) }
}
