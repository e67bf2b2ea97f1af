//! `alongside-signaling`: reads the flags, starts the server, says where it is, and stops it on a signal.

use std::io::{IsTerminal as _, Write as _};
use std::process::ExitCode;

use alongside_signaling::{Flags, Server, StartError};
use alongside_signaling_proto::limits::MAX_CONNECTIONS;
use anyhow::Context as _;
use clap::Parser as _;
use clap::error::ErrorKind;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tracing_subscriber::EnvFilter;

/// Wrong configuration.
const WRONG_USAGE: u8 = 2;

fn main() -> ExitCode {
    let flags = match Flags::try_parse() {
        Ok(flags) => flags,
        Err(error) if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) => {
            return if error.print().is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE };
        }
        Err(error) => {
            // clap explains over several lines; the first one says what is wrong.
            let text = error.to_string();
            let line = text.lines().next().unwrap_or_default();
            return fail(WRONG_USAGE, line.strip_prefix("error: ").unwrap_or(line));
        }
    };
    tracing_subscriber::fmt()
        .with_env_filter(log_filter())
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr)
        .with_target(false)
        .init();

    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return fail(1, &format!("the system gives no threads: {error}")),
    };
    match runtime.block_on(run(flags)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let code = match error.downcast_ref() {
                Some(StartError::Config(_)) => WRONG_USAGE,
                Some(_) | None => 1,
            };
            fail(code, &format!("{error:#}"))
        }
    }
}

/// What is logged: ours at the level of `ALONGSIDE_LOG`, warnings of all else; or whatever its directives say.
fn log_filter() -> EnvFilter {
    let said = std::env::var("ALONGSIDE_LOG").unwrap_or_else(|_| "info".to_owned());
    let is_level = !said.contains(['=', ',']);
    EnvFilter::new(if is_level { format!("warn,alongside_signaling={said}") } else { said })
}

/// Takes as many descriptors as the process may have: each connection is one, and most shells give 1,024 unasked.
fn raise_descriptor_limit() {
    let maximum = getrlimit(Resource::Nofile).maximum;
    if let Err(error) = setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum }) {
        tracing::warn!(%error, "the limit of descriptors stays as it is");
    }
    let enough = u64::try_from(MAX_CONNECTIONS).unwrap_or(u64::MAX);
    if let Some(most) = maximum.filter(|&most| most < enough) {
        tracing::warn!(most, enough, "this process may not hold as many connections as it would take");
    }
}

async fn run(flags: Flags) -> anyhow::Result<()> {
    // Before the first line is printed: whoever reads it may stop us at once.
    let mut terminate = signal(SignalKind::terminate()).context("cannot listen for SIGTERM")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("cannot listen for Ctrl-C")?;
    let config = flags.resolve().map_err(StartError::Config)?;
    let demo = config.demo_team.clone();
    let server = Server::start(config).await?;
    raise_descriptor_limit();
    if let Some(file) = demo {
        tracing::info!("this is a demo: the server itself holds the team key, in {}", file.display());
    }
    say(&server.lines()).context("cannot print where the server is")?;
    first(&mut terminate, &mut interrupt).await;
    server.stop().await;
    Ok(())
}

async fn first(terminate: &mut Signal, interrupt: &mut Signal) {
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
}

fn say(lines: &[String]) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    for line in lines {
        writeln!(out, "{line}")?;
        out.flush()?;
    }
    Ok(())
}

fn fail(code: u8, problem: &str) -> ExitCode {
    // Nothing is left to do when standard error is closed.
    let _ = writeln!(std::io::stderr(), "alongside-signaling: {problem}");
    ExitCode::from(code)
}
