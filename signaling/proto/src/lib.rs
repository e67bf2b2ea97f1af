//! What agents and the signaling server say to each other, and the broker that decides.
//!
//! This crate is pure: it does no IO, owns no clock and draws no randomness. Time and seeds are arguments.
//! It knows tickets, teams and sealed bytes. It has no type for an address, a title, a word of chat or a
//! session description, so a server built on it cannot read them (invariant I1).
//!
//! `PROTOCOL.md` beside this crate is normative.

pub mod broker;
pub mod decode;
pub mod id;
pub mod identity;
pub mod limits;
pub mod queue;
pub mod rate;
pub mod wire;
