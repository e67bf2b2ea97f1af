//! The helper's door: who knocks at a deposit, and how they are let in.
//!
//! The server passes on what it likes, as often as it likes. Only who has the key of a deposit can knock at it; the
//! same knock gets the same answer, and one that is older than the last is not heard (invariant I2). The twin of
//! `web/src/peer/door.ts`.

use std::collections::BTreeMap;

use alongside_agent_proto::decode::decode_knock;
use alongside_agent_proto::limits::RESUME_LIFETIME_MS;
use alongside_agent_proto::wire::{Admission, Knock, Psk};
use alongside_signaling_proto::id::{Sealed, SessionId};
use alongside_signaling_proto::limits::MAX_DEPOSITS_PER_HELPER;
use alongside_signaling_proto::wire::{AgentToBroker, Announce, Forward, Leave, LeaveReason};

use crate::room::random;
use crate::seal::SealedChannel;
use crate::seal::resuming::{Heard, hear};

/// Who knocks at a helper's sessions.
#[derive(Debug, Default)]
pub(crate) struct Door {
    /// The last knock at each deposit.
    knocks: BTreeMap<SessionId, Knocked>,
    /// The deposits of each session.
    deposits: BTreeMap<SessionId, Vec<SessionId>>,
    /// The deposits of sessions that are over, and until when visitors are told so.
    ended: BTreeMap<SessionId, u64>,
}

/// One knock, and what was answered.
#[derive(Debug)]
struct Knocked {
    message1: Sealed,
    attempt: u64,
    heard: Option<Heard>,
    reply: Option<Sealed>,
}

/// What comes of a knock.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// The session is to hear it.
    Knock(Knock),
    /// The server is to be told.
    Tell(AgentToBroker),
    /// Nobody is to be told anything.
    Nothing,
}

impl Door {
    /// What tells the server by which names visitors may ask for us; `None` while nobody may.
    pub(crate) fn announcement(&mut self, now: u64) -> Option<AgentToBroker> {
        self.ended.retain(|_, until| now < *until);
        let all = self.deposits.values().flatten().chain(self.ended.keys());
        let deposits: Vec<_> = all.copied().take(MAX_DEPOSITS_PER_HELPER).collect();
        (!deposits.is_empty()).then_some(AgentToBroker::Announce(Announce { deposits }))
    }

    /// Whose deposit it is.
    pub(crate) fn owner(&self, deposit: SessionId) -> Option<SessionId> {
        self.deposits.iter().find(|(_, all)| all.contains(&deposit)).map(|(session, _)| *session)
    }

    /// Takes note of a session's deposits.
    pub(crate) fn expect(&mut self, session: SessionId, all: Vec<SessionId>) {
        for old in self.deposits.insert(session, all.clone()).into_iter().flatten() {
            if !all.contains(&old) {
                self.knocks.remove(&old);
            }
        }
    }

    /// Takes note that a session is over: a visitor who comes back to it is told so.
    pub(crate) fn shut(&mut self, session: SessionId, now: u64) {
        for deposit in self.deposits.remove(&session).into_iter().flatten() {
            self.knocks.remove(&deposit);
            self.ended.insert(deposit, now.saturating_add(RESUME_LIFETIME_MS));
        }
    }

    /// Somebody knocks at a deposit; `psk` is its key, where there is such a deposit.
    pub(crate) fn knocked(&mut self, deposit: SessionId, message1: Sealed, psk: Option<Psk>) -> Outcome {
        if let Some(before) = self.knocks.get(&deposit).filter(|before| before.message1 == message1) {
            let again = before.reply.clone().map(|message| Forward { session: deposit, message });
            return again.map_or(Outcome::Nothing, |reply| Outcome::Tell(AgentToBroker::Forward(reply)));
        }
        let Some(psk) = psk else {
            let is_over = self.ended.contains_key(&deposit);
            return leave(deposit, if is_over { LeaveReason::Ended } else { LeaveReason::Failed });
        };
        let heard = random().and_then(|seed| hear(&deposit, &psk.0, message1.as_bytes(), &seed).ok());
        let knock = heard.as_ref().and_then(|heard| decode_knock(str::from_utf8(&heard.payload).ok()?).ok());
        // Not by who has the key. Whoever it is, they wait for nothing.
        let Some(knock) = knock else { return leave(deposit, LeaveReason::Failed) };
        let attempt = knock.attempt;
        if self.knocks.get(&deposit).is_some_and(|before| attempt <= before.attempt) {
            return Outcome::Nothing;
        }
        self.knocks.insert(deposit, Knocked { message1, attempt, heard, reply: None });
        Outcome::Knock(knock)
    }

    /// Makes message 2 for who has knocked, and the channel that comes of it; `None` where nobody has, or their key
    /// is none.
    pub(crate) fn admit(
        &mut self,
        deposit: SessionId,
        attempt: u64,
        admission: &Admission,
    ) -> Option<(AgentToBroker, SealedChannel)> {
        let knocked = self.knocks.get_mut(&deposit).filter(|knocked| knocked.attempt == attempt)?;
        let payload = serde_json::to_vec(admission).ok()?;
        let (message, channel) = knocked.heard.take()?.admit(&payload).ok()?;
        let message = Sealed::new(message).ok()?;
        knocked.reply = Some(message.clone());
        Some((AgentToBroker::Forward(Forward { session: deposit, message }), channel))
    }
}

fn leave(session: SessionId, reason: LeaveReason) -> Outcome {
    Outcome::Tell(AgentToBroker::Leave(Leave { session, reason }))
}
