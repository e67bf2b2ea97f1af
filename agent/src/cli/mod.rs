//! What the command line understands.

mod ask;
mod doctor;
mod front;
mod help;
mod json;
mod lines;
mod opening;
mod secret;
mod stop;
mod team;
mod terminal;

use std::process::ExitCode;

use alongside_agent::{StateError, StateFile};
use anyhow::{Context as _, Result};
use clap::error::ErrorKind;
use clap::{CommandFactory as _, Parser, Subcommand};

/// Help or be helped on a web page, from a terminal or a program; make team keys and invites.
#[derive(Debug, Parser)]
#[command(name = "alongside-agent", version, arg_required_else_help = true, disable_help_subcommand = true)]
pub(crate) struct Command {
    #[command(subcommand)]
    topic: Topic,
}

#[derive(Debug, Subcommand)]
enum Topic {
    /// Ask for help with a page.
    Ask(ask::Ask),
    /// Help those who ask.
    Help(help::Help),
    /// Say whether this machine can reach a server, and what to do if not.
    Doctor(doctor::Doctor),
    /// Make a team key, show it, and let helpers in with it.
    #[command(subcommand)]
    Team(team::Team),
}

/// Does what was said; gives the exit status.
pub(crate) fn run(command: Command) -> Result<ExitCode> {
    match command.topic {
        Topic::Ask(ask) => at_work(ask::run(ask)),
        Topic::Help(help) => at_work(help::run(help)),
        Topic::Doctor(doctor) => at_work(doctor::run(doctor)),
        Topic::Team(team) => team::run(team).map(|()| ExitCode::SUCCESS),
    }
}

fn at_work(work: impl Future<Output = Result<ExitCode>>) -> Result<ExitCode> {
    let runtime = tokio::runtime::Runtime::new().context("this machine gives no threads")?;
    let done = runtime.block_on(work);
    // Whoever still reads standard input is not waited for.
    runtime.shutdown_background();
    done
}

/// Ends the process as clap does for wrong usage.
fn wrong_usage(problem: &str) -> ! {
    Command::command().error(ErrorKind::ValueValidation, problem).exit()
}

/// Ends the process when a state file cannot be used: it was named wrongly.
fn usable(state: Result<StateFile, StateError>) -> StateFile {
    state.unwrap_or_else(|error| wrong_usage(&format!("--state: {error}")))
}
