//! A message of 200 bytes there and one back, in blocks that take turns: as chat between two agents, and as
//! it is on the bare crate's channel.

use std::time::{Duration, Instant};

use alongside_agent::{Command, SessionId};
use anyhow::Result;

use crate::bare;
use crate::table::{Goal, Row, Sample};
use crate::world::{Hand, World};

/// How many blocks.
const BLOCKS: usize = 40;

/// How many messages in a block.
const MESSAGES: usize = 50;

/// Between two messages.
const SPACE: Duration = Duration::from_millis(3);

pub(crate) async fn measure(world: &World) -> Result<Vec<Row>> {
    let text = "x".repeat(200);
    let (mut helper, mut visitor, session) = open(world).await?;
    let (mut one, mut other) = bare::pair().await?;
    let (mut ours, mut bare) = (Sample::default(), Sample::default());
    for block in 0..BLOCKS {
        // The first is not counted: caches, windows and estimates are cold.
        let (mut cold_ours, mut cold_bare) = (Sample::default(), Sample::default());
        let is_cold = block == 0;
        let (into_ours, into_bare) =
            if is_cold { (&mut cold_ours, &mut cold_bare) } else { (&mut ours, &mut bare) };
        for number in 0..MESSAGES {
            // What went before has been acknowledged, as between people.
            tokio::time::sleep(SPACE).await;
            let began = Instant::now();
            let (from, to) = if number % 2 == 0 { (&helper, &mut visitor) } else { (&visitor, &mut helper) };
            from.say(session, &text).await;
            to.received().await?;
            into_ours.add(began.elapsed());
        }
        for number in 0..MESSAGES {
            tokio::time::sleep(SPACE).await;
            let began = Instant::now();
            let (from, to) = if number % 2 == 0 { (&one, &mut other) } else { (&other, &mut one) };
            from.channel.send_text(&text).await?;
            to.received().await?;
            into_bare.add(began.elapsed());
        }
    }
    helper.tell(Command::End { session }).await;
    visitor.ended().await?;
    one.bare.close().await;
    other.bare.close().await;
    let row = |what, share| Row {
        what,
        unit: "ms",
        ours: ours.quantile(share),
        bare: Some(bare.quantile(share)),
        goal: Goal::Times(1.3),
    };
    Ok(vec![row("a message of 200 bytes, p50", 0.5), row("a message of 200 bytes, p99", 0.99)])
}

async fn open(world: &World) -> Result<(Hand, Hand, SessionId)> {
    let mut helper = Hand::helper(world.invite()?).await?;
    let mut visitor = Hand::visitor(world.invite()?)?;
    let session = helper.asked().await?;
    helper.tell(Command::Accept { ticket: session }).await;
    tokio::try_join!(helper.connected(), visitor.connected())?;
    Ok((helper, visitor, session))
}
