//! A person's own running Chromium, followed tab by tab through its DevTools: the visitor's page as it is, behind
//! their login, and the helper's copy of it.
//!
//! ```no_run
//! use alongside_agent::browser::{Browser, TabEvent};
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! // Chromium was started with --remote-debugging-port=9222
//! let browser = Browser::attach("9222").await?;
//! let (tab, mut events) = browser.tab_at(&"https://shop.example/basket".parse()?).await?;
//! println!("{}", tab.client().await?.browser);
//! while let Some(TabEvent::Moved(location)) = events.recv().await {
//!     println!("{} {}", location.title, location.url);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! It only ever attaches: it starts no browser, ends none, and looks at no tab but those it was asked for. In a tab
//! it asks for the page's events and nothing more (no network, no console, no debugger), so that a page neither
//! notices nor floods it. What it has to ask a page itself is asked in an isolated world, which the page's scripts
//! cannot reach: what they put over `history`, `document` or `title` is theirs alone. What moved is folded into one
//! state per tab, never queued.
//!
//! The ready-made clients of this protocol take hold of every tab of a browser, switch on its network events and
//! set a window size of their own: right for a browser that a program owns, and not for a person's. Hence one that
//! speaks the few methods needed here.

mod client;
mod endpoint;
mod location;
mod protocol;
mod tab;

use std::time::Duration;

use serde::Deserialize;
use serde_json::json;
use tokio::sync::mpsc;
use tokio::time::timeout;
use url::Url;

pub use tab::{Tab, TabEvent};

use endpoint::Endpoint;
use location::is_page;
use protocol::Connection;
use tab::Target;

/// How long the browser may take to answer for itself: no page is asked.
const CALL_TIMEOUT: Duration = Duration::from_secs(10);

/// Why a browser or a tab does not do what is wanted. Each says what a person can do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BrowserError {
    /// The text names no browser.
    #[error("give the browser's DevTools address, such as http://127.0.0.1:9222, or only its port")]
    NoEndpoint,
    /// The browser is on another machine, which was not allowed.
    #[error(
        "{host} is not this machine: whoever can reach a DevTools address controls that browser, so bring the port \
         here by `ssh -L` instead"
    )]
    NotLocal {
        /// Where it would be.
        host: String,
    },
    /// Nobody answers there.
    #[error(
        "nothing listens at {at}: start Chromium with --remote-debugging-port=9222 and a --user-data-dir of its own"
    )]
    NothingListens {
        /// Host and port.
        at: String,
    },
    /// Somebody answers, but not as a browser does.
    #[error(
        "what listens at {at} is not Chromium's DevTools: start Chromium with --remote-debugging-port=9222 and give \
         that port"
    )]
    NotABrowser {
        /// Host and port.
        at: String,
    },
    /// The connection to the browser has ended.
    #[error("the browser has gone")]
    Lost,
    /// The tab was closed or has crashed.
    #[error("the tab has gone")]
    Gone,
    /// The browser or its page does not answer in time.
    #[error("the page does not answer: is a dialog open in it?")]
    Silent,
    /// The browser says no.
    #[error("the browser refused: {reason}")]
    Refused {
        /// In the browser's words.
        reason: String,
    },
    /// The browser answers something else than the protocol says.
    #[error("the browser's answer to {method} was not understood: is it Chromium, and a recent one?")]
    Unreadable {
        /// What it was asked.
        method: &'static str,
    },
    /// The address is not one of a page.
    #[error("only http and https addresses are opened")]
    NotAPage,
    /// The page did not load.
    #[error("the page could not be loaded ({reason})")]
    NotLoaded {
        /// In the browser's words, such as `net::ERR_CONNECTION_REFUSED`.
        reason: String,
    },
}

impl From<tokio::time::error::Elapsed> for BrowserError {
    fn from(_: tokio::time::error::Elapsed) -> Self {
        Self::Silent
    }
}

/// Somebody's running browser. Letting go of it, its tabs and their events ends the connection and nothing else.
#[derive(Debug, Clone)]
pub struct Browser {
    connection: Connection,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Targets {
    target_infos: Vec<Target>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Created {
    target_id: String,
}

impl Browser {
    /// Attaches to the browser that listens at this address of this machine.
    ///
    /// Shape: `http://127.0.0.1:9222`, `ws://127.0.0.1:9222/devtools/browser/…`, `localhost:9222` or `9222`.
    /// Errors: `NoEndpoint`, `NotLocal`, `NothingListens`, `NotABrowser`.
    pub async fn attach(endpoint: &str) -> Result<Self, BrowserError> {
        Self::dial(&Endpoint::parse(endpoint, false)?).await
    }

    /// Attaches as [`attach`](Self::attach) does, on any machine.
    ///
    /// Nothing protects a DevTools address: whoever is on the way sees and controls the browser. Right only within
    /// a network that one trusts as oneself.
    pub async fn attach_anywhere(endpoint: &str) -> Result<Self, BrowserError> {
        Self::dial(&Endpoint::parse(endpoint, true)?).await
    }

    async fn dial(endpoint: &Endpoint) -> Result<Self, BrowserError> {
        Ok(Self { connection: Connection::new(endpoint.dial().await?) })
    }

    /// The tab that shows this address, whatever its fragment, or else a new one.
    ///
    /// Errors: `NotAPage` for what is neither http nor https.
    pub async fn tab_at(&self, url: &Url) -> Result<(Tab, mpsc::Receiver<TabEvent>), BrowserError> {
        if !is_page(url.as_str()) {
            return Err(BrowserError::NotAPage);
        }
        let Targets { target_infos } = self.call("Target.getTargets", json!({})).await?;
        let shown = target_infos.into_iter().filter(|target| target.r#type == "page");
        // The same fragment goes before another.
        let found = shown
            .filter_map(|target| Some((likeness(&target.url, url)?, target)))
            .max_by_key(|(like, _)| *like);
        match found {
            Some((_, target)) => Tab::attach(self.connection.clone(), target).await,
            None => self.open(url).await,
        }
    }

    /// A new tab at this address, in front once and never again: from then on it goes where it is sent, whether or
    /// not somebody looks at it.
    ///
    /// Errors: `NotAPage` for what is neither http nor https.
    pub async fn open(&self, url: &Url) -> Result<(Tab, mpsc::Receiver<TabEvent>), BrowserError> {
        if !is_page(url.as_str()) {
            return Err(BrowserError::NotAPage);
        }
        let method = "Target.createTarget";
        let created = match self.call::<Created>(method, json!({ "url": url.as_str() })).await {
            // A browser that runs without a window has no place for a tab.
            Err(BrowserError::Refused { .. }) => {
                self.call(method, json!({ "url": url.as_str(), "newWindow": true })).await?
            }
            created => created?,
        };
        let target = Target { target_id: created.target_id, r#type: "page".to_owned(), url: String::new() };
        Tab::attach(self.connection.clone(), target).await
    }

    async fn call<T: serde::de::DeserializeOwned>(
        &self,
        method: &'static str,
        params: serde_json::Value,
    ) -> Result<T, BrowserError> {
        timeout(CALL_TIMEOUT, self.connection.call(None, method, params)).await?
    }
}

/// Whether a tab at this address shows what is wanted, and if so, whether at the same place of it.
fn likeness(shown: &str, wanted: &Url) -> Option<bool> {
    let mut shown = Url::parse(shown).ok()?;
    if shown == *wanted {
        return Some(true);
    }
    let mut wanted = wanted.clone();
    shown.set_fragment(None);
    wanted.set_fragment(None);
    (shown == wanted).then_some(false)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn a_tab_is_known_by_its_address() {
        let wanted: Url = "http://Shop.example:80/a/../b?c=1#d".parse().unwrap();
        assert_eq!(likeness("http://shop.example/b?c=1#d", &wanted), Some(true));
        assert_eq!(likeness("http://shop.example/b?c=1", &wanted), Some(false));
        assert_eq!(likeness("http://shop.example/b?c=1#e", &wanted), Some(false));
        for other in
            ["http://shop.example/b", "https://shop.example/b?c=1#d", "http://shop.example/b/?c=1", "", "x"]
        {
            assert_eq!(likeness(other, &wanted), None, "{other}");
        }
    }
}
