//! What stands between this machine and a server, one thing after the other.
//!
//! [`examine`] tries them, and [`Finding`] says what each came to in words. The trying is in the files of its parts;
//! the words and the judgement are in `words` and do no IO.

mod http;
mod socket;
mod stun;
mod words;

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use url::{Host, Url};

pub use words::Finding;

/// How long one thing may take. Units: 10 seconds. Whoever has not heard by then would have hung up.
const PATIENCE: Duration = Duration::from_secs(10);

/// The port that a server's STUN has unless it is told otherwise. Source: RFC 8489 section 18.6.
const STUN_PORT: u16 = 3478;

/// What to examine.
#[derive(Debug, Clone)]
pub struct Server {
    origin: Url,
    stun: String,
}

/// The text says nothing that can be examined.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ServerError {
    /// Not an `http` or `https` address.
    #[error("write the server like https://help.example.org")]
    NotAServer,
    /// Not a host with a port.
    #[error("write the STUN server like help.example.org:3478")]
    NotAStunServer,
}

/// What one attempt came to.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub(crate) enum Outcome {
    /// The server was asked how it is.
    Healthy(Result<http::Answer, Trouble>),
    /// The server was asked whether it takes new work.
    Ready(Result<http::Answer, Trouble>),
    /// Signaling was tried.
    Signaling(Result<(), Trouble>),
    /// Our clock was held against the server's. Units: seconds, ahead of it or behind; `None` when it tells no time.
    Clock(Option<i64>),
    /// STUN was asked for our address, which is also that of the socket where nothing stands between.
    Stun { server: String, seen: Result<Seen, Trouble> },
}

/// How the world sees a socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Seen {
    /// From outside.
    pub(crate) outside: SocketAddr,
    /// From here.
    pub(crate) inside: IpAddr,
}

/// Why something did not come off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// The name has no address.
    UnknownHost,
    /// The machine is there, and nobody at that port.
    Closed,
    /// There is no way to the machine.
    Unreachable,
    /// Nothing came in time.
    Silent,
    /// The certificate is none that this system trusts.
    Untrusted,
    /// The answer is not the protocol's.
    Nonsense,
    /// Something answered by this status, and did not let us through.
    Status(u16),
    /// Something let us through that does not speak our sub-protocol.
    Stranger,
}

impl Server {
    /// Reads a server's address, and that of its STUN where it is another than the server's host at port 3478.
    ///
    /// Errors: [`ServerError`].
    pub fn parse(origin: &str, stun: Option<&str>) -> Result<Self, ServerError> {
        let url = Url::parse(origin.trim()).map_err(|_| ServerError::NotAServer)?;
        if !matches!(url.scheme(), "http" | "https") || !url.username().is_empty() || url.password().is_some()
        {
            return Err(ServerError::NotAServer);
        }
        let host = url.host_str().ok_or(ServerError::NotAServer)?;
        let stun = match stun {
            None => format!("{host}:{STUN_PORT}"),
            Some(text) => {
                let text = text.trim();
                let text = text.strip_prefix("stun:").unwrap_or(text);
                let (name, port) = text.rsplit_once(':').ok_or(ServerError::NotAStunServer)?;
                let is_port = port.parse::<u16>().is_ok_and(|port| port != 0);
                if !is_port || Host::parse(name).is_err() {
                    return Err(ServerError::NotAStunServer);
                }
                text.to_owned()
            }
        };
        let origin = url.origin().ascii_serialization();
        Ok(Self { origin: Url::parse(&origin).map_err(|_| ServerError::NotAServer)?, stun })
    }
}

/// Tries everything, and tells of each thing as soon as it is known; says whether all is well.
pub async fn examine(server: &Server, mut tell: impl FnMut(&Finding)) -> bool {
    let Server { origin, stun } = server;
    let mut all_well = true;
    let mut tell = |outcome: Outcome| {
        let finding = words::judge(origin.as_str().trim_end_matches('/'), &outcome);
        all_well &= finding.is_good();
        tell(&finding);
    };
    let healthy = http::get(origin, "/healthz").await;
    // Where nobody answers at all, or a proxy alone, asking the same place again would only say the same.
    let skew_s = healthy.as_ref().ok().filter(|answer| !answer.is_gateway()).map(|answer| answer.skew_s);
    tell(Outcome::Healthy(healthy));
    if let Some(skew_s) = skew_s {
        tell(Outcome::Ready(http::get(origin, "/readyz").await));
        tell(Outcome::Signaling(socket::challenge(origin).await));
        tell(Outcome::Clock(skew_s));
    }
    tell(Outcome::Stun { server: stun.clone(), seen: stun::ask(stun).await });
    all_well
}

/// Says why the system could not do something.
fn trouble(error: &std::io::Error) -> Trouble {
    use std::io::ErrorKind;
    // Every other kind is the system's way to say that there is no way.
    #[expect(clippy::wildcard_enum_match_arm, reason = "the standard library adds kinds")]
    match error.kind() {
        ErrorKind::ConnectionRefused => Trouble::Closed,
        ErrorKind::TimedOut => Trouble::Silent,
        ErrorKind::ConnectionReset
        | ErrorKind::ConnectionAborted
        | ErrorKind::UnexpectedEof
        | ErrorKind::InvalidData => Trouble::Nonsense,
        _ => Trouble::Unreachable,
    }
}

#[cfg(test)]
mod tests {
    use super::{Server, ServerError};

    #[test]
    fn a_server_is_an_origin_and_its_stun_is_beside_it() {
        for (origin, stun, expected) in [
            ("https://help.example.org", None, Ok(("https://help.example.org/", "help.example.org:3478"))),
            ("http://[::1]:8080/#invite=x", None, Ok(("http://[::1]:8080/", "[::1]:3478"))),
            ("https://a.example/", Some("stun:b.example:1"), Ok(("https://a.example/", "b.example:1"))),
            ("https://a.example", Some("[::1]:99"), Ok(("https://a.example/", "[::1]:99"))),
            ("help.example.org", None, Err(ServerError::NotAServer)),
            ("ftp://help.example.org", None, Err(ServerError::NotAServer)),
            ("https://user:word@help.example.org", None, Err(ServerError::NotAServer)),
            ("https://a.example", Some("b.example"), Err(ServerError::NotAStunServer)),
            ("https://a.example", Some("b.example:0"), Err(ServerError::NotAStunServer)),
            ("https://a.example", Some(":3478"), Err(ServerError::NotAStunServer)),
        ] {
            let server = Server::parse(origin, stun);
            let parsed = server.as_ref().map(|server| (server.origin.as_str(), server.stun.as_str()));
            assert_eq!(parsed.map_err(|error| *error), expected, "{origin} {stun:?}");
        }
    }
}
