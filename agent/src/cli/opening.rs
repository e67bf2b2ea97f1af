//! When pages are opened in a browser that opens a tab for each: seldom, and the latest one.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use url::Url;

/// How long there is at least between two. A visitor's page can go on a hundred times a second.
const PAUSE: Duration = Duration::from_secs(1);

/// How many there are at most in [`SPELL`]. More tabs than that nobody looks at.
const MOST: usize = 20;
const SPELL: Duration = Duration::from_secs(60);

/// What is to be opened, and when.
#[derive(Debug, Default)]
pub(super) struct Openings {
    wanted: Option<Url>,
    shown: Option<Url>,
    recent: VecDeque<Instant>,
}

impl Openings {
    /// Wants a page in the place of the one that waits.
    pub(super) fn want(&mut self, page: Url) {
        self.wanted = Some(page).filter(|page| self.shown.as_ref() != Some(page));
    }

    /// When the page that waits is to be opened.
    pub(super) fn due(&self) -> Option<Instant> {
        self.wanted.as_ref()?;
        let after_last = self.recent.back().map(|last| *last + PAUSE);
        let after_spell =
            self.recent.front().filter(|_| self.recent.len() == MOST).map(|first| *first + SPELL);
        // What is past is due.
        after_last.max(after_spell).or_else(|| Some(Instant::now()))
    }

    /// Takes the page that is to be opened now.
    pub(super) fn take(&mut self, now: Instant) -> Option<Url> {
        if self.due().is_none_or(|due| due > now) {
            return None;
        }
        let page = self.wanted.take()?;
        if self.recent.len() == MOST {
            self.recent.pop_front();
        }
        self.recent.push_back(now);
        self.shown = Some(page.clone());
        Some(page)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    fn page(number: u32) -> Url {
        Url::parse(&format!("https://shop.example/{number}")).unwrap()
    }

    #[test]
    fn a_visitor_who_hurries_opens_one_page_a_second_and_the_latest() {
        let (mut openings, began) = (Openings::default(), Instant::now() + Duration::from_secs(1));
        let mut opened = Vec::new();
        for tenth in 0..55 {
            openings.want(page(tenth));
            opened.extend(openings.take(began + Duration::from_millis(100 * u64::from(tenth))));
        }
        assert_eq!(opened, [0, 10, 20, 30, 40, 50].map(page));
        assert_eq!(openings.take(began + Duration::from_secs(9)), Some(page(54)));
        openings.want(page(54));
        assert_eq!(openings.due(), None, "it is shown already");
    }

    #[test]
    fn there_are_only_so_many_a_minute() {
        let (mut openings, began) = (Openings::default(), Instant::now() + Duration::from_secs(1));
        let mut opened = 0;
        for second in 0..180 {
            openings.want(page(second));
            opened += usize::from(openings.take(began + Duration::from_secs(u64::from(second))).is_some());
        }
        assert_eq!(opened, 3 * MOST);
    }
}
