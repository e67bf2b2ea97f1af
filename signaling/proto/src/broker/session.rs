//! Sessions in the broker: passing sealed bytes on, and the end.

use super::{Broker, Deadline, Refusal, Role, SocketId, Stage};
use crate::id::SessionId;
use crate::wire::{BrokerToAgent, ErrorCode, Forward, Forwarded, Leave, LeaveReason};

impl Broker {
    pub(super) fn forward(&mut self, socket: SocketId, forward: Forward) -> Result<(), Refusal> {
        let Forward { session, message } = forward;
        let to = self.other_side(socket, session).ok_or(ErrorCode::SessionUnknown)?;
        self.send(to, BrokerToAgent::Forwarded(Forwarded { session, message }));
        Ok(())
    }

    /// The socket at the other side of a claimed session in which this socket is.
    fn other_side(&self, socket: SocketId, session: SessionId) -> Option<SocketId> {
        let session = self.sessions.get(&session)?;
        match session.stage {
            Stage::Claimed { helper, .. } if socket == session.visitor => Some(helper),
            Stage::Claimed { helper, .. } if socket == helper => Some(session.visitor),
            Stage::Claimed { .. } | Stage::Waiting { .. } => None,
        }
    }

    pub(super) fn leave(&mut self, socket: SocketId, leave: Leave, now_ms: u64) {
        let ours = self.sessions.get(&leave.session).is_some_and(|session| {
            session.visitor == socket
                || matches!(session.stage, Stage::Claimed { helper, .. } if helper == socket)
        });
        // What is already gone may be left: the two sides can leave at the same time.
        if ours {
            let reason = match leave.reason {
                LeaveReason::Ended | LeaveReason::Unverified | LeaveReason::Failed => leave.reason,
                // These are ours to say, and an unknown reason cannot be passed on.
                LeaveReason::Gone | LeaveReason::Moved | LeaveReason::Unknown => LeaveReason::Failed,
            };
            self.end(leave.session, Some(socket), reason, now_ms);
        }
    }

    /// Ends a session or an ask. `by` is the socket that caused it, and is told nothing.
    ///
    /// The visitor's place is kept for them to ask again, unless they have ended it themselves.
    pub(super) fn end(&mut self, id: SessionId, by: Option<SocketId>, reason: LeaveReason, now_ms: u64) {
        let Some(session) = self.sessions.remove(&id) else { return };
        if let Some((place, rank)) = session.turn {
            self.places_held.remove(&place);
            if reason != LeaveReason::Ended || by != Some(session.visitor) {
                self.places.keep(place, rank, now_ms);
            }
        }
        if let Some(visitor) = self.sockets.get_mut(&session.visitor) {
            visitor.role = Role::Idle;
        }
        match session.stage {
            Stage::Waiting { .. } => {
                if let Some((_, rank)) = session.turn
                    && let Some(team) = self.teams.get_mut(&session.team)
                {
                    team.queue.remove(rank);
                }
                self.withdraw(session.team, id, None);
                self.changed(session.team, now_ms);
                self.forget_if_idle(session.team, now_ms);
            }
            Stage::Claimed { helper, until_ms } => {
                self.deadlines.remove(&(until_ms, Deadline::Session(id)));
                if let Ok(found) = self.helper(helper) {
                    found.sessions.remove(&id);
                }
                for side in [session.visitor, helper] {
                    if Some(side) != by && self.sockets.contains_key(&side) {
                        self.tell_left(side, id, reason);
                    }
                }
            }
        }
    }
}
