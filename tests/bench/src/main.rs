//! Measures the native agent beside the bare crate, in one run, and prints what came of it.
//!
//! ```text
//! cargo run --release -p alongside-bench                    everything: three minutes
//! cargo run --release -p alongside-bench -- connect memory  some of it
//! ```
//!
//! Ours and the bare crate's take turns, so that whatever else the machine does meets both. It ends with
//! status 1 when a goal is missed.

mod bare;
mod chromium;
mod connect;
mod latency;
mod memory;
mod table;
mod world;

use std::process::ExitCode;

use anyhow::{Result, bail};

/// What can be measured, in the order that it is.
const ALL: [&str; 4] = ["connect", "latency", "memory", "chromium"];

#[tokio::main]
async fn main() -> Result<ExitCode> {
    let mut words: Vec<String> = std::env::args().skip(1).collect();
    if let [part] = &words[..]
        && ["helper", "visitors", "offering", "answering"].contains(&part.as_str())
    {
        memory::play(part).await?;
        return Ok(ExitCode::SUCCESS);
    }
    if words.is_empty() {
        words = ALL.map(str::to_owned).to_vec();
    }
    let world = world::World::new().await?;
    let mut rows = Vec::new();
    for word in &words {
        rows.extend(match word.as_str() {
            "connect" => connect::measure(&world).await?,
            "latency" => latency::measure(&world).await?,
            "memory" => memory::measure(&world).await?,
            "chromium" => chromium::measure(&world).await?,
            other => bail!("there is no {other}: {}", ALL.join(", ")),
        });
    }
    Ok(if table::print(&rows) { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
