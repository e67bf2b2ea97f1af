//! What two peers say to each other, and the session that decides.
//!
//! This crate is pure: it does no IO, owns no clock and draws no randomness. Encryption and WebRTC are
//! asynchronous somewhere, so they stay with the driver: the session asks for them as outputs and hears of
//! them as inputs. The same machine stands in TypeScript under `web/src/proto`, file by file; shared
//! transcripts keep the two alike (invariant I8).
//!
//! `PROTOCOL.md` beside this crate is normative.

pub mod address;
pub mod decode;
pub mod limits;
mod negotiation;
mod outbox;
pub mod session;
mod talk;
pub mod wire;
