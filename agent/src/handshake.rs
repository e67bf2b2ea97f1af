//! Who the helper is, before anything of theirs is believed: message 2, then certificate, origin and key, then the
//! offer (invariant I2).
//!
//! The twin of `web/src/peer/handshake.ts`.

use alongside_agent_proto::decode::decode_introduction;
use alongside_agent_proto::session::UnverifiedCode;
use alongside_agent_proto::wire::Introduction;
use alongside_signaling_proto::id::TeamId;
use alongside_signaling_proto::identity::certificate::{self, CertificateError};

use crate::seal::{Initiator, SealedChannel};

/// What the visitor knows by themself.
#[derive(Debug, Clone, Copy)]
pub struct Expected<'a> {
    /// The team that was asked: a key that the page pins.
    pub team: &'a TeamId,
    /// The page's own origin.
    pub origin: &'a str,
    /// The time. Units: seconds since 1970.
    pub now_s: u64,
}

/// A helper who is who they say.
#[derive(Debug)]
pub struct Verified {
    /// Their name, from the certificate.
    pub name: String,
    /// Whether they are a program.
    pub automated: bool,
    /// The offer.
    pub offer: String,
    /// What the rest of the negotiation is sealed with.
    pub channel: SealedChannel,
}

/// Opens message 2 and verifies what is in it.
///
/// Errors: why the helper is not believed. It is the helper's fault or the server's, never the caller's; a
/// session takes it as `Input::Unverified`.
pub fn open_introduction(
    initiator: Initiator,
    message2: &[u8],
    expected: Expected<'_>,
) -> Result<Verified, UnverifiedCode> {
    let finished = initiator.finish(message2).map_err(|_| UnverifiedCode::HandshakeFailed)?;
    let text = std::str::from_utf8(&finished.payload).map_err(|_| UnverifiedCode::HandshakeFailed)?;
    let Introduction { certificate, offer } =
        decode_introduction(text).map_err(|_| UnverifiedCode::HandshakeFailed)?;
    let claims =
        certificate::verify(&certificate, expected.team, expected.now_s).map_err(|error| match error {
            CertificateError::Foreign => UnverifiedCode::CertificateForeign,
            CertificateError::Expired => UnverifiedCode::CertificateExpired,
            CertificateError::Invalid => UnverifiedCode::CertificateInvalid,
        })?;
    if !claims.allows(expected.origin) {
        return Err(UnverifiedCode::OriginNotAllowed);
    }
    if claims.noise.0 != finished.remote_static {
        return Err(UnverifiedCode::KeyMismatch);
    }
    Ok(Verified { name: claims.sub, automated: claims.automated, offer, channel: finished.channel })
}
