//! The command line of the native side.

mod cli;

use std::process::ExitCode;

use clap::Parser as _;

fn main() -> ExitCode {
    // Wrong usage ends in clap with its exit status, 2.
    match cli::run(cli::Command::parse()) {
        Ok(status) => status,
        Err(error) => {
            eprintln!("alongside-agent: {error:#}");
            ExitCode::FAILURE
        }
    }
}
