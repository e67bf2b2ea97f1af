//! An agent that speaks JSON, as the program that started it sees it.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::binaries;

/// Longer than anything on loopback takes, on a busy machine too.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// A process of the agent. Ended with the test.
pub(crate) struct Program {
    child: Child,
    input: Option<ChildStdin>,
    lines: Receiver<String>,
    errors: Option<JoinHandle<String>>,
    seen: Vec<String>,
}

/// How a process ended.
#[derive(Debug)]
pub(crate) struct Ended {
    /// The exit status; `None` when a signal ended it.
    pub(crate) status: Option<i32>,
    /// Every line that nobody had waited for.
    pub(crate) rest: Vec<String>,
    /// Standard error.
    pub(crate) errors: String,
}

impl Program {
    pub(crate) fn start(arguments: &[&str]) -> Self {
        let mut child = Command::new(binaries::agent())
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let out = BufReader::new(child.stdout.take().unwrap());
        let (heard, lines) = mpsc::channel();
        thread::spawn(move || {
            for line in out.lines().map_while(Result::ok) {
                if heard.send(line).is_err() {
                    return;
                }
            }
        });
        let mut said = child.stderr.take().unwrap();
        let errors = thread::spawn(move || {
            let mut text = Vec::new();
            let _ = said.read_to_end(&mut text);
            String::from_utf8_lossy(&text).into_owned()
        });
        let input = child.stdin.take();
        Self { child, input, lines, errors: Some(errors), seen: Vec::new() }
    }

    /// Writes a line.
    pub(crate) fn write(&mut self, line: &str) {
        writeln!(self.input.as_mut().unwrap(), "{line}").unwrap();
    }

    /// Gives a command.
    pub(crate) fn tell(&mut self, command: Value) {
        self.write(&command.to_string());
    }

    /// Ends its input.
    pub(crate) fn close_input(&mut self) {
        self.input = None;
    }

    /// The next line it writes.
    pub(crate) fn line(&mut self) -> String {
        let Ok(line) = self.lines.recv_timeout(PATIENCE) else {
            let _ = self.child.kill();
            let errors = self.errors.take().map(|errors| errors.join().unwrap());
            panic!("nothing more comes after {:#?}; standard error: {errors:?}", self.seen)
        };
        self.seen.push(line.clone());
        line
    }

    /// The next event.
    pub(crate) fn event(&mut self) -> Value {
        let line = self.line();
        let event: Value = serde_json::from_str(&line).unwrap();
        assert!(event.is_object() && event["event"].is_string(), "{line}");
        event
    }

    /// Takes events up to one of this name.
    pub(crate) fn until(&mut self, name: &str) -> Value {
        loop {
            let event = self.event();
            if event["event"] == name {
                return event;
            }
        }
    }

    /// Takes lines up to one that has this in it.
    pub(crate) fn until_text(&mut self, text: &str) -> String {
        loop {
            let line = self.line();
            if line.contains(text) {
                return line;
            }
        }
    }

    /// Sends a signal, such as `INT`.
    pub(crate) fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-s", name, &id]).status().unwrap().success());
    }

    /// Waits for its end.
    pub(crate) fn ended(mut self) -> Ended {
        let began = Instant::now();
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            assert!(began.elapsed() < PATIENCE, "it does not end after {:#?}", self.seen);
            thread::sleep(Duration::from_millis(5));
        };
        let rest = self.lines.iter().collect();
        let errors = self.errors.take().unwrap().join().unwrap();
        Ended { status: status.code(), rest, errors }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // Ended already when the test went well.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A helper and a visitor who have each other, and the session.
pub(crate) fn connect(helper: &mut Program, visitor: &mut Program) -> Value {
    let ticket = helper.until("asked")["ticket"].clone();
    helper.tell(serde_json::json!({"command": "accept", "ticket": ticket}));
    assert_eq!(visitor.until("connected")["session"], ticket);
    assert_eq!(helper.until("connected")["session"], ticket);
    ticket
}
