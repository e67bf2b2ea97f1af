//! A message of 200 bytes there and one back, in blocks that take turns: as chat between two agents, and as
//! it is on the bare crate's channel.

use std::time::Instant;

use alongside_agent::{Command, SessionId};
use anyhow::Result;

use crate::bare::{self, End};
use crate::table::{Goal, Row, Sample};
use crate::world::{Hand, World};

/// How many blocks.
const BLOCKS: usize = 40;

/// How many messages each way in a block.
const MESSAGES: usize = 50;

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
        for _ in 0..MESSAGES {
            let began = Instant::now();
            helper.say(session, &text).await;
            visitor.received().await?;
            visitor.say(session, &text).await;
            helper.received().await?;
            into_ours.add(began.elapsed());
        }
        for _ in 0..MESSAGES {
            let began = Instant::now();
            there(&one, &mut other, &text).await?;
            there(&other, &mut one, &text).await?;
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
    Ok(vec![row("200 bytes there and back, p50", 0.5), row("200 bytes there and back, p99", 0.99)])
}

async fn there(from: &End, to: &mut End, text: &str) -> Result<()> {
    from.channel.send_text(text).await?;
    to.received().await.map(drop)
}

async fn open(world: &World) -> Result<(Hand, Hand, SessionId)> {
    let mut helper = Hand::helper(world.invite()?).await?;
    let mut visitor = Hand::visitor(world.invite()?)?;
    let session = helper.asked().await?;
    helper.tell(Command::Accept { ticket: session }).await;
    tokio::try_join!(helper.connected(), visitor.connected())?;
    Ok((helper, visitor, session))
}
