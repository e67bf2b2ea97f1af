//! From the claim to an open channel: native with native over the real server, and the bare crate in memory.

use std::time::{Duration, Instant};

use alongside_agent::Command;
use anyhow::Result;

use crate::bare;
use crate::table::{Goal, Row, Sample};
use crate::world::{Hand, World};

/// How many of each.
const ROUNDS: usize = 30;

/// Between two rounds: the server takes 16 messages a second from one helper.
const PAUSE: Duration = Duration::from_millis(700);

pub(crate) async fn measure(world: &World) -> Result<Vec<Row>> {
    let mut helper = Hand::helper(world.invite()?).await?;
    let (mut ours, mut bare) = (Sample::default(), Sample::default());
    for _ in 0..ROUNDS {
        let mut visitor = Hand::visitor(world.invite()?)?;
        let ticket = helper.asked().await?;
        let began = Instant::now();
        helper.tell(Command::Accept { ticket }).await;
        tokio::try_join!(helper.connected(), visitor.connected())?;
        ours.add(began.elapsed());
        visitor.tell(Command::End { session: ticket }).await;
        tokio::try_join!(helper.ended(), visitor.ended())?;

        let began = Instant::now();
        let (one, other) = bare::pair().await?;
        bare.add(began.elapsed());
        one.bare.close().await;
        other.bare.close().await;
        tokio::time::sleep(PAUSE).await;
    }
    Ok(vec![Row {
        what: "claim → greeted, native with native, median of 30",
        unit: "ms",
        ours: ours.quantile(0.5),
        bare: Some(bare.quantile(0.5)),
        goal: Goal::Below(60.0),
    }])
}
