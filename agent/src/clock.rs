//! The one clock that machines are given: Unix milliseconds that never run backwards.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::time::Instant;

/// Reads the wall clock, and runs on from where it was when somebody sets that back.
///
/// A monotonic clock would be simpler, but stands still while some machines sleep.
#[derive(Debug, Default)]
pub(crate) struct Clock {
    last: u64,
    offset: u64,
}

impl Clock {
    /// Units: milliseconds since 1970.
    pub(crate) fn now(&mut self) -> u64 {
        let wall = wall_ms().saturating_add(self.offset);
        self.offset += self.last.saturating_sub(wall);
        self.last = self.last.max(wall);
        self.last
    }

    /// When that time of this clock will have come.
    pub(crate) fn instant(&mut self, at: u64) -> Instant {
        Instant::now() + Duration::from_millis(at.saturating_sub(self.now()))
    }
}

/// Units: seconds since 1970, as certificates have them.
pub(crate) fn wall_s() -> u64 {
    wall_ms() / 1000
}

/// Units: milliseconds since 1970.
pub(crate) fn wall_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}
