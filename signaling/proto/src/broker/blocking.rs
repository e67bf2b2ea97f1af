//! Keeping visitors away: a helper blocks the source of a session, and whoever comes from there is refused for a while.
//!
//! The broker knows a source as opaque bytes. It is remembered for each helper's socket, because a visitor's own socket
//! is gone a minute after they are connected, and for the team once it is blocked.

use std::collections::{BTreeMap, VecDeque};

use super::{Broker, Refusal, SocketId, Source, Stage};
use crate::id::{SessionId, TeamId};
use crate::limits::{BLOCK_LIFETIME_MS, MAX_BLOCKED_PER_TEAM, MAX_MET_PER_HELPER};
use crate::wire::{Block, Blocked, BrokerToAgent, ErrorCode, LeaveReason};

/// From where the visitors of one helper's sessions came, at most [`MAX_MET_PER_HELPER`], the oldest first.
#[derive(Debug, Default)]
pub(super) struct Met(VecDeque<(SessionId, Option<Source>)>);

impl Met {
    /// Takes note of a visitor. When too many are remembered, the oldest goes.
    pub(super) fn note(&mut self, session: SessionId, source: Option<Source>) {
        // Another try over the same deposit says nothing new.
        if self.0.back() == Some(&(session, source)) {
            return;
        }
        if self.0.len() >= MAX_MET_PER_HELPER {
            self.0.pop_front();
        }
        self.0.push_back((session, source));
    }

    /// From where the visitor of that session came last.
    fn source(&self, session: SessionId) -> Result<Source, ErrorCode> {
        let met = self.0.iter().rev().find(|(met, _)| *met == session);
        let (_, source) = met.ok_or(ErrorCode::SessionUnknown)?;
        source.ok_or(ErrorCode::SourceUnknown)
    }
}

/// Whom a team keeps away, and until when; at most [`MAX_BLOCKED_PER_TEAM`].
#[derive(Debug, Default)]
pub(super) struct Shut(BTreeMap<Source, u64>);

impl Shut {
    /// Keeps a source away from now on. When too many are, the one that would be let in next is let in now.
    fn out(&mut self, source: Source, now_ms: u64) {
        self.expire(now_ms);
        self.0.insert(source, now_ms.saturating_add(BLOCK_LIFETIME_MS));
        if self.0.len() > MAX_BLOCKED_PER_TEAM
            && let Some(first) = self.0.iter().min_by_key(|&(_, until)| until).map(|(&source, _)| source)
        {
            self.0.remove(&first);
        }
    }

    fn expire(&mut self, now_ms: u64) {
        self.0.retain(|_, until| *until > now_ms);
    }

    /// How many are kept away, or were and may come again.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether nobody is kept away.
    pub(super) fn is_empty(&mut self, now_ms: u64) -> bool {
        self.expire(now_ms);
        self.0.is_empty()
    }
}

impl Broker {
    pub(super) fn block(&mut self, socket: SocketId, block: &Block, now_ms: u64) -> Result<(), Refusal> {
        let session = block.session;
        let helper = self.working(socket)?;
        let team = helper.team;
        let source = helper.met.source(session)?;
        self.teams.entry(team).or_default().shut.out(source, now_ms);
        self.send(socket, BrokerToAgent::Blocked(Blocked { session }));
        let is_ours = self.sessions.get(&session).is_some_and(
            |session| matches!(session.stage, Stage::Claimed { helper, .. } if helper == socket),
        );
        if is_ours {
            self.end(session, Some(socket), LeaveReason::Ended, now_ms);
        }
        Ok(())
    }

    /// Refuses a visitor whom the team keeps away.
    pub(super) fn check_source(&self, socket: SocketId, team: TeamId, now_ms: u64) -> Result<(), Refusal> {
        let source = self.sockets.get(&socket).and_then(|socket| socket.source);
        let until = source.and_then(|source| self.teams.get(&team)?.shut.0.get(&source));
        match until.and_then(|until| until.checked_sub(now_ms)) {
            Some(left) if left > 0 => Err(Refusal { code: ErrorCode::Blocked, retry_after_ms: Some(left) }),
            Some(_) | None => Ok(()),
        }
    }

    /// Takes note for a helper of from where the visitor of a session comes.
    pub(super) fn meet(&mut self, helper: SocketId, visitor: SocketId, session: SessionId) {
        let source = self.sockets.get(&visitor).and_then(|visitor| visitor.source);
        if let Ok(helper) = self.helper(helper) {
            helper.met.note(session, source);
        }
    }
}
