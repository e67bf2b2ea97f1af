//! Watches a desk without helping: prints who asks a team, and how the list of those who wait goes.
//!
//! ```text
//! cargo run --example watch < invite
//! ```

#![allow(
    clippy::wildcard_enum_match_arm,
    reason = "a program takes the events it wants, and later ones come"
)]
#![allow(clippy::print_stdout, reason = "printing is what it does")]

use std::collections::HashMap;
use std::time::Instant;

use alongside_agent::{Agent, Event, HelperOptions};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    // A secret: read where no process list shows it.
    let invite = std::io::read_to_string(std::io::stdin())?;
    let mut agent = Agent::helper(HelperOptions::from_link(&invite)?);
    let mut waiting = HashMap::new();
    while let Some(event) = agent.next().await {
        match event {
            Event::Enlisted { name } => println!("watching as {name}"),
            Event::Asked { ticket, origin, .. } => {
                waiting.insert(ticket, Instant::now());
                println!("somebody asks on {origin}; {} waiting", waiting.len());
            }
            Event::Withdrawn { ticket } => {
                let since = waiting.remove(&ticket).map_or(0.0, |asked| asked.elapsed().as_secs_f32());
                println!("one less after {since:.1} s; {} waiting", waiting.len());
            }
            Event::Error { message, .. } => eprintln!("{message}"),
            _ => {}
        }
    }
    Ok(())
}
