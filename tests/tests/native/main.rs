//! The native agent with itself, over the real server on loopback: both sides by the library.

#![allow(
    clippy::panic,
    clippy::unwrap_used,
    clippy::wildcard_enum_match_arm,
    reason = "a test ends by panicking, in what it calls as well"
)]

mod burst;
mod crowd;
mod examples;
mod job;
mod keeping;
mod soak;
mod trouble;
mod world;
