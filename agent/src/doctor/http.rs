//! One short answer over HTTP, bounded in size and time, and what time it says.

use std::sync::Arc;
use std::time::SystemTime;

use http_body_util::{BodyExt as _, Empty, Limited};
use hyper::Request;
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper::header::{CONNECTION, DATE, HOST, USER_AGENT};
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use url::{Host, Position, Url};

use super::{PATIENCE, Trouble, trouble};
use crate::tls;

/// How much of an answer is read. The server's own have a word; whatever else answers is told apart by its beginning.
const MAX_BODY_BYTES: usize = 4 * 1024;

/// How much an answer may say before its body. The server's own is a tenth of that.
const MAX_HEADERS_BYTES: usize = 16 * 1024;

/// What came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// Empty when it is too long to be of a server like ours.
    pub(crate) text: String,
    /// How far our clock is ahead of the server's. Units: seconds.
    pub(crate) skew_s: Option<i64>,
}

impl Answer {
    /// Whether it is a proxy's word that it does not get through to whom it stands before. Source: RFC 9110 sections
    /// 15.6.3 to 15.6.5.
    pub(super) fn is_gateway(&self) -> bool {
        matches!(self.status, 502..=504)
    }
}

/// Asks the server for one path.
pub(super) async fn get(origin: &Url, path: &str) -> Result<Answer, Trouble> {
    timeout(PATIENCE, ask(origin, path)).await.unwrap_or(Err(Trouble::Silent))
}

async fn ask(origin: &Url, path: &str) -> Result<Answer, Trouble> {
    let host = origin.host().ok_or(Trouble::UnknownHost)?;
    let port = origin.port_or_known_default().ok_or(Trouble::UnknownHost)?;
    let stream = match &host {
        Host::Ipv4(address) => TcpStream::connect((*address, port)).await,
        Host::Ipv6(address) => TcpStream::connect((*address, port)).await,
        Host::Domain(name) => {
            let found = tokio::net::lookup_host((*name, port)).await.map_err(|_| Trouble::UnknownHost)?;
            let found: Vec<_> = found.collect();
            TcpStream::connect(found.as_slice()).await
        }
    }
    .map_err(|error| trouble(&error))?;
    if origin.scheme() == "https" {
        let name = match host {
            Host::Ipv4(address) => ServerName::IpAddress(std::net::IpAddr::from(address).into()),
            Host::Ipv6(address) => ServerName::IpAddress(std::net::IpAddr::from(address).into()),
            Host::Domain(name) => ServerName::try_from(name.trim_end_matches('.').to_owned())
                .map_err(|_| Trouble::UnknownHost)?,
        };
        let config = tls::client_config().ok_or(Trouble::Untrusted)?;
        let stream = TlsConnector::from(Arc::clone(&config)).connect(name, stream).await;
        exchange(origin, path, stream.map_err(|error| untrusted(&error).unwrap_or(Trouble::Nonsense))?).await
    } else {
        exchange(origin, path, stream).await
    }
}

/// Whether a connection failed because of the certificate.
pub(super) fn untrusted(error: &std::io::Error) -> Option<Trouble> {
    let cause = error.get_ref()?.downcast_ref::<rustls::Error>()?;
    matches!(cause, rustls::Error::InvalidCertificate(_)).then_some(Trouble::Untrusted)
}

async fn exchange<S>(origin: &Url, path: &str, stream: S) -> Result<Answer, Trouble>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (mut sender, connection) = http1::Builder::new()
        .max_buf_size(MAX_HEADERS_BYTES)
        .handshake(TokioIo::new(stream))
        .await
        .map_err(|_| Trouble::Nonsense)?;
    // Ends with this function, whatever the server does.
    let mut connections = JoinSet::new();
    connections.spawn(connection);
    let request = Request::get(path)
        .header(HOST, &origin[Position::BeforeHost..Position::AfterPort])
        .header(USER_AGENT, concat!("alongside-agent/", env!("CARGO_PKG_VERSION")))
        .header(CONNECTION, "close")
        .body(Empty::<Bytes>::new())
        .map_err(|_| Trouble::Nonsense)?;
    let sent = SystemTime::now();
    let answer = sender.send_request(request).await.map_err(|_| Trouble::Nonsense)?;
    let received = SystemTime::now();
    let date = answer.headers().get(DATE).and_then(|date| date.to_str().ok());
    let skew_s =
        date.and_then(|date| httpdate::parse_http_date(date).ok()).map(|date| skew(sent, received, date));
    let status = answer.status().as_u16();
    let body = Limited::new(answer.into_body(), MAX_BODY_BYTES).collect().await;
    let text =
        body.map(|body| String::from_utf8_lossy(&body.to_bytes()).trim().to_owned()).unwrap_or_default();
    Ok(Answer { status, text, skew_s })
}

/// How far our clock is ahead of a server's that said this between these two moments. Units: seconds. What they say is
/// cut off at whole seconds, and the way takes time: both are taken for an excuse.
fn skew(sent: SystemTime, received: SystemTime, date: SystemTime) -> i64 {
    let seconds = |later: SystemTime, earlier: SystemTime| {
        later.duration_since(earlier).map_or(0, |span| i64::try_from(span.as_secs()).unwrap_or(i64::MAX))
    };
    seconds(sent, date).saturating_sub(seconds(date, received))
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use super::skew;

    #[test]
    fn a_clock_is_off_by_what_nothing_else_explains() {
        let at = |seconds: f64| SystemTime::UNIX_EPOCH + Duration::from_secs_f64(seconds);
        for (sent, received, date, expected) in [
            (100.2, 100.4, 100.0, 0),
            // Ten seconds on the way, of which any part may be the way back.
            (100.2, 110.2, 105.0, 0),
            (100.9, 101.1, 101.0, 0),
            (400.0, 400.1, 100.0, 300),
            (100.0, 100.1, 401.0, -300),
        ] {
            assert_eq!(skew(at(sent), at(received), at(date)), expected, "{sent} {received} {date}");
        }
    }
}
