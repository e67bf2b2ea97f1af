//! What the command line understands.

mod team;

use anyhow::Result;
use clap::{Parser, Subcommand};

/// Team keys and invites for Alongside.
#[derive(Debug, Parser)]
#[command(name = "alongside-agent", version, about, arg_required_else_help = true)]
pub(crate) struct Command {
    #[command(subcommand)]
    topic: Topic,
}

#[derive(Debug, Subcommand)]
enum Topic {
    /// Make a team key, show it, and let helpers in with it.
    #[command(subcommand)]
    Team(team::Team),
}

/// Does what was said.
pub(crate) fn run(command: Command) -> Result<()> {
    match command.topic {
        Topic::Team(team) => team::run(team),
    }
}
