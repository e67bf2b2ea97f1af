//! The native side of a session: a visitor or a helper without our web page.
//!
//! [`seal`] is the Noise handshake and the channel that comes of it; [`handshake`] puts the certificate into it
//! and says who the helper is. Both do no IO: seeds and time are arguments.

mod command;
mod event;
pub mod handshake;
pub mod seal;

pub use command::Command;
pub use event::{Event, ProposalKind};
