//! Proofs about the whole: everything is in `tests/` beside this file, in `vectors/` and in `browser/`; and a simulated
//! world for them.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    reason = "a proof that does not hold ends by panicking"
)]

pub mod world;
