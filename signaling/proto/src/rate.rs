//! Token buckets: how much one source may do at once, and how fast that comes back.
//!
//! Pure: the time is an argument, and may stand still or go back without harm.

use std::collections::BTreeMap;

/// How seldom the sources are looked through for those that are idle. Units: milliseconds.
const SWEEP_INTERVAL_MS: u64 = 1_000;

/// What one source has left of a burst.
///
/// Units: tokens are whatever the caller counts, messages or bytes; internally thousandths of them, so that a
/// refill of one per second is exact to the millisecond.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TokenBucket {
    burst: u64,
    per_second: u64,
    left: u64,
    filled_ms: u64,
}

impl TokenBucket {
    /// A full bucket.
    #[must_use]
    pub fn new(burst: u32, per_second: u32, now_ms: u64) -> Self {
        let burst = u64::from(burst) * 1000;
        Self { burst, per_second: u64::from(per_second), left: burst, filled_ms: now_ms }
    }

    /// Takes tokens, or takes nothing and says `false` when there are too few.
    pub fn take(&mut self, tokens: usize, now_ms: u64) -> bool {
        self.fill(now_ms);
        let wanted = thousandths(tokens);
        let enough = wanted <= self.left;
        if enough {
            self.left -= wanted;
        }
        enough
    }

    /// How long until there are so many tokens, if nobody takes any. Units: milliseconds. More than a burst there
    /// never are.
    pub fn wait_ms(&mut self, tokens: usize, now_ms: u64) -> u64 {
        self.fill(now_ms);
        thousandths(tokens).saturating_sub(self.left).div_ceil(self.per_second.max(1))
    }

    /// Whether nothing is missing, so that a fresh bucket would be the same.
    pub fn is_full(&mut self, now_ms: u64) -> bool {
        self.fill(now_ms);
        self.left == self.burst
    }

    fn fill(&mut self, now_ms: u64) {
        let passed = now_ms.saturating_sub(self.filled_ms);
        self.left = self.left.saturating_add(passed.saturating_mul(self.per_second)).min(self.burst);
        self.filled_ms = self.filled_ms.max(now_ms);
    }
}

fn thousandths(tokens: usize) -> u64 {
    u64::try_from(tokens).unwrap_or(u64::MAX).saturating_mul(1000)
}

/// A bucket for each source that is busy, and so many of them at the most.
#[derive(Debug)]
pub struct Buckets<K> {
    burst: u32,
    per_second: u32,
    max_sources: usize,
    busy: BTreeMap<K, TokenBucket>,
    swept_ms: u64,
}

/// What came of taking a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// There was one.
    Yes,
    /// There is none before so long. Units: milliseconds.
    No {
        /// When there is.
        retry_after_ms: u64,
    },
    /// So many sources are busy that this one cannot be remembered.
    Crowded,
}

impl<K: Ord> Buckets<K> {
    /// Nobody has taken anything yet.
    #[must_use]
    pub fn new(burst: u32, per_second: u32, max_sources: usize) -> Self {
        Self { burst, per_second, max_sources, busy: BTreeMap::new(), swept_ms: 0 }
    }

    /// Takes one token of a source.
    pub fn take(&mut self, source: K, now_ms: u64) -> Taken {
        if !self.busy.contains_key(&source) && self.busy.len() >= self.max_sources {
            self.forget_idle(now_ms);
            if self.busy.len() >= self.max_sources {
                return Taken::Crowded;
            }
        }
        let fresh = || TokenBucket::new(self.burst, self.per_second, now_ms);
        let bucket = self.busy.entry(source).or_insert_with(fresh);
        if bucket.take(1, now_ms) {
            Taken::Yes
        } else {
            Taken::No { retry_after_ms: bucket.wait_ms(1, now_ms) }
        }
    }

    /// Forgets the sources that have not done anything for so long that a fresh bucket would be the same.
    pub fn forget_idle(&mut self, now_ms: u64) {
        if now_ms >= self.swept_ms.saturating_add(SWEEP_INTERVAL_MS) {
            self.swept_ms = now_ms;
            self.busy.retain(|_, bucket| !bucket.is_full(now_ms));
        }
    }

    /// How many sources are remembered.
    #[must_use]
    pub fn len(&self) -> usize {
        self.busy.len()
    }

    /// Whether none is.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.busy.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_passes_then_only_what_comes_back() {
        let mut bucket = TokenBucket::new(3, 2, 1_000);
        assert!((0..3).all(|_| bucket.take(1, 1_000)));
        assert!(!bucket.take(1, 1_499));
        assert!(bucket.take(1, 1_500));
        assert!(!bucket.take(1, 1_500));
        assert!(bucket.take(3, 1_000_000), "never more than the burst comes back, never less");
        assert!(!bucket.take(1, 1_000_000));
    }

    #[test]
    fn who_waits_as_long_as_is_said_gets_them() {
        let mut bucket = TokenBucket::new(100, 3, 0);
        assert!(bucket.take(100, 0));
        assert_eq!([0, 1, 10, 100].map(|tokens| bucket.wait_ms(tokens, 0)), [0, 334, 3_334, 33_334]);
        assert!(!bucket.take(10, 3_333));
        assert_eq!(bucket.wait_ms(10, 3_333), 1);
        assert!(bucket.take(10, 3_334));
    }

    #[test]
    fn what_is_too_much_takes_nothing() {
        let mut bucket = TokenBucket::new(10, 1, 0);
        assert!(!bucket.take(11, 0));
        assert!(!bucket.take(usize::MAX, 0));
        assert!(bucket.is_full(0));
        assert!(bucket.take(10, 0));
        assert!(!bucket.is_full(9_999));
        assert!(bucket.is_full(10_000));
    }

    #[test]
    fn each_source_has_its_own_and_hears_when_to_try_again() {
        let mut buckets = Buckets::new(2, 4, 10);
        assert_eq!(
            [0, 0, 0].map(|now| buckets.take("a", now)),
            [Taken::Yes, Taken::Yes, Taken::No { retry_after_ms: 250 }]
        );
        assert_eq!(buckets.take("a", 249), Taken::No { retry_after_ms: 1 });
        assert_eq!(buckets.take("b", 249), Taken::Yes);
        assert_eq!(buckets.take("a", 250), Taken::Yes);
    }

    #[test]
    fn those_that_are_remembered_are_bounded() {
        let mut buckets = Buckets::new(1, 1, 3);
        assert!((0..3).all(|n| buckets.take(n, 5_000) == Taken::Yes));
        assert_eq!((buckets.take(3, 5_001), buckets.len()), (Taken::Crowded, 3));
        assert_eq!(buckets.take(0, 5_001), Taken::No { retry_after_ms: 999 });
        // Who has been silent is forgotten, and there is room again.
        assert_eq!((buckets.take(3, 6_001), buckets.len()), (Taken::Yes, 1));
        buckets.forget_idle(7_001);
        assert!(buckets.is_empty());
    }

    #[test]
    fn a_clock_that_goes_back_gives_nothing() {
        let mut bucket = TokenBucket::new(1, 1, 5_000);
        assert!(bucket.take(1, 5_000));
        assert!(!bucket.take(1, 0));
        assert!(!bucket.take(1, 5_999));
        assert!(bucket.take(1, 6_000));
    }
}
