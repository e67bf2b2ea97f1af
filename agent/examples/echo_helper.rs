//! A program that helps: takes whoever asks, greets them, and says again what they say.
//!
//! ```text
//! alongside-agent team invite … --automated > invite
//! cargo run --example echo_helper < invite
//! ```

#![allow(
    clippy::wildcard_enum_match_arm,
    reason = "a program takes the events it wants, and later ones come"
)]

use alongside_agent::{Agent, Command, Event, HelperOptions};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    // A secret: read where no process list shows it.
    let invite = std::io::read_to_string(std::io::stdin())?;
    let mut agent = Agent::helper(HelperOptions::from_link(&invite)?);
    let commands = agent.commands();
    while let Some(event) = agent.next().await {
        match event {
            Event::Asked { ticket, .. } => commands.send(Command::Accept { ticket }).await,
            Event::Connected { session, .. } => {
                let text = "Hello! I am a program, and say what you say.".to_owned();
                commands.send(Command::Say { session, text, reference: None }).await;
            }
            Event::Message { session, text, .. } => {
                commands.send(Command::Say { session, text, reference: None }).await;
            }
            Event::Error { message, .. } => eprintln!("{message}"),
            _ => {}
        }
    }
    Ok(())
}
