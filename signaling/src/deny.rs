//! The file with the ids of certificates that are refused: one a line, and it may change at any time.

use std::collections::BTreeSet;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::time::Duration;

use tracing::{info, warn};

use crate::config::ConfigError;
use crate::hub::Hub;

/// How often the file is looked at. Whoever takes a certificate back waits for it, and the file is small.
const LOOK: Duration = Duration::from_secs(1);

/// How long the file may be. Units: bytes. Some 100,000 ids; a file that somebody has named by mistake is not read whole.
const MAX_BYTES: u64 = 4 * 1024 * 1024;

/// Reads the file at the start.
///
/// Errors: one that is not there or cannot be read, with the flag that names it.
pub(crate) fn read(path: &Path) -> Result<BTreeSet<String>, ConfigError> {
    ids(path).map_err(|error| {
        let advice = if error.kind() == ErrorKind::NotFound { ": make an empty one" } else { "" };
        ConfigError::new("--deny", format!("{}: {error}{advice}", path.display()))
    })
}

/// Tells the broker of every change. A file that cannot be read any more leaves refused who was.
pub(crate) async fn watch(path: PathBuf, mut known: BTreeSet<String>, hub: Hub) {
    let mut was_read = true;
    loop {
        tokio::time::sleep(LOOK).await;
        match ids(&path) {
            Ok(denied) => {
                was_read = true;
                if denied != known {
                    info!(denied = denied.len(), "the list of refused certificates has changed");
                    known.clone_from(&denied);
                    hub.deny(denied).await;
                }
            }
            Err(problem) if was_read => {
                was_read = false;
                warn!(%problem, "the list of refused certificates cannot be read; those before stay refused");
            }
            Err(_) => {}
        }
    }
}

/// The ids in the file: the first word of each line, whatever note stands behind it. Empty lines and those that begin with
/// `#` are none.
///
/// Errors: besides those of reading, a file that is a key: it was named by mistake, and would refuse nobody.
fn ids(path: &Path) -> io::Result<BTreeSet<String>> {
    let length = std::fs::metadata(path)?.len();
    if length > MAX_BYTES {
        return Err(io::Error::other(format!("it has {length} bytes, more than {MAX_BYTES}")));
    }
    let text = std::fs::read_to_string(path)?;
    if text.starts_with("-----BEGIN ") {
        return Err(io::Error::other("it is a key, and no list of ids"));
    }
    let words = text.lines().filter_map(|line| line.split_whitespace().next());
    Ok(words.filter(|word| !word.starts_with('#')).map(str::to_owned).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_id_a_line_and_room_for_a_note() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("denied");
        std::fs::write(&path, "# left in May\n one \n\ntwo\r\n#\nthree # Fay\nfour\tGil\n").unwrap();
        let expected = ["one", "two", "three", "four"].map(str::to_owned);
        assert_eq!(read(&path).unwrap(), expected.into());
        std::fs::write(&path, "-----BEGIN PRIVATE KEY-----\nMC4C\n").unwrap();
        assert!(read(&path).unwrap_err().problem.ends_with("it is a key, and no list of ids"));
        let error = read(&folder.path().join("nowhere")).unwrap_err();
        assert_eq!(error.flag, "--deny");
        assert!(error.problem.ends_with(": make an empty one"), "{error}");
        std::fs::File::create(&path).unwrap().set_len(MAX_BYTES + 1).unwrap();
        assert!(read(&path).unwrap_err().problem.contains("bytes"));
    }
}
