//! The state file: with what an agent that was killed goes on, when it is started again.
//!
//! It holds keys, so nobody else may read it. It is written before what depends on it is sent (invariant I5), and gone
//! once every session is over.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use alongside_agent_proto::session::Snapshot;
use alongside_signaling_proto::id::SessionId;
use serde::{Deserialize, Serialize};

/// The version of the file.
const VERSION: u32 = 1;

/// Why a state file cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StateError {
    /// Another agent is at work with it.
    #[error("{0} is in use by another agent: give each one a file of its own")]
    InUse(PathBuf),
    /// It is not a state file, or of another version.
    #[error("{0} is not a state file of this agent: nothing in it was touched")]
    Foreign(PathBuf),
    /// It cannot be read or written.
    #[error("{path} cannot be used: {cause}")]
    Io {
        /// Which.
        path: PathBuf,
        /// Why.
        cause: std::io::Error,
    },
}

/// One session, as it is kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Kept {
    /// What its events call it.
    pub(crate) session: SessionId,
    /// The site that it is about.
    pub(crate) origin: String,
    /// What it goes on with.
    pub(crate) snapshot: Snapshot,
}

#[derive(Debug, Serialize, Deserialize)]
struct Contents {
    alongside: u32,
    sessions: Vec<Kept>,
}

/// A state file that is ours alone while this lives.
#[derive(Debug)]
pub struct StateFile {
    path: PathBuf,
    /// Held beside the file itself, which is replaced with every change.
    lock: File,
    sessions: Vec<Kept>,
}

impl StateFile {
    /// Opens a state file, or makes ready for one.
    ///
    /// Errors: [`StateError`].
    pub fn open(path: &Path) -> Result<Self, StateError> {
        let failed = |cause| StateError::Io { path: path.to_owned(), cause };
        let lock = private().write(true).open(beside(path, "lock")).map_err(failed)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(StateError::InUse(path.to_owned())),
            Err(TryLockError::Error(cause)) => return Err(failed(cause)),
        }
        let sessions = match fs::read(path) {
            Ok(bytes) => match serde_json::from_slice(&bytes) {
                Ok(Contents { alongside: VERSION, sessions }) => sessions,
                Ok(Contents { .. }) | Err(_) => return Err(StateError::Foreign(path.to_owned())),
            },
            Err(error) if error.kind() == ErrorKind::NotFound => Vec::new(),
            Err(cause) => return Err(failed(cause)),
        };
        Ok(Self { path: path.to_owned(), lock, sessions })
    }

    /// What was kept.
    pub(crate) fn sessions(&self) -> &[Kept] {
        &self.sessions
    }

    /// Keeps a session in the place of what was kept of it.
    pub(crate) fn keep(&mut self, kept: Kept) {
        match self.sessions.iter_mut().find(|known| known.session == kept.session) {
            Some(known) => *known = kept,
            None => self.sessions.push(kept),
        }
        self.write();
    }

    /// Forgets a session.
    pub(crate) fn forget(&mut self, session: SessionId) {
        let before = self.sessions.len();
        self.sessions.retain(|kept| kept.session != session);
        if self.sessions.len() < before {
            self.write();
        }
    }

    fn write(&self) {
        let written = if self.sessions.is_empty() { remove(&self.path) } else { self.replace() };
        if let Err(error) = written {
            // The session goes on; only a crash would lose it.
            tracing::warn!(%error, "the state file cannot be written");
        }
    }

    fn replace(&self) -> std::io::Result<()> {
        let contents = Contents { alongside: VERSION, sessions: self.sessions.clone() };
        let new = beside(&self.path, "new");
        remove(&new)?;
        let mut file = private().write(true).open(&new)?;
        file.write_all(&serde_json::to_vec(&contents)?)?;
        file.sync_data()?;
        fs::rename(&new, &self.path)
    }
}

impl Drop for StateFile {
    fn drop(&mut self) {
        // Nobody misses it: whoever comes next makes it anew.
        let _ = remove(&beside(&self.path, "lock"));
        let _ = self.lock.unlock();
    }
}

fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

fn beside(path: &Path, what: &str) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".");
    name.push(what);
    path.with_file_name(name)
}

fn remove(path: &Path) -> std::io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        Ok(()) | Err(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(number: u8) -> Kept {
        let snapshot = serde_json::json!({
            "at": 1, "deposits": [], "attempt": 0, "place": null, "helper": null, "iceServers": [], "written": [],
            "last": 0, "delivered": 0, "read": 0, "stored": 0, "seen": 0, "epoch": 0, "proposal": 0,
        });
        Kept {
            session: SessionId([number; 16]),
            origin: "https://shop.example".to_owned(),
            snapshot: serde_json::from_value(snapshot).unwrap(),
        }
    }

    #[test]
    fn what_is_kept_is_there_until_it_is_forgotten() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state.json");
        let mut file = StateFile::open(&path).unwrap();
        file.keep(kept(1));
        file.keep(kept(2));
        file.keep(kept(2));
        assert!(matches!(StateFile::open(&path), Err(StateError::InUse(_))));
        drop(file);
        let mut file = StateFile::open(&path).unwrap();
        assert_eq!(file.sessions(), [kept(1), kept(2)]);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        }
        file.forget(SessionId([1; 16]));
        file.forget(SessionId([2; 16]));
        drop(file);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "nothing is left");
    }

    #[test]
    fn what_is_none_of_ours_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("letter.txt");
        for foreign in ["Dear Mira,", "{}", r#"{"alongside":2,"sessions":[]}"#] {
            fs::write(&path, foreign).unwrap();
            assert!(matches!(StateFile::open(&path), Err(StateError::Foreign(_))));
            assert_eq!(fs::read_to_string(&path).unwrap(), foreign);
        }
        assert!(matches!(StateFile::open(&folder.path().join("no/where")), Err(StateError::Io { .. })));
    }
}
