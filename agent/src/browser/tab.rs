//! One tab: where it is, what is in it, and where it is sent.

use std::sync::Arc;
use std::time::Duration;

use alongside_agent_proto::address::{CleanAddress, Urls, clean_address};
use alongside_agent_proto::limits::MAX_TITLE_BYTES;
use alongside_agent_proto::wire::{Client, Scroll, Viewport};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::json;
use serde_json::value::Value;
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep_until, timeout};
use url::Url;

use super::BrowserError;
use super::client::{Around, cut, pixels};
use super::location::{Pace, Seen, is_page};
use super::protocol::{Attachment, Connection};
use crate::visitor::Location;

/// What runs in the page for us.
const INSIDE: &str = include_str!("inside.js");

/// The name of its world, as the browser's developer tools show it.
const WORLD: &str = "alongside";

/// How long a call may take that no page decides.
const CALL_TIMEOUT: Duration = Duration::from_secs(10);

/// How long a page may take to answer. One that is busy for longer is told by its address alone.
const LOOK_TIMEOUT: Duration = Duration::from_secs(2);

/// How long to wait for the first of a page to arrive. What takes longer goes on by itself.
const GO_TIMEOUT: Duration = Duration::from_secs(5);

/// For how long the page is asked to tell of a change before it is asked again; see `inside.js`. Units: milliseconds.
const PATIENCE_MS: u32 = 30_000;

/// How often the page looks for what nothing tells it, such as a title outside of its head. Units: milliseconds.
const POLL_MS: u32 = 1000;

/// The most that is taken of a page's source: many times what a page with a help contact needs, which stands near its
/// top. Units: UTF-16 code units.
const MAX_HTML_UNITS: u32 = 2 * 1024 * 1024;

/// The longest text that is taken of what the browser says of itself. Units: UTF-16 code units.
const MAX_CLIENT_UNITS: u32 = 1024;

/// What became of a tab.
#[derive(Debug, Clone, PartialEq)]
pub enum TabEvent {
    /// It shows another page, or the same one anew, or under another title. The first tells where it is.
    ///
    /// Only pages of the web (http and https) are told. At most four a second; what nobody took in time is replaced
    /// by the next.
    Moved(Location),
    /// It was closed, it crashed, or its browser went: the last that is told.
    Gone,
}

/// A tab of somebody's browser. Letting go of every copy and of its events leaves the tab as it is.
#[derive(Debug, Clone)]
pub struct Tab {
    page: Arc<Page>,
}

/// A target as the browser lists it.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Target {
    pub(super) target_id: String,
    pub(super) r#type: String,
    pub(super) url: String,
}

/// What we are attached to.
#[derive(Debug)]
struct Page {
    connection: Connection,
    attachment: Attachment,
    target_id: String,
    seen: watch::Receiver<Seen>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Attached {
    session_id: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct World {
    execution_context_id: i64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Evaluated {
    result: Remote,
    exception_details: Option<Value>,
}

#[derive(Deserialize)]
struct Remote {
    #[serde(default)]
    value: Value,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Navigated {
    error_text: Option<String>,
}

/// An answer of which nothing is read.
#[derive(Deserialize)]
struct Done {}

/// What `look` in `inside.js` gives.
#[derive(Deserialize)]
struct Look {
    url: String,
    title: String,
    width: f64,
    height: f64,
    x: f64,
    y: f64,
}

impl From<Look> for Location {
    fn from(Look { url, title, width, height, x, y }: Look) -> Self {
        let title = cut(&title, MAX_TITLE_BYTES);
        let viewport = Viewport { width: pixels(width), height: pixels(height) };
        Self { url, title, viewport, scroll: Scroll { x: offset(x), y: offset(y) } }
    }
}

#[allow(clippy::cast_possible_truncation, reason = "the cast keeps within the type, and rounding is wanted")]
fn offset(number: f64) -> i32 {
    number.round() as i32
}

impl Tab {
    /// Attaches to a tab.
    pub(super) async fn attach(
        connection: Connection,
        target: Target,
    ) -> Result<(Self, mpsc::Receiver<TabEvent>), BrowserError> {
        let Target { target_id, url, .. } = target;
        let params = json!({ "targetId": target_id, "flatten": true });
        let attach = connection.call::<Attached>(None, "Target.attachToTarget", params);
        let attachment: Attachment = timeout(CALL_TIMEOUT, attach).await??.session_id.into();
        // A page target's id is its main frame's.
        let (sender, seen) = watch::channel(Seen::new(target_id.clone(), url));
        let page = Arc::new(Page { connection, attachment, target_id, seen: seen.clone() });
        page.connection.watch(page.attachment.clone(), sender).await?;
        // Tells of crashes, also of one that has been.
        page.call::<Done>("Inspector.enable", json!({})).await?;
        page.call::<Done>("Page.enable", json!({})).await?;
        // One waits in the channel and one, ever the latest, outside of it.
        let (events, told) = mpsc::channel(1);
        tokio::spawn(follow(page.clone(), seen, events));
        Ok((Self { page }, told))
    }

    /// Sends the tab to an address, and waits a little for the page to arrive.
    ///
    /// Errors: `NotAPage` for what is neither http nor https; `NotLoaded` when the browser says so at once. What
    /// becomes of it is told by the tab's events.
    pub async fn go(&self, url: &str) -> Result<(), BrowserError> {
        let url = Url::parse(url).ok().filter(|url| is_page(url.as_str())).ok_or(BrowserError::NotAPage)?;
        let navigate = self.page.connection.call::<Navigated>(
            Some(&self.page.attachment),
            "Page.navigate",
            json!({ "url": url.as_str() }),
        );
        match timeout(GO_TIMEOUT, navigate).await {
            // A download, or an answer without a page: the tab stays where it was.
            Ok(Ok(Navigated { error_text: Some(reason) })) if reason == "net::ERR_ABORTED" => Ok(()),
            Ok(Ok(Navigated { error_text: Some(reason) })) => Err(BrowserError::NotLoaded { reason }),
            Ok(Ok(Navigated { error_text: None })) => Ok(()),
            Ok(Err(error)) => Err(error),
            // A slow site, or one that asks whether to leave.
            Err(_) => Ok(()),
        }
    }

    /// Loads the page again.
    pub async fn reload(&self) -> Result<(), BrowserError> {
        self.page.call::<Done>("Page.reload", json!({})).await.map(drop)
    }

    /// Closes the tab; the page may ask the person whether to.
    pub async fn close(&self) -> Result<(), BrowserError> {
        let params = json!({ "targetId": self.page.target_id });
        let close = self.page.connection.call::<Value>(None, "Target.closeTarget", params);
        timeout(CALL_TIMEOUT, close).await?.map(drop)
    }

    /// The source of what the tab shows as it is now, to look for a help contact in it; cut at two mebibytes.
    pub async fn html(&self) -> Result<String, BrowserError> {
        let (_, html) = timeout(CALL_TIMEOUT, self.page.ask(&format!("html({MAX_HTML_UNITS})"))).await??;
        Ok(html)
    }

    /// What the visitor uses, in the same words as the widget's.
    pub async fn client(&self) -> Result<Client, BrowserError> {
        let question = format!("client({MAX_CLIENT_UNITS})");
        let (_, around) = timeout(CALL_TIMEOUT, self.page.ask::<Around>(&question)).await??;
        Ok(around.client())
    }

    /// The address that the tab shows, without what may be secret in it, so that it can be compared with what a
    /// visitor reported; nothing where it is no page of the web.
    ///
    /// Errors: `Gone`, `Lost`. A busy page is answered for by the browser.
    pub async fn shows(&self) -> Result<Option<CleanAddress>, BrowserError> {
        let url = match self.page.look().await {
            Ok((_, location)) => location.url,
            Err(error @ (BrowserError::Gone | BrowserError::Lost)) => return Err(error),
            Err(_) => self.page.seen.borrow().url.clone(),
        };
        Ok(is_page(&url).then(|| clean_address(&url, Urls::Clean)))
    }
}

impl Page {
    async fn call<T: DeserializeOwned>(
        &self,
        method: &'static str,
        params: Value,
    ) -> Result<T, BrowserError> {
        timeout(CALL_TIMEOUT, self.connection.call(Some(&self.attachment), method, params)).await?
    }

    /// Asks what runs in the page for us, in its own world; also gives that world's number.
    async fn ask<T: DeserializeOwned>(&self, question: &str) -> Result<(i64, T), BrowserError> {
        let frame = self.seen.borrow().frame.clone();
        let params = json!({ "frameId": frame, "worldName": WORLD });
        let made = self.connection.call(Some(&self.attachment), "Page.createIsolatedWorld", params);
        let World { execution_context_id: world } = made.await?;
        Ok((world, self.ask_in(world, question).await?))
    }

    async fn ask_in<T: DeserializeOwned>(&self, world: i64, question: &str) -> Result<T, BrowserError> {
        let method = "Runtime.evaluate";
        let params = json!({
            "expression": format!("{INSIDE}.{question}"),
            "contextId": world,
            "returnByValue": true,
            "awaitPromise": true,
            "silent": true,
        });
        let evaluated: Evaluated = self.connection.call(Some(&self.attachment), method, params).await?;
        if evaluated.exception_details.is_some() {
            return Err(BrowserError::Unreadable { method });
        }
        serde_json::from_value(evaluated.result.value).map_err(|_| BrowserError::Unreadable { method })
    }

    async fn look(&self) -> Result<(i64, Location), BrowserError> {
        let question = format!("look({})", MAX_TITLE_BYTES + 1);
        let (world, look) = timeout(LOOK_TIMEOUT, self.ask::<Look>(&question)).await??;
        Ok((world, look.into()))
    }

    /// Waits until the page in this world is another than when it was last looked at, or a while.
    async fn stirred(&self, world: i64) {
        // When it cannot be told, the next look says why.
        let _ = self.ask_in::<Value>(world, &format!("stirred({PATIENCE_MS}, {POLL_MS})")).await;
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        self.connection.detach(self.attachment.clone());
    }
}

/// Tells where a tab is until it goes or nobody listens.
async fn follow(page: Arc<Page>, mut seen: watch::Receiver<Seen>, events: mpsc::Sender<TabEvent>) {
    let mut pace = Pace::default();
    pace.stirred(Instant::now());
    let mut news: Option<Location> = None;
    let mut world = None;
    let mut stir = std::pin::pin!(stirred(&page, world));
    loop {
        tokio::select! {
            changed = seen.changed() => {
                if changed.is_err() {
                    break;
                }
                let dialog = seen.borrow_and_update().dialog;
                if let Some(accept) = dialog {
                    // It may have been answered meanwhile.
                    let _ = page.call::<Done>("Page.handleJavaScriptDialog", json!({ "accept": accept })).await;
                }
                pace.stirred(Instant::now());
            }
            () = &mut stir => {
                stir.set(stirred(&page, None));
                pace.stirred(Instant::now());
            }
            () = until(pace.due()) => {
                let looked = page.look().await;
                // Read after the look, and left unread for the next turn: what has come since is looked at again.
                let (loads, url) = { let seen = seen.borrow(); (seen.loads, seen.url.clone()) };
                let now = Instant::now();
                let told = match looked {
                    Ok((current, location)) => {
                        world = Some(current);
                        pace.looked(loads, location, now)
                    }
                    Err(error) => {
                        tracing::debug!(%error, "a page does not answer");
                        world = None;
                        pace.unanswered(loads, url, now)
                    }
                };
                stir.set(stirred(&page, world));
                news = told.or(news);
            }
            room = events.reserve(), if news.is_some() => {
                let Ok(room) = room else { return };
                if let Some(location) = news.take() {
                    room.send(TabEvent::Moved(location));
                }
            }
            () = events.closed() => return,
        }
    }
    // Nobody may be there to hear it.
    let _ = events.send(TabEvent::Gone).await;
}

async fn stirred(page: &Page, world: Option<i64>) {
    match world {
        Some(world) => page.stirred(world).await,
        None => std::future::pending().await,
    }
}

async fn until(due: Option<Instant>) {
    match due {
        Some(due) => sleep_until(due).await,
        None => std::future::pending().await,
    }
}
