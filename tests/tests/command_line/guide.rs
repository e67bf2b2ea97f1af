//! The program in the agent's guide, run as it stands there.

use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::json;

use crate::binaries;
use crate::world::World;

/// The example. Ended with the test.
struct Example(Child);

impl Drop for Example {
    fn drop(&mut self) {
        // Ended already when the test went well.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The guide's only program in Python.
fn program() -> String {
    let guide = Path::new(env!("CARGO_MANIFEST_DIR")).join("../agent/README.md");
    let guide = std::fs::read_to_string(guide).unwrap();
    let mut programs = guide.split("```python\n").skip(1);
    let program = programs.next().unwrap().split("```").next().unwrap().to_owned();
    assert!(programs.next().is_none(), "which of them is meant?");
    program
}

#[test]
fn the_program_in_the_guide_helps() {
    if Command::new("python3").arg("--version").stdout(Stdio::null()).status().is_err() {
        assert_ne!(std::env::var("CI").as_deref(), Ok("true"), "python3 is needed");
        eprintln!("skipped: there is no python3 on this machine");
        return;
    }
    let world = World::new();
    world.keep(&world.invite("Echo", &["--automated"]));
    std::fs::write(world.dir.path().join("echo.py"), program()).unwrap();
    // As after `cargo build` and with the binary installed.
    let mut places = vec![binaries::agent().parent().unwrap().to_owned()];
    places.extend(std::env::split_paths(&std::env::var_os("PATH").unwrap()));
    let example = Command::new("python3")
        .args(["echo.py", "@invite"])
        .current_dir(world.dir.path())
        .env("PATH", std::env::join_paths(places).unwrap())
        .stdin(Stdio::null())
        .spawn()
        .unwrap();
    let mut example = Example(example);

    let mut visitor = world.visitor("/cart");
    let connected = visitor.until("connected");
    assert_eq!(connected["name"], "Echo");
    let session = &connected["session"];
    assert_eq!(visitor.until("message")["text"], "Hello! I see you are on \"A shop\".");
    visitor.tell(json!({"command": "say", "session": session, "text": "Grüß Gott 👋"}));
    assert_eq!(visitor.until("message")["text"], "You said: Grüß Gott 👋");
    visitor.tell(json!({"command": "end", "session": session}));
    assert_eq!(visitor.ended().status, Some(0));
    assert!(example.0.try_wait().unwrap().is_none(), "it goes on to help others");
}
