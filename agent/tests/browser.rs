//! The agent in a person's own running Chromium.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod browser_world;

use alongside_agent::browser::{Browser, BrowserError};
use browser_world::{Chromium, Followed, Site};
use tokio::io::AsyncReadExt as _;
use tokio::net::{TcpListener, TcpSocket};

const PAGES: &[(&str, &str)] = &[
    ("/", "<title>Start</title><link rel=help type=application/alongside data-team=x><p>Hello"),
    ("/b", "<title>B</title><p>Second"),
    ("/new", "<title>New</title><p>Moved here"),
    ("/untitled", "<p>Nameless"),
    ("/tall", "<title>Tall</title><div style='height:5000px'></div>"),
    (
        "/kept",
        "<title>Kept</title><script>
         addEventListener('pageshow', (event) => { if (event.persisted) document.title = 'Kept, and back'; });
         </script>",
    ),
    ("/framed", "<title>Framed</title><iframe name=inner src='/b'></iframe>"),
    (
        "/hostile",
        "<title>True</title><img name=title><form name=documentElement></form><img name=head>
         <script>
         history.pushState = () => {};
         history.replaceState = null;
         Object.defineProperty(Document.prototype, 'title', { get: () => 'forged', set() {} });
         Object.defineProperty(document, 'location', { get: () => 'forged' , configurable: true });
         </script>",
    ),
];

macro_rules! chromium {
    () => {
        match Chromium::start().await {
            Some(chromium) => chromium,
            None => return,
        }
    };
}

async fn follow(browser: &Browser, site: &Site, path: &str) -> Followed {
    Followed::new(browser.tab_at(&site.url(path)).await.unwrap())
}

#[tokio::test]
async fn loads_redirects_and_reloads_are_told() {
    let chromium = chromium!();
    let site = Site::start(PAGES).await;
    let browser = chromium.attach().await;
    let mut person = chromium.person().await;
    person.open(&site.at("/")).await;

    let mut tab = follow(&browser, &site, "/").await;
    let told = tab.until(&site.at("/"), "Start").await;
    let viewport = told.last().unwrap().viewport;
    assert!(viewport.width > 100 && viewport.height > 100, "{viewport:?}");
    assert_eq!(
        person.tabs().await.iter().filter(|tab| tab.0 == site.at("/")).count(),
        1,
        "it was there already"
    );

    person.act(&site.at("/"), "location.href = '/b'").await;
    tab.until(&site.at("/b"), "B").await;
    person.act(&site.at("/b"), "location.href = '/older'").await;
    let told = tab.until(&site.at("/new"), "New").await;
    assert!(told.iter().all(|location| location.url == site.at("/new")), "only where it ended: {told:?}");

    for _ in 0..2 {
        tab.tab.reload().await.unwrap();
        let again = tab.next().await;
        assert_eq!(again.url, site.at("/new"));
        if again.title != "New" {
            tab.until(&site.at("/new"), "New").await;
        }
    }
    tab.tab.go(&site.at("/untitled?q=ü#x")).await.unwrap();
    tab.until(&site.at("/untitled?q=%C3%BC#x"), "").await;
    tab.tab.go(&site.at("/tall")).await.unwrap();
    tab.until(&site.at("/tall"), "Tall").await;
    person.act(&site.at("/tall"), "scrollTo(0, 1234); history.pushState(1, '', '/tall?scrolled')").await;
    let told = tab.until(&site.at("/tall?scrolled"), "Tall").await;
    assert_eq!(told.last().unwrap().scroll.y, 1234);
}

#[tokio::test]
async fn a_new_tab_is_opened_where_none_shows_the_address() {
    let chromium = chromium!();
    let site = Site::start(PAGES).await;
    let browser = Browser::attach(&chromium.socket()).await.unwrap();
    let mut person = chromium.person().await;
    let before = person.tabs().await.len();
    let mut tab = follow(&browser, &site, "/older").await;
    tab.until(&site.at("/new"), "New").await;
    assert_eq!(person.tabs().await.len(), before + 1);

    let mut same = follow(&browser, &site, "/new#elsewhere").await;
    same.until(&site.at("/new"), "New").await;
    assert_eq!(person.tabs().await.len(), before + 1, "whatever the fragment");
    for url in ["about:blank", "chrome://version", "file:///etc/passwd", "javascript:alert(1)"] {
        let refused = browser.tab_at(&url.parse().unwrap()).await.map(drop);
        assert_eq!(refused, Err(BrowserError::NotAPage), "{url}");
    }
}

#[tokio::test]
async fn moves_within_a_document_are_told_and_a_flood_of_them_is_not() {
    let chromium = chromium!();
    let site = Site::start(PAGES).await;
    let browser = chromium.attach().await;
    let mut person = chromium.person().await;
    let mut tab = follow(&browser, &site, "/").await;
    tab.until(&site.at("/"), "Start").await;

    person.act(&site.at("/"), "history.pushState(1, '', '/pushed'); document.title = 'Pushed'").await;
    let told = tab.until(&site.at("/pushed"), "Pushed").await;
    assert_eq!(told.len(), 1, "address and title at once: {told:?}");
    person.act(&site.at("/pushed"), "history.replaceState(1, '', '/replaced')").await;
    tab.until(&site.at("/replaced"), "Pushed").await;
    person.act(&site.at("/replaced"), "location.hash = 'part'").await;
    tab.until(&site.at("/replaced#part"), "Pushed").await;
    person.act(&site.at("/replaced#part"), "history.back()").await;
    tab.until(&site.at("/replaced"), "Pushed").await;
    person.act(&site.at("/replaced"), "history.forward()").await;
    tab.until(&site.at("/replaced#part"), "Pushed").await;

    // The browser itself stops counting after some hundred moves; where it ended is what matters.
    let flood = "for (let i = 1; i <= 10000; i++) history.pushState(i, '', '/flood/' + i); location.href";
    let last = person.act(&site.at("/replaced#part"), flood).await;
    let told = tab.until(last.as_str().unwrap(), "Pushed").await;
    assert!(told.len() <= 20, "{} were told", told.len());
    let slowly = "new Promise((done) => { let i = 0; const timer = setInterval(() => {
        document.title = 'Title ' + ++i;
        if (i === 1000) { clearInterval(timer); done(); }
    }, 1); })";
    person.act(last.as_str().unwrap(), slowly).await;
    let told = tab.until(last.as_str().unwrap(), "Title 1000").await;
    assert!(told.len() <= 100, "{} were told", told.len());
}

#[tokio::test]
async fn pages_that_come_back_whole_are_told() {
    let chromium = chromium!();
    let site = Site::start(PAGES).await;
    let browser = chromium.attach().await;
    let mut person = chromium.person().await;
    let mut tab = follow(&browser, &site, "/kept").await;
    tab.until(&site.at("/kept"), "Kept").await;
    person.act(&site.at("/kept"), "location.href = '/b'").await;
    tab.until(&site.at("/b"), "B").await;
    person.act(&site.at("/b"), "history.back()").await;
    // So the page says that it was kept, and what is told of it still works.
    tab.until(&site.at("/kept"), "Kept, and back").await;
    person.act(&site.at("/kept"), "document.title = 'Changed'").await;
    tab.until(&site.at("/kept"), "Changed").await;
    person.act(&site.at("/kept"), "history.forward()").await;
    tab.until(&site.at("/b"), "B").await;
}

#[tokio::test]
async fn titles_are_told_however_they_change() {
    let chromium = chromium!();
    let site = Site::start(PAGES).await;
    let browser = chromium.attach().await;
    let mut person = chromium.person().await;
    let here = site.at("/untitled");
    let mut tab = follow(&browser, &site, "/untitled").await;
    tab.until(&here, "").await;
    for (script, title) in [
        ("document.title = 'Set'", "Set"),
        ("document.querySelector('title').firstChild.data = 'Data'", "Data"),
        ("document.querySelector('title').textContent = '  Much \\n space '", "Much space"),
        (
            "document.querySelector('title').remove();
             document.head.append(Object.assign(document.createElement('title'), { text: 'Another' }))",
            "Another",
        ),
        (
            "document.head.replaceWith(document.createElement('head')); document.title = 'New head'",
            "New head",
        ),
        ("document.title = 'In the new head'", "In the new head"),
        (
            "document.querySelector('title').remove();
             document.body.append(Object.assign(document.createElement('title'), { text: 'In the body' }))",
            "In the body",
        ),
        ("document.open(); document.write('<title>Written</title><p>x'); document.close()", "Written"),
        ("document.title = 'After writing'", "After writing"),
        ("document.title = 'half \\ud800 a character'", "half \u{fffd} a character"),
        ("document.title = ''", ""),
    ] {
        // The script's own value could not be told as JSON where it ends in half a character.
        person.act(&here, &format!("{script}; 1")).await;
        tab.until(&here, title).await;
    }
    person.act(&here, "document.title = 'x'.repeat(50e6); 1").await;
    let long = tab.next().await.title;
    assert!(long.len() <= 1024 && long.starts_with("xxx") && long.ends_with('…'), "{} bytes", long.len());
}

#[tokio::test]
async fn frames_are_parts_of_the_page() {
    let chromium = chromium!();
    let site = Site::start(PAGES).await;
    let browser = chromium.attach().await;
    let mut person = chromium.person().await;
    let here = site.at("/framed");
    let mut tab = follow(&browser, &site, "/framed").await;
    tab.until(&here, "Framed").await;
    let moves =
        "inner.history.pushState(1, '', '/inner'); inner.location.hash = 'x'; inner.document.title = 'Inner';
        const frame = document.createElement('iframe'); frame.src = '/tall'; document.body.append(frame);";
    person.act(&here, moves).await;
    person.act(&here, "inner.location.href = '/kept'; document.title = 'Still here'").await;
    let told = tab.until(&here, "Still here").await;
    assert!(told.iter().all(|location| location.url == here), "{told:?}");
    person.act(&here, "inner.location.href = '/b'; history.pushState(1, '', '#end')").await;
    let told = tab.until(&site.at("/framed#end"), "Still here").await;
    assert!(told.iter().all(|location| location.url.starts_with(&here)), "{told:?}");
}

#[tokio::test]
async fn only_pages_of_the_web_are_told() {
    let chromium = chromium!();
    let site = Site::start(PAGES).await;
    let browser = chromium.attach().await;
    let mut person = chromium.person().await;
    let mut tab = follow(&browser, &site, "/").await;
    tab.until(&site.at("/"), "Start").await;
    let mut from = site.at("/");
    for url in ["about:blank#us", "chrome://version/", "data:text/html,<title>Data</title>"] {
        person.visit(&from, url).await;
        assert_eq!(tab.tab.shows().await, Ok(None), "{url}");
        from = url.to_owned();
    }
    person.visit(&from, &site.at("/b")).await;
    let told = tab.until(&site.at("/b"), "B").await;
    assert!(told.iter().all(|location| location.url == site.at("/b")), "{told:?}");
}

#[tokio::test]
async fn a_hostile_page_neither_forges_nor_hides_nor_floods() {
    let chromium = chromium!();
    let site = Site::start(PAGES).await;
    let browser = chromium.attach().await;
    let mut person = chromium.person().await;
    let here = site.at("/hostile");
    let mut tab = follow(&browser, &site, "/hostile").await;
    tab.until(&here, "True").await;

    // It cannot find us: nothing in its world is there that was not before.
    let symbols = "Object.getOwnPropertySymbols(window).map(String).concat(
        Object.getOwnPropertyNames(window).filter((name) => /alongside/i.test(name)),
        Symbol.for('alongside') in window ? ['found'] : [])";
    let found = person.act(&here, symbols).await;
    assert!(!found.to_string().contains("alongside") && !found.to_string().contains("found"), "{found}");

    // It breaks everything that it can reach, and moves.
    let breaks =
        "for (const name of ['MutationObserver', 'Promise', 'setInterval', 'setTimeout', 'Reflect', 'Symbol',
            'Intl', 'performance', 'navigator', 'screen', 'innerWidth', 'scrollY'])
            Object.defineProperty(window, name, { value: 'forged', configurable: true });
        Object.getOwnPropertyDescriptor = () => { throw 'forged' };
        String.prototype.slice = () => 'forged';
        Object.prototype.value = 'forged';
        Object.prototype.toJSON = () => 'forged';
        History.prototype.pushState.call(history, 1, '', '/hostile/2')";
    person.act(&here, breaks).await;
    let here = site.at("/hostile/2");
    let told = tab.until(&here, "True").await;
    assert!(told.last().unwrap().viewport.width > 100, "{told:?}");
    person.act(&here, "document.querySelector('title').firstChild.data = 'Truer'").await;
    tab.until(&here, "Truer").await;
    let client = tab.tab.client().await.unwrap();
    assert!(client.browser.starts_with("Chrome ") && client.screen.width > 100, "{client:?}");
    assert!(tab.tab.html().await.unwrap().contains("<title>Truer</title>"));

    // It closes itself, which the browser allows to pages that were opened by scripts alone.
    person.act(&here, "window.close(); document.querySelector('title').firstChild.data = 'Not closed'").await;
    tab.until(&here, "Not closed").await;

    // It floods whoever listens to consoles, frames and dialogs.
    let flood = "for (let i = 0; i < 5000; i++) console.log('x'.repeat(10000), { get id() { throw 1 } });
        for (let i = 0; i < 300; i++) { const frame = document.createElement('iframe');
            document.body.append(frame); frame.src = 'about:blank#' + i; frame.remove(); }
        for (let i = 0; i < 300; i++) dispatchEvent(new Event('popstate'));
        document.querySelector('title').firstChild.data = 'Flooded'";
    person.act(&here, flood).await;
    let told = tab.until(&here, "Flooded").await;
    assert!(told.len() <= 20, "{} were told", told.len());
}

#[tokio::test]
async fn a_page_that_does_nothing_but_run_is_told_by_its_address() {
    let chromium = chromium!();
    let site = Site::start(PAGES).await;
    let browser = chromium.attach().await;
    let mut person = chromium.person().await;
    let mut tab = follow(&browser, &site, "/").await;
    tab.until(&site.at("/"), "Start").await;
    // Longer than a page is waited for.
    let busy = "setTimeout(() => { history.pushState(1, '', '/busy'); document.title = 'Busy';
        const until = performance.now() + 5000; while (performance.now() < until); }, 1)";
    person.act(&site.at("/"), busy).await;
    let first = tab.next().await;
    assert_eq!(first.url, site.at("/busy"));
    if first.title != "Busy" {
        tab.until(&site.at("/busy"), "Busy").await;
    }
    // A dialog holds the page until somebody answers, and that is for the person to do.
    let dialog = "setTimeout(() => { history.pushState(1, '', '/asking'); confirm('?') }, 1); 1";
    person.act(&site.at("/busy"), dialog).await;
    assert_eq!(tab.next().await.url, site.at("/asking"));
    let shown = tab.tab.shows().await.unwrap().unwrap();
    assert_eq!(shown.url, site.at("/asking"), "the browser answers for it");
    tab.tab.go(&site.at("/b")).await.unwrap();
    tab.until(&site.at("/b"), "B").await;
}

#[tokio::test]
async fn a_closed_tab_is_gone_and_no_other_is() {
    let chromium = chromium!();
    let site = Site::start(PAGES).await;
    let browser = chromium.attach().await;
    let mut person = chromium.person().await;
    let mut first = follow(&browser, &site, "/").await;
    let mut second = follow(&browser, &site, "/b").await;
    first.until(&site.at("/"), "Start").await;
    second.until(&site.at("/b"), "B").await;

    person.close(&site.at("/")).await;
    first.gone().await;
    assert_eq!(first.tab.go(&site.at("/b")).await, Err(BrowserError::Gone));
    assert_eq!(first.tab.shows().await, Err(BrowserError::Gone));
    assert_eq!(first.tab.html().await, Err(BrowserError::Gone));
    person.act(&site.at("/b"), "document.title = 'Unharmed'").await;
    second.until(&site.at("/b"), "Unharmed").await;
    assert!(person.tabs().await.iter().all(|tab| tab.0 != site.at("/")), "it is not opened again");

    second.tab.close().await.unwrap();
    second.gone().await;
}

#[tokio::test]
async fn a_crashed_tab_is_gone() {
    let chromium = chromium!();
    let site = Site::start(PAGES).await;
    let browser = chromium.attach().await;
    let mut person = chromium.person().await;
    let mut tab = follow(&browser, &site, "/").await;
    tab.until(&site.at("/"), "Start").await;
    person.crash(&site.at("/")).await;
    tab.gone().await;
    // The browser stands, and another tab can be had.
    let mut another = follow(&browser, &site, "/b").await;
    another.until(&site.at("/b"), "B").await;
}

#[tokio::test]
async fn a_killed_browser_takes_its_tabs_along() {
    let mut chromium = chromium!();
    let site = Site::start(PAGES).await;
    let browser = chromium.attach().await;
    let mut first = follow(&browser, &site, "/").await;
    let mut second = follow(&browser, &site, "/b").await;
    first.until(&site.at("/"), "Start").await;
    second.until(&site.at("/b"), "B").await;
    chromium.kill();
    first.gone().await;
    second.gone().await;
    assert_eq!(second.tab.reload().await, Err(BrowserError::Gone));
    assert_eq!(browser.tab_at(&site.url("/")).await.map(drop), Err(BrowserError::Lost));
    let refused = Browser::attach(&chromium.port.to_string()).await.map(drop).unwrap_err();
    assert!(matches!(refused, BrowserError::NothingListens { .. }), "{refused}");
}

#[tokio::test]
async fn a_helpers_tab_follows() {
    let chromium = chromium!();
    let site = Site::start(PAGES).await;
    let elsewhere = Site::start(PAGES).await;
    let browser = chromium.attach().await;
    let mut person = chromium.person().await;
    person.open(&site.at("/")).await;
    let before = person.tabs().await.len();
    let mut tab = Followed::new(browser.open(&site.url("/")).await.unwrap());
    tab.until(&site.at("/"), "Start").await;
    assert_eq!(person.tabs().await.len(), before + 1, "a tab of our own");
    for to in [site.at("/b"), site.at("/b#part"), elsewhere.at("/kept"), site.at("/tall")] {
        tab.tab.go(&to).await.unwrap();
        let shown = tab.tab.shows().await.unwrap().unwrap();
        assert_eq!((shown.url, shown.omitted), (to, 0));
    }
    tab.tab.go(&site.at("/b?token=9bG4kq0dXTvWmZ1LsY7cRu3eHnAa5PfJ")).await.unwrap();
    let shown = tab.tab.shows().await.unwrap().unwrap();
    assert_eq!((shown.url, shown.omitted), (site.at("/b"), 1), "what may be secret is not shown");

    for url in
        ["javascript:alert(1)", "file:///etc/passwd", "chrome://settings", "data:text/html,x", "/b", ""]
    {
        assert_eq!(tab.tab.go(url).await, Err(BrowserError::NotAPage), "{url}");
    }
    // Held without listening, so that nobody else comes to listen there meanwhile.
    let held = TcpSocket::new_v4().unwrap();
    held.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let closed = held.local_addr().unwrap();
    let refused = tab.tab.go(&format!("http://{closed}/")).await;
    assert_eq!(refused, Err(BrowserError::NotLoaded { reason: "net::ERR_CONNECTION_REFUSED".to_owned() }));
    assert_eq!(tab.tab.shows().await, Ok(None), "an error page is no page");
    tab.tab.go(&site.at("/new")).await.unwrap();
    tab.until(&site.at("/new"), "New").await;
}

#[tokio::test]
async fn who_lets_go_leaves_nothing_behind() {
    let chromium = chromium!();
    let site = Site::start(PAGES).await;
    let browser = chromium.attach().await;
    let mut person = chromium.person().await;
    let mut tab = follow(&browser, &site, "/").await;
    tab.until(&site.at("/"), "Start").await;
    let html = tab.tab.html().await.unwrap();
    assert!(html.contains("rel=\"help\"") && html.contains("data-team=\"x\""), "{html}");
    let client = tab.tab.client().await.unwrap();
    assert!(client.browser.starts_with("Chrome "), "{client:?}");
    assert!(
        !client.language.is_empty() && !client.time_zone.is_empty() && client.screen.scale > 0.0,
        "{client:?}"
    );

    tab.let_go();
    let mut is_attached = true;
    while is_attached {
        let tabs = person.tabs().await;
        is_attached = tabs.iter().find(|tab| tab.0 == site.at("/")).expect("the tab stays").2;
    }
    let mut again = follow(&browser, &site, "/").await;
    again.until(&site.at("/"), "Start").await;
    again.let_go();
    drop(browser);
    while person.tabs().await.iter().any(|tab| tab.2) {}
}

#[tokio::test]
async fn what_is_no_browser_is_said_in_plain_words() {
    // Held without listening, so that nobody else comes to listen there meanwhile.
    let held = TcpSocket::new_v4().unwrap();
    held.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let closed = held.local_addr().unwrap();
    let refused = Browser::attach(&closed.port().to_string()).await.map(drop).unwrap_err();
    assert_eq!(
        refused.to_string(),
        format!(
            "nothing listens at {closed}: start Chromium with --remote-debugging-port=9222 and a --user-data-dir of \
             its own"
        )
    );
    let site = Site::start(&[
        ("/json/version", r#"{"webSocketDebuggerUrl": "ws://example.org:1/devtools/browser/1"}"#),
        ("/", "a site"),
    ])
    .await;
    let other = Site::start(PAGES).await;
    for endpoint in
        [site.base.clone(), other.base.clone(), site.at("/devtools/browser/1").replace("http", "ws")]
    {
        let refused = Browser::attach(&endpoint).await.map(drop).unwrap_err();
        assert!(matches!(refused, BrowserError::NotABrowser { .. }), "{endpoint}: {refused}");
    }
    // One that hangs up, and one that only listens.
    for is_silent in [false, true] {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let at = listener.local_addr().unwrap().to_string();
        tokio::spawn(async move {
            loop {
                let (mut stream, _) = listener.accept().await.unwrap();
                if is_silent {
                    let mut read = [0; 4096];
                    while stream.read(&mut read).await.is_ok_and(|bytes| bytes > 0) {}
                }
            }
        });
        let refused = Browser::attach(&at).await.map(drop).unwrap_err();
        assert_eq!(refused, BrowserError::NotABrowser { at });
    }
}
