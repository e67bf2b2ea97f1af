//! The native side of a session: the sealed handshake today, a peer of its own next.
//!
//! [`seal`] is the Noise handshake and the channel that comes of it; [`handshake`] puts the certificate into it
//! and says who the helper is. Both do no IO: seeds and time are arguments.

pub mod handshake;
pub mod seal;
