//! Files with secrets in them: a team key, an invite.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

use zeroize::Zeroizing;

/// The most that is read of one. Units: bytes. Twice the longest certificate, and many times a key.
pub(super) const MAX_SECRET: u64 = 8 * 1024;

/// Gives the room that a secret is read into: all of it at once, for what grows leaves copies behind.
pub(super) fn room() -> Zeroizing<String> {
    Zeroizing::new(String::with_capacity(MAX_SECRET as usize))
}

/// Reads a file, and remarks on one that others can read too.
pub(super) fn read(path: &Path) -> io::Result<Zeroizing<String>> {
    let file = File::open(path)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let about = file.metadata()?;
        if about.is_file() && about.permissions().mode() & 0o077 != 0 {
            eprintln!("alongside-agent: others can read {0}: `chmod 600 {0}` keeps it", path.display());
        }
    }
    let mut text = room();
    file.take(MAX_SECRET).read_to_string(&mut text)?;
    Ok(text)
}
