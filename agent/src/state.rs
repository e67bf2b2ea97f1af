//! The state file: with what an agent that was killed goes on, when it is started again.
//!
//! It holds keys, so nobody else may read it. It is written before what depends on it is sent (invariant I5), and gone
//! once every session is over. It is locked itself, not by a neighbour: what else is in the folder is not ours.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{ErrorKind, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use alongside_agent_proto::limits::RESUME_LIFETIME_MS;
use alongside_agent_proto::session::Snapshot;
use alongside_agent_proto::wire::{Chat, Role};
use alongside_signaling_proto::id::SessionId;
use serde::{Deserialize, Serialize};

use crate::agent::{HelperOptions, VisitorOptions};
use crate::clock;

/// The version of the file.
const VERSION: u32 = 2;

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
    /// What is kept in it is of the other role, of another server, or of another site or team.
    #[error("{0} keeps a session of somebody else: give each role, site and team a file of its own")]
    Other(PathBuf),
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
    /// The other side's messages that are stored and were not seen, oldest first: who was killed may not have told them.
    #[serde(default)]
    pub(crate) unseen: Vec<Chat>,
}

/// Whose sessions are kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Owner {
    role: Role,
    server: String,
    /// A helper's team, or the site that a visitor asks on.
    of: String,
}

#[derive(Debug, Serialize, Deserialize)]
struct Contents {
    alongside: u32,
    owner: Owner,
    sessions: Vec<Kept>,
}

/// A state file that is ours alone while this lives.
#[derive(Debug)]
pub struct StateFile {
    path: PathBuf,
    owner: Owner,
    /// The file that the path leads to, locked. It is another one after each change.
    file: File,
    sessions: Vec<Kept>,
    /// Whether the last change is not written, which was told once.
    is_behind: bool,
}

impl StateFile {
    /// Opens a helper's state file, or makes one.
    ///
    /// Errors: [`StateError`].
    pub fn of_helper(path: &Path, options: &HelperOptions) -> Result<Self, StateError> {
        let HelperOptions { server, invite, .. } = options;
        let of = invite.team.to_string();
        Self::open(path, Owner { role: Role::Helper, server: server.clone(), of })
    }

    /// Opens a visitor's state file, or makes one.
    ///
    /// Errors: [`StateError`].
    pub fn of_visitor(path: &Path, options: &VisitorOptions) -> Result<Self, StateError> {
        let VisitorOptions { server, origin, .. } = options;
        Self::open(path, Owner { role: Role::Visitor, server: server.clone(), of: origin.clone() })
    }

    fn open(path: &Path, owner: Owner) -> Result<Self, StateError> {
        let failed = |cause| StateError::Io { path: path.to_owned(), cause };
        let mut file = loop {
            let file = open_or_make(path).map_err(failed)?;
            if !fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_file()) {
                return Err(StateError::Foreign(path.to_owned()));
            }
            match file.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => return Err(StateError::InUse(path.to_owned())),
                Err(TryLockError::Error(cause)) => return Err(failed(cause)),
            }
            // Whoever had it may have put another in its place before we had the lock.
            if is_at(&file, path).map_err(failed)? {
                break file;
            }
        };
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map_err(failed)?;
        let mut sessions = match serde_json::from_slice(&bytes) {
            // As `mktemp` makes them, and we do.
            _ if bytes.is_empty() => Vec::new(),
            Ok(Contents { alongside: VERSION, owner: theirs, sessions }) if theirs == owner => sessions,
            Ok(Contents { alongside: VERSION, sessions, .. }) if sessions.iter().all(is_over) => Vec::new(),
            Ok(Contents { alongside: VERSION, .. }) => return Err(StateError::Other(path.to_owned())),
            Ok(_) | Err(_) => return Err(StateError::Foreign(path.to_owned())),
        };
        sessions.retain(|kept| !is_over(kept));
        Ok(Self { path: path.to_owned(), owner, file, sessions, is_behind: false })
    }

    /// Keeps a session in the place of what was kept of it.
    fn keep(&mut self, kept: Kept) -> std::io::Result<()> {
        match self.sessions.iter_mut().find(|known| known.session == kept.session) {
            Some(known) => *known = kept,
            None => self.sessions.push(kept),
        }
        self.replace()
    }

    /// Forgets a session.
    fn forget(&mut self, session: SessionId) -> std::io::Result<()> {
        let before = self.sessions.len();
        self.sessions.retain(|kept| kept.session != session);
        if self.sessions.len() < before { self.replace() } else { Ok(()) }
    }

    fn replace(&mut self) -> std::io::Result<()> {
        let (owner, sessions) = (self.owner.clone(), self.sessions.clone());
        let contents = serde_json::to_vec(&Contents { alongside: VERSION, owner, sessions })?;
        let folder = self.path.parent().filter(|folder| !folder.as_os_str().is_empty());
        let mut new = tempfile::NamedTempFile::new_in(folder.unwrap_or(Path::new(".")))?;
        new.write_all(&contents)?;
        new.as_file().sync_data()?;
        // Before it is there for others.
        new.as_file().lock()?;
        self.file = new.persist(&self.path)?;
        Ok(())
    }
}

impl Drop for StateFile {
    fn drop(&mut self) {
        // Locked to the end, so it is nobody else's. One that cannot be removed holds no key of a session that lives.
        if self.sessions.is_empty() {
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// The state file that the sessions of one agent share; or none.
#[derive(Debug, Clone)]
pub(crate) struct Keeper(Option<Arc<Mutex<StateFile>>>);

impl Keeper {
    pub(crate) fn new(file: Option<StateFile>) -> Self {
        Self(file.map(|file| Arc::new(Mutex::new(file))))
    }

    /// What was kept.
    pub(crate) fn sessions(&self) -> Vec<Kept> {
        self.file().map_or_else(Vec::new, |file| file.sessions.clone())
    }

    /// Keeps a session in the place of what was kept of it; says whether it is news that this fails.
    #[must_use]
    pub(crate) fn keep(&self, kept: Kept) -> bool {
        self.change(|file| file.keep(kept))
    }

    /// Forgets a session; says whether it is news that this fails.
    #[must_use]
    pub(crate) fn forget(&self, session: SessionId) -> bool {
        self.change(|file| file.forget(session))
    }

    fn change(&self, change: impl FnOnce(&mut StateFile) -> std::io::Result<()>) -> bool {
        let Some(mut file) = self.file() else { return false };
        let changed = change(&mut file);
        if let Err(error) = &changed {
            tracing::warn!(%error, "the state file cannot be written");
        }
        let was_behind = std::mem::replace(&mut file.is_behind, changed.is_err());
        changed.is_err() && !was_behind
    }

    fn file(&self) -> Option<MutexGuard<'_, StateFile>> {
        self.0.as_ref().map(|file| file.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Whether nobody finds back to it any more.
fn is_over(kept: &Kept) -> bool {
    clock::wall_ms() >= kept.snapshot.at.saturating_add(RESUME_LIFETIME_MS)
}

fn open_or_make(path: &Path) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true);
    match options.open(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            #[cfg(unix)]
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
            options.create_new(true).open(path)
        }
        opened => opened,
    }
}

/// Whether the path still leads to this file.
fn is_at(file: &File, path: &Path) -> std::io::Result<bool> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt as _;
        let own = file.metadata()?;
        match fs::metadata(path) {
            Ok(there) => Ok((there.dev(), there.ino()) == (own.dev(), own.ino())),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
            Err(error) => Err(error),
        }
    }
    #[cfg(not(unix))]
    {
        // There, a file that somebody has open is not replaced.
        let _ = (file, path);
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owner(role: Role) -> Owner {
        Owner { role, server: "https://help.example".to_owned(), of: "https://shop.example".to_owned() }
    }

    fn open(path: &Path) -> Result<StateFile, StateError> {
        StateFile::open(path, owner(Role::Visitor))
    }

    fn kept(number: u8, at: u64) -> Kept {
        let snapshot = serde_json::json!({
            "at": at, "deposits": [], "attempt": 0, "place": null, "helper": null, "iceServers": [], "written": [],
            "last": 0, "delivered": 0, "read": 0, "stored": 0, "seen": 0, "epoch": 0, "proposal": 0,
        });
        Kept {
            session: SessionId([number; 16]),
            origin: "https://shop.example".to_owned(),
            snapshot: serde_json::from_value(snapshot).unwrap(),
            unseen: vec![Chat { seq: 1, at, text: "Hello?".to_owned() }],
        }
    }

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        let mut names: Vec<_> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn what_is_kept_is_there_until_it_is_forgotten() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state.json");
        let now = clock::wall_ms();
        let mut file = open(&path).unwrap();
        assert!(matches!(open(&path), Err(StateError::InUse(_))), "before anything is kept");
        for number in [1, 2, 2] {
            file.keep(kept(number, now)).unwrap();
            assert!(matches!(open(&path), Err(StateError::InUse(_))), "and after each change");
        }
        drop(file);
        let mut file = open(&path).unwrap();
        assert_eq!(file.sessions, [kept(1, now), kept(2, now)]);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        }
        file.forget(SessionId([1; 16])).unwrap();
        file.forget(SessionId([2; 16])).unwrap();
        drop(file);
        assert_eq!(names(folder.path()), [""; 0], "nothing is left");
    }

    #[test]
    fn what_is_none_of_ours_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("Cargo");
        let neighbours = ["Cargo.lock", "Cargo.new"];
        for neighbour in neighbours {
            fs::write(folder.path().join(neighbour), neighbour).unwrap();
        }
        for foreign in ["Dear Mira,", "{}", r#"{"alongside":1,"sessions":[]}"#] {
            fs::write(&path, foreign).unwrap();
            assert!(matches!(open(&path), Err(StateError::Foreign(_))));
            assert_eq!(fs::read_to_string(&path).unwrap(), foreign);
        }
        fs::remove_file(&path).unwrap();
        let mut file = open(&path).unwrap();
        file.keep(kept(1, clock::wall_ms())).unwrap();
        file.forget(SessionId([1; 16])).unwrap();
        drop(file);
        assert_eq!(names(folder.path()), neighbours);
        for neighbour in neighbours {
            assert_eq!(fs::read_to_string(folder.path().join(neighbour)).unwrap(), neighbour);
        }
        assert!(matches!(open(&folder.path().join("no/where")), Err(StateError::Io { .. })));
        assert!(matches!(open(folder.path()), Err(StateError::Io { .. } | StateError::Foreign(_))));
        #[cfg(unix)]
        {
            let (link, letter) = (folder.path().join("link"), folder.path().join("letter"));
            fs::write(&letter, "").unwrap();
            std::os::unix::fs::symlink(&letter, &link).unwrap();
            assert!(matches!(open(&link), Err(StateError::Foreign(_))));
        }
    }

    #[test]
    fn what_somebody_else_keeps_is_not_taken_up_until_it_is_over() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state");
        let now = clock::wall_ms();
        open(&path).unwrap().keep(kept(1, now)).unwrap();
        let helper = || StateFile::open(&path, owner(Role::Helper));
        assert!(matches!(helper(), Err(StateError::Other(_))));
        assert_eq!(open(&path).unwrap().sessions.len(), 1);
        open(&path).unwrap().keep(kept(1, now - RESUME_LIFETIME_MS)).unwrap();
        assert_eq!(helper().unwrap().sessions, []);
        assert_eq!(names(folder.path()), [""; 0], "nothing is left of it");
    }

    #[test]
    fn that_it_cannot_be_written_is_told_once() {
        let folder = tempfile::tempdir().unwrap();
        let inner = folder.path().join("inner");
        fs::create_dir(&inner).unwrap();
        let keeper = Keeper::new(Some(open(&inner.join("state")).unwrap()));
        let kept = |number| keeper.keep(kept(number, clock::wall_ms()));
        assert!(!kept(1));
        fs::remove_dir_all(&inner).unwrap();
        assert!(kept(2));
        assert!(!kept(3));
        fs::create_dir(&inner).unwrap();
        assert!(!kept(4));
        assert_eq!(keeper.sessions().len(), 4, "nothing was lost meanwhile");
    }
}
