//! The real `alongside-signaling` as a process of its own.

use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// The binary's path; built when it is not, in this build's profile.
pub(crate) fn path() -> &'static Path {
    static PATH: OnceLock<PathBuf> = OnceLock::new();
    PATH.get_or_init(|| {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let mut build = Command::new(cargo);
        build.args([
            "build",
            "--package",
            "alongside-signaling",
            "--message-format",
            "json-render-diagnostics",
        ]);
        if !cfg!(debug_assertions) {
            build.arg("--release");
        }
        let output = build.stderr(Stdio::inherit()).output().unwrap();
        assert!(output.status.success(), "the server does not build");
        let messages = String::from_utf8(output.stdout).unwrap();
        let executable = messages.lines().find_map(|line| {
            let message: serde_json::Value = serde_json::from_str(line).ok()?;
            (message["target"]["name"] == "alongside-signaling")
                .then(|| message["executable"].as_str().map(PathBuf::from))?
        });
        executable.expect("cargo names the executable")
    })
}

/// Runs it to its end.
pub(crate) fn run(arguments: &[&str]) -> Output {
    command().args(arguments).output().unwrap()
}

fn command() -> Command {
    let mut command = Command::new(path());
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("ALONGSIDE_")) {
        command.env_remove(name);
    }
    command
}

/// A running demo.
pub(crate) struct Binary {
    child: Child,
    pub(crate) lines: Vec<String>,
    dir: TempDir,
}

impl Binary {
    /// Starts the demo on free ports, and waits until it is ready.
    pub(crate) fn demo() -> Self {
        Self::demo_with(&[])
    }

    /// The same with more flags.
    pub(crate) fn demo_with(more: &[&str]) -> Self {
        Self::start(more, 4)
    }

    /// Starts it with more flags, and waits until it has printed as many lines.
    pub(crate) fn start(more: &[&str], lines: usize) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let log = File::create(dir.path().join("log")).unwrap();
        let mut child = command()
            .args(["--listen", "127.0.0.1:0", "--stun", "127.0.0.1:0", "--demo-team"])
            .arg(dir.path().join("team.pem"))
            .args(more)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .unwrap();
        let out = BufReader::new(child.stdout.take().unwrap());
        let lines = out.lines().map(Result::unwrap).take(lines).collect();
        Self { child, lines, dir }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.lines[0].split("http://").nth(1).unwrap().parse().unwrap()
    }

    /// The invite's link, as printed.
    pub(crate) fn invite(&self) -> &str {
        self.lines[3].split_whitespace().nth(1).unwrap()
    }

    /// Everything logged so far.
    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(self.dir.path().join("log")).unwrap()
    }

    /// Where the metrics are, if they were asked for.
    pub(crate) fn metrics(&self) -> SocketAddr {
        let log = self.log();
        let address = log.split("metrics are at http://").nth(1).and_then(|rest| rest.split('/').next());
        address.unwrap_or_else(|| panic!("{log}")).parse().unwrap()
    }

    /// Resident memory. Units: KiB.
    pub(crate) fn rss_kib(&self) -> u64 {
        self.rss()()
    }

    /// The same, to be asked by somebody else for as long as it runs.
    pub(crate) fn rss(&self) -> impl Fn() -> u64 + use<> {
        let path = format!("/proc/{}/status", self.child.id());
        move || {
            let status = std::fs::read_to_string(&path).unwrap();
            let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
            line.split_whitespace().nth(1).unwrap().parse().unwrap()
        }
    }

    /// Sends SIGTERM and waits for the end, but no longer than ten seconds.
    pub(crate) fn terminate(&mut self) -> (ExitStatus, Duration) {
        let started = Instant::now();
        let sent = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status().unwrap();
        assert!(sent.success());
        while started.elapsed() < Duration::from_secs(10) {
            if let Some(status) = self.child.try_wait().unwrap() {
                return (status, started.elapsed());
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        panic!("still there after ten seconds");
    }
}

impl Drop for Binary {
    fn drop(&mut self) {
        // Ended already when the test went well.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
