//! A whole server: starts from a configuration, says where it is, and stops.

use std::io::ErrorKind;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use alongside_signaling_proto::broker::{self, Broker, Teams};
use alongside_signaling_proto::limits::STOP_TIMEOUT_MS;
use alongside_signaling_proto::wire::IceServer;
use tokio::net::UdpSocket;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tracing::info;
use url::{Host, Url};

use crate::config::{Config, ConfigError};
use crate::demo::Demo;
use crate::deny;
use crate::gate::Gate;
use crate::http::{self, Site};
use crate::hub::Hub;
use crate::metrics;
use crate::stream::Streams;
use crate::stun;

/// Why a server did not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// A setting cannot be followed; a port in use is one.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The system gives no random bytes.
    #[error("the system gives no random bytes: {0}")]
    Random(getrandom::Error),
}

/// A running server.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    stun_address: Option<SocketAddr>,
    origin: String,
    demo: Option<Demo>,
    stopping: watch::Sender<bool>,
    hub: Hub,
    gate: Arc<Gate>,
    accepting: JoinHandle<()>,
    stun: Option<JoinHandle<()>>,
    denying: Option<JoinHandle<()>>,
    metrics: Option<(SocketAddr, JoinHandle<()>)>,
}

impl Server {
    /// Starts listening; when it returns, connections are taken.
    ///
    /// Errors: a port in use, a demo team that cannot be kept.
    pub async fn start(config: Config) -> Result<Self, StartError> {
        let Config {
            listen,
            stun,
            stun_url,
            public_origins,
            mut teams,
            demo_team,
            deny,
            trusted_proxies,
            metrics,
        } = config;
        let in_use = |flag, address| {
            move |error: std::io::Error| ConfigError::new(flag, cannot_listen(address, &error))
        };
        let listener = http::listen(listen).map_err(in_use("--listen", listen))?;
        let address = listener.local_addr().map_err(in_use("--listen", listen))?;
        let stun_socket = match stun {
            Some(stun) => Some(UdpSocket::bind(stun).await.map_err(in_use("--stun", stun))?),
            None => None,
        };
        let stun_address = match (&stun_socket, stun) {
            (Some(socket), Some(stun)) => Some(socket.local_addr().map_err(in_use("--stun", stun))?),
            (_, _) => None,
        };

        let metrics_listener = match metrics {
            Some(metrics) => Some(http::listen(metrics).map_err(in_use("--metrics", metrics))?),
            None => None,
        };

        if public_origins.is_empty() && address.ip().is_unspecified() {
            tracing::warn!(
                "helpers can enlist from this machine only: say with --public-url how the world reaches it"
            );
        }
        let origins = if public_origins.is_empty() { listening_origins(address) } else { public_origins };
        let origin = origins.first().cloned().unwrap_or_default();
        let demo = match demo_team {
            Some(file) => Some(Demo::open(&file, &origin)?),
            None => None,
        };
        let demo_team = demo.as_ref().map(Demo::team);
        if let (Teams::Only(teams), Some(team)) = (&mut teams, demo_team) {
            teams.insert(team);
        }

        let denied = deny.as_deref().map(deny::read).transpose()?.unwrap_or_default();
        if stun_url.is_none()
            && let Some(stun) = stun_address.filter(|stun| is_told_in_vain(*stun, &origin))
        {
            tracing::warn!(
                "STUN listens on this machine alone, and agents elsewhere are sent to it: \
                 say --stun 0.0.0.0:{}, or --no-stun",
                stun.port()
            );
        }
        let (mut seed, mut key) = ([0; 32], [0; 32]);
        for secret in [&mut seed, &mut key] {
            getrandom::fill(secret).map_err(StartError::Random)?;
        }
        let broker_config = broker::Config {
            teams: teams.clone(),
            origins: origins.clone(),
            ice_servers: ice_servers(stun_url, stun_address, &origin),
            denied: denied.clone(),
        };
        let hub = Hub::start(Broker::new(broker_config, seed));

        let denying = deny.map(|path| tokio::spawn(deny::watch(path, denied, hub.clone())));

        let (stopping, stops) = watch::channel(false);
        let gate = Arc::new(Gate::new(trusted_proxies, key, Arc::clone(&hub.metrics)));
        if let (None, Teams::Only(teams)) = (&demo, &teams) {
            for team in teams {
                info!("the tag for your pages: {origin}/snippet?team={team}");
            }
            info!("your helpers' console: {origin}/console/");
        }
        let site = Site {
            hub: hub.clone(),
            gate: Arc::clone(&gate),
            streams: Streams::default(),
            stopping: stops.clone(),
            origins: origins.into(),
            teams: Arc::new(teams),
            demo: demo_team,
        };
        let accepting =
            tokio::spawn(http::accept(listener, http::router(site), Arc::clone(&gate), stops.clone()));
        let stun = stun_socket.map(|socket| {
            tokio::spawn(stun::serve(socket, Arc::clone(&hub.clock), Arc::clone(&hub.metrics)))
        });
        let metrics = match metrics_listener {
            Some(listener) => {
                let address = listener.local_addr().map_err(in_use("--metrics", address))?;
                // A door of its own: who scrapes is neither counted among the others nor shut out by them.
                let door = Arc::new(Gate::new(Vec::new(), key, Arc::default()));
                let router = metrics::router(hub.clone(), Arc::clone(&gate));
                info!("metrics are at http://{address}/metrics");
                Some((address, tokio::spawn(http::accept(listener, router, door, stops))))
            }
            None => None,
        };
        info!("ready");
        Ok(Self {
            address,
            stun_address,
            origin,
            demo,
            stopping,
            hub,
            gate,
            accepting,
            stun,
            denying,
            metrics,
        })
    }

    /// Where HTTP and WebSocket are, with the real port.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where STUN is, with the real port.
    #[must_use]
    pub fn stun_address(&self) -> Option<SocketAddr> {
        self.stun_address
    }

    /// Where the metrics are, with the real port.
    #[must_use]
    pub fn metrics_address(&self) -> Option<SocketAddr> {
        self.metrics.as_ref().map(|&(address, _)| address)
    }

    /// The origin under which people reach this server; an enlist signature may name it.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The link by which the demo's helper gets a console, if there is a demo.
    #[must_use]
    pub fn invite(&self) -> Option<&str> {
        self.demo.as_ref().map(Demo::invite)
    }

    /// What an operator is told once the server is ready: a line for each thing that there is.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        let mut lines = vec![format!("listening   http://{}", self.address)];
        if let Some(stun) = self.stun_address {
            lines.push(format!("stun        udp://{stun}"));
        }
        if let Some(demo) = &self.demo {
            lines.push(format!("demo page   {}/demo/", self.origin));
            lines.push(format!("console     {}", demo.invite()));
        }
        lines
    }

    /// Stops accepting, tells agents to redial, and waits for them, for [`STOP_TIMEOUT_MS`] at the most.
    pub async fn stop(self) {
        info!("stopping");
        let _ = self.stopping.send(true);
        self.hub.stop().await;
        let left = self.gate.connections.ended(Duration::from_millis(STOP_TIMEOUT_MS)).await;
        self.accepting.abort();
        let metrics = self.metrics.map(|(_, task)| task);
        for task in [self.stun, self.denying, metrics].into_iter().flatten() {
            task.abort();
        }
        info!(left, "stopped");
    }
}

fn cannot_listen(address: SocketAddr, error: &std::io::Error) -> String {
    let kind = error.kind();
    if kind == ErrorKind::AddrInUse {
        format!("{address} is in use: stop what uses it, or choose another port")
    } else if kind == ErrorKind::PermissionDenied {
        format!("{address} is not for this user: choose a port above 1023")
    } else if kind == ErrorKind::AddrNotAvailable {
        format!("{address} is no address of this machine")
    } else {
        format!("cannot listen on {address}: {error}")
    }
}

/// The origins of an address that was not given a public one: on loopback in each spelling, the readable one first.
fn listening_origins(address: SocketAddr) -> Vec<String> {
    let port = address.port();
    // An origin does not name its scheme's own port.
    let port = if port == 80 { String::new() } else { format!(":{port}") };
    let ip = address.ip();
    if ip.is_loopback() || ip.is_unspecified() {
        ["localhost", "127.0.0.1", "[::1]"].map(|host| format!("http://{host}{port}")).to_vec()
    } else {
        let host = if ip.is_ipv6() { format!("[{ip}]") } else { ip.to_string() };
        vec![format!("http://{host}{port}")]
    }
}

/// What agents are told to use.
fn ice_servers(stun_url: Option<String>, stun: Option<SocketAddr>, origin: &str) -> Vec<IceServer> {
    let url = stun_url.or_else(|| {
        let stun = stun?;
        let host = Url::parse(origin).ok()?.host_str().map(str::to_owned)?;
        // `localhost` may mean ::1, where an IPv4 responder is not.
        let host = if host == "localhost" { loopback(stun.ip()) } else { host };
        Some(format!("stun:{host}:{}", stun.port()))
    });
    url.map(|url| IceServer { urls: vec![url], username: None, credential: None }).into_iter().collect()
}

/// Whether agents are sent to a responder by a name of the world's that only this machine reaches.
fn is_told_in_vain(stun: SocketAddr, origin: &str) -> bool {
    let is_here = match Url::parse(origin).ok().as_ref().and_then(Url::host) {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => true,
    };
    stun.ip().is_loopback() && !is_here
}

fn loopback(ip: IpAddr) -> String {
    match ip {
        _ if ip.is_unspecified() => Ipv4Addr::LOCALHOST.to_string(),
        IpAddr::V4(_) => ip.to_string(),
        IpAddr::V6(_) => format!("[{ip}]"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_loopback_address_has_three_spellings() {
        let origins = |address: &str| listening_origins(address.parse().unwrap());
        let spellings = ["http://localhost:8080", "http://127.0.0.1:8080", "http://[::1]:8080"];
        assert_eq!(origins("127.0.0.1:8080"), spellings);
        assert_eq!(origins("[::1]:8080"), spellings);
        assert_eq!(origins("0.0.0.0:8080"), spellings);
        assert_eq!(origins("127.0.0.1:80")[0], "http://localhost");
        assert_eq!(origins("192.0.2.1:8080"), ["http://192.0.2.1:8080"]);
        assert_eq!(origins("[2001:db8::1]:8080"), ["http://[2001:db8::1]:8080"]);
    }

    #[test]
    fn agents_are_told_the_stun_server_that_they_can_reach() {
        let told = |url: Option<&str>, stun: Option<&str>, origin: &str| {
            let stun = stun.map(|stun| stun.parse().unwrap());
            ice_servers(url.map(str::to_owned), stun, origin).pop().map(|mut server| server.urls.remove(0))
        };
        let stun = |stun: &str, origin: &str| told(None, Some(stun), origin).unwrap();
        assert_eq!(stun("127.0.0.1:3478", "http://localhost:8080"), "stun:127.0.0.1:3478");
        assert_eq!(stun("[::1]:3478", "http://localhost:8080"), "stun:[::1]:3478");
        assert_eq!(stun("0.0.0.0:3478", "http://localhost:8080"), "stun:127.0.0.1:3478");
        assert_eq!(stun("0.0.0.0:3479", "https://help.example"), "stun:help.example:3479");
        assert_eq!(stun("[::]:3479", "http://[2001:db8::1]:80"), "stun:[2001:db8::1]:3479");
        assert_eq!(told(None, None, "https://help.example"), None);
        let other = Some("stun:other.example");
        assert_eq!(told(other, None, "https://help.example").as_deref(), other);
        assert_eq!(told(other, Some("0.0.0.0:3478"), "https://help.example").as_deref(), other);
    }

    #[test]
    fn a_responder_on_loopback_is_for_those_who_dial_loopback() {
        for (stun, origin, expected) in [
            ("127.0.0.1:3478", "https://help.example", true),
            ("[::1]:3478", "http://192.0.2.1:8080", true),
            ("0.0.0.0:3478", "https://help.example", false),
            ("127.0.0.1:3478", "http://localhost:8080", false),
            ("127.0.0.1:3478", "https://help.localhost", false),
            ("127.0.0.1:3478", "http://[::1]:8080", false),
        ] {
            assert_eq!(is_told_in_vain(stun.parse().unwrap(), origin), expected, "{stun} {origin}");
        }
    }
}
