//! Whether an enlisting helper is one: the only place of the broker that knows keys.

use super::{Config, Refusal};
use crate::id::Nonce;
use crate::wire::{Enlist, ErrorCode};

/// Verifies certificate and signature. Gives the time until which the certificate is good. Units: milliseconds.
pub(super) fn verify(config: &Config, enlist: &Enlist, nonce: &Nonce, now_ms: u64) -> Result<u64, Refusal> {
    let _ = (config, enlist, nonce, now_ms);
    Err(ErrorCode::CertificateInvalid.into())
}
