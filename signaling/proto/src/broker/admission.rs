//! Whether an enlisting helper is one: the only place of the broker that knows keys.

use super::{Certificate, Config, Refusal};
use crate::id::Nonce;
use crate::identity::certificate::{self, CertificateError};
use crate::identity::enlisting;
use crate::limits::CERTIFICATE_GRACE_S;
use crate::wire::{Enlist, ErrorCode};

/// Verifies certificate and signature; gives what is known of the certificate from then on.
pub(super) fn verify(
    config: &Config,
    enlist: &Enlist,
    nonce: &Nonce,
    now_ms: u64,
) -> Result<Certificate, Refusal> {
    let Enlist { team, certificate, signature } = enlist;
    let claims = certificate::verify(certificate, team, now_ms / 1000).map_err(|error| match error {
        CertificateError::Expired => ErrorCode::CertificateExpired,
        CertificateError::Invalid | CertificateError::Foreign => ErrorCode::CertificateInvalid,
    })?;
    if config.denied.contains(&claims.jti) {
        return Err(ErrorCode::CertificateDenied.into());
    }
    let origins = config.origins.iter().map(String::as_str);
    if !enlisting::is_by(&claims.cnf.jwk.x, signature, nonce, certificate, origins) {
        return Err(ErrorCode::SignatureInvalid.into());
    }
    // The last second in which it is good is a whole one.
    let until_s = claims.exp.saturating_add(CERTIFICATE_GRACE_S).saturating_add(1);
    Ok(Certificate { jti: claims.jti, until_ms: until_s.saturating_mul(1000) })
}
