//! `team new | show | invite | sign`: everything that needs the secret half of a team key.

use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write as _};
#[cfg(unix)]
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use alongside_signaling_proto::id::Place;
use alongside_signaling_proto::identity::certificate::is_origin;
use alongside_signaling_proto::identity::invite::{self, HelperKeys, Invite, Request, Terms};
use alongside_signaling_proto::identity::team::TeamKey;
use alongside_signaling_proto::limits::MAX_CERTIFICATE_LIFETIME_S;
use anyhow::{Context as _, Result, bail};
use clap::{Args, Subcommand};
use url::Url;
use zeroize::Zeroizing;

use super::secret;

const DAY_S: u64 = 24 * 60 * 60;

/// The most days a certificate may be good for.
const MAX_DAYS: u64 = MAX_CERTIFICATE_LIFETIME_S / DAY_S;

#[derive(Debug, Subcommand)]
pub(super) enum Team {
    /// Make a team key and print its public half.
    New {
        /// Where to keep the key. Readable by you alone; a file that is there already is never touched.
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
    /// Print the public half of a team key: what goes into pages.
    Show {
        /// The team key.
        file: PathBuf,
    },
    /// Print an invite link for a helper. Until it ends, whoever holds it is the helper.
    Invite {
        #[command(flatten)]
        terms: TermsArgs,
        /// Where the server is reached, such as https://help.example.org.
        #[arg(long, value_name = "SERVER", value_parser = server)]
        url: String,
    },
    /// Sign a request that a helper's console made, so that no key ever travels.
    Sign {
        #[command(flatten)]
        terms: TermsArgs,
        /// What the console shows.
        request: Request,
    },
}

#[derive(Debug, Args)]
pub(super) struct TermsArgs {
    /// The team key.
    #[arg(long, value_name = "FILE")]
    team: PathBuf,
    /// The name that visitors see.
    #[arg(long, value_parser = name)]
    name: String,
    /// For how many days it is good.
    #[arg(long, default_value_t = 7, value_parser = clap::value_parser!(u64).range(1..=MAX_DAYS))]
    days: u64,
    /// A page origin that it is good for, such as https://shop.example.org; without any, all.
    #[arg(long = "origin", value_name = "ORIGIN", value_parser = origin)]
    origins: Vec<String>,
    /// The helper is a program, and visitors are told so.
    #[arg(long)]
    automated: bool,
}

pub(super) fn run(team: Team) -> Result<()> {
    let printed = match team {
        Team::New { out } => {
            let key = TeamKey::from_seed(&*random()?);
            keep(&out, &key.to_pem())?;
            key.id().to_string()
        }
        Team::Show { file } => read(&file)?.id().to_string(),
        Team::Invite { terms, url } => {
            let team = read(&terms.team)?;
            let keys = HelperKeys { seed: *random()?, noise: *random()? };
            let terms = terms.into_terms()?;
            let link = Invite::mint(&team, keys, terms.clone())?.to_link(&url);
            note(&terms);
            link
        }
        Team::Sign { terms, request } => {
            let team = read(&terms.team)?;
            let terms = terms.into_terms()?;
            let signed = request.sign(&team, terms.clone())?;
            note(&terms);
            invite::answer(&team.id(), &signed)
        }
    };
    let mut out = std::io::stdout().lock();
    writeln!(out, "{printed}").context("cannot write to standard output")
}

/// Says, beside what is printed, how long the certificate is good, and by which name it can be taken back.
fn note(Terms { jti, name, exp, .. }: &Terms) {
    let end = httpdate::fmt_http_date(UNIX_EPOCH + Duration::from_secs(*exp));
    eprintln!(
        "alongside-agent: {name}'s certificate is good until {end}; to take it back before, give the server a --deny \
         file with {jti} in it"
    );
}

impl TermsArgs {
    fn into_terms(self) -> Result<Terms> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).context("the clock stands before 1970")?;
        let mut jti = [0; 16];
        getrandom::fill(&mut jti).context("no randomness to be had")?;
        Ok(Terms {
            jti: Place(jti).to_string(),
            name: self.name,
            iat: now.as_secs(),
            exp: now.as_secs() + self.days * DAY_S,
            origins: if self.origins.is_empty() { None } else { Some(self.origins) },
            automated: self.automated,
        })
    }
}

fn random() -> Result<Zeroizing<[u8; 32]>> {
    let mut bytes = Zeroizing::new([0; 32]);
    getrandom::fill(&mut *bytes).context("no randomness to be had")?;
    Ok(bytes)
}

/// Writes a secret where only its owner can read it, and never over anything.
fn keep(path: &Path, secret: &str) -> Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    // Elsewhere a folder's own rules say who may read what is in it.
    #[cfg(unix)]
    options.mode(0o600);
    let mut file = match options.open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            bail!("{} is there already and stays as it is: choose another --out", path.display())
        }
        Err(error) => return Err(error).with_context(|| format!("cannot make {}", path.display())),
    };
    file.write_all(secret.as_bytes()).and_then(|()| file.sync_all()).or_else(|error| {
        // Half a key would be in the way of the next try.
        let _ = fs::remove_file(path);
        Err(error).with_context(|| format!("cannot write {}", path.display()))
    })
}

fn read(path: &Path) -> Result<TeamKey> {
    let pem = secret::read(path).with_context(|| format!("cannot read the team key {}", path.display()))?;
    TeamKey::from_pem(&pem)
        .with_context(|| format!("{} is no team key: `team new --out FILE` makes one", path.display()))
}

fn name(text: &str) -> Result<String, String> {
    let name = text.trim();
    if name.is_empty() || name.chars().any(char::is_control) || name.len() > 100 {
        return Err("a name of 1 to 100 bytes on one line".to_owned());
    }
    Ok(name.to_owned())
}

fn origin(text: &str) -> Result<String, String> {
    if is_origin(text) {
        Ok(text.to_owned())
    } else {
        Err("write it like https://shop.example.org".to_owned())
    }
}

fn server(text: &str) -> Result<String, String> {
    match Url::parse(text) {
        Ok(url) if matches!(url.scheme(), "http" | "https") && url.path() == "/" && url.query().is_none() => {
            Ok(url.origin().ascii_serialization())
        }
        _ => Err("write it like https://help.example.org".to_owned()),
    }
}
