//! What goes out over HTTP: headers, compression, caching, the tag, and signaling where WebSockets are refused.

use std::net::SocketAddr;

use alongside_signaling_proto::broker::Teams;
use alongside_signaling_proto::id::TeamId;
use base64::Engine as _;
use sha2::{Digest as _, Sha384};

use crate::agent::{ask, team};
use crate::raw::Raw;
use crate::server;

/// What the server has answered.
pub(crate) struct Answer {
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    /// Whether it has this line in its head.
    pub(crate) fn has(&self, header: &str) -> bool {
        self.head.lines().any(|line| line.eq_ignore_ascii_case(header))
    }

    /// What one of its headers says.
    pub(crate) fn value(&self, name: &str) -> &str {
        let prefix = format!("{name}: ");
        self.head
            .lines()
            .find_map(|line| line.strip_prefix(&prefix))
            .unwrap_or_else(|| panic!("{}", self.head))
    }
}

/// Asks for a path, with more lines in the head.
pub(crate) async fn get(server: SocketAddr, path: &str, more: &str) -> Answer {
    let head = format!("GET {path} HTTP/1.1\r\nHost: {server}\r\nConnection: close\r\n{more}\r\n");
    exchange(server, head).await
}

/// Sends a request and takes the answer.
pub(crate) async fn exchange(server: SocketAddr, request: String) -> Answer {
    let talk = move || {
        let mut raw = Raw::connect(server);
        let head = raw.request(&request);
        Answer { head, body: raw.rest() }
    };
    tokio::task::spawn_blocking(talk).await.unwrap()
}

#[tokio::test]
async fn the_tag_names_the_bytes_that_are_served() {
    let server = server(Teams::Any).await;
    let address = server.address();
    let key = team(1).id();
    let snippet = get(address, &format!("/snippet?team={key}"), "").await;
    assert!(snippet.has("content-type: text/plain; charset=utf-8"));
    let tag = String::from_utf8(snippet.body).unwrap();
    let attribute =
        |name: &str| tag.split(&format!("{name}=\"")).nth(1).unwrap().split('"').next().unwrap().to_owned();
    assert_eq!(attribute("data-team"), key.to_string());
    assert_eq!(attribute("referrerpolicy"), "no-referrer");
    assert_eq!(attribute("crossorigin"), "anonymous");
    let src = attribute("src");
    let path = src.strip_prefix(&format!("http://{address}")).unwrap();

    let named = get(address, path, "").await;
    assert!(named.has("cache-control: public, max-age=31536000, immutable"), "{}", named.head);
    let hash = base64::engine::general_purpose::STANDARD.encode(Sha384::digest(&named.body));
    assert_eq!(attribute("integrity"), format!("sha384-{hash}"));
    let plain = get(address, "/alongside.js", "").await;
    assert_eq!(plain.body, named.body);
    for loader in [&named, &plain] {
        assert!(loader.has("access-control-allow-origin: *"));
        assert!(loader.has("cross-origin-resource-policy: cross-origin"));
        assert!(loader.has("x-content-type-options: nosniff"));
        assert!(loader.has("content-type: text/javascript; charset=utf-8"));
    }
    assert!(get(address, "/snippet?team=short", "").await.head.starts_with("HTTP/1.1 400 "));
    let (new, old) = (team(2).id(), key);
    for both in [format!("team={new}&team={old}"), format!("team={new}%20{old}")] {
        let tag = String::from_utf8(get(address, &format!("/snippet?{both}"), "").await.body).unwrap();
        assert!(tag.contains(&format!("data-team=\"{new} {old}\"")), "{tag}");
    }
    server.stop().await;
}

#[tokio::test]
async fn files_are_compressed_and_known_ones_are_not_sent_again() {
    let server = server(Teams::Any).await;
    let plain = get(server.address(), "/alongside.js", "").await;
    let packed = get(server.address(), "/alongside.js", "Accept-Encoding: gzip, br\r\n").await;
    assert!(packed.has("content-encoding: br") && packed.has("vary: accept-encoding"), "{}", packed.head);
    assert!(packed.body.len() < plain.body.len());
    let known = format!("If-None-Match: {}\r\n", plain.value("etag"));
    let again = get(server.address(), "/alongside.js", &known).await;
    assert!(again.head.starts_with("HTTP/1.1 304 ") && again.body.is_empty(), "{}", again.head);
    assert!(again.has("access-control-allow-origin: *"), "a browser that asks again still has to be let in");
    server.stop().await;
}

#[tokio::test]
async fn the_console_trusts_itself_only() {
    let server = server(Teams::Any).await;
    let address = server.address();
    let console = get(address, "/console/", "").await;
    let policy = console.value("content-security-policy");
    for part in [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        &format!("connect-src 'self' ws://{address} wss://{address}"),
        "img-src 'self' data:",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
    ] {
        assert!(policy.split("; ").any(|found| found == part), "{part} in {policy}");
    }
    assert!(console.has("cross-origin-opener-policy: same-origin-allow-popups"));
    assert!(console.has("referrer-policy: no-referrer"));
    assert!(console.has("x-content-type-options: nosniff"));
    assert!(console.has("cache-control: no-cache"));
    assert!(console.value("permissions-policy").contains("camera=()"));
    assert!(get(address, "/demo/", "").await.head.starts_with("HTTP/1.1 404 "), "no demo, no shop");
    server.stop().await;
}

#[tokio::test]
async fn the_demo_shop_knows_its_team() {
    let dir = tempfile::tempdir().unwrap();
    let server = crate::demo(dir.path()).await;
    let shop = String::from_utf8(get(server.address(), "/demo/", "").await.body).unwrap();
    let team: TeamId = shop.split("data-team=\"").nth(1).unwrap().split('"').next().unwrap().parse().unwrap();
    assert!(server.invite().unwrap().contains(&team.to_string()));
    assert!(!shop.contains("{{"));
    let page = get(server.address(), "/demo/cart.html", "").await;
    let known = format!("If-None-Match: {}\r\n", page.value("etag"));
    assert!(get(server.address(), "/demo/cart.html", &known).await.head.starts_with("HTTP/1.1 304 "));
    server.stop().await;
}

#[tokio::test]
async fn signaling_works_over_plain_http() {
    let server = server(Teams::Any).await;
    let address = server.address();
    let talk = move || {
        let post = |name: &str, body: &str| {
            let length = body.len();
            let head = format!(
                "POST /v1/stream/{name} HTTP/1.1\r\nHost: {address}\r\nContent-Length: {length}\r\n\r\n"
            );
            Raw::connect(address).request(&(head + body))
        };
        let mut stream = Raw::connect(address);
        let get =
            format!("GET /v1/stream HTTP/1.1\r\nHost: {address}\r\nOrigin: https://shop.example\r\n\r\n");
        let head = stream.request(&get);
        assert!(
            head.starts_with("HTTP/1.1 200 ") && head.contains("access-control-allow-origin: *"),
            "{head}"
        );
        let name = stream.line_in_chunk();
        let asking = serde_json::to_string(&ask(team(1).id(), 1)).unwrap();
        assert!(post(&name, &format!("{asking}\n{{\"type\":\"challenge\"}}")).starts_with("HTTP/1.1 204 "));
        assert!(stream.line_in_chunk().starts_with("{\"type\":\"queued\""));
        assert!(stream.line_in_chunk().starts_with("{\"type\":\"challenged\""));
        // The same limits: a stream is a socket.
        assert!(post(&name, &"x".repeat(20_000)).starts_with("HTTP/1.1 413 "));
        assert!(post("AAAAAAAAAAAAAAAAAAAAAA", "{}").starts_with("HTTP/1.1 404 "));
        assert!(post("short", "{}").starts_with("HTTP/1.1 404 "));
        drop(stream);
        // The agent has gone away, and with it the stream.
        let gone = (0..100).any(|_| {
            std::thread::sleep(std::time::Duration::from_millis(20));
            post(&name, "{}").starts_with("HTTP/1.1 404 ")
        });
        assert!(gone);
    };
    tokio::task::spawn_blocking(talk).await.unwrap();
    server.stop().await;
}
