//! The signaling server: introduces a visitor and a helper, forwards what they seal, and forgets.
//!
//! The broker in `alongside-signaling-proto` decides; this crate does the IO around it. It never depends on
//! `alongside-agent-proto`, and so has no type for anything that two peers say to each other (invariant I1).
//!
//! ```text
//! gate ──▶ http ── upgrade or stream ──▶ socket ── reports ──▶ hub (owns the broker) ── outbox ──▶ socket
//! stun    assets (widget, console, demo)    policy (headers of every answer)    metrics    demo (its team, its account)
//! ```

mod assets;
mod clock;
pub mod config;
mod connections;
mod demo;
mod deny;
mod gate;
mod http;
mod hub;
mod metered;
mod metrics;
mod outbox;
mod policy;
mod server;
mod socket;
mod source;
mod stream;
mod stun;
mod tag;

pub use config::{Config, ConfigError, Flags};
pub use server::{Server, StartError};
