//! What a session survives between two programs: a process that is killed, a server that is, a helper who stays away.
//! To let go of a program is to kill it.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::binaries;
use crate::program::Program;
use crate::world::{World, run};

/// How soon all goes on after the server is back. The issue's own figure.
const RECOVERY: Duration = Duration::from_secs(5);

impl World {
    fn state(&self, name: &str) -> PathBuf {
        self.dir.path().join(format!("{name}.state"))
    }

    fn surviving_helper(&self) -> Program {
        let state = self.state("helper");
        self.helper(&["--auto-accept", "--state", state.to_str().unwrap()])
    }

    fn visitor_arguments(&self) -> Vec<String> {
        let (page, state) = (format!("{}/", self.site), self.state("visitor"));
        ["ask", "--json", "--allow-private", &page, "--state", state.to_str().unwrap()]
            .map(str::to_owned)
            .into()
    }

    fn surviving_visitor(&self) -> Program {
        let arguments = self.visitor_arguments();
        Program::start(&arguments.iter().map(String::as_str).collect::<Vec<_>>())
    }
}

/// A visitor and a helper in a session, with a way back.
fn pair(world: &World) -> (Program, Program, Value) {
    let mut helper = world.surviving_helper();
    let mut visitor = world.surviving_visitor();
    let session = visitor.until("connected")["session"].clone();
    helper.until("connected");
    let kept = || fs::read_to_string(world.state("visitor")).is_ok_and(|kept| kept.contains("v=0"));
    wait_until(kept);
    (helper, visitor, session)
}

fn wait_until(mut is_so: impl FnMut() -> bool) {
    let began = Instant::now();
    while !is_so() {
        assert!(began.elapsed() < Duration::from_secs(20), "it never comes");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn say(program: &mut Program, session: &Value, texts: impl IntoIterator<Item = u32>) {
    for text in texts {
        let text = text.to_string();
        program.tell(json!({"command": "say", "session": session, "text": text, "ref": text}));
    }
}

/// The next so many messages, by their texts.
fn hears(program: &mut Program, count: usize) -> Vec<u32> {
    (0..count).map(|_| program.until("message")["text"].as_str().unwrap().parse().unwrap()).collect()
}

/// The same of a program that goes on after another: what that one had is passed over.
fn hears_after(program: &mut Program, had: u32, count: usize) -> Vec<u32> {
    let mut messages = std::iter::repeat_with(|| program.until("message"));
    let news = messages.by_ref().filter(|message| message["id"].as_u64().unwrap() > u64::from(had));
    news.take(count).map(|message| message["text"].as_str().unwrap().parse().unwrap()).collect()
}

#[test]
fn a_visitor_who_was_killed_goes_on() {
    let world = World::new();
    let (mut helper, mut visitor, session) = pair(&world);
    assert_eq!(fs::metadata(world.state("visitor")).unwrap().permissions().mode() & 0o777, 0o600);
    say(&mut visitor, &session, 1..=20);
    say(&mut helper, &session, 1..=20);
    assert_eq!(hears(&mut helper, 20), (1..=20).collect::<Vec<_>>());
    assert_eq!(hears(&mut visitor, 20), (1..=20).collect::<Vec<_>>());
    drop(visitor);
    say(&mut helper, &session, 21..=40);
    let mut visitor = world.surviving_visitor();
    assert_eq!(visitor.event(), json!({"event": "reconnecting", "session": session}));
    say(&mut visitor, &session, 21..=40);
    visitor.until("resumed");
    assert_eq!(hears_after(&mut visitor, 20, 20), (21..=40).collect::<Vec<_>>());
    helper.until("resumed");
    assert_eq!(hears(&mut helper, 20), (21..=40).collect::<Vec<_>>());
    visitor.tell(json!({"command": "end", "session": session}));
    assert_eq!(helper.until("ended")["by"], "visitor");
    assert_eq!(visitor.ended().status, Some(0));
    assert!(!world.state("visitor").exists(), "nothing is kept of what is over");
}

#[test]
fn a_helper_who_was_killed_goes_on() {
    let world = World::new();
    let (mut helper, mut visitor, session) = pair(&world);
    say(&mut visitor, &session, 1..=3);
    assert_eq!(hears(&mut helper, 3), [1, 2, 3]);
    drop(helper);
    say(&mut visitor, &session, 4..=6);
    let mut helper = world.surviving_helper();
    helper.until("resumed");
    assert_eq!(hears_after(&mut helper, 3, 3), [4, 5, 6]);
    say(&mut helper, &session, 7..=9);
    visitor.until("resumed");
    assert_eq!(hears(&mut visitor, 3), [7, 8, 9]);
}

#[test]
fn what_was_delivered_and_not_told_is_told_by_the_next() {
    // More than a pipe holds that nobody reads.
    const COUNT: u64 = 40;
    let padding = "x".repeat(3_500);
    let world = World::new();
    let (mut helper, visitor, session) = pair(&world);
    drop(visitor);
    let mut deaf = Command::new(binaries::agent())
        .args(world.visitor_arguments())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    helper.until("resumed");
    for number in 1..=COUNT {
        helper.tell(json!({"command": "say", "session": session, "text": format!("{number} {padding}")}));
        while helper.until("delivered")["id"] != number {}
    }
    deaf.kill().unwrap();
    let pipe = deaf.wait_with_output().unwrap().stdout;
    let lines = str::from_utf8(&pipe).unwrap().lines();
    // The last one may be half a line.
    let told: Vec<u64> = lines
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .filter(|event| event["event"] == "message")
        .map(|event| event["id"].as_u64().unwrap())
        .collect();
    let read = u64::try_from(told.len()).unwrap();
    assert!(read < COUNT, "the pipe must not have held all of it");
    assert_eq!(told, (1..=read).collect::<Vec<_>>());
    let mut visitor = world.surviving_visitor();
    let first = visitor.until("message")["id"].as_u64().unwrap();
    assert!(first <= read + 1, "number {} is lost", read + 1);
    for number in first + 1..=COUNT {
        assert_eq!(visitor.until("message")["id"], number);
    }
}

#[test]
fn a_helper_who_stays_away_is_followed_by_the_next() {
    let world = World::new();
    let (mut helper, mut visitor, session) = pair(&world);
    say(&mut visitor, &session, 1..=2);
    assert_eq!(hears(&mut helper, 2), [1, 2]);
    while visitor.until("delivered")["id"] != 2 {}
    drop(helper);
    visitor.until("reconnecting");
    say(&mut visitor, &session, 3..=4);
    assert_eq!(visitor.until("waiting")["helpers"], 0);
    let mut next = world.helper(&["--auto-accept"]);
    // What was delivered stays with whom it was said to.
    assert_eq!(hears(&mut next, 2), [3, 4]);
    let connected = visitor.until("connected");
    assert_ne!(connected["session"], session);
    let read = visitor.until("read");
    assert_eq!((&read["ref"], &read["session"]), (&json!("3"), &connected["session"]));
}

#[test]
fn a_visitor_is_given_back() {
    let world = World::new();
    let (mut helper, mut visitor, session) = pair(&world);
    helper.tell(json!({"command": "away"}));
    helper.tell(json!({"command": "return", "session": session}));
    assert_eq!(helper.until("ended"), json!({"event": "ended", "session": session, "by": "helper"}));
    visitor.until("waiting");
    let mut next = world.helper(&["--auto-accept"]);
    next.until("connected");
    assert_ne!(visitor.until("connected")["session"], session);
}

#[test]
fn talk_goes_on_without_the_server_and_finding_back_waits_for_it() {
    let mut world = World::new();
    let (mut helper, mut visitor, session) = pair(&world);
    world.kill_server();
    say(&mut visitor, &session, 1..=2);
    assert_eq!(hears(&mut helper, 2), [1, 2]);
    drop(visitor);
    helper.until("reconnecting");
    let mut visitor = world.surviving_visitor();
    assert_eq!(visitor.until("reconnecting")["session"], session);
    say(&mut helper, &session, 3..=4);
    world.start_server_again();
    let back = Instant::now();
    visitor.until("resumed");
    assert_eq!(hears(&mut visitor, 2), [3, 4]);
    assert!(back.elapsed() < RECOVERY, "it took {:?}", back.elapsed());
    say(&mut visitor, &session, 5..=6);
    assert_eq!(hears(&mut helper, 2), [5, 6]);
}

#[test]
fn one_state_file_is_of_one_process_and_of_one_site() {
    let world = World::new();
    let (helper, _visitor, _) = pair(&world);
    let (page, state) = (format!("{}/", world.site), world.state("visitor"));
    let ask = ["ask", "--json", "--allow-private", &page, "--state", state.to_str().unwrap()];
    let second = run(&ask);
    assert_eq!(second.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&second.stderr).contains("in use by another agent"));

    let letter = world.state("letter");
    fs::write(&letter, "Dear Dana,").unwrap();
    let foreign = run(&["ask", "--json", "--allow-private", &page, "--state", letter.to_str().unwrap()]);
    assert_eq!(foreign.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&foreign.stderr).contains("not a state file"));
    assert_eq!(fs::read_to_string(&letter).unwrap(), "Dear Dana,");

    // A helper's file is none of a visitor's.
    drop(helper);
    let helpers = world.state("helper");
    let other = run(&["ask", "--json", "--allow-private", &page, "--state", helpers.to_str().unwrap()]);
    assert_eq!(other.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&other.stderr).contains("of somebody else"));
}

#[test]
fn what_is_too_old_is_not_waited_for() {
    let world = World::new();
    let (helper, visitor, _) = pair(&world);
    drop((helper, visitor));
    let path = world.state("visitor");
    let mut kept: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
    let at = &mut kept["sessions"][0]["snapshot"]["at"];
    *at = json!(at.as_u64().unwrap() - 600_000);
    fs::write(&path, kept.to_string()).unwrap();
    fs::remove_file(world.state("helper")).unwrap();
    let mut visitor = world.surviving_visitor();
    visitor.until("waiting");
}
