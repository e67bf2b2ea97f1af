//! Finding back: a visitor whose page, network or helper was away reaches the helper of a deposit again.
//!
//! The broker knows a deposit by its random id alone. Whether a visitor may resume from it, the helper decides by a
//! key that travelled between the two and never through here.

use super::{Broker, Deadline, Refusal, Role, Session, SocketId, Stage};
use crate::id::{Sealed, SessionId};
use crate::limits::{MAX_DEPOSITS_PER_HELPER, MAX_SESSIONS_PER_HELPER, SESSION_LIFETIME_MS};
use crate::wire::{Announce, BrokerToAgent, ErrorCode, LeaveReason, Resume, Resumed};

/// When a deposit that nobody has announced is worth another try. Units: milliseconds. A helper who redials is back
/// within a second.
const RESUME_RETRY_MS: u64 = 1_000;

impl Broker {
    pub(super) fn announce(
        &mut self,
        socket: SocketId,
        announce: Announce,
        now_ms: u64,
    ) -> Result<(), Refusal> {
        let team = self.helper(socket)?.team;
        if announce.deposits.len() > MAX_DEPOSITS_PER_HELPER {
            return Err(ErrorCode::TooManySessions.into());
        }
        for deposit in std::mem::take(&mut self.helper(socket)?.deposits) {
            self.deposits.remove(&deposit);
        }
        for deposit in announce.deposits {
            if let Some(&other) = self.deposits.get(&deposit) {
                // The same helper over a socket that has not been missed yet. Of another team it cannot be.
                match self.helper(other) {
                    Ok(helper) if helper.team == team => helper.deposits.remove(&deposit),
                    Ok(_) | Err(_) => continue,
                };
                // Whom we have passed on to the other socket was not heard, and may try again at once.
                if other != socket && self.helper_of(deposit) == Some(other) {
                    self.end(deposit, Some(other), LeaveReason::Gone, now_ms);
                }
            }
            self.deposits.insert(deposit, socket);
            self.helper(socket)?.deposits.insert(deposit);
        }
        Ok(())
    }

    pub(super) fn resume(&mut self, socket: SocketId, resume: Resume, now_ms: u64) -> Result<(), Refusal> {
        let Resume { session, message } = resume;
        let before = match self.sockets.get(&socket).map(|socket| &socket.role) {
            Some(Role::Idle) => None,
            Some(Role::Visitor(before)) => Some(*before),
            Some(Role::Helper(_)) | None => return Err(ErrorCode::WrongState.into()),
        };
        // A ticket that somebody has announced as a deposit is none.
        let is_ticket = self.sessions.get(&session).is_some_and(|session| session.turn.is_some());
        let helper = self.deposits.get(&session).filter(|_| !is_ticket).copied();
        // A helper who is there over another socket since is to be brought together with the visitor anew.
        let is_another_try = before == Some(session) && helper.is_some() && self.helper_of(session) == helper;
        // Refused or not, it is over what the socket was in before.
        if let Some(before) = before.filter(|_| !is_another_try) {
            self.end(before, Some(socket), LeaveReason::Failed, now_ms);
        }
        let Some(helper) = helper else {
            let retry_after_ms = Some(RESUME_RETRY_MS);
            return Err(Refusal { code: ErrorCode::ResumeUnknown, retry_after_ms });
        };
        let team = self.helper(helper)?.team;
        self.check_source(socket, team, now_ms)?;
        if is_another_try {
            self.tell_resumed(session, socket, helper, message);
            return Ok(());
        }
        // The same visitor from another socket, which has not been missed yet or is another tab: it is over there.
        self.end(session, Some(helper), LeaveReason::Moved, now_ms);
        let found = self.helper(helper)?;
        if found.sessions.len() >= MAX_SESSIONS_PER_HELPER {
            return Err(ErrorCode::TooManySessions.into());
        }
        found.sessions.insert(session);
        let until_ms = now_ms.saturating_add(SESSION_LIFETIME_MS);
        self.deadlines.insert((until_ms, Deadline::Session(session)));
        let stage = Stage::Claimed { helper, until_ms };
        self.sessions.insert(session, Session { team, visitor: socket, turn: None, stage });
        if let Some(found) = self.sockets.get_mut(&socket) {
            found.role = Role::Visitor(session);
        }
        self.meet(helper, socket, session);
        self.tell_resumed(session, socket, helper, message);
        Ok(())
    }

    /// The socket of the helper who has that session.
    fn helper_of(&self, session: SessionId) -> Option<SocketId> {
        match self.sessions.get(&session)?.stage {
            Stage::Claimed { helper, .. } => Some(helper),
            Stage::Waiting { .. } => None,
        }
    }

    fn tell_resumed(&mut self, session: SessionId, visitor: SocketId, helper: SocketId, message: Sealed) {
        let ice_servers = self.config.ice_servers.clone();
        self.send(visitor, BrokerToAgent::Resumed(Resumed { session, message: None, ice_servers }));
        let message = Some(message);
        self.send(helper, BrokerToAgent::Resumed(Resumed { session, message, ice_servers: Vec::new() }));
    }
}
