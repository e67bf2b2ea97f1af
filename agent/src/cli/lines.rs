//! Standard input, line by line.

use std::io::{BufRead as _, Read as _};

use tokio::sync::mpsc;

/// The longest line that is read. Units: bytes. The longest message, with every character escaped, is 24 KiB.
const MAX_LINE: u64 = 64 * 1024;

/// How many lines wait to be done; whoever writes faster is held up.
pub(super) const LINES: usize = 64;

/// The line has more than [`MAX_LINE`] bytes, and the rest of it was not looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TooLong;

/// Reads lines in a thread of its own, for standard input cannot be waited for otherwise, and gives what is made of
/// each. The end of the input ends the channel.
pub(super) fn read<T: Send + 'static>(
    make: impl Fn(Result<&str, TooLong>) -> Option<T> + Send + 'static,
) -> mpsc::Receiver<T> {
    let (lines, read) = mpsc::channel(LINES);
    std::thread::spawn(move || {
        let mut input = std::io::stdin().lock();
        let mut line = Vec::new();
        loop {
            line.clear();
            let taken = (&mut input).take(MAX_LINE + 1).read_until(b'\n', &mut line);
            if !taken.is_ok_and(|bytes| bytes > 0) {
                return;
            }
            let is_too_long = line.len() as u64 > MAX_LINE && line.last() != Some(&b'\n');
            while is_too_long && line.last() != Some(&b'\n') {
                line.clear();
                let taken = (&mut input).take(MAX_LINE).read_until(b'\n', &mut line);
                if !taken.is_ok_and(|bytes| bytes > 0) {
                    break;
                }
            }
            let text = String::from_utf8_lossy(&line);
            let made = make(if is_too_long { Err(TooLong) } else { Ok(text.trim_end_matches(['\r', '\n'])) });
            if let Some(made) = made
                && lines.blocking_send(made).is_err()
            {
                return;
            }
        }
    });
    read
}
