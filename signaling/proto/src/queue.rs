//! Who waits for a team, in which order, and which places are kept for those whose socket is gone.

use std::collections::{BTreeMap, BTreeSet};

use crate::id::{Place, SessionId, TeamId};
use crate::limits::{MAX_PLACES, PLACE_LIFETIME_MS};

/// Where in the order somebody stands: by the first ask, and among those of one millisecond by arrival.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rank {
    /// When the first ask came. Units: milliseconds.
    pub since_ms: u64,
    /// The count of all asks so far, so that no two ranks are the same.
    pub order: u64,
}

/// Those who wait for one team.
#[derive(Debug, Default)]
pub struct Queue {
    waiting: BTreeMap<Rank, SessionId>,
}

impl Queue {
    /// Lets somebody wait.
    pub fn insert(&mut self, rank: Rank, session: SessionId) {
        self.waiting.insert(rank, session);
    }

    /// Lets somebody go.
    pub fn remove(&mut self, rank: Rank) {
        self.waiting.remove(&rank);
    }

    /// How many wait.
    #[must_use]
    pub fn len(&self) -> usize {
        self.waiting.len()
    }

    /// Whether nobody waits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// The place of a rank, the next one helped being 1.
    #[must_use]
    pub fn position(&self, rank: Rank) -> u32 {
        count(self.waiting.range(..=rank).count())
    }

    /// Whether somebody stands behind this rank.
    #[must_use]
    pub fn is_last(&self, rank: Rank) -> bool {
        self.waiting.last_key_value().is_none_or(|(&last, _)| last <= rank)
    }

    /// Everybody in order, each with their rank.
    pub fn by_rank(&self) -> impl Iterator<Item = (Rank, SessionId)> {
        self.waiting.iter().map(|(&rank, &session)| (rank, session))
    }

    /// Everybody in order, each with their position.
    pub fn iter(&self) -> impl Iterator<Item = (u32, SessionId)> {
        self.waiting.values().enumerate().map(|(index, &session)| (count(index + 1), session))
    }
}

fn count(many: usize) -> u32 {
    u32::try_from(many).unwrap_or(u32::MAX)
}

/// Whose place it is: a place secret means nothing to another team.
pub type PlaceKey = (TeamId, Place);

/// The places kept for visitors without a socket, at most [`MAX_PLACES`], each for [`PLACE_LIFETIME_MS`].
#[derive(Debug, Default)]
pub struct Places {
    kept: BTreeMap<PlaceKey, (Rank, u64)>,
    by_end: BTreeSet<(u64, PlaceKey)>,
}

impl Places {
    /// Keeps a place from now on. When too many are kept, the one that would go next goes now.
    pub fn keep(&mut self, key: PlaceKey, rank: Rank, now_ms: u64) {
        let until = now_ms.saturating_add(PLACE_LIFETIME_MS);
        self.take(key);
        self.kept.insert(key, (rank, until));
        self.by_end.insert((until, key));
        if self.kept.len() > MAX_PLACES
            && let Some((_, first)) = self.by_end.pop_first()
        {
            self.kept.remove(&first);
        }
    }

    /// Whether a place is kept.
    #[must_use]
    pub fn contains(&self, key: PlaceKey) -> bool {
        self.kept.contains_key(&key)
    }

    /// Gives a kept place back.
    pub fn take(&mut self, key: PlaceKey) -> Option<Rank> {
        let (rank, until) = self.kept.remove(&key)?;
        self.by_end.remove(&(until, key));
        Some(rank)
    }

    /// Forgets what was kept for long enough.
    pub fn expire(&mut self, now_ms: u64) {
        while let Some(&(until, key)) = self.by_end.first()
            && until <= now_ms
        {
            self.take(key);
        }
    }

    /// When the next place goes. Units: milliseconds.
    #[must_use]
    pub fn next_end(&self) -> Option<u64> {
        self.by_end.first().map(|&(until, _)| until)
    }

    /// How many places are kept.
    #[must_use]
    pub fn len(&self) -> usize {
        self.kept.len()
    }

    /// Whether no place is kept.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.kept.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rank(since_ms: u64) -> Rank {
        Rank { since_ms, order: since_ms }
    }

    fn key(n: u32) -> PlaceKey {
        let mut place = [0; 16];
        place[..4].copy_from_slice(&n.to_be_bytes());
        (TeamId([0; 32]), Place(place))
    }

    #[test]
    fn positions_follow_the_first_ask() {
        let mut queue = Queue::default();
        for since in [30, 10, 20] {
            queue.insert(rank(since), SessionId([since as u8; 16]));
        }
        assert_eq!(queue.position(rank(10)), 1);
        assert_eq!(queue.position(rank(30)), 3);
        assert!(queue.is_last(rank(30)) && !queue.is_last(rank(20)));
        queue.remove(rank(10));
        assert_eq!(queue.iter().map(|(p, s)| (p, s.0[0])).collect::<Vec<_>>(), [(1, 20), (2, 30)]);
    }

    #[test]
    fn a_place_is_kept_for_its_time_and_given_back_once() {
        let mut places = Places::default();
        places.keep(key(1), rank(5), 1_000);
        places.keep(key(2), rank(6), 2_000);
        assert_eq!(places.next_end(), Some(1_000 + PLACE_LIFETIME_MS));
        places.expire(1_000 + PLACE_LIFETIME_MS - 1);
        assert_eq!(places.take(key(1)), Some(rank(5)));
        assert_eq!(places.take(key(1)), None);
        places.expire(2_000 + PLACE_LIFETIME_MS);
        assert!(places.is_empty() && places.by_end.is_empty());
    }

    #[test]
    fn when_too_many_are_kept_the_oldest_goes() {
        let mut places = Places::default();
        for n in 0..=u32::try_from(MAX_PLACES).unwrap() {
            places.keep(key(n), rank(1), u64::from(n));
        }
        assert_eq!(places.len(), MAX_PLACES);
        assert_eq!(places.by_end.len(), MAX_PLACES);
        assert_eq!(places.take(key(0)), None);
        assert!(places.take(key(1)).is_some());
    }
}
