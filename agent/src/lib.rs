//! The native peer.
