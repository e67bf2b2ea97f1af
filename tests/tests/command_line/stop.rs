//! How it is stopped from outside: politely, and quietly where nobody listens any more.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Command, Stdio};
use std::time::Instant;

use serde_json::json;

use crate::binaries;
use crate::program::PATIENCE;
use crate::world::World;

#[test]
fn an_interrupt_ends_sessions_in_order() {
    for signal in ["INT", "TERM"] {
        let world = World::new();
        let helper = world.helper(&["--auto-accept"]);
        let mut visitor = world.visitor("/");
        let session = visitor.until("connected")["session"].clone();
        helper.signal(signal);
        let ended = json!({"event": "ended", "session": session, "by": "helper"});
        assert_eq!(visitor.until("ended"), ended);
        let helper = helper.ended();
        assert_eq!((helper.status, helper.errors.as_str()), (Some(0), ""));

        let mut helper = world.helper(&["--auto-accept"]);
        let mut visitor = world.visitor("/");
        visitor.until("connected");
        visitor.signal(signal);
        assert_eq!(helper.until("ended")["by"], "visitor");
        assert_eq!(visitor.ended().status, Some(0));
    }
}

#[test]
fn who_asks_and_is_interrupted_takes_it_back() {
    let world = World::new();
    let mut helper = world.helper(&[]);
    let visitor = world.visitor("/");
    let ticket = helper.until("asked")["ticket"].clone();
    visitor.signal("INT");
    assert_eq!(helper.until("withdrawn")["ticket"], ticket);
    assert_eq!(visitor.ended().status, Some(0));
}

#[test]
fn a_reader_that_goes_ends_it_quietly() {
    let world = World::new();
    let invite = world.keep(&world.invite("Dana", &[]));
    for arguments in [&["help", "--json", &invite][..], &["help", &invite]] {
        let mut helper = Command::new(binaries::agent())
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut out = BufReader::new(helper.stdout.take().unwrap());
        let mut line = String::new();
        out.read_line(&mut line).unwrap();
        assert!(line.contains("Dana"), "{line}");
        drop(out);
        // Something to say to nobody.
        let mut visitor = world.visitor("/");
        let began = Instant::now();
        let status = loop {
            if let Some(status) = helper.try_wait().unwrap() {
                break status;
            }
            assert!(began.elapsed() < PATIENCE, "it talks on");
            std::thread::sleep(std::time::Duration::from_millis(5));
        };
        assert_eq!(status.code(), Some(0), "{arguments:?}");
        let mut errors = String::new();
        std::io::Read::read_to_string(&mut helper.stderr.take().unwrap(), &mut errors).unwrap();
        assert_eq!(errors, "", "{arguments:?}");
        visitor.close_input();
        assert_eq!(visitor.ended().status, Some(0));
    }
}

#[test]
fn a_reader_that_does_not_read_cannot_keep_it() {
    let world = World::new();
    let (out, mut full) = std::io::pipe().unwrap();
    let mut helper = Command::new(binaries::agent())
        .args(["help", "--json", "--auto-accept", &world.keep(&world.invite("Dana", &[]))])
        .stdin(Stdio::piped())
        .stdout(full.try_clone().unwrap())
        .spawn()
        .unwrap();
    let mut out = BufReader::new(out);
    let mut visitor = world.visitor("/");
    let mut line = String::new();
    while !line.contains("\"client\"") {
        line.clear();
        out.read_line(&mut line).unwrap();
    }
    // From now on nothing goes into that pipe, not even that the session has ended.
    let filling = std::thread::spawn(move || while full.write_all(&[b'\n'; 4096]).is_ok() {});
    visitor.until("connected");
    let id = helper.id().to_string();
    assert!(Command::new("kill").args(["-s", "TERM", &id]).status().unwrap().success());
    assert_eq!(visitor.until("ended")["by"], "helper");
    assert_eq!(helper.wait().unwrap().code(), Some(130));
    drop(out);
    filling.join().unwrap();
}
