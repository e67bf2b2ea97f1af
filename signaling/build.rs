//! Makes the web bundles and embeds them, so that the server is one file.
//!
//! `ALONGSIDE_WEB_DIST=DIR` takes finished bundles instead, and needs neither Node.js nor npm.

#[path = "build/bundles.rs"]
mod bundles;
#[path = "build/embed.rs"]
mod embed;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            // One line: cargo shows it below a wall of its own.
            println!("cargo::error={}", problem.replace('\n', " / "));
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), String> {
    // Asked when it runs: a build script outlives a checkout that is moved.
    let folder = |name| {
        let path = std::env::var_os(name).ok_or(format!("{name} is not set: start this through cargo"))?;
        Ok::<_, String>(PathBuf::from(path))
    };
    let out = folder("OUT_DIR")?;
    let root = folder("CARGO_MANIFEST_DIR")?.join("..");
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=build");
    println!("cargo::rerun-if-env-changed={}", bundles::FINISHED);
    let made = match std::env::var_os(bundles::FINISHED).filter(|dir| !dir.is_empty()) {
        Some(dir) => bundles::finished(Path::new(&dir))?,
        None => bundles::make(&root.join("web"), &out)?,
    };
    embed::embed(&made, &out)
}
