//! Proofs about the whole: everything is in `tests/` beside this file, in `vectors/` and in `browser/`.
