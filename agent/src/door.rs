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
    /// Whether the server was told of any when it was told last.
    is_open: bool,
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
    /// What tells the server by which names visitors may ask for us; `None` where nobody may, and nobody might before.
    pub(crate) fn announcement(&mut self, now: u64) -> Option<AgentToBroker> {
        self.ended.retain(|_, until| now < *until);
        let all = self.deposits.values().flatten().chain(self.ended.keys());
        let deposits: Vec<_> = all.copied().take(MAX_DEPOSITS_PER_HELPER).collect();
        let was_open = std::mem::replace(&mut self.is_open, !deposits.is_empty());
        (was_open || self.is_open).then_some(AgentToBroker::Announce(Announce { deposits }))
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seal::resuming::{self, knock};

    const SESSION: SessionId = SessionId([1; 16]);
    const DEPOSIT: SessionId = SessionId([2; 16]);
    const PSK: Psk = Psk([3; 32]);

    fn open_door() -> Door {
        let mut door = Door::default();
        door.expect(SESSION, vec![DEPOSIT]);
        door
    }

    /// Message 1 of a visitor who tries for the time of that number.
    fn message1(attempt: u64) -> (resuming::Knock, Sealed) {
        let payload = format!(r#"{{"attempt":{attempt},"answer":"v=0","candidates":[],"lastSeq":0}}"#);
        let knock = knock(&DEPOSIT, &PSK.0, payload.as_bytes(), &random().unwrap()).unwrap();
        let message = Sealed::new(knock.message().to_vec()).unwrap();
        (knock, message)
    }

    fn knocks(door: &mut Door, message: &Sealed) -> Outcome {
        door.knocked(DEPOSIT, message.clone(), Some(PSK))
    }

    fn is_left(outcome: &Outcome, with: LeaveReason) -> bool {
        matches!(outcome, Outcome::Tell(AgentToBroker::Leave(Leave { session: DEPOSIT, reason })) if *reason == with)
    }

    #[test]
    fn who_has_the_key_is_let_in() {
        let mut door = open_door();
        assert_eq!(door.owner(DEPOSIT), Some(SESSION));
        let (knock, message) = message1(7);
        let Outcome::Knock(heard) = knocks(&mut door, &message) else { panic!("it is not heard") };
        assert_eq!((heard.attempt, heard.answer.as_deref()), (7, Some("v=0")));
        let (reply, mut ours) = door.admit(DEPOSIT, 7, &Admission { offer: None }).unwrap();
        let AgentToBroker::Forward(Forward { session: DEPOSIT, message }) = reply else {
            panic!("{reply:?}")
        };
        let (payload, mut theirs) = knock.finish(message.as_bytes()).unwrap();
        assert_eq!(payload, br#"{"offer":null}"#);
        assert_eq!(theirs.open(&ours.seal(b"hello").unwrap()).unwrap(), b"hello");
    }

    #[test]
    fn the_same_knock_gets_the_same_answer_and_changes_nothing() {
        let mut door = open_door();
        let (_, message) = message1(7);
        assert!(matches!(knocks(&mut door, &message), Outcome::Knock(_)));
        assert!(matches!(knocks(&mut door, &message), Outcome::Nothing), "there is no answer yet");
        let (reply, _) = door.admit(DEPOSIT, 7, &Admission { offer: None }).unwrap();
        for _ in 0..3 {
            let Outcome::Tell(again) = knocks(&mut door, &message) else {
                panic!("it is not answered again")
            };
            assert_eq!(again, reply);
        }
        assert!(door.admit(DEPOSIT, 7, &Admission { offer: None }).is_none(), "it is answered once");
    }

    #[test]
    fn a_knock_that_is_not_above_the_last_is_not_heard() {
        let mut door = open_door();
        let (_, older) = message1(6);
        assert!(matches!(knocks(&mut door, &message1(7).1), Outcome::Knock(_)));
        assert!(matches!(knocks(&mut door, &older), Outcome::Nothing));
        assert!(matches!(knocks(&mut door, &message1(7).1), Outcome::Nothing), "nor one of the same number");
        assert!(door.admit(DEPOSIT, 6, &Admission { offer: None }).is_none());
        assert!(door.admit(DEPOSIT, 7, &Admission { offer: None }).is_some(), "the last still counts");
        assert!(matches!(knocks(&mut door, &message1(8).1), Outcome::Knock(_)));
    }

    #[test]
    fn whatever_is_altered_is_not_heard() {
        let (_, message) = message1(7);
        for at in 0..message.as_bytes().len() {
            let mut door = open_door();
            let mut altered = message.as_bytes().to_vec();
            altered[at] ^= 1;
            let outcome = knocks(&mut door, &Sealed::new(altered).unwrap());
            assert!(is_left(&outcome, LeaveReason::Failed), "byte {at}: {outcome:?}");
            // And it stands in nobody's way.
            assert!(matches!(knocks(&mut door, &message), Outcome::Knock(_)), "byte {at}");
        }
        for length in [0, 31, 32, 48, message.as_bytes().len() - 1] {
            let cut = Sealed::new(message.as_bytes()[..length].to_vec()).unwrap();
            assert!(is_left(&knocks(&mut open_door(), &cut), LeaveReason::Failed), "{length} bytes");
        }
        let outcome = open_door().knocked(DEPOSIT, message.clone(), Some(Psk([4; 32])));
        assert!(is_left(&outcome, LeaveReason::Failed), "another key");
        let other = SessionId([5; 16]);
        let mut door = open_door();
        door.expect(SESSION, vec![DEPOSIT, other]);
        let outcome = door.knocked(other, message, Some(PSK));
        assert!(matches!(outcome, Outcome::Tell(AgentToBroker::Leave(_))), "another deposit");
    }

    #[test]
    fn who_comes_back_to_a_session_that_is_over_is_told_so_for_a_while() {
        let mut door = open_door();
        door.shut(SESSION, 1_000);
        let (_, message) = message1(7);
        let outcome = door.knocked(DEPOSIT, message.clone(), None);
        assert!(is_left(&outcome, LeaveReason::Ended), "{outcome:?}");
        let announced = AgentToBroker::Announce(Announce { deposits: vec![DEPOSIT] });
        assert_eq!(door.announcement(1_000 + RESUME_LIFETIME_MS - 1), Some(announced));
        let nobody = AgentToBroker::Announce(Announce { deposits: Vec::new() });
        assert_eq!(door.announcement(1_000 + RESUME_LIFETIME_MS), Some(nobody));
        assert_eq!(door.announcement(1_000 + RESUME_LIFETIME_MS), None);
        let outcome = door.knocked(DEPOSIT, message, None);
        assert!(is_left(&outcome, LeaveReason::Failed), "{outcome:?}");
    }

    #[test]
    fn a_deposit_that_is_void_opens_nothing() {
        let mut door = open_door();
        let (_, message) = message1(7);
        assert!(matches!(knocks(&mut door, &message), Outcome::Knock(_)));
        door.expect(SESSION, vec![SessionId([9; 16])]);
        assert_eq!(door.owner(DEPOSIT), None);
        assert!(door.admit(DEPOSIT, 7, &Admission { offer: None }).is_none());
        let outcome = door.knocked(DEPOSIT, message, None);
        assert!(is_left(&outcome, LeaveReason::Failed), "{outcome:?}");
    }
}
