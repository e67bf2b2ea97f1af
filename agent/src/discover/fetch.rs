//! One page from the network, with a limit to everything.
//!
//! Speaks HTTP/1.1 over connections of its own, one for each address: what is connected to is the very
//! address that was judged, and neither cookies nor user information nor a referrer nor a proxy's settings
//! come into it.

use std::sync::Arc;

use http_body_util::{BodyExt as _, Empty};
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper::header::{
    ACCEPT, ACCEPT_ENCODING, CONNECTION, CONTENT_ENCODING, CONTENT_TYPE, HOST, HeaderMap, HeaderName,
    LOCATION, USER_AGENT,
};
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use url::{Host, Position, Url};

use super::body::Body;
use super::error::DiscoverError;
use super::guard::{Reach, is_blocked_port, reach};
use super::{FetchOptions, charset};
use crate::tls;

/// How many times a page may send us on. Sites send a visitor to https, to `www` and to their language.
const MAX_REDIRECTS: u32 = 5;

/// How many of a name's addresses are tried. Sites have one or two of each kind.
const MAX_ADDRESSES: usize = 4;

/// How much an answer may say before its body. Browsers take 256 KiB; sites need 8.
const MAX_HEADERS_BYTES: usize = 64 * 1024;

/// How many lines of that. A site with long policies and many cookies sends 50.
const MAX_HEADERS: usize = 200;

/// How much of a page is read, unpacked. The contact stands in its first hundredth.
const MAX_BODY_BYTES: usize = 2 * 1024 * 1024;

/// A page as it came.
#[derive(Debug)]
pub(super) struct Page {
    /// Where it came from in the end.
    pub(super) url: Url,
    /// Its bytes, unpacked.
    pub(super) body: Body,
    /// The encoding that the server said it has.
    pub(super) charset: Option<String>,
    /// Why it may have no contact, if it has none.
    pub(super) excuse: Option<DiscoverError>,
}

/// Reads a page.
pub(super) async fn fetch(start: &Url, options: &FetchOptions) -> Result<Page, DiscoverError> {
    let mut url = start.clone();
    for _ in 0..=MAX_REDIRECTS {
        let mut visit = request(&url, options).await?;
        match location(&visit.answer) {
            Some(location) => url = redirected(&url, location)?,
            None => return page(url, &mut visit.answer).await,
        }
    }
    Err(DiscoverError::TooManyRedirects { limit: MAX_REDIRECTS })
}

/// Refuses an address by what it says.
fn check(url: &Url) -> Result<(), DiscoverError> {
    if !matches!(url.scheme(), "http" | "https") {
        return Err(DiscoverError::Scheme { scheme: url.scheme().to_owned() });
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(DiscoverError::Credentials);
    }
    match url.port().filter(|port| is_blocked_port(*port)) {
        Some(port) => Err(DiscoverError::BlockedPort { port }),
        None => Ok(()),
    }
}

/// An answer, and the connection that it comes over.
struct Visit {
    answer: Response<hyper::body::Incoming>,
    _connection: JoinSet<hyper::Result<()>>,
}

async fn request(url: &Url, options: &FetchOptions) -> Result<Visit, DiscoverError> {
    check(url)?;
    let stream = connect(url, options).await?;
    let (mut sender, connection) = if url.scheme() == "https" {
        handshake(url, encrypt(url, stream).await?).await?
    } else {
        handshake(url, stream).await?
    };
    let request = Request::get(&url[Position::BeforePath..Position::AfterQuery])
        .header(HOST, &url[Position::BeforeHost..Position::AfterPort])
        .header(USER_AGENT, concat!("alongside-agent/", env!("CARGO_PKG_VERSION")))
        .header(ACCEPT, "text/html,application/xhtml+xml;q=0.9")
        .header(ACCEPT_ENCODING, "gzip")
        .header(CONNECTION, "close")
        .body(Empty::new())
        .map_err(|_| DiscoverError::NotAnAddress)?;
    let answer = sender.send_request(request).await.map_err(|error| {
        let host = host(url);
        if error.is_parse_too_large() {
            DiscoverError::HeadersTooLarge { host }
        } else {
            DiscoverError::BrokenAnswer { host }
        }
    })?;
    Ok(Visit { answer, _connection: connection })
}

/// Connects to the first address of a page's host that may be reached and can be.
async fn connect(url: &Url, options: &FetchOptions) -> Result<TcpStream, DiscoverError> {
    let mut refused = None;
    let mut tried = 0;
    for address in addresses(url, options).await? {
        let reach = reach(address.ip());
        if !options.allows(reach) {
            // That it could be allowed is the better advice.
            refused = refused.filter(|refused| *refused != Reach::Never).or(Some(reach));
            continue;
        }
        if tried == MAX_ADDRESSES {
            break;
        }
        tried += 1;
        if let Ok(Ok(stream)) = timeout(options.connect_timeout, options.network.connect(address)).await {
            return Ok(stream);
        }
    }
    let host = host(url);
    Err(match refused {
        Some(Reach::Never) if tried == 0 => DiscoverError::SpecialAddress { host },
        Some(_) if tried == 0 => DiscoverError::PrivateAddress { host },
        _ => DiscoverError::Unreachable { host },
    })
}

/// The addresses of a page's host: the one that is written there, or what its name resolves to.
async fn addresses(url: &Url, options: &FetchOptions) -> Result<Vec<std::net::SocketAddr>, DiscoverError> {
    let port = url.port_or_known_default().ok_or(DiscoverError::NotAnAddress)?;
    let found = match url.host().ok_or(DiscoverError::NotAnAddress)? {
        Host::Ipv4(address) => vec![(address, port).into()],
        Host::Ipv6(address) => vec![(address, port).into()],
        Host::Domain(name) => options.network.resolve(name, port).await.unwrap_or_default(),
    };
    if found.is_empty() { Err(DiscoverError::UnknownHost { host: host(url) }) } else { Ok(found) }
}

async fn encrypt(
    url: &Url,
    stream: TcpStream,
) -> Result<tokio_rustls::client::TlsStream<TcpStream>, DiscoverError> {
    let config = tls::client_config().ok_or(DiscoverError::Internal)?;
    let untrusted = || DiscoverError::Untrusted { host: host(url) };
    let name = match url.host().ok_or(DiscoverError::NotAnAddress)? {
        Host::Ipv4(address) => ServerName::IpAddress(std::net::IpAddr::from(address).into()),
        Host::Ipv6(address) => ServerName::IpAddress(std::net::IpAddr::from(address).into()),
        // No certificate has the dot that a name may end with.
        Host::Domain(name) => ServerName::try_from(name.strip_suffix('.').unwrap_or(name).to_owned())
            .map_err(|_| untrusted())?,
    };
    TlsConnector::from(Arc::clone(&config)).connect(name, stream).await.map_err(|error| {
        let cause = error.get_ref().and_then(|cause| cause.downcast_ref::<rustls::Error>());
        if matches!(cause, Some(rustls::Error::InvalidCertificate(_))) {
            untrusted()
        } else {
            DiscoverError::BrokenAnswer { host: host(url) }
        }
    })
}

type Sender = http1::SendRequest<Empty<Bytes>>;

async fn handshake<S>(url: &Url, stream: S) -> Result<(Sender, JoinSet<hyper::Result<()>>), DiscoverError>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (sender, connection) = http1::Builder::new()
        .max_headers(MAX_HEADERS)
        .max_buf_size(MAX_HEADERS_BYTES)
        .handshake(TokioIo::new(stream))
        .await
        .map_err(|_| DiscoverError::BrokenAnswer { host: host(url) })?;
    let mut connections = JoinSet::new();
    connections.spawn(connection);
    Ok((sender, connections))
}

/// Where an answer sends us on to.
fn location(answer: &Response<hyper::body::Incoming>) -> Option<&[u8]> {
    let is_redirect = matches!(
        answer.status(),
        StatusCode::MOVED_PERMANENTLY
            | StatusCode::FOUND
            | StatusCode::SEE_OTHER
            | StatusCode::TEMPORARY_REDIRECT
            | StatusCode::PERMANENT_REDIRECT
    );
    answer.headers().get(LOCATION).filter(|_| is_redirect).map(|location| location.as_bytes())
}

/// The next address. Source: the Fetch standard, section "HTTP-redirect fetch".
fn redirected(from: &Url, location: &[u8]) -> Result<Url, DiscoverError> {
    let location = str::from_utf8(location).map_err(|_| DiscoverError::BrokenRedirect)?;
    let mut url = from.join(location).map_err(|_| DiscoverError::BrokenRedirect)?;
    if url.fragment().is_none() {
        url.set_fragment(from.fragment());
    }
    if from.scheme() == "https" && url.scheme() == "http" {
        return Err(DiscoverError::InsecureRedirect { host: host(&url) });
    }
    Ok(url)
}

async fn page(url: Url, answer: &mut Response<hyper::body::Incoming>) -> Result<Page, DiscoverError> {
    let status = answer.status();
    let failed = (!status.is_success()).then(|| DiscoverError::Status { status: status.as_u16() });
    let kind = last(answer.headers(), CONTENT_TYPE).unwrap_or_default();
    let essence = kind.split(';').next().unwrap_or_default().trim();
    if !["text/html", "application/xhtml+xml"].iter().any(|html| essence.eq_ignore_ascii_case(html)) {
        return Err(failed.unwrap_or(DiscoverError::NotHtml));
    }
    let charset = charset::parameter(kind).map(ToOwned::to_owned);
    let encoding = last(answer.headers(), CONTENT_ENCODING);
    let mut body = Body::new(encoding, MAX_BODY_BYTES).ok_or(DiscoverError::Packed)?;
    let broken = || DiscoverError::BrokenAnswer { host: host(&url) };
    let mut is_whole = true;
    while is_whole && let Some(frame) = answer.body_mut().frame().await {
        if let Ok(piece) = frame.map_err(|_| broken())?.into_data() {
            is_whole = body.push(&piece).map_err(|_| broken())?;
        }
    }
    if is_whole {
        is_whole = body.end().map_err(|_| broken())?;
    }
    let cut = (!is_whole).then_some(DiscoverError::TooLarge { limit: MAX_BODY_BYTES });
    Ok(Page { url, body, charset, excuse: failed.or(cut) })
}

fn last(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    headers.get_all(name).iter().next_back()?.to_str().ok()
}

fn host(url: &Url) -> String {
    url.host_str().unwrap_or_default().to_owned()
}

/// Refuses a server for help that leads where pages must not lead. A name that cannot be found is let pass:
/// whoever dials it says so.
pub(super) async fn check_server(server: &Url, options: &FetchOptions) -> Result<(), DiscoverError> {
    let refused = || DiscoverError::PrivateServer { host: host(server) };
    if server.port().is_some_and(is_blocked_port) {
        return Err(refused());
    }
    let found = match addresses(server, options).await {
        Ok(found) => found,
        Err(DiscoverError::UnknownHost { .. }) => return Ok(()),
        Err(error) => return Err(error),
    };
    if found.iter().all(|address| options.allows(reach(address.ip()))) { Ok(()) } else { Err(refused()) }
}

#[cfg(test)]
mod tests {
    use url::Url;

    use super::{check, redirected};

    fn hop(from: &str, location: &str) -> Result<String, &'static str> {
        redirected(&Url::parse(from).unwrap(), location.as_bytes())
            .and_then(|url| check(&url).map(|()| url.to_string()))
            .map_err(|error| error.code())
    }

    #[test]
    fn a_redirect_is_resolved_and_keeps_the_fragment() {
        assert_eq!(hop("https://a.example/x/y?q#here", "z"), Ok("https://a.example/x/z#here".into()));
        assert_eq!(
            hop("https://a.example/#here", "//b.example/#there"),
            Ok("https://b.example/#there".into())
        );
        assert_eq!(hop("http://a.example/", "https://a.example/"), Ok("https://a.example/".into()));
        assert_eq!(hop("https://a.example/", "/ü"), Ok("https://a.example/%C3%BC".into()));
    }

    #[test]
    fn a_redirect_leads_to_no_worse_place() {
        assert_eq!(hop("https://a.example/", "http://a.example/"), Err("insecure-redirect"));
        assert_eq!(hop("https://a.example/", "file:///etc/passwd"), Err("scheme"));
        assert_eq!(hop("https://a.example/", "javascript:alert(1)"), Err("scheme"));
        assert_eq!(hop("https://a.example/", "data:text/html,hello"), Err("scheme"));
        assert_eq!(hop("https://a.example/", "https://user:word@b.example/"), Err("credentials"));
        assert_eq!(hop("https://a.example/", "https://b.example:22/"), Err("blocked-port"));
        assert_eq!(hop("https://a.example/", "https://"), Err("broken-redirect"));
        assert_eq!(hop("https://a.example/", "https://[::1/"), Err("broken-redirect"));
    }
}
