//! `doctor`: whether this machine can reach a server, in plain words.

use std::io::{IsTerminal as _, Write as _};
use std::process::ExitCode;

use alongside_agent::doctor::{Finding, Server, examine};
use anyhow::Result;
use clap::Args;

#[derive(Debug, Args)]
pub(super) struct Doctor {
    /// Where the server is reached, such as https://help.example.org.
    server: String,
    /// Where its STUN is reached [default: the server's host, port 3478].
    #[arg(long, value_name = "HOST:PORT")]
    stun: Option<String>,
}

pub(super) async fn run(doctor: Doctor) -> Result<ExitCode> {
    let server = match Server::parse(&doctor.server, doctor.stun.as_deref()) {
        Ok(server) => server,
        Err(error) => super::wrong_usage(&error.to_string()),
    };
    let is_terminal = std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    let mut written = Ok(());
    let all_well = examine(&server, |finding| {
        let mut out = std::io::stdout().lock();
        let result = writeln!(out, "{} {finding}", mark(finding, is_terminal)).and_then(|()| out.flush());
        if written.is_ok() {
            written = result;
        }
    })
    .await;
    written?;
    Ok(if all_well { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// What a line begins with: green or red where there are colours.
fn mark(finding: &Finding, is_terminal: bool) -> &'static str {
    match (finding.is_good(), is_terminal) {
        (true, true) => "\u{1b}[32mok \u{1b}[0m",
        (true, false) => "ok ",
        (false, true) => "\u{1b}[31mbad\u{1b}[0m",
        (false, false) => "bad",
    }
}
