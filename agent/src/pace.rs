//! What is to be said to the server, at the pace that the server takes: who says more at once is cut.
//!
//! Pure: the time is an argument. Everything leaves in the order in which it was given, but that a newer list of
//! deposits takes the place of one that still waits.

use std::collections::VecDeque;

use alongside_signaling_proto::limits::{
    BYTE_BURST, BYTES_PER_SECOND, MAX_FRAME_BYTES, MESSAGE_BURST, MESSAGES_PER_SECOND,
};
use alongside_signaling_proto::rate::TokenBucket;
use alongside_signaling_proto::wire::AgentToBroker;

/// How much of a burst is never used. Units: seconds of what comes back. What the network holds up for so long and
/// then brings at once is still no more than the server takes.
const HELD_UP_S: u32 = 2;

/// How many messages a second are left for signs of life, which wait for nothing: the server asks every 25 seconds,
/// and we ask less often.
const SIGNS_PER_SECOND: u32 = 1;

/// How long the last of what waits may have to wait. Units: seconds. Twice as long as peers have to connect
/// (`CONNECT_TIMEOUT_MS`): whoever would hear it later has given up.
const LONGEST_S: u32 = 60;

/// How much waits at the most: what leaves within that time. Units: messages, and bytes.
pub(crate) const MAX_WAITING: usize = (LONGEST_S * (MESSAGES_PER_SECOND - SIGNS_PER_SECOND)) as usize;
const MAX_WAITING_BYTES: usize = (LONGEST_S * BYTES_PER_SECOND) as usize;

/// What is to be said over one socket.
#[derive(Debug)]
pub(crate) struct Pace {
    waiting: VecDeque<Waiting>,
    waiting_bytes: usize,
    messages: TokenBucket,
    bytes: TokenBucket,
}

#[derive(Debug)]
struct Waiting {
    text: String,
    is_announcement: bool,
}

/// What there is to do.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Next {
    /// This is to be said now.
    Say(String),
    /// There is something, to be asked for again after so long. Units: milliseconds.
    Wait(u64),
    /// There is nothing.
    Nothing,
}

impl Pace {
    /// Nothing was said so far.
    pub(crate) fn new(now_ms: u64) -> Self {
        let left = |burst, per_second| burst - HELD_UP_S * per_second;
        Self {
            waiting: VecDeque::new(),
            waiting_bytes: 0,
            messages: TokenBucket::new(
                left(MESSAGE_BURST, MESSAGES_PER_SECOND),
                MESSAGES_PER_SECOND - SIGNS_PER_SECOND,
                now_ms,
            ),
            bytes: TokenBucket::new(left(BYTE_BURST, BYTES_PER_SECOND), BYTES_PER_SECOND, now_ms),
        }
    }

    /// Takes what is to be said; says whether it will be. What waits already stays, and goes before it: when there
    /// is no room, it is the new one that is not taken, and nor is one that is longer than the server reads.
    pub(crate) fn push(&mut self, message: &AgentToBroker) -> bool {
        let Ok(text) = serde_json::to_string(message) else { return false };
        let is_announcement = matches!(message, AgentToBroker::Announce(_));
        // The newer list has all that the older would have said, and each may fill a message.
        let older = self.waiting.iter().position(|waiting| is_announcement && waiting.is_announcement);
        let replaced = older.and_then(|at| self.waiting.get(at)).map_or(0, |older| older.text.len());
        let bytes = self.waiting_bytes - replaced + text.len();
        let is_full = bytes > MAX_WAITING_BYTES || older.is_none() && self.waiting.len() >= MAX_WAITING;
        if is_full || text.len() > MAX_FRAME_BYTES {
            return false;
        }
        match older.and_then(|at| self.waiting.get_mut(at)) {
            Some(older) => older.text = text,
            None => self.waiting.push_back(Waiting { text, is_announcement }),
        }
        self.waiting_bytes = bytes;
        true
    }

    /// Gives the next that may be said, and counts it as said.
    pub(crate) fn next(&mut self, now_ms: u64) -> Next {
        let Some(Waiting { text, .. }) = self.waiting.front() else { return Next::Nothing };
        let length = text.len();
        let wait = self.messages.wait_ms(1, now_ms).max(self.bytes.wait_ms(length, now_ms));
        if wait > 0 {
            return Next::Wait(wait);
        }
        let (_, _) = (self.messages.take(1, now_ms), self.bytes.take(length, now_ms));
        self.waiting_bytes -= length;
        self.waiting.pop_front().map_or(Next::Nothing, |first| Next::Say(first.text))
    }
}

#[cfg(test)]
mod tests {
    use alongside_signaling_proto::id::{Sealed, SessionId};
    use alongside_signaling_proto::wire::{Announce, Claim, Leave, LeaveReason};
    use proptest::prelude::*;

    use super::*;

    fn claim(number: u16, length: usize) -> AgentToBroker {
        AgentToBroker::Claim(Claim { ticket: name(number), message: Sealed::new(vec![7; length]).unwrap() })
    }

    fn leave(number: u16) -> AgentToBroker {
        AgentToBroker::Leave(Leave { session: name(number), reason: LeaveReason::Ended })
    }

    fn announce(many: u16) -> AgentToBroker {
        AgentToBroker::Announce(Announce { deposits: (0..many).map(name).collect() })
    }

    fn name(number: u16) -> SessionId {
        let [high, low] = number.to_be_bytes();
        SessionId([high, low, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0])
    }

    fn text(message: &AgentToBroker) -> String {
        serde_json::to_string(message).unwrap()
    }

    /// All that leaves until nothing waits, and when.
    fn all(pace: &mut Pace, mut now: u64) -> Vec<(u64, String)> {
        let mut said = Vec::new();
        loop {
            match pace.next(now) {
                Next::Say(text) => said.push((now, text)),
                Next::Wait(ms) => now += ms,
                Next::Nothing => return said,
            }
        }
    }

    #[test]
    fn a_handshake_leaves_at_once() {
        let mut pace = Pace::new(5);
        for number in 0..25 {
            assert!(pace.push(&claim(number, 2_500)));
        }
        assert!(all(&mut pace, 5).iter().all(|(at, _)| *at == 5));
    }

    #[test]
    fn a_crowd_is_claimed_in_its_order_as_the_server_takes_it() {
        let mut pace = Pace::new(0);
        let claims: Vec<_> = (0..100).map(|number| claim(number, 3_000)).collect();
        assert!(claims.iter().all(|claim| pace.push(claim)));
        let said = all(&mut pace, 0);
        assert_eq!(
            said.iter().map(|(_, said)| said.clone()).collect::<Vec<_>>(),
            claims.iter().map(text).collect::<Vec<_>>()
        );
        let (last, _) = said.last().unwrap();
        assert!((15_000..25_000).contains(last), "{last}");
    }

    #[test]
    fn what_has_no_room_is_not_taken_and_room_comes_back() {
        let mut pace = Pace::new(0);
        let taken = (0..2_000).filter(|number| pace.push(&leave(*number))).count();
        assert_eq!(taken, MAX_WAITING);
        assert_eq!(pace.next(0), Next::Say(text(&leave(0))));
        assert!(pace.push(&leave(2_001)) && !pace.push(&leave(2_002)));
        let mut pace = Pace::new(0);
        let taken = (0..2_000).filter(|number| pace.push(&claim(*number, 11_000))).count();
        assert_eq!(taken, MAX_WAITING_BYTES / text(&claim(0, 11_000)).len());
        let end = all(&mut pace, 0).pop().unwrap().0;
        assert!(end <= 1_000 * u64::from(LONGEST_S), "{end}");
        assert_eq!(pace.waiting_bytes, 0);
    }

    #[test]
    fn what_the_server_would_not_read_is_not_taken() {
        let many = u16::try_from(MAX_FRAME_BYTES / 24).unwrap();
        assert!(!Pace::new(0).push(&announce(many)));
    }

    #[test]
    fn a_newer_list_of_deposits_takes_the_place_of_one_that_waits() {
        let mut pace = Pace::new(0);
        for many in 1..=500 {
            assert!(pace.push(&announce(many)));
            if many == 1 {
                assert!(pace.push(&leave(1)));
            }
        }
        let said: Vec<_> = all(&mut pace, 0).into_iter().map(|(_, text)| text).collect();
        assert_eq!(said, [text(&announce(500)), text(&leave(1))]);
        assert!(pace.push(&announce(1)), "one that was said is not replaced");
        assert_eq!(pace.waiting_bytes, text(&announce(1)).len());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        /// Whatever is said, and however the network bunches it within two seconds, the server's buckets hold it, a
        /// sign of life each second included.
        #[test]
        fn the_server_takes_it(
            given in prop::collection::vec((0_u64..1_000, 0_usize..12_000, 0_u64..2_000), 1..400),
        ) {
            let mut pace = Pace::new(0);
            let (mut now, mut arrivals) = (0, Vec::new());
            let mut arrive = |at: u64, length: usize, late: u64| {
                let last = arrivals.last().map_or(0, |(at, _)| *at);
                arrivals.push((last.max(at + late), length));
            };
            for (number, (gap, length, late)) in given.into_iter().enumerate() {
                pace.push(&claim(u16::try_from(number).unwrap(), length));
                let until = now + gap * gap / 1_000;
                while now <= until {
                    match pace.next(now) {
                        Next::Say(text) => arrive(now, text.len(), late),
                        Next::Wait(ms) => now += ms,
                        Next::Nothing => break,
                    }
                }
                now = now.max(until);
            }
            for (at, text) in all(&mut pace, now) {
                arrive(at, text.len(), 0);
            }
            let mut messages = TokenBucket::new(MESSAGE_BURST, MESSAGES_PER_SECOND, 0);
            let mut bytes = TokenBucket::new(BYTE_BURST, BYTES_PER_SECOND, 0);
            let mut sign = 0;
            for (at, length) in arrivals {
                while sign < at {
                    prop_assert!(messages.take(1, sign));
                    sign += 1_000;
                }
                prop_assert!(messages.take(1, at) && bytes.take(length, at), "cut at {}", at);
            }
        }
    }
}
