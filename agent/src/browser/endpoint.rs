//! Where a browser listens for its DevTools, and the way there.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use http_body_util::{BodyExt as _, Empty, Limited};
use hyper::body::Bytes;
use hyper::header::HOST;
use hyper_util::rt::TokioIo;
use serde::Deserialize;
use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use url::{Host, Url};

use super::BrowserError;

/// How long a browser may take to let us in. It listens on this machine.
const DIAL_TIMEOUT: Duration = Duration::from_secs(5);

/// What a browser says of itself is half a kilobyte. Units: bytes.
const MAX_VERSION_BYTES: usize = 64 * 1024;

/// One message of the browser. The largest answer is a page's source (`MAX_HTML_UNITS`, each unit escaped to six
/// bytes at worst, 12 MiB), and addresses go up to 2 MiB; above this something else is speaking. Units: bytes.
const MAX_MESSAGE_BYTES: usize = 64 * 1024 * 1024;

/// Under this path, and the browser's own id, the browser as a whole is spoken to.
const BROWSER_PATH: &str = "/devtools/browser/";

/// A browser's DevTools address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Endpoint {
    host: Host<String>,
    port: u16,
    /// Where the WebSocket is, if it was said.
    path: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Version {
    web_socket_debugger_url: String,
}

impl Endpoint {
    /// Reads `http://127.0.0.1:9222`, `ws://127.0.0.1:9222/devtools/browser/…`, `localhost:9222` or `9222`.
    ///
    /// Errors: `NoEndpoint`; `NotLocal` for another machine, unless `anywhere`.
    pub(super) fn parse(text: &str, anywhere: bool) -> Result<Self, BrowserError> {
        let text = text.trim();
        let whole = match text.parse::<u16>() {
            Ok(port) => format!("http://127.0.0.1:{port}"),
            Err(_) if text.contains("://") => text.to_owned(),
            Err(_) if text.contains(':') => format!("http://{text}"),
            // Neither a port nor anything that has one.
            Err(_) => return Err(BrowserError::NoEndpoint),
        };
        let url = Url::parse(&whole).map_err(|_| BrowserError::NoEndpoint)?;
        let path = match (url.scheme(), url.path()) {
            ("http", "/" | "/json/version" | "/json/version/") => None,
            ("ws", path) if path.starts_with(BROWSER_PATH) => Some(path.to_owned()),
            _ => return Err(BrowserError::NoEndpoint),
        };
        let (Some(host), Some(port)) = (url.host(), url.port_or_known_default()) else {
            return Err(BrowserError::NoEndpoint);
        };
        if port == 0 || !url.username().is_empty() || url.password().is_some() {
            return Err(BrowserError::NoEndpoint);
        }
        let is_local = match host {
            Host::Ipv4(ip) => ip.is_loopback(),
            Host::Ipv6(ip) => ip.is_loopback(),
            Host::Domain(name) => name == "localhost",
        };
        if !is_local && !anywhere {
            return Err(BrowserError::NotLocal { host: host.to_string() });
        }
        Ok(Self { host: host.to_owned(), port, path })
    }

    /// Connects to the browser.
    ///
    /// Errors: `NothingListens`, `NotABrowser`.
    pub(super) async fn dial(&self) -> Result<WebSocketStream<TcpStream>, BrowserError> {
        match timeout(DIAL_TIMEOUT, self.enter()).await {
            Ok(entered) => entered,
            Err(_) => Err(self.not_a_browser()),
        }
    }

    async fn enter(&self) -> Result<WebSocketStream<TcpStream>, BrowserError> {
        let (address, stream) = self.connect().await?;
        let (path, stream) = match &self.path {
            Some(path) => (path.clone(), stream),
            None => (self.ask(address, stream).await?, self.open(address).await?),
        };
        let config = WebSocketConfig::default()
            .max_message_size(Some(MAX_MESSAGE_BYTES))
            .max_frame_size(Some(MAX_MESSAGE_BYTES));
        // The address and never a name: a browser lets in only who calls it so. And no `Origin`, which would be a page.
        let url = format!("ws://{address}{path}");
        match tokio_tungstenite::client_async_with_config(url, stream, Some(config)).await {
            Ok((socket, _)) => Ok(socket),
            Err(error) => {
                tracing::debug!(%error, "no WebSocket where a browser should be");
                Err(self.not_a_browser())
            }
        }
    }

    async fn connect(&self) -> Result<(SocketAddr, TcpStream), BrowserError> {
        let addresses: Vec<SocketAddr> = match &self.host {
            Host::Ipv4(ip) => vec![SocketAddr::new((*ip).into(), self.port)],
            Host::Ipv6(ip) => vec![SocketAddr::new((*ip).into(), self.port)],
            // What the name means is not for a resolver to say.
            Host::Domain(name) if name == "localhost" => {
                [Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()]
                    .map(|ip: IpAddr| SocketAddr::new(ip, self.port))
                    .to_vec()
            }
            Host::Domain(name) => {
                lookup_host((name.as_str(), self.port)).await.map_err(|_| self.nothing_listens())?.collect()
            }
        };
        for address in addresses {
            if let Ok(stream) = self.open(address).await {
                return Ok((address, stream));
            }
        }
        Err(self.nothing_listens())
    }

    async fn open(&self, address: SocketAddr) -> Result<TcpStream, BrowserError> {
        let stream = TcpStream::connect(address).await.map_err(|_| self.nothing_listens())?;
        // Without it each small message may wait for the last one's acknowledgement.
        stream.set_nodelay(true).map_err(|_| self.nothing_listens())?;
        Ok(stream)
    }

    /// Asks for the WebSocket's path. Host and port stay ours, whatever the answer says.
    async fn ask(&self, address: SocketAddr, stream: TcpStream) -> Result<String, BrowserError> {
        let refused = |error: &dyn std::fmt::Display| {
            tracing::debug!(%error, "no browser answers");
            self.not_a_browser()
        };
        let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
            .await
            .map_err(|error| refused(&error))?;
        let request = hyper::Request::get("/json/version")
            .header(HOST, address.to_string())
            .body(Empty::<Bytes>::new())
            .map_err(|error| refused(&error))?;
        let exchange = async {
            let response = sender.send_request(request).await.map_err(|error| refused(&error))?;
            let body = Limited::new(response.into_body(), MAX_VERSION_BYTES);
            body.collect().await.map_err(|error| refused(&error))
        };
        let body = tokio::select! {
            body = exchange => body?,
            // It ends before its answer does only when it breaks.
            _ = connection => return Err(self.not_a_browser()),
        };
        let version: Version = serde_json::from_slice(&body.to_bytes()).map_err(|error| refused(&error))?;
        let url = Url::parse(&version.web_socket_debugger_url).map_err(|error| refused(&error))?;
        if !url.path().starts_with(BROWSER_PATH) {
            return Err(self.not_a_browser());
        }
        Ok(url.path().to_owned())
    }

    fn nothing_listens(&self) -> BrowserError {
        BrowserError::NothingListens { at: self.to_string() }
    }

    fn not_a_browser(&self) -> BrowserError {
        BrowserError::NotABrowser { at: self.to_string() }
    }
}

impl std::fmt::Display for Endpoint {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{}:{}", self.host, self.port)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn a_port_is_enough() {
        for text in [
            "9222",
            " 9222\n",
            "127.0.0.1:9222",
            "http://127.0.0.1:9222/",
            "http://127.0.0.1:9222/json/version",
        ] {
            let endpoint = Endpoint::parse(text, false).unwrap();
            assert_eq!((endpoint.to_string().as_str(), endpoint.path), ("127.0.0.1:9222", None), "{text}");
        }
        for (text, at) in [
            ("localhost:9222", "localhost:9222"),
            ("http://[::1]:9222", "[::1]:9222"),
            ("http://127.3.2.1", "127.3.2.1:80"),
            ("ws://localhost:1/devtools/browser/7c-1", "localhost:1"),
        ] {
            assert_eq!(Endpoint::parse(text, false).unwrap().to_string(), at, "{text}");
        }
        let endpoint = Endpoint::parse("ws://127.0.0.1:9222/devtools/browser/7c-1", false).unwrap();
        assert_eq!(endpoint.path.as_deref(), Some("/devtools/browser/7c-1"));
    }

    #[test]
    fn what_is_no_devtools_address_is_said_to_be_none() {
        for text in [
            "",
            "0",
            "70000",
            "-1",
            "chromium",
            "127.0.0.1",
            "http://",
            "https://127.0.0.1:9222",
            "wss://127.0.0.1:9222/devtools/browser/1",
            "ws://127.0.0.1:9222/devtools/page/1",
            "ws://127.0.0.1:9222",
            "http://127.0.0.1:9222/devtools/browser/1",
            "http://user:word@127.0.0.1:9222",
            "http://127.0.0.1:0",
            "file:///tmp/socket",
        ] {
            let parsed = Endpoint::parse(text, true);
            assert_eq!(parsed, Err(BrowserError::NoEndpoint), "{text}");
        }
    }

    #[test]
    fn another_machine_is_refused_unless_it_is_wanted() {
        for text in [
            "http://192.168.1.5:9222",
            "10.0.0.1:9222",
            "http://[fe80::1]:9222",
            "http://[::ffff:127.0.0.1]:9222",
            "ws://example.org:9222/devtools/browser/1",
            "http://localhost.example.org:9222",
            "http://0.0.0.0:9222",
        ] {
            assert!(matches!(Endpoint::parse(text, false), Err(BrowserError::NotLocal { .. })), "{text}");
            assert!(Endpoint::parse(text, true).is_ok(), "{text}");
        }
    }
}
