//! What moved: what the browser's events say, how often the tab is looked at, and what is worth telling.
//!
//! Pure: time is an argument. However much a page moves, there is one state of it and never a queue.

use std::time::Duration;

use alongside_agent_proto::wire::{Scroll, Viewport};
use serde::Deserialize;
use serde_json::value::RawValue;
use tokio::time::Instant;

use crate::visitor::Location;

/// How soon after a change the tab is looked at. Sites set the title just after the address; the widget waits as
/// long.
const SETTLE: Duration = Duration::from_millis(20);

/// How long after one report the next comes at the soonest. Some sites write every scroll into the address; a helper
/// can follow four changes a second and no more. The widget's figure.
const PACE: Duration = Duration::from_millis(250);

/// When a tab that did not answer is looked at again: an open dialog or a busy script ends at some time.
const RETRY: Duration = Duration::from_secs(2);

/// What a tab's events have said so far.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Seen {
    /// The main frame; all others are parts of the page.
    pub(super) frame: String,
    /// The address that the browser shows.
    pub(super) url: String,
    /// How many pages were loaded, or came back whole.
    pub(super) loads: u64,
    /// How often anything may have changed within the page.
    pub(super) stirs: u64,
    /// A dialog that only we can answer, and the answer.
    pub(super) dialog: Option<bool>,
}

#[derive(Deserialize)]
struct FrameNavigated {
    frame: Frame,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Frame {
    id: String,
    parent_id: Option<String>,
    url: String,
    url_fragment: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct NavigatedWithinDocument {
    frame_id: String,
    url: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct DialogOpening {
    r#type: String,
    has_browser_handler: bool,
}

impl Seen {
    /// A tab of which nothing was heard yet.
    pub(super) fn new(frame: String, url: String) -> Self {
        Self { frame, url, loads: 0, stirs: 0, dialog: None }
    }

    /// Takes one event in; says whether it changed anything.
    ///
    /// Source: <https://chromedevtools.github.io/devtools-protocol/tot/Page/>.
    pub(super) fn note(&mut self, method: &str, params: &RawValue) -> bool {
        let params = params.get();
        match method {
            "Page.frameNavigated" => {
                let Ok(FrameNavigated { frame }) = serde_json::from_str(params) else { return false };
                if frame.parent_id.is_some() {
                    return false;
                }
                self.frame = frame.id;
                self.url = frame.url + frame.url_fragment.as_deref().unwrap_or_default();
                self.loads += 1;
                self.dialog = None;
            }
            "Page.navigatedWithinDocument" => {
                let Ok(moved) = serde_json::from_str::<NavigatedWithinDocument>(params) else { return false };
                if moved.frame_id != self.frame {
                    return false;
                }
                self.url = moved.url;
                self.stirs += 1;
            }
            // The title is known at the latest.
            "Page.domContentEventFired" => self.stirs += 1,
            "Page.javascriptDialogOpening" => {
                let Ok(dialog) = serde_json::from_str::<DialogOpening>(params) else { return false };
                if dialog.has_browser_handler {
                    return false;
                }
                // Nobody sees it, and the page stands still until somebody answers: as if a person had pressed the
                // button that changes nothing, but lets pages be left.
                self.dialog = Some(dialog.r#type == "beforeunload");
            }
            "Page.javascriptDialogClosed" => self.dialog = None,
            _ => return false,
        }
        true
    }
}

/// When the tab is looked at next, and whether what is seen then is news.
#[derive(Debug, Default)]
pub(super) struct Pace {
    due: Option<Instant>,
    told_at: Option<Instant>,
    told: Option<(u64, Location)>,
}

impl Pace {
    /// Something may have changed.
    pub(super) fn stirred(&mut self, now: Instant) {
        let soonest = self.told_at.map_or(now, |at| at + PACE);
        let due = soonest.max(now + SETTLE);
        // A look that was put off is not put off longer.
        self.due = Some(self.due.map_or(due, |earlier| earlier.min(due)));
    }

    /// When the tab is to be looked at.
    pub(super) fn due(&self) -> Option<Instant> {
        self.due
    }

    /// Takes what was seen; gives it back when the other side does not know it yet: another address or title, or
    /// another load of the same.
    pub(super) fn looked(&mut self, loads: u64, location: Location, now: Instant) -> Option<Location> {
        self.due = None;
        if !is_page(&location.url) {
            self.told = None;
            return None;
        }
        let is_known = self.told.as_ref().is_some_and(|(told_loads, told)| {
            *told_loads == loads && told.url == location.url && told.title == location.title
        });
        if is_known {
            return None;
        }
        self.told_at = Some(now);
        self.told = Some((loads, location.clone()));
        Some(location)
    }

    /// The tab did not answer: what the browser itself says of it will do until it does.
    pub(super) fn unanswered(&mut self, loads: u64, url: String, now: Instant) -> Option<Location> {
        let known = self.told.as_ref().map(|(_, told)| told);
        let title = known.filter(|told| told.url == url).map(|told| told.title.clone()).unwrap_or_default();
        let viewport = known.map_or(Viewport { width: 0, height: 0 }, |told| told.viewport);
        let news = self.looked(loads, Location { url, title, viewport, scroll: Scroll { x: 0, y: 0 } }, now);
        self.due = Some(now + RETRY);
        news
    }
}

/// Whether it is the address of a page of the web. What else a browser shows is nobody's business.
pub(super) fn is_page(url: &str) -> bool {
    url.starts_with("https://") || url.starts_with("http://")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use serde_json::{json, value::to_raw_value};

    use super::*;

    fn note(seen: &mut Seen, method: &str, params: &serde_json::Value) -> bool {
        seen.note(method, &to_raw_value(params).unwrap())
    }

    fn at(url: &str, title: &str) -> Location {
        Location {
            url: url.to_owned(),
            title: title.to_owned(),
            viewport: Viewport { width: 800, height: 600 },
            scroll: Scroll { x: 0, y: 10 },
        }
    }

    #[test]
    fn the_main_frame_counts_and_no_other() {
        let mut seen = Seen::new("main".to_owned(), "about:blank".to_owned());
        let frame = json!({"frame": {"id": "main", "url": "https://a.example/", "urlFragment": "#x", "type": "Navigation"}});
        assert!(note(&mut seen, "Page.frameNavigated", &frame));
        assert_eq!((seen.url.as_str(), seen.loads), ("https://a.example/#x", 1));
        let inner = json!({"frame": {"id": "inner", "parentId": "main", "url": "https://ads.example/"}});
        assert!(!note(&mut seen, "Page.frameNavigated", &inner));
        let within =
            json!({"frameId": "inner", "url": "https://ads.example/#1", "navigationType": "fragment"});
        assert!(!note(&mut seen, "Page.navigatedWithinDocument", &within));
        assert_eq!((seen.url.as_str(), seen.loads, seen.stirs), ("https://a.example/#x", 1, 0));
        let within = json!({"frameId": "main", "url": "https://a.example/#y", "navigationType": "fragment"});
        assert!(note(&mut seen, "Page.navigatedWithinDocument", &within));
        assert_eq!((seen.url.as_str(), seen.loads, seen.stirs), ("https://a.example/#y", 1, 1));
        for broken in [json!(null), json!([]), json!({"frame": 1}), json!({"frameId": 7})] {
            assert!(!note(&mut seen, "Page.frameNavigated", &broken));
            assert!(!note(&mut seen, "Page.navigatedWithinDocument", &broken));
        }
    }

    #[test]
    fn a_dialog_that_somebody_sees_is_left_to_them() {
        let mut seen = Seen::new("main".to_owned(), String::new());
        let dialog =
            |kind: &str, is_seen: bool| json!({"type": kind, "hasBrowserHandler": is_seen, "message": "?"});
        assert!(!note(&mut seen, "Page.javascriptDialogOpening", &dialog("alert", true)));
        assert!(note(&mut seen, "Page.javascriptDialogOpening", &dialog("confirm", false)));
        assert_eq!(seen.dialog, Some(false));
        assert!(note(&mut seen, "Page.javascriptDialogOpening", &dialog("beforeunload", false)));
        assert_eq!(seen.dialog, Some(true));
    }

    #[test]
    fn a_flood_is_told_four_times_a_second_and_ends_with_the_latest() {
        let begun = Instant::now();
        let mut pace = Pace::default();
        let mut told = Vec::new();
        for ms in 0..1000_u64 {
            let now = begun + Duration::from_millis(ms);
            pace.stirred(now);
            if pace.due().is_some_and(|due| due <= now) {
                told.extend(pace.looked(0, at(&format!("https://a.example/{ms}"), ""), now));
            }
        }
        assert_eq!(told.len(), 4, "{told:?}");
        let now = pace.due().unwrap();
        assert!(now < begun + Duration::from_secs(1) + PACE);
        assert!(pace.looked(0, at("https://a.example/last", ""), now).is_some());
        assert_eq!(pace.due(), None);
    }

    #[test]
    fn what_is_known_is_told_once_and_each_load_again() {
        let now = Instant::now();
        let mut pace = Pace::default();
        let page = at("https://a.example/", "A");
        assert_eq!(pace.looked(1, page.clone(), now), Some(page.clone()));
        let scrolled = Location { scroll: Scroll { x: 0, y: 500 }, ..page.clone() };
        assert_eq!(pace.looked(1, scrolled, now), None);
        assert_eq!(pace.looked(2, page.clone(), now), Some(page));
        assert!(pace.looked(2, at("https://a.example/", "B"), now).is_some());
    }

    #[test]
    fn only_pages_of_the_web_are_told() {
        let now = Instant::now();
        let mut pace = Pace::default();
        let page = at("https://a.example/", "A");
        assert!(pace.looked(1, page.clone(), now).is_some());
        for url in [
            "about:blank",
            "chrome://settings/",
            "file:///etc/passwd",
            "data:text/html,x",
            "blob:https://a/1",
            "",
        ] {
            assert_eq!(pace.looked(2, at(url, "x"), now), None, "{url}");
        }
        assert!(pace.looked(2, page, now).is_some(), "back on it");
    }

    #[test]
    fn a_page_that_does_not_answer_is_told_by_its_address_and_asked_again() {
        let now = Instant::now();
        let mut pace = Pace::default();
        assert!(pace.looked(1, at("https://a.example/", "A"), now).is_some());
        assert_eq!(pace.unanswered(1, "https://a.example/".to_owned(), now), None);
        assert_eq!(pace.due(), Some(now + RETRY));
        let other = pace.unanswered(1, "https://a.example/#b".to_owned(), now).unwrap();
        assert_eq!((other.title.as_str(), other.viewport.width), ("", 800));
        assert_eq!(pace.unanswered(2, "chrome://crash/".to_owned(), now), None);
    }
}
