//! One clock for all: Unix milliseconds that never go back.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use tokio::time::Instant;

/// Tells the time. Between two looks at the system's clock it runs with the monotonic one, so a clock that is set
/// back only makes it go on as before; one that is set forward is followed.
#[derive(Debug)]
pub(crate) struct Clock {
    started: Instant,
    /// What to add to the monotonic time. Units: milliseconds. Only grows.
    offset_ms: AtomicU64,
}

impl Clock {
    pub(crate) fn new() -> Self {
        Self { started: Instant::now(), offset_ms: AtomicU64::new(0) }
    }

    /// Units: milliseconds since 1970.
    pub(crate) fn now_ms(&self) -> u64 {
        let elapsed = millis(self.started.elapsed());
        let system = SystemTime::now().duration_since(UNIX_EPOCH).map(millis).unwrap_or_default();
        let offset = self.offset_ms.fetch_max(system.saturating_sub(elapsed), Ordering::Relaxed);
        elapsed + offset.max(system.saturating_sub(elapsed))
    }
}

fn millis(duration: std::time::Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_the_time_and_never_goes_back() {
        let clock = Clock::new();
        let mut last = 0;
        for _ in 0..1_000 {
            let now = clock.now_ms();
            assert!(now >= last);
            last = now;
        }
        let system = millis(SystemTime::now().duration_since(UNIX_EPOCH).unwrap());
        assert!(system.abs_diff(last) < 1_000);
    }
}
