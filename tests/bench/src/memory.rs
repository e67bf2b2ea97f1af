//! What an idle session holds: a helper's process with a hundred of them, its visitors in another, and the
//! bare crate in two processes just like that.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::process::Stdio;
use std::time::Duration;

use alongside_agent::Command;
use anyhow::{Context as _, Result};
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, Lines, Stdin};
use tokio::process::{Child, ChildStdin, ChildStdout};

use crate::bare::{Bare, Happened, Signal};
use crate::table::{Goal, Row};
use crate::world::{Hand, World};

/// How many idle sessions.
const SESSIONS: u32 = 100;

/// How long things settle before they are counted.
const REST: Duration = Duration::from_secs(3);

/// Between two sessions: the server takes 16 messages a second from one helper.
const PAUSE: Duration = Duration::from_millis(600);

pub(crate) async fn measure(world: &World) -> Result<Vec<Row>> {
    let (helper, visitor) = sessions(world).await?;
    let (offering, answering) = bare().await?;
    let row = |what, ours, bare| Row { what, unit: "KiB", ours, bare: Some(bare), goal: Goal::Times(1.3) };
    Ok(vec![
        row("idle session at a helper with 100", helper, offering),
        row("idle session at a visitor", visitor, answering),
    ])
}

/// Another process of this program, by its part.
struct Process {
    child: Child,
    input: ChildStdin,
    output: Lines<BufReader<ChildStdout>>,
}

impl Process {
    fn start(part: &str) -> Result<Self> {
        let mut child = tokio::process::Command::new(std::env::current_exe()?)
            .arg(part)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let input = child.stdin.take().context("its input")?;
        let output = BufReader::new(child.stdout.take().context("its output")?).lines();
        Ok(Self { child, input, output })
    }

    async fn tell(&mut self, line: &str) -> Result<()> {
        Ok(self.input.write_all(format!("{line}\n").as_bytes()).await?)
    }

    async fn told(&mut self) -> Result<String> {
        self.output.next_line().await?.context("the process ended")
    }

    /// Units: KiB.
    fn resident(&self) -> Result<f64> {
        let id = self.child.id().context("it is at work")?;
        let status = std::fs::read_to_string(format!("/proc/{id}/status"))?;
        let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("VmRSS")?;
        Ok(resident.trim().trim_end_matches(" kB").parse()?)
    }
}

/// What one more costs either of two, once the first is there. Units: KiB.
struct Growth {
    before: (f64, f64),
}

impl Growth {
    async fn begin(one: &Process, other: &Process) -> Result<Self> {
        tokio::time::sleep(REST).await;
        Ok(Self { before: (one.resident()?, other.resident()?) })
    }

    async fn end(self, one: &Process, other: &Process) -> Result<(f64, f64)> {
        tokio::time::sleep(REST).await;
        let each = |now: f64, before: f64| (now - before) / f64::from(SESSIONS);
        Ok((each(one.resident()?, self.before.0), each(other.resident()?, self.before.1)))
    }
}

async fn sessions(world: &World) -> Result<(f64, f64)> {
    let mut helper = Process::start("helper")?;
    let mut visitors = Process::start("visitors")?;
    // Secrets are not for the process list.
    helper.tell(world.invite()?).await?;
    visitors.tell(world.invite()?).await?;
    helper.told().await?;
    let mut growth = None;
    for number in 0..=SESSIONS {
        visitors.tell("ask").await?;
        helper.told().await?;
        visitors.told().await?;
        if number == 0 {
            growth = Some(Growth::begin(&helper, &visitors).await?);
        }
        tokio::time::sleep(PAUSE).await;
    }
    growth.context("there was a first")?.end(&helper, &visitors).await
}

async fn bare() -> Result<(f64, f64)> {
    let mut offering = Process::start("offering")?;
    let mut answering = Process::start("answering")?;
    let mut growth = None;
    for number in 0..=SESSIONS {
        offering.tell("open").await?;
        let mut open = 0;
        while open < 2 {
            let (line, to) = tokio::select! {
                line = offering.told() => (line?, &mut answering),
                line = answering.told() => (line?, &mut offering),
            };
            if line == "opened" {
                open += 1;
            } else {
                to.tell(&line).await?;
            }
        }
        if number == 0 {
            growth = Some(Growth::begin(&offering, &answering).await?);
        }
    }
    growth.context("there was a first")?.end(&offering, &answering).await
}

/// Plays a part in a process of its own, until its input ends.
#[allow(clippy::print_stdout, reason = "this is how it talks to who has started it")]
pub(crate) async fn play(part: &str) -> Result<()> {
    let mut input = BufReader::new(tokio::io::stdin()).lines();
    match part {
        "helper" => {
            let invite = input.next_line().await?.context("an invite")?;
            let mut helper = Hand::helper(&invite).await?;
            println!("enlisted");
            loop {
                tokio::select! {
                    line = input.next_line() => if line?.is_none() { return Ok(()) },
                    ticket = helper.asked() => {
                        helper.tell(Command::Accept { ticket: ticket? }).await;
                        helper.connected().await?;
                        println!("connected");
                    }
                }
            }
        }
        "visitors" => {
            let invite = input.next_line().await?.context("an invite")?;
            let mut visitors = Vec::new();
            while input.next_line().await?.is_some() {
                let mut visitor = Hand::visitor(&invite)?;
                visitor.connected().await?;
                println!("connected");
                visitors.push(visitor);
            }
            Ok(())
        }
        _ => relay(input).await,
    }
}

/// What one bare process tells the other.
#[derive(Serialize, Deserialize)]
struct Line {
    connection: usize,
    signal: Signal,
}

/// Makes connections as it is told, and holds them.
#[allow(clippy::print_stdout, reason = "this is how it talks to who has started it")]
async fn relay(mut input: Lines<BufReader<Stdin>>) -> Result<()> {
    let mut connections: HashMap<usize, Bare> = HashMap::new();
    let mut channels = Vec::new();
    let (said, mut heard) = tokio::sync::mpsc::unbounded_channel();
    loop {
        tokio::select! {
            line = input.next_line() => {
                let Some(line) = line? else { return Ok(()) };
                let line: Option<Line> = if line == "open" { None } else { Some(serde_json::from_str(&line)?) };
                let number = line.as_ref().map_or(connections.len(), |line| line.connection);
                if let Entry::Vacant(free) = connections.entry(number) {
                    let (bare, mut happenings) = Bare::new().await?;
                    free.insert(bare);
                    let said = said.clone();
                    tokio::spawn(async move {
                        while let Some(happened) = happenings.recv().await {
                            if said.send((number, happened)).is_err() {
                                return;
                            }
                        }
                    });
                }
                let bare = connections.get(&number).context("it was just made")?;
                match line {
                    None => bare.offer().await?,
                    Some(line) => bare.hear(line.signal).await?,
                }
            }
            happened = heard.recv() => match happened.context("one end is held here")? {
                (connection, Happened::Said(signal)) => {
                    println!("{}", serde_json::to_string(&Line { connection, signal })?);
                }
                (_, Happened::Opened(channel)) => {
                    channels.push(channel);
                    println!("opened");
                }
                (_, Happened::Received(_)) => {}
            }
        }
    }
}
