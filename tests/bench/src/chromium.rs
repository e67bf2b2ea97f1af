//! From the claim to an open channel with a real Chromium: its widget with the native helper, and its console
//! with the native visitor. `chromium.mjs` is its hands.

use std::path::Path;
use std::process::Stdio;
use std::time::Instant;

use alongside_agent::Command;
use anyhow::{Context as _, Result};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};

use crate::table::{Goal, Row, Sample};
use crate::world::{Hand, World};

/// How many of each.
const ROUNDS: usize = 30;

/// Measures, or says why it cannot.
pub(crate) async fn measure(world: &World) -> Result<Vec<Row>> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("chromium.mjs");
    let mut node = tokio::process::Command::new("node")
        .arg(script)
        .arg(world.origin())
        .arg(ROUNDS.to_string())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .context("node")?;
    let mut input = node.stdin.take().context("its input")?;
    let mut output = BufReader::new(node.stdout.take().context("its output")?).lines();
    input.write_all(format!("{}\n", world.invite()?).as_bytes()).await?;

    let mut widget = Sample::default();
    let mut helper = Hand::helper(world.invite()?).await?;
    input.write_all(b"widget\n").await?;
    for _ in 0..ROUNDS {
        let ticket = helper.asked().await?;
        let began = Instant::now();
        helper.tell(Command::Accept { ticket }).await;
        helper.connected().await?;
        widget.add(began.elapsed());
        helper.tell(Command::End { session: ticket }).await;
        helper.ended().await?;
        input.write_all(b"next\n").await?;
    }
    drop(helper);

    let mut console = Sample::default();
    input.write_all(b"console\n").await?;
    for _ in 0..ROUNDS {
        let mut visitor = Hand::visitor(world.invite()?)?;
        visitor.connected().await?;
        let took = output.next_line().await?.context("the script ended")?;
        console.push(took.parse().with_context(|| format!("no time: {took}"))?);
        drop(visitor);
    }
    drop(input);
    node.wait().await?;
    let row = |what, sample: &Sample| Row {
        what,
        unit: "ms",
        ours: sample.quantile(0.5),
        bare: None,
        goal: Goal::Below(200.0),
    };
    Ok(vec![
        row("claim → greeted, native helper with Chromium's widget, median of 30", &widget),
        row("claim → greeted, native visitor with Chromium's console, median of 30", &console),
    ])
}
