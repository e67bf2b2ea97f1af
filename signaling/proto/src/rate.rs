//! A token bucket: how much one source may do at once, and how fast that comes back.
//!
//! Pure: the time is an argument, and may stand still or go back without harm.

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
        let wanted = u64::try_from(tokens).unwrap_or(u64::MAX).saturating_mul(1000);
        let enough = wanted <= self.left;
        if enough {
            self.left -= wanted;
        }
        enough
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
    fn a_clock_that_goes_back_gives_nothing() {
        let mut bucket = TokenBucket::new(1, 1, 5_000);
        assert!(bucket.take(1, 5_000));
        assert!(!bucket.take(1, 0));
        assert!(!bucket.take(1, 5_999));
        assert!(bucket.take(1, 6_000));
    }
}
