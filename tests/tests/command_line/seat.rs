//! A person's seat: a terminal with the agent in it, seen from where the person sits.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt as _;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::Instant;

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{LocalModes, Winsize, tcgetattr, tcsetwinsize};

use crate::binaries;
use crate::program::PATIENCE;

/// A person at a terminal. The process is ended with the test.
pub(crate) struct Seat {
    child: Child,
    keyboard: File,
    terminal: File,
    pieces: Receiver<Vec<u8>>,
    /// Everything that was written to the terminal so far.
    pub(crate) written: Vec<u8>,
    /// Up to where it has been looked at.
    looked: usize,
}

impl Seat {
    /// Starts the agent in a terminal so wide that no line is broken.
    pub(crate) fn new(arguments: &[&str]) -> Self {
        let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&master).unwrap();
        unlockpt(&master).unwrap();
        let name = ptsname(&master, Vec::new()).unwrap();
        let path = std::ffi::OsStr::from_bytes(name.as_bytes());
        let terminal = File::options().read(true).write(true).open(path).unwrap();
        tcsetwinsize(&terminal, Winsize { ws_row: 50, ws_col: 400, ws_xpixel: 0, ws_ypixel: 0 }).unwrap();
        let end = || Stdio::from(OwnedFd::from(terminal.try_clone().unwrap()));
        let child = Command::new(binaries::agent())
            .args(arguments)
            .env("TERM", "xterm-256color")
            .env_remove("NO_COLOR")
            .stdin(end())
            .stdout(end())
            .stderr(end())
            .spawn()
            .unwrap();
        let keyboard = File::from(master);
        let mut screen = keyboard.try_clone().unwrap();
        let (heard, pieces) = mpsc::channel();
        thread::spawn(move || {
            let mut piece = [0; 4096];
            while let Ok(length) = screen.read(&mut piece) {
                if length == 0 || heard.send(piece[..length].to_vec()).is_err() {
                    return;
                }
            }
        });
        Self { child, keyboard, terminal, pieces, written: Vec::new(), looked: 0 }
    }

    /// Presses keys.
    pub(crate) fn press(&mut self, keys: &str) {
        self.keyboard.write_all(keys.as_bytes()).unwrap();
    }

    /// Writes a line.
    pub(crate) fn enter(&mut self, line: &str) {
        self.press(&format!("{line}\r"));
    }

    /// Waits until this is written, after what was waited for before.
    pub(crate) fn see(&mut self, text: &str) {
        let began = Instant::now();
        loop {
            let rest = &self.written[self.looked..];
            if let Some(at) = rest.windows(text.len()).position(|window| window == text.as_bytes()) {
                self.looked += at + text.len();
                return;
            }
            let left = PATIENCE.saturating_sub(began.elapsed());
            let Ok(piece) = self.pieces.recv_timeout(left) else {
                panic!("{text:?} is not seen in {:?}", String::from_utf8_lossy(rest))
            };
            self.written.extend(piece);
        }
    }

    /// What was written, as text.
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.written).into_owned()
    }

    /// Whether the terminal echoes and takes whole lines, as a shell expects to find it.
    pub(crate) fn is_as_found(&self) -> bool {
        tcgetattr(&self.terminal).unwrap().local_modes.contains(LocalModes::ICANON | LocalModes::ECHO)
    }

    /// Waits for the end of the process; gives its exit status and takes in the last of what it wrote.
    pub(crate) fn ended(&mut self) -> Option<i32> {
        let began = Instant::now();
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            assert!(began.elapsed() < PATIENCE, "it does not end after {:?}", self.text());
            thread::sleep(std::time::Duration::from_millis(5));
        };
        // We hold the terminal open ourselves, so its end is never read: a mark of our own is the last of it.
        self.terminal.write_all(b"that was all").unwrap();
        self.see("that was all");
        status.code()
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        // Ended already when the test went well.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
