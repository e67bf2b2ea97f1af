//! How much there is of everything, for whoever measures: numbers over all teams, and nothing of anybody.

use super::{Broker, Role, Stage};

/// What a broker holds at one moment, and has taken so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Census {
    /// The asks that were taken since the start.
    pub asks: u64,
    /// The visitors who wait.
    pub waiting: usize,
    /// The helpers who have enlisted.
    pub helpers: usize,
    /// Those of them who are told of visitors.
    pub available: usize,
    /// The sessions for which it forwards.
    pub sessions: usize,
    /// The deposits that can be resumed from.
    pub deposits: usize,
    /// The places that are kept for visitors without a socket.
    pub places: usize,
    /// The sources that are kept away, some of them perhaps for the last time.
    pub blocked: usize,
}

impl Broker {
    /// Counts.
    #[must_use]
    pub fn census(&self) -> Census {
        let mut census = Census {
            asks: self.asks,
            deposits: self.deposits.len(),
            places: self.places.len(),
            blocked: self.teams.values().map(|team| team.shut.len()).sum(),
            ..Census::default()
        };
        for socket in self.sockets.values() {
            if let Role::Helper(helper) = &socket.role {
                census.helpers += 1;
                census.available += usize::from(helper.available);
            }
        }
        for session in self.sessions.values() {
            match session.stage {
                Stage::Waiting { .. } => census.waiting += 1,
                Stage::Claimed { .. } => census.sessions += 1,
            }
        }
        census
    }
}
