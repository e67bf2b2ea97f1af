//! The helper's side of the broker: enlisting, being available, claiming.

use sha2::{Digest, Sha256};

use super::{Broker, Certificate, Deadline, Helper, Refusal, Role, SocketId, Stage};
use crate::id::{Nonce, SessionId, TeamId};
use crate::limits::{MAX_SESSIONS_PER_HELPER, NONCE_LIFETIME_MS, SESSION_LIFETIME_MS};
use crate::wire::{Asked, BrokerToAgent, Challenged, Claim, Claimed, Enlist, Enlisted, ErrorCode, Withdrawn};

impl Broker {
    pub(super) fn challenge(&mut self, socket: SocketId, now_ms: u64) -> Result<(), Refusal> {
        let nonce = self.draw_nonce();
        // Whoever wants to: agents also ask for one to hear whether the server is still there.
        let found = self.sockets.get_mut(&socket).ok_or(ErrorCode::Internal)?;
        found.nonce = Some((nonce, now_ms.saturating_add(NONCE_LIFETIME_MS)));
        self.send(socket, BrokerToAgent::Challenged(Challenged { nonce }));
        Ok(())
    }

    /// A nonce that nobody without the seed can foretell: the hash of the seed and a count that never repeats.
    fn draw_nonce(&mut self) -> Nonce {
        self.nonces += 1;
        let mut hash = Sha256::new();
        hash.update(self.seed);
        hash.update(self.nonces.to_be_bytes());
        Nonce(hash.finalize().into())
    }

    pub(super) fn enlist(&mut self, socket: SocketId, enlist: &Enlist, now_ms: u64) -> Result<(), Refusal> {
        let found = self.sockets.get_mut(&socket).ok_or(ErrorCode::Internal)?;
        // Whatever comes of it, a nonce is good once.
        let nonce = found.nonce.take();
        match &found.role {
            Role::Idle => {}
            // A certificate that was renewed.
            Role::Helper(helper) if helper.team == enlist.team => {}
            Role::Helper(_) | Role::Visitor(_) => return Err(ErrorCode::WrongState.into()),
        }
        if !self.config.teams.contains(&enlist.team) {
            return Err(ErrorCode::UnknownTeam.into());
        }
        let nonce = nonce
            .filter(|&(_, until)| now_ms < until)
            .map(|(nonce, _)| nonce)
            .ok_or(ErrorCode::ChallengeExpired)?;
        let certificate = super::admission::verify(&self.config, enlist, &nonce, now_ms)?;
        self.employ(socket, enlist.team, certificate, now_ms);
        Ok(())
    }

    /// Lets a verified helper begin, or go on with a new certificate.
    pub(super) fn employ(&mut self, socket: SocketId, team: TeamId, certificate: Certificate, now_ms: u64) {
        let Some(found) = self.sockets.get_mut(&socket) else { return };
        let until_ms = certificate.until_ms;
        match &mut found.role {
            Role::Helper(helper) => {
                self.deadlines.remove(&(helper.certificate.until_ms, Deadline::Certificate(socket)));
                helper.available = true;
                helper.dismissed = None;
                helper.certificate = certificate;
            }
            role @ (Role::Idle | Role::Visitor(_)) => {
                let (dismissed, available) = (None, true);
                let (sessions, deposits, met) = Default::default();
                let helper = Helper { team, available, certificate, dismissed, sessions, deposits, met };
                *role = Role::Helper(helper);
            }
        }
        self.deadlines.insert((until_ms, Deadline::Certificate(socket)));
        self.teams.entry(team).or_default().helpers.insert(socket);
        let ice_servers = self.config.ice_servers.clone();
        self.send(socket, BrokerToAgent::Enlisted(Enlisted { ice_servers }));
        self.announce_all(socket, team, now_ms);
        self.changed(team, now_ms);
    }

    /// Takes a helper whose socket is gone off the team.
    pub(super) fn dismiss(&mut self, socket: SocketId, helper: &Helper, now_ms: u64) {
        for deposit in &helper.deposits {
            self.deposits.remove(deposit);
        }
        self.deadlines.remove(&(helper.certificate.until_ms, Deadline::Certificate(socket)));
        if let Some(team) = self.teams.get_mut(&helper.team) {
            team.helpers.remove(&socket);
        }
        self.changed(helper.team, now_ms);
        self.forget_if_idle(helper.team, now_ms);
    }

    /// A helper's certificate is no longer good: they are told why, and work no more.
    pub(super) fn stop_working(&mut self, socket: SocketId, why: ErrorCode, now_ms: u64) {
        let Ok(helper) = self.helper(socket) else { return };
        if helper.dismissed.replace(why).is_some() {
            return;
        }
        helper.available = false;
        let team = helper.team;
        let deadline = (helper.certificate.until_ms, Deadline::Certificate(socket));
        self.deadlines.remove(&deadline);
        self.refuse(socket, why.into(), None);
        self.changed(team, now_ms);
    }

    pub(super) fn attend(&mut self, socket: SocketId, available: bool, now_ms: u64) -> Result<(), Refusal> {
        let helper = self.working(socket)?;
        helper.available = available;
        let team = helper.team;
        if available {
            self.announce_all(socket, team, now_ms);
        }
        self.changed(team, now_ms);
        Ok(())
    }

    /// Tells a helper of everybody who waits, in order.
    fn announce_all(&mut self, socket: SocketId, team: TeamId, now_ms: u64) {
        let Some(team) = self.teams.get(&team) else { return };
        for (rank, ticket) in team.queue.by_rank() {
            if let Some(session) = self.sessions.get(&ticket)
                && let Stage::Waiting { origin, message, .. } = &session.stage
            {
                let message = BrokerToAgent::Asked(Asked {
                    ticket,
                    origin: origin.clone(),
                    message: message.clone(),
                    waiting_ms: now_ms.saturating_sub(rank.since_ms),
                });
                self.outputs.push_back(super::Output::Send { to: socket, message });
            }
        }
    }

    pub(super) fn claim(&mut self, socket: SocketId, claim: Claim, now_ms: u64) -> Result<(), Refusal> {
        let helper = self.working(socket)?;
        let team = helper.team;
        let full = helper.sessions.len() >= MAX_SESSIONS_PER_HELPER;
        let Claim { ticket, message } = claim;
        let session = self
            .sessions
            .get_mut(&ticket)
            .filter(|session| session.team == team && matches!(session.stage, Stage::Waiting { .. }))
            .ok_or(ErrorCode::TicketGone)?;
        if full {
            return Err(ErrorCode::TooManySessions.into());
        }
        let until_ms = now_ms.saturating_add(SESSION_LIFETIME_MS);
        session.stage = Stage::Claimed { helper: socket, until_ms };
        let (visitor, turn) = (session.visitor, session.turn);
        self.deadlines.insert((until_ms, Deadline::Session(ticket)));
        self.working(socket)?.sessions.insert(ticket);
        self.meet(socket, visitor, ticket);
        if let Some((_, rank)) = turn
            && let Some(found) = self.teams.get_mut(&team)
        {
            found.queue.remove(rank);
        }

        let ice_servers = self.config.ice_servers.clone();
        self.send(
            visitor,
            BrokerToAgent::Claimed(Claimed { session: ticket, message: Some(message), ice_servers }),
        );
        self.send(
            socket,
            BrokerToAgent::Claimed(Claimed { session: ticket, message: None, ice_servers: Vec::new() }),
        );
        self.withdraw(team, ticket, Some(socket));
        self.changed(team, now_ms);
        Ok(())
    }

    /// Tells the helpers that a visitor no longer waits, but for the one who knows.
    pub(super) fn withdraw(&mut self, team: TeamId, ticket: SessionId, except: Option<SocketId>) {
        for helper in self.attending(team) {
            if Some(helper) != except {
                self.send(helper, BrokerToAgent::Withdrawn(Withdrawn { ticket }));
            }
        }
    }

    pub(super) fn helper(&mut self, socket: SocketId) -> Result<&mut Helper, Refusal> {
        match self.sockets.get_mut(&socket).map(|socket| &mut socket.role) {
            Some(Role::Helper(helper)) => Ok(helper),
            Some(Role::Idle | Role::Visitor(_)) | None => Err(ErrorCode::WrongState.into()),
        }
    }

    /// The helper of a socket whose certificate is still good.
    pub(super) fn working(&mut self, socket: SocketId) -> Result<&mut Helper, Refusal> {
        let helper = self.helper(socket)?;
        match helper.dismissed {
            Some(why) => Err(why.into()),
            None => Ok(helper),
        }
    }
}
