//! The visitor's side of the broker: asking, and the place in the queue.

use super::{Broker, Refusal, Role, Session, SocketId, Stage};
use crate::id::SessionId;
use crate::identity::certificate::is_origin;
use crate::limits::{MAX_ASK_BYTES, MAX_WAITING_PER_TEAM};
use crate::queue::Rank;
use crate::rate::Taken;
use crate::wire::{Ask, Asked, BrokerToAgent, ErrorCode, LeaveReason, Queued};

/// When a full queue is worth another try. Units: milliseconds. About one conversation.
const QUEUE_FULL_RETRY_MS: u64 = 60_000;

impl Broker {
    pub(super) fn ask(&mut self, socket: SocketId, ask: Ask, now_ms: u64) -> Result<(), Refusal> {
        let superseded = self.check_ask(socket, &ask, now_ms)?;
        let place = (ask.team, ask.place);
        self.places.expire(now_ms);
        if superseded.is_none() && !self.places.contains(place) {
            // While too many teams are busy to remember this one, nobody can say that it is asked too fast.
            if let Taken::No { retry_after_ms } = self.paces.take(ask.team, now_ms) {
                return Err(Refusal { code: ErrorCode::QueueFull, retry_after_ms: Some(retry_after_ms) });
            }
        }
        if let Some(old) = superseded {
            // The same visitor from another socket: a reload whose old socket has not been missed yet. To tell it
            // `gone` would make two tabs with one place take it from each other in turn.
            let old_visitor = self.sessions.get(&old).map(|session| session.visitor);
            self.end(old, old_visitor, LeaveReason::Gone, now_ms);
            if let Some(old_visitor) = old_visitor {
                self.tell_left(old_visitor, old, LeaveReason::Moved);
            }
        }
        self.asks += 1;
        let fresh = Rank { since_ms: now_ms, order: self.asks };
        let rank = self.places.take(place).unwrap_or(fresh);

        let available = self.available(ask.team);
        let team = self.teams.entry(ask.team).or_default();
        team.queue.insert(rank, ask.session);
        let position = team.queue.position(rank);
        let others_moved = !team.queue.is_last(rank);

        let asked = Asked {
            ticket: ask.session,
            origin: ask.origin.clone(),
            message: ask.message.clone(),
            waiting_ms: now_ms.saturating_sub(rank.since_ms),
        };
        self.places_held.insert(place, ask.session);
        let stage = Stage::Waiting { origin: ask.origin, message: ask.message, told: (available, position) };
        self.sessions.insert(
            ask.session,
            Session { team: ask.team, visitor: socket, turn: Some((place, rank)), stage },
        );
        if let Some(found) = self.sockets.get_mut(&socket) {
            found.role = Role::Visitor(ask.session);
        }

        let queued = Queued { session: ask.session, helpers: available, position };
        self.send(socket, BrokerToAgent::Queued(queued));
        for helper in self.attending(ask.team) {
            self.send(helper, BrokerToAgent::Asked(asked.clone()));
        }
        if others_moved {
            self.changed(ask.team, now_ms);
        }
        Ok(())
    }

    /// Whether an ask is good; and the session that has its place now, if there is one.
    fn check_ask(&self, socket: SocketId, ask: &Ask, now_ms: u64) -> Result<Option<SessionId>, Refusal> {
        let asker = self.sockets.get(&socket).ok_or(ErrorCode::Internal)?;
        if ask.message.as_bytes().len() > MAX_ASK_BYTES {
            return Err(ErrorCode::BadMessage.into());
        }
        if !self.config.teams.contains(&ask.team) {
            return Err(ErrorCode::UnknownTeam.into());
        }
        if !is_origin(&ask.origin) {
            return Err(ErrorCode::BadOrigin.into());
        }
        if asker.origin.as_ref().is_some_and(|origin| *origin != ask.origin) {
            return Err(ErrorCode::OriginMismatch.into());
        }
        if !matches!(asker.role, Role::Idle) {
            return Err(ErrorCode::WrongState.into());
        }
        self.check_source(socket, ask.team, now_ms)?;
        let superseded = self.places_held.get(&(ask.team, ask.place)).copied();
        if self.sessions.contains_key(&ask.session) && superseded != Some(ask.session) {
            return Err(ErrorCode::TicketExists.into());
        }
        let waiting = self.teams.get(&ask.team).map_or(0, |team| team.queue.len());
        let gives_way = superseded
            .and_then(|old| self.sessions.get(&old))
            .is_some_and(|old| matches!(old.stage, Stage::Waiting { .. }));
        if waiting - usize::from(gives_way) >= MAX_WAITING_PER_TEAM {
            return Err(Refusal { code: ErrorCode::QueueFull, retry_after_ms: Some(QUEUE_FULL_RETRY_MS) });
        }
        Ok(superseded)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::MAX_ORIGIN_BYTES;

    #[test]
    fn only_a_canonical_http_origin_is_one() {
        for good in
            ["http://localhost", "https://shop.example", "https://shop.example:8443", "http://[::1]:1"]
        {
            assert!(is_origin(good), "{good}");
        }
        for bad in [
            "",
            "null",
            "https://shop.example/",
            "https://shop.example:443",
            "https://Shop.example",
            "https://user@shop.example",
            "https://shöp.example",
            "https://shop.example/?a",
            "https://shop.example#a",
            " https://shop.example",
            "https://shop.example ",
            "https://shop.exa\tmple",
            "file:///etc/passwd",
            "javascript:alert(1)",
            "ftp://shop.example",
            "wss://shop.example",
            "https://0x7f.1",
        ] {
            assert!(!is_origin(bad), "{bad:?}");
        }
        assert!(!is_origin(&format!("https://{}.example", "a".repeat(MAX_ORIGIN_BYTES))));
    }
}
