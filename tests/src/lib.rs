//! Proofs about the whole.
