//! The demo's own team: a key kept in a file, and an invite for whoever tries the console.
//!
//! A real server holds no key. This one does, so that a first look takes one command; it says so when it starts.

pub(crate) mod account;

use std::io::Write as _;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use alongside_signaling_proto::id::TeamId;
use alongside_signaling_proto::identity::invite::{HelperKeys, Invite, Terms};
use alongside_signaling_proto::identity::team::TeamKey;

use crate::config::ConfigError;

/// How long the demo's invite is good. Units: seconds. Seven days, as an invite of a real team.
const INVITE_LIFETIME_S: u64 = 7 * 24 * 60 * 60;

/// The name that the demo's visitor sees.
const HELPER: &str = "Demo helper";

/// The longest key file that is read. Units: bytes. A PKCS #8 PEM of an Ed25519 key has about 120.
const MAX_KEY_FILE_BYTES: u64 = 4096;

/// What the demo has made.
#[derive(Debug)]
pub(crate) struct Demo {
    team: TeamId,
    invite: String,
}

impl Demo {
    /// Opens the demo's team, or makes one, and invites a helper to the console under this origin.
    ///
    /// Errors: the file cannot be read or made, or is not the key of nobody but this user.
    pub(crate) fn open(file: &Path, origin: &str) -> Result<Self, ConfigError> {
        let wrong =
            |problem: String| ConfigError::new("--demo-team", format!("{}: {problem}", file.display()));
        let team = match read(file) {
            Ok(Some(team)) => team,
            Ok(None) => create(file).map_err(|error| wrong(format!("cannot be made: {error}")))?,
            Err(problem) => return Err(wrong(problem)),
        };
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        let iat = now.map_err(|_| wrong("the system's clock is before 1970".to_owned()))?.as_secs();
        let id: [u8; 16] = random().map_err(|error| wrong(error.to_string()))?;
        let keys = HelperKeys {
            seed: random().map_err(|error| wrong(error.to_string()))?,
            noise: random().map_err(|error| wrong(error.to_string()))?,
        };
        let terms = Terms {
            jti: id.iter().map(|byte| format!("{byte:02x}")).collect(),
            name: HELPER.to_owned(),
            iat,
            exp: iat + INVITE_LIFETIME_S,
            origins: None,
            automated: false,
        };
        let invite = Invite::mint(&team, keys, terms).map_err(|error| wrong(error.to_string()))?;
        Ok(Self { team: team.id(), invite: invite.to_link(origin) })
    }

    /// The demo's team.
    pub(crate) fn team(&self) -> TeamId {
        self.team
    }

    /// The link to the console.
    pub(crate) fn invite(&self) -> &str {
        &self.invite
    }
}

fn random<const N: usize>() -> std::io::Result<[u8; N]> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(std::io::Error::other)?;
    Ok(bytes)
}

/// The key in the file; `None` when there is no file.
fn read(file: &Path) -> Result<Option<TeamKey>, String> {
    let metadata = match std::fs::metadata(file) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error.to_string()),
    };
    if !metadata.is_file() || metadata.len() > MAX_KEY_FILE_BYTES {
        return Err("is no team key: name another file".to_owned());
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        if metadata.permissions().mode() & 0o077 != 0 {
            return Err(
                "is open to others: take their rights away (chmod 600), or name another file".to_owned()
            );
        }
    }
    let text = std::fs::read_to_string(file).map_err(|error| error.to_string())?;
    TeamKey::from_pem(&text).map(Some).map_err(|_| "is no team key: name another file".to_owned())
}

/// Makes a key and keeps it. Of two servers that start at once, both end up with the key of the first.
fn create(file: &Path) -> std::io::Result<TeamKey> {
    let team = TeamKey::from_seed(&random()?);
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // tempfile makes files that are nobody else's (mode 0600), and the name appears with all of its content.
    let mut fresh = tempfile::NamedTempFile::new_in(folder)?;
    fresh.write_all(team.to_pem().as_bytes())?;
    fresh.as_file().sync_all()?;
    match fresh.persist_noclobber(file) {
        Ok(_) => Ok(team),
        Err(error) if error.error.kind() == std::io::ErrorKind::AlreadyExists => match read(file) {
            Ok(Some(team)) => Ok(team),
            Ok(None) => Err(error.error),
            Err(problem) => Err(std::io::Error::other(problem)),
        },
        Err(error) => Err(error.error),
    }
}

#[cfg(test)]
mod tests {
    use alongside_signaling_proto::identity::certificate;

    use super::*;

    const ORIGIN: &str = "http://localhost:8080";

    #[test]
    fn the_team_stays_and_each_start_invites_anew() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("team.pem");
        let first = Demo::open(&file, ORIGIN).unwrap();
        let second = Demo::open(&file, ORIGIN).unwrap();
        assert_eq!(first.team, second.team);
        assert_ne!(first.invite, second.invite);
        assert!(first.invite.starts_with("http://localhost:8080/console/#invite=1."));
        let invite: Invite = first.invite.parse().unwrap();
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
        let claims = certificate::verify(&invite.certificate, &first.team, now).unwrap();
        assert_eq!(claims.exp - claims.iat, INVITE_LIFETIME_S);
    }

    #[cfg(unix)]
    #[test]
    fn the_key_is_nobody_elses() {
        use std::os::unix::fs::PermissionsExt as _;
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("team.pem");
        Demo::open(&file, ORIGIN).unwrap();
        assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).unwrap();
        let error = Demo::open(&file, ORIGIN).unwrap_err();
        assert_eq!(error.flag, "--demo-team");
    }

    #[test]
    fn what_is_no_key_is_left_alone() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("team.pem");
        std::fs::write(&file, "my diary").unwrap();
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).unwrap();
        }
        assert!(Demo::open(&file, ORIGIN).is_err());
        assert_eq!(std::fs::read_to_string(&file).unwrap(), "my diary");
        assert!(Demo::open(dir.path(), ORIGIN).is_err());
        assert!(Demo::open(&dir.path().join("no/such/folder.pem"), ORIGIN).is_err());
    }
}
