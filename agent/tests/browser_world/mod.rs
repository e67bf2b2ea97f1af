//! A real Chromium, a person at it, and a small site: what the tests of an attached browser stand on.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use alongside_agent::Location;
use alongside_agent::browser::{Browser, Tab, TabEvent};
use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, Uri, header};
use axum::response::{IntoResponse as _, Redirect, Response};
use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Mutex, MutexGuard, mpsc};
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};
use url::Url;

/// Generous: what is waited for happens, or the test fails.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// One browser at a time: a small machine with several of them tests its scheduler.
static TURN: Mutex<()> = Mutex::const_new(());

/// A headless Chromium of our own, with a profile of its own; it ends with this, also when a test panics.
pub(crate) struct Chromium {
    child: Child,
    pub(crate) port: u16,
    path: String,
    _profile: TempDir,
    _turn: MutexGuard<'static, ()>,
}

impl Chromium {
    /// Starts one, or says why there is none. Where tests must not be left out, that fails.
    pub(crate) async fn start() -> Option<Self> {
        let Some(program) = find_chromium() else {
            assert_ne!(std::env::var("CI").as_deref(), Ok("true"), "no Chromium: set CHROMIUM to one");
            // Past the test runner, which shows nothing of what passes.
            let _ = writeln!(std::io::stderr(), "skipped: no Chromium; set CHROMIUM to one");
            return None;
        };
        let turn = TURN.lock().await;
        let profile = tempfile::tempdir().unwrap();
        let mut command = Command::new(program);
        command
            .args(["--headless=new", "--no-sandbox", "--remote-debugging-port=0", "--no-first-run"])
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .arg("about:blank")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        // Its processes are a group, so that they can be ended together.
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let child = command.spawn().unwrap();
        let mut chromium = Self { child, port: 0, path: String::new(), _profile: profile, _turn: turn };
        let file = chromium._profile.path().join("DevToolsActivePort");
        let started = timeout(PATIENCE, async {
            loop {
                let text = std::fs::read_to_string(&file).unwrap_or_default();
                if let Some((port, path)) = text.split_once('\n').filter(|(_, path)| !path.is_empty()) {
                    return (port.parse().unwrap(), path.trim().to_owned());
                }
                sleep(Duration::from_millis(20)).await;
            }
        });
        (chromium.port, chromium.path) = started.await.expect("Chromium starts");
        Some(chromium)
    }

    pub(crate) fn socket(&self) -> String {
        format!("ws://127.0.0.1:{}{}", self.port, self.path)
    }

    pub(crate) async fn attach(&self) -> Browser {
        Browser::attach(&self.port.to_string()).await.unwrap()
    }

    pub(crate) async fn person(&self) -> Person {
        let (socket, _) = tokio_tungstenite::connect_async(self.socket()).await.unwrap();
        Person { socket, last_id: 0 }
    }

    /// Ends it as a crash of the machine would.
    pub(crate) fn kill(&mut self) {
        let group = format!("-{}", self.child.id());
        let _ = Command::new("kill").args(["-KILL", "--", &group]).stderr(Stdio::null()).status();
        let _ = self.child.wait();
    }
}

impl Drop for Chromium {
    fn drop(&mut self) {
        self.kill();
    }
}

fn find_chromium() -> Option<PathBuf> {
    let named = std::env::var_os("CHROMIUM").filter(|name| !name.is_empty()).map(PathBuf::from);
    named.or_else(|| {
        let folders: Vec<_> = std::env::split_paths(&std::env::var_os("PATH")?).collect();
        let names = ["chromium", "chromium-browser", "google-chrome"];
        names
            .iter()
            .find_map(|name| folders.iter().map(|folder| folder.join(name)).find(|path| path.is_file()))
    })
}

/// Somebody at the browser: what they press, and what pages do by themselves.
pub(crate) struct Person {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    last_id: u64,
}

impl Person {
    async fn send(&mut self, session: Option<&str>, method: &str, params: Value) {
        self.last_id += 1;
        let mut call = json!({ "id": self.last_id, "method": method, "params": params });
        if let Some(session) = session {
            call["sessionId"] = json!(session);
        }
        self.socket.send(Message::text(call.to_string())).await.unwrap();
    }

    async fn call(&mut self, session: Option<&str>, method: &str, params: Value) -> Value {
        self.send(session, method, params).await;
        let answered = timeout(PATIENCE, async {
            loop {
                let message = self.socket.next().await.unwrap().unwrap();
                let heard: Value = serde_json::from_str(message.to_text().unwrap()).unwrap();
                if heard["id"] == self.last_id {
                    return heard;
                }
            }
        });
        let heard = answered.await.unwrap_or_else(|_| panic!("{method} is answered"));
        assert!(heard["error"].is_null(), "{method}: {heard}");
        heard["result"].clone()
    }

    /// The tabs: address, number, and whether anybody is attached.
    pub(crate) async fn tabs(&mut self) -> Vec<(String, String, bool)> {
        let targets = self.call(None, "Target.getTargets", json!({})).await;
        let tabs =
            targets["targetInfos"].as_array().unwrap().iter().filter(|target| target["type"] == "page");
        tabs.map(|target| {
            let text = |name: &str| target[name].as_str().unwrap().to_owned();
            (text("url"), text("targetId"), target["attached"].as_bool().unwrap())
        })
        .collect()
    }

    async fn tab(&mut self, url: &str) -> String {
        let tabs = self.tabs().await;
        tabs.iter().find(|tab| tab.0 == url).unwrap_or_else(|| panic!("no tab at {url}: {tabs:?}")).1.clone()
    }

    /// Opens a tab by hand.
    pub(crate) async fn open(&mut self, url: &str) {
        self.call(None, "Target.createTarget", json!({ "url": url })).await;
    }

    /// Closes a tab by hand.
    pub(crate) async fn close(&mut self, url: &str) {
        let tab = self.tab(url).await;
        self.call(None, "Target.closeTarget", json!({ "targetId": tab })).await;
    }

    /// Lets the process crash in which a tab's page runs.
    pub(crate) async fn crash(&mut self, url: &str) {
        let session = self.attach(url).await;
        // Nobody is left to answer.
        self.send(Some(&session), "Page.crash", json!({})).await;
    }

    /// Types an address.
    pub(crate) async fn visit(&mut self, from: &str, to: &str) {
        self.within(from, "Page.navigate", json!({ "url": to })).await;
    }

    /// Does something in the page of the tab at this address, as its own scripts do.
    pub(crate) async fn act(&mut self, url: &str, script: &str) -> Value {
        let params = json!({ "expression": script, "returnByValue": true, "userGesture": true });
        let done = self.within(url, "Runtime.evaluate", params).await;
        assert!(done["exceptionDetails"].is_null(), "{script}: {done}");
        done["result"]["value"].clone()
    }

    async fn attach(&mut self, url: &str) -> String {
        let params = json!({ "targetId": self.tab(url).await, "flatten": true });
        let attached = self.call(None, "Target.attachToTarget", params).await;
        attached["sessionId"].as_str().unwrap().to_owned()
    }

    async fn within(&mut self, url: &str, method: &str, params: Value) -> Value {
        let session = self.attach(url).await;
        let done = self.call(Some(&session), method, params).await;
        self.call(None, "Target.detachFromTarget", json!({ "sessionId": session })).await;
        done
    }
}

/// A site of a few pages, by their paths; `/old…` leads to `/new…` by two redirects. It ends with this.
pub(crate) struct Site {
    pub(crate) base: String,
    serving: JoinHandle<()>,
}

impl Site {
    pub(crate) async fn start(pages: &'static [(&'static str, &'static str)]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let app = Router::new().fallback(serve).with_state(pages);
        let serving = tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self { base, serving }
    }

    pub(crate) fn at(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    pub(crate) fn url(&self, path: &str) -> Url {
        self.at(path).parse().unwrap()
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

#[allow(clippy::unused_async, reason = "a handler is asynchronous")]
async fn serve(State(pages): State<&'static [(&'static str, &'static str)]>, uri: Uri) -> Response {
    let path = uri.path();
    if let Some(rest) = path.strip_prefix("/older") {
        return Redirect::permanent(&format!("/old{rest}")).into_response();
    }
    if let Some(rest) = path.strip_prefix("/old") {
        return Redirect::temporary(&format!("/new{rest}")).into_response();
    }
    match pages.iter().find(|(name, _)| *name == path) {
        Some((_, page)) => {
            ([(header::CONTENT_TYPE, "text/html; charset=utf-8")], format!("<!doctype html>{page}"))
                .into_response()
        }
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

/// A tab and what is told of it.
pub(crate) struct Followed {
    pub(crate) tab: Tab,
    events: mpsc::Receiver<TabEvent>,
}

impl Followed {
    pub(crate) fn new((tab, events): (Tab, mpsc::Receiver<TabEvent>)) -> Self {
        Self { tab, events }
    }

    async fn event(&mut self) -> TabEvent {
        let event = timeout(PATIENCE, self.events.recv()).await.expect("something is told");
        event.expect("`Gone` comes before the end")
    }

    /// What is told next.
    pub(crate) async fn next(&mut self) -> Location {
        match self.event().await {
            TabEvent::Moved(location) => location,
            TabEvent::Gone => panic!("the tab has gone"),
        }
    }

    /// Waits until the tab is told to be at this address under this title; gives what was told until then.
    pub(crate) async fn until(&mut self, url: &str, title: &str) -> Vec<Location> {
        let mut told = Vec::new();
        loop {
            match timeout(PATIENCE, self.events.recv()).await {
                Ok(Some(TabEvent::Moved(location))) => {
                    let is_there = (location.url.as_str(), location.title.as_str()) == (url, title);
                    told.push(location);
                    if is_there {
                        return told;
                    }
                }
                other => panic!("{other:?} instead of {title} at {url} after {told:?}"),
            }
        }
    }

    /// Waits for the end.
    pub(crate) async fn gone(&mut self) {
        while self.event().await != TabEvent::Gone {}
        assert_eq!(self.events.recv().await, None, "it is the last");
    }

    /// Lets go of it.
    pub(crate) fn let_go(self) {}
}
