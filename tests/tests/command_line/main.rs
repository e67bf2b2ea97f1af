//! The agent's command line as people and programs meet it: real processes, the real server, a real page.

#![cfg(unix)]
#![allow(clippy::panic, clippy::unwrap_used, reason = "a test ends by panicking, in what it calls as well")]

mod binaries;
mod browser;
mod denied;
mod ends;
mod guide;
mod helping;
mod invites;
mod job;
mod program;
mod seat;
mod site;
mod stop;
mod surviving;
mod terminal;
mod world;
