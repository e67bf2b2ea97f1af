//! The agent's examples, run as they are written: by cargo, with an invite on standard input.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, Command, Stdio};

use alongside_agent::Event;

use crate::world::{World, invite};

/// An example at work. Ended with the test.
struct Example(Child);

impl Example {
    fn start(name: &str, invite: &str) -> Self {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let mut run = Command::new(cargo);
        run.args(["run", "--quiet", "--package", "alongside-agent", "--example", name]);
        if !cfg!(debug_assertions) {
            run.arg("--release");
        }
        // What cargo tells a test about its package would have it build anew what reads the same of its own, ring above
        // all.
        for (name, _) in std::env::vars()
            .filter(|(name, _)| name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_"))
        {
            run.env_remove(name);
        }
        let mut child =
            run.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::inherit()).spawn().unwrap();
        writeln!(child.stdin.take().unwrap(), "{invite}").unwrap();
        Self(child)
    }

    fn lines(&mut self) -> impl Iterator<Item = String> + use<> {
        BufReader::new(self.0.stdout.take().unwrap()).lines().map_while(Result::ok)
    }
}

impl Drop for Example {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_echo_helper_says_what_it_hears() {
    let world = World::new().await;
    let invite = invite(&world.team, "Echo", |terms| terms.automated = true);
    let _example = Example::start("echo_helper", &invite.to_link(&world.origin()));
    let mut visitor = world.visitor("/");
    // However long cargo takes to build it, the visitor waits.
    while !matches!(visitor.agent.next().await, Some(Event::Waiting { helpers: 1, .. })) {}
    let connected = visitor.until(|event| matches!(event, Event::Connected { .. })).await;
    let Event::Connected { session, name, .. } = connected else { unreachable!() };
    assert_eq!(name.as_deref(), Some("Echo"));
    assert_eq!(visitor.message().await, "Hello! I am a program, and say what you say.");
    visitor.say(session, "Is anybody there?", None).await;
    assert_eq!(visitor.message().await, "Is anybody there?");
}

#[tokio::test(flavor = "multi_thread")]
async fn watching_tells_of_those_who_ask() {
    let world = World::new().await;
    let invite = invite(&world.team, "Watcher", |_| {});
    let mut example = Example::start("watch", &invite.to_link(&world.origin()));
    let mut lines = example.lines();
    let mut next = move || lines.next().unwrap();
    assert_eq!(tokio::task::block_in_place(&mut next), "watching as Watcher");
    let visitor = world.visitor("/");
    let asked = tokio::task::block_in_place(&mut next);
    assert_eq!(asked, "somebody asks on https://shop.example; 1 waiting");
    drop(visitor);
    assert!(tokio::task::block_in_place(&mut next).starts_with("one less after "));
}
