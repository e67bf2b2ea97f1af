//! Whether this machine is on another network than before, or has slept.

use std::net::IpAddr;
use std::time::{Duration, SystemTime};

use tokio::time::{Instant, sleep};

use crate::peer::addresses;

/// How often it is looked at. The other side notices by itself what changes more seldom than this.
const LOOK: Duration = Duration::from_secs(2);

/// How much further the wall clock may get than the one that stands still while the machine sleeps. A clock that is
/// set counts as sleep, which costs one question to the other side.
const SLEPT: Duration = Duration::from_secs(10);

/// Where this machine was when it was looked at last.
#[derive(Debug)]
pub(crate) struct Network {
    addresses: Vec<IpAddr>,
    looked: (Instant, SystemTime),
}

impl Network {
    pub(crate) fn new() -> Self {
        Self { addresses: addresses(), looked: (Instant::now(), SystemTime::now()) }
    }

    /// Waits until it has changed. Nothing is lost by waiting anew.
    pub(crate) async fn changed(&mut self) {
        loop {
            sleep(LOOK.saturating_sub(self.looked.0.elapsed())).await;
            let (steady, wall) = (self.looked.0.elapsed(), self.looked.1.elapsed());
            self.looked = (Instant::now(), SystemTime::now());
            let has_slept = wall.is_ok_and(|wall| wall > steady + SLEPT);
            let addresses = addresses();
            // None at all is nowhere to go; what comes after is news.
            let has_moved = !addresses.is_empty() && addresses != self.addresses;
            if has_moved {
                self.addresses = addresses;
            }
            if has_moved || has_slept {
                return;
            }
        }
    }
}
