//! What the operator says, by flag, by environment or in a file; checked before anything starts.
//!
//! A flag wins over its environment variable, and both win over the file.

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

use alongside_signaling_proto::broker::Teams;
use alongside_signaling_proto::id::TeamId;
use clap::Parser;
use clap::builder::BoolishValueParser;
use ipnet::IpNet;
use serde::{Deserialize, Deserializer};
use url::Url;

/// Where the server listens when nobody says otherwise.
const LISTEN: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 8080);

/// The port that RFC 8489 gives to STUN.
const STUN_PORT: u16 = 3478;

/// The signaling server: introduces a visitor and a helper, forwards what they seal, and forgets.
#[derive(Debug, Default, Parser)]
#[command(name = "alongside-signaling", version)]
pub struct Flags {
    /// HTTP and WebSocket [default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDR", env = "ALONGSIDE_LISTEN")]
    pub listen: Option<String>,
    /// UDP STUN Binding responder [default: --listen's host, port 3478]
    #[arg(long, value_name = "ADDR", env = "ALONGSIDE_STUN", conflicts_with = "no_stun")]
    pub stun: Option<String>,
    /// No STUN responder
    #[arg(long, env = "ALONGSIDE_NO_STUN", value_parser = BoolishValueParser::new())]
    pub no_stun: bool,
    /// What agents are told to use [default: from --stun and --public-url]
    #[arg(long, value_name = "URL", env = "ALONGSIDE_STUN_URL")]
    pub stun_url: Option<String>,
    /// Under which the world reaches this server; may be repeated [default: from --listen]
    #[arg(long, value_name = "URL", env = "ALONGSIDE_PUBLIC_URL", value_delimiter = ',')]
    pub public_url: Vec<String>,
    /// A team key that is served; may be repeated
    // One key in 64 begins with a dash.
    #[arg(
        long,
        value_name = "KEY",
        env = "ALONGSIDE_TEAM",
        value_delimiter = ',',
        allow_hyphen_values = true
    )]
    pub team: Vec<String>,
    /// Serve any team key
    #[arg(long, env = "ALONGSIDE_OPEN", value_parser = BoolishValueParser::new())]
    pub open: bool,
    /// Make a team and serve a shop to try it on [default: when there is neither --team nor --open, on loopback]
    #[arg(long, env = "ALONGSIDE_DEMO", value_parser = BoolishValueParser::new())]
    pub demo: bool,
    /// Where the demo's team key is kept [default: in the system's temporary folder]
    #[arg(long, value_name = "FILE", env = "ALONGSIDE_DEMO_TEAM")]
    pub demo_team: Option<PathBuf>,
    /// Certificate ids that are refused, one a line; read again when it changes
    #[arg(long, value_name = "FILE", env = "ALONGSIDE_DENY")]
    pub deny: Option<PathBuf>,
    /// Prometheus text on a listener of its own
    #[arg(long, value_name = "ADDR", env = "ALONGSIDE_METRICS")]
    pub metrics: Option<String>,
    /// A proxy, or a network of them, whose X-Forwarded-For is believed; may be repeated
    #[arg(long, value_name = "CIDR", env = "ALONGSIDE_TRUSTED_PROXY", value_delimiter = ',')]
    pub trusted_proxy: Vec<String>,
    /// A TOML file with a key for each flag
    #[arg(long, value_name = "FILE", env = "ALONGSIDE_CONFIG")]
    pub config: Option<PathBuf>,
}

/// The same in a file: each key is a flag's name.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct File {
    listen: Option<String>,
    stun: Option<String>,
    #[serde(default)]
    no_stun: bool,
    stun_url: Option<String>,
    #[serde(default, deserialize_with = "one_or_more")]
    public_url: Vec<String>,
    #[serde(default, deserialize_with = "one_or_more")]
    team: Vec<String>,
    #[serde(default)]
    open: bool,
    #[serde(default)]
    demo: bool,
    demo_team: Option<PathBuf>,
    deny: Option<PathBuf>,
    metrics: Option<String>,
    #[serde(default, deserialize_with = "one_or_more")]
    trusted_proxy: Vec<String>,
}

/// A flag that may be repeated: a list in a file, or the one thing that a flag says once.
fn one_or_more<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged, expecting = "write it like \"…\" or [\"…\", \"…\"]")]
    enum Said {
        Once(String),
        Each(Vec<String>),
    }
    Ok(match Said::deserialize(from)? {
        Said::Once(text) => vec![text],
        Said::Each(texts) => texts,
    })
}

/// What the server does, checked.
#[derive(Debug, Clone)]
pub struct Config {
    /// HTTP and WebSocket.
    pub listen: SocketAddr,
    /// The STUN responder, if there is one.
    pub stun: Option<SocketAddr>,
    /// What agents are told to use, when the operator says.
    pub stun_url: Option<String>,
    /// The origins under which the world reaches this server; empty: those it listens on.
    pub public_origins: Vec<String>,
    /// Which teams are served, the demo's not included.
    pub teams: Teams,
    /// The file with the demo's team key, if there is a demo.
    pub demo_team: Option<PathBuf>,
    /// The file with the ids of certificates that are refused, if there is one.
    pub deny: Option<PathBuf>,
    /// The listener for metrics, if there is one.
    pub metrics: Option<SocketAddr>,
    /// Whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpNet>,
}

/// A setting that cannot be followed, by the flag that names it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{flag}: {problem}")]
pub struct ConfigError {
    /// With its dashes.
    pub flag: &'static str,
    /// In words.
    pub problem: String,
}

impl ConfigError {
    pub(crate) fn new(flag: &'static str, problem: impl Into<String>) -> Self {
        Self { flag, problem: problem.into() }
    }
}

impl Flags {
    /// Joins flags and file, and checks them.
    ///
    /// Errors: the first setting that cannot be followed.
    pub fn resolve(self) -> Result<Config, ConfigError> {
        let file = match &self.config {
            Some(path) => read_file(path)?,
            None => File::default(),
        };
        // A flag against STUN wins over an address in the file, and the other way round.
        let no_stun = self.no_stun || (file.no_stun && self.stun.is_none());
        let stun = self.stun.or(file.stun);
        let listen = match self.listen.or(file.listen) {
            Some(text) => address("--listen", &text)?,
            None => LISTEN,
        };
        let stun = match stun {
            _ if no_stun => None,
            Some(text) => Some(address("--stun", &text)?),
            None => Some(SocketAddr::new(listen.ip(), STUN_PORT)),
        };
        let stun_url = self.stun_url.or(file.stun_url).map(stun_url).transpose()?;
        let public_url = if self.public_url.is_empty() { file.public_url } else { self.public_url };
        let public_origins = public_url.iter().map(|text| public_origin(text)).collect::<Result<_, _>>()?;
        let keys = if self.team.is_empty() { file.team } else { self.team };
        let keys = keys.iter().map(|text| team(text)).collect::<Result<BTreeSet<_>, _>>()?;

        let metrics = self.metrics.or(file.metrics);
        let metrics = metrics.map(|text| address("--metrics", &text)).transpose()?;
        let trusted = if self.trusted_proxy.is_empty() { file.trusted_proxy } else { self.trusted_proxy };
        let trusted_proxies = trusted.iter().map(|text| network(text)).collect::<Result<_, _>>()?;

        let open = self.open || file.open;
        let asked_for = self.demo || file.demo;
        if !open && keys.is_empty() && !asked_for && !listen.ip().is_loopback() {
            return Err(ConfigError::new(
                "--listen",
                format!(
                    "{listen} is reachable from elsewhere: say whom to serve with --team KEY, --open or --demo"
                ),
            ));
        }
        let demo = asked_for || (!open && keys.is_empty());
        let demo_team = self.demo_team.or(file.demo_team).unwrap_or_else(default_demo_team);
        Ok(Config {
            listen,
            stun,
            stun_url,
            public_origins,
            teams: if open { Teams::Any } else { Teams::Only(keys) },
            demo_team: demo.then_some(demo_team),
            deny: self.deny.or(file.deny),
            metrics,
            trusted_proxies,
        })
    }
}

fn default_demo_team() -> PathBuf {
    std::env::temp_dir().join("alongside-demo-team.pem")
}

fn read_file(path: &Path) -> Result<File, ConfigError> {
    let wrong = |problem: String| ConfigError::new("--config", format!("{}: {problem}", path.display()));
    let text = std::fs::read_to_string(path).map_err(|error| wrong(error.to_string()))?;
    toml::from_str(&text).map_err(|error| {
        let line = error.span().map_or(1, |span| text[..span.start].matches('\n').count() + 1);
        wrong(format!("line {line}: {}", error.message().replace('\n', " ")))
    })
}

fn address(flag: &'static str, text: &str) -> Result<SocketAddr, ConfigError> {
    let numeric = match text.strip_prefix("localhost:") {
        Some(port) => format!("{}:{port}", Ipv4Addr::LOCALHOST),
        None => text.to_owned(),
    };
    numeric.parse().map_err(|_| {
        ConfigError::new(flag, format!("{text:?} is no address: write it like 127.0.0.1:8080 or [::1]:8080"))
    })
}

fn stun_url(text: String) -> Result<String, ConfigError> {
    let rest = text.strip_prefix("stun:").or_else(|| text.strip_prefix("stuns:"));
    match rest {
        Some(host) if !host.is_empty() && host.bytes().all(|byte| byte.is_ascii_graphic()) => Ok(text),
        Some(_) | None => {
            let problem = format!("{text:?} is no STUN address: write it like stun:help.example.org:3478");
            Err(ConfigError::new("--stun-url", problem))
        }
    }
}

fn public_origin(text: &str) -> Result<String, ConfigError> {
    let wrong = |why: &str| {
        ConfigError::new("--public-url", format!("{text:?} {why}: write it like https://help.example.org"))
    };
    let url = Url::parse(text).map_err(|_| wrong("is no address"))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(wrong("is neither http nor https"));
    }
    let bare = url.path() == "/"
        && url.query().is_none()
        && url.fragment().is_none()
        && url.username().is_empty()
        && url.password().is_none();
    if bare {
        Ok(url.origin().ascii_serialization())
    } else {
        Err(wrong("has more than scheme, host and port"))
    }
}

/// A network, or one address.
fn network(text: &str) -> Result<IpNet, ConfigError> {
    let text = text.trim();
    let one = || text.parse::<IpAddr>().ok().map(|ip| IpNet::from(ip.to_canonical()));
    text.parse().ok().or_else(one).ok_or_else(|| {
        let problem = format!("{text:?} is no network: write it like 10.0.0.0/8, 127.0.0.1 or fd00::/8");
        ConfigError::new("--trusted-proxy", problem)
    })
}

fn team(text: &str) -> Result<TeamId, ConfigError> {
    text.trim().parse().map_err(|_| {
        ConfigError::new("--team", format!("{text:?} is no team key: it has 43 letters, digits, - and _"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

    fn resolve(change: impl FnOnce(&mut Flags)) -> Result<Config, ConfigError> {
        let mut flags = Flags::default();
        change(&mut flags);
        flags.resolve()
    }

    fn flag(change: impl FnOnce(&mut Flags)) -> &'static str {
        resolve(change).unwrap_err().flag
    }

    #[test]
    fn without_a_word_it_is_the_demo_on_loopback() {
        let config = resolve(|_| {}).unwrap();
        assert_eq!(config.listen.to_string(), "127.0.0.1:8080");
        assert_eq!(config.stun.unwrap().to_string(), "127.0.0.1:3478");
        assert!(config.demo_team.is_some());
        assert_eq!(config.teams, Teams::Only(BTreeSet::new()));
    }

    #[test]
    fn the_demo_goes_with_a_team_only_when_asked_for() {
        let with_team = |flags: &mut Flags| flags.team = vec![KEY.to_owned()];
        assert_eq!(resolve(with_team).unwrap().demo_team, None);
        assert_eq!(resolve(|flags| flags.open = true).unwrap().demo_team, None);
        let both = resolve(|flags| {
            with_team(flags);
            flags.demo = true;
        });
        assert!(both.unwrap().demo_team.is_some());
    }

    #[test]
    fn a_key_that_begins_with_a_dash_is_a_key_and_no_flag() {
        let dashed = format!("-{}", &KEY[1..]);
        let flags = Flags::try_parse_from(["", "--team", &dashed, "--team", KEY, "--demo"]).unwrap();
        assert_eq!((flags.team.as_slice(), flags.demo), (&[dashed, KEY.to_owned()][..], true));
        assert!(flags.resolve().is_ok());
        // A key that was forgotten is missed all the same.
        let flags = Flags::try_parse_from(["", "--team", "--open"]).unwrap();
        assert_eq!(flags.resolve().unwrap_err().flag, "--team");
    }

    #[test]
    fn a_server_for_the_world_must_be_told_whom_to_serve() {
        let world = |flags: &mut Flags| flags.listen = Some("0.0.0.0:80".to_owned());
        assert_eq!(flag(world), "--listen");
        for serve in [
            |flags: &mut Flags| flags.open = true,
            |flags: &mut Flags| flags.demo = true,
            |flags: &mut Flags| flags.team = vec![KEY.to_owned()],
        ] {
            assert!(
                resolve(|flags| {
                    world(flags);
                    serve(flags);
                })
                .is_ok()
            );
        }
    }

    #[test]
    fn what_cannot_be_followed_names_its_flag() {
        for text in ["", "8080", "example.org:80", "127.0.0.1", "127.0.0.1:99999", ":80"] {
            assert_eq!(flag(|flags| flags.listen = Some(text.to_owned())), "--listen", "{text}");
            assert_eq!(flag(|flags| flags.stun = Some(text.to_owned())), "--stun", "{text}");
            assert_eq!(flag(|flags| flags.metrics = Some(text.to_owned())), "--metrics", "{text}");
        }
        for text in
            ["", "help.example", "ftp://help.example", "https://help.example/x", "https://a@help.example"]
        {
            assert_eq!(flag(|flags| flags.public_url = vec![text.to_owned()]), "--public-url", "{text}");
        }
        for text in ["", "stun:", "turn:help.example", "stun:a b"] {
            assert_eq!(flag(|flags| flags.stun_url = Some(text.to_owned())), "--stun-url", "{text}");
        }
        for text in ["", "10.0.0.0/33", "10.0.0", "proxy.example", "10.0.0.1:80", "*"] {
            assert_eq!(
                flag(|flags| flags.trusted_proxy = vec![text.to_owned()]),
                "--trusted-proxy",
                "{text}"
            );
        }
        assert_eq!(flag(|flags| flags.team = vec!["short".to_owned()]), "--team");
        assert_eq!(flag(|flags| flags.config = Some("/nowhere/at/all.toml".into())), "--config");
    }

    #[test]
    fn origins_are_canonical() {
        let config = resolve(|flags| {
            flags.public_url =
                vec!["HTTPS://Help.Example:443/".to_owned(), "http://localhost:8080".to_owned()];
        });
        assert_eq!(config.unwrap().public_origins, ["https://help.example", "http://localhost:8080"]);
    }

    #[test]
    fn proxies_are_networks_or_addresses() {
        let config = resolve(|flags| {
            flags.trusted_proxy = ["10.0.0.0/8", " 127.0.0.1", "fd00::/8", "::1"].map(str::to_owned).to_vec();
        });
        let networks: Vec<_> = config.unwrap().trusted_proxies.iter().map(ToString::to_string).collect();
        assert_eq!(networks, ["10.0.0.0/8", "127.0.0.1/32", "fd00::/8", "::1/128"]);
    }

    #[test]
    fn a_file_says_the_same_and_flags_win() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("alongside.toml");
        let text = format!(
            "listen = \"localhost:1\"\nno-stun = true\nstun-url = \"stun:a.example\"\npublic-url = [\"https://a.example\"]\n\
             team = [\"{KEY}\"]\nopen = false\ndemo = true\ndemo-team = \"/tmp/x.pem\"\n\
             trusted-proxy = [\"10.0.0.0/8\"]\nmetrics = \"127.0.0.1:9090\"\n"
        );
        std::fs::write(&path, text).unwrap();
        let from_file = resolve(|flags| flags.config = Some(path.clone())).unwrap();
        assert_eq!(from_file.listen.port(), 1);
        assert_eq!(from_file.stun, None);
        assert_eq!(from_file.trusted_proxies.len(), 1);
        assert_eq!(from_file.metrics.unwrap().port(), 9090);
        assert_eq!(from_file.stun_url.as_deref(), Some("stun:a.example"));
        assert_eq!(from_file.demo_team.as_deref(), Some(Path::new("/tmp/x.pem")));
        let flags_win = resolve(|flags| {
            flags.config = Some(path.clone());
            flags.listen = Some("127.0.0.1:2".to_owned());
            flags.stun = Some("127.0.0.1:3".to_owned());
        });
        let flags_win = flags_win.unwrap();
        assert_eq!((flags_win.listen.port(), flags_win.stun.unwrap().port()), (2, 3));

        for (wrong, words) in
            [("listen-to = 3", "unknown field"), ("team = 3", r#"write it like "…" or ["…""#)]
        {
            std::fs::write(&path, format!("listen = \"localhost:1\"\n\n{wrong}\n")).unwrap();
            let error = resolve(|flags| flags.config = Some(path.clone())).unwrap_err().to_string();
            assert!(error.starts_with("--config: ") && error.contains("line 3: "), "{error}");
            assert!(error.contains(words) && !error.contains('\n'), "{error}");
        }
    }

    #[test]
    fn one_of_several_needs_no_list_in_a_file() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("alongside.toml");
        let text =
            format!("team = \"{KEY}\"\npublic-url = \"https://a.example\"\ntrusted-proxy = \"127.0.0.1\"\n");
        std::fs::write(&path, text).unwrap();
        let config = resolve(|flags| flags.config = Some(path)).unwrap();
        assert_eq!(config.teams, Teams::Only([KEY.parse().unwrap()].into()));
        assert_eq!(config.public_origins, ["https://a.example"]);
        assert_eq!(config.trusted_proxies.len(), 1);
    }

    #[test]
    fn every_flag_has_a_key_in_the_file_and_a_variable() {
        use clap::CommandFactory as _;
        for argument in Flags::command().get_arguments() {
            let Some(long) = argument.get_long().filter(|long| !matches!(*long, "help" | "version")) else {
                continue;
            };
            let variable = format!("ALONGSIDE_{}", long.to_uppercase().replace('-', "_"));
            assert_eq!(argument.get_env().and_then(|name| name.to_str()), Some(variable.as_str()));
            if long == "config" {
                continue;
            }
            let unknown = toml::from_str::<File>(&format!("{long} = {{}}")).unwrap_err();
            assert!(!unknown.message().contains("unknown field"), "{long}: {unknown}");
        }
    }
}
