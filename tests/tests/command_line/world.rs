//! A team, a server process that serves it, and a site that names both.

use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use tempfile::TempDir;

use crate::binaries;
use crate::program::Program;
use crate::site;

/// Everything that is there before somebody asks.
pub(crate) struct World {
    server: Child,
    team: String,
    /// The server's origin.
    pub(crate) server_origin: String,
    /// Where the server's STUN is.
    pub(crate) stun: String,
    /// The site's origin.
    pub(crate) site: String,
    pub(crate) dir: TempDir,
}

impl World {
    pub(crate) fn new() -> Self {
        Self::with_title("A shop")
    }

    /// A world whose page has this title, as it stands in the markup.
    pub(crate) fn with_title(title: &str) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let key = dir.path().join("team.pem");
        let team = printed(&["team", "new", "--out", key.to_str().unwrap()]);
        let (server, server_origin, stun) = start_server(&team, &dir, "127.0.0.1:0");
        let site = site::serve(page(title, &server_origin, &team));
        Self { server, team, server_origin, stun, site, dir }
    }

    /// The file with the certificates that are taken back.
    pub(crate) fn denied(&self) -> PathBuf {
        self.dir.path().join("denied")
    }

    /// Ends the server as a crash would.
    pub(crate) fn kill_server(&mut self) {
        self.server.kill().unwrap();
        self.server.wait().unwrap();
    }

    /// Starts it again, where it was.
    pub(crate) fn start_server_again(&mut self) {
        let address = self.server_origin.trim_start_matches("http://").to_owned();
        (self.server, self.server_origin, self.stun) = start_server(&self.team, &self.dir, &address);
    }

    /// An invite link of the team, as the command prints it.
    pub(crate) fn invite(&self, name: &str, more: &[&str]) -> String {
        let key = self.dir.path().join("team.pem");
        let fixed = ["team", "invite", "--team", key.to_str().unwrap(), "--name", name];
        printed(&[&fixed[..], &["--url", &self.server_origin], more].concat())
    }

    /// Keeps an invite where only we can read it; gives the argument that names the file.
    pub(crate) fn keep(&self, invite: &str) -> String {
        let path = self.dir.path().join("invite");
        keep(&path, invite);
        format!("@{}", path.display())
    }

    /// A helper that speaks JSON and is there.
    pub(crate) fn helper(&self, more: &[&str]) -> Program {
        let invite = self.keep(&self.invite("Dana", &[]));
        let mut helper = Program::start(&[&["help", "--json", &invite], more].concat());
        helper.until("enlisted");
        helper
    }

    /// A visitor of the site who speaks JSON.
    pub(crate) fn visitor(&self, path: &str) -> Program {
        Program::start(&["ask", "--json", "--allow-private", &format!("{}{path}", self.site)])
    }
}

impl Drop for World {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

/// A page that names a server and a team for help.
pub(crate) fn page(title: &str, server: &str, team: &str) -> String {
    format!(
        "<!doctype html><html lang=en><title>{title}</title>\
         <link rel=help type=application/alongside href=\"{server}/\" data-team=\"{team}\">"
    )
}

/// Writes a file for its owner alone.
pub(crate) fn keep(path: &Path, text: &str) {
    let mut options = File::options();
    let mut file = options.write(true).create(true).truncate(true).mode(0o600).open(path).unwrap();
    std::io::Write::write_all(&mut file, text.as_bytes()).unwrap();
}

/// Runs a command of the agent to its end, with nothing to read.
pub(crate) fn run(arguments: &[&str]) -> Output {
    Command::new(binaries::agent()).args(arguments).stdin(Stdio::null()).output().unwrap()
}

fn printed(arguments: &[&str]) -> String {
    let output = run(arguments);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim_end().to_owned()
}

/// Gives the server, its origin, and where its STUN is.
fn start_server(team: &str, dir: &TempDir, address: &str) -> (Child, String, String) {
    let log: PathBuf = dir.path().join("log");
    let denied = dir.path().join("denied");
    File::options().append(true).create(true).open(&denied).unwrap();
    let mut server = Command::new(binaries::server());
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("ALONGSIDE_")) {
        server.env_remove(name);
    }
    let mut server = server
        .args(["--listen", address, "--stun", "127.0.0.1:0", "--team", team, "--deny"])
        .arg(&denied)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(File::create(&log).unwrap())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(server.stdout.take().unwrap()).lines();
    let (Some(Ok(origin)), Some(Ok(stun))) = (lines.next(), lines.next()) else {
        panic!("the server does not start: {}", std::fs::read_to_string(&log).unwrap())
    };
    // It ends when nobody takes the lines that follow.
    std::thread::spawn(move || lines.for_each(drop));
    let address = |line: &str| line.split_whitespace().nth(1).unwrap().to_owned();
    (server, address(&origin), address(&stun).replace("udp://", ""))
}
