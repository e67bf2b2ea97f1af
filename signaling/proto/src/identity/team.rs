//! The team key: an Ed25519 key pair that the site's owner makes and keeps.

use ed25519_dalek::SigningKey;
use ed25519_dalek::pkcs8::spki::der::pem::LineEnding;
use ed25519_dalek::pkcs8::{DecodePrivateKey as _, EncodePrivateKey as _, KeypairBytes};
use zeroize::Zeroizing;

use crate::id::TeamId;

/// The secret half of a team key. Its memory is cleared when it is dropped.
///
/// Source: RFC 8032 (Ed25519), RFC 8410 (its PKCS #8 form).
#[derive(Clone)]
pub struct TeamKey(SigningKey);

/// The text is no PKCS #8 PEM of an Ed25519 private key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an Ed25519 private key in PKCS #8 PEM")]
pub struct NotATeamKey;

impl TeamKey {
    /// Makes a team key of 32 random bytes.
    #[must_use]
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        Self(SigningKey::from_bytes(seed))
    }

    /// Reads the form in which a team key is kept.
    ///
    /// Errors: [`NotATeamKey`].
    pub fn from_pem(pem: &str) -> Result<Self, NotATeamKey> {
        SigningKey::from_pkcs8_pem(pem).map(Self).map_err(|_| NotATeamKey)
    }

    /// Writes the form in which a team key is kept, which JWT libraries of other languages read as well.
    #[must_use]
    #[expect(clippy::expect_used, reason = "every Ed25519 key has a PKCS #8 form")]
    pub fn to_pem(&self) -> Zeroizing<String> {
        self.pkcs8().to_pkcs8_pem(LineEnding::LF).expect("an Ed25519 key has a PKCS #8 form")
    }

    /// The public half: what pages pin.
    #[must_use]
    pub fn id(&self) -> TeamId {
        TeamId(self.0.verifying_key().to_bytes())
    }

    #[expect(clippy::expect_used, reason = "every Ed25519 key has a PKCS #8 form")]
    pub(super) fn to_der(&self) -> Zeroizing<Vec<u8>> {
        self.pkcs8().to_pkcs8_der().expect("an Ed25519 key has a PKCS #8 form").to_bytes()
    }

    /// Without the public half beside it: OpenSSL, and with it most languages, reads no such file.
    fn pkcs8(&self) -> KeypairBytes {
        KeypairBytes { secret_key: self.0.to_bytes(), public_key: None }
    }
}

/// Shows the public half only.
impl std::fmt::Debug for TeamKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "TeamKey({})", self.id())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_team_key_is_kept_as_pem_and_shown_by_its_public_half() {
        let key = TeamKey::from_seed(&[7; 32]);
        let pem = key.to_pem();
        assert!(pem.starts_with("-----BEGIN PRIVATE KEY-----\n"));
        assert_eq!(TeamKey::from_pem(&pem).unwrap().id(), key.id());
        assert_eq!(format!("{key:?}"), format!("TeamKey({})", key.id()));
        assert_eq!(TeamKey::from_pem("-----BEGIN PRIVATE KEY-----").unwrap_err(), NotATeamKey);
    }

    #[test]
    fn a_team_key_is_the_file_that_openssl_makes_and_reads() {
        // `openssl genpkey -algorithm ed25519`; the public half is `openssl pkey -pubout`'s.
        let pem = concat!(
            "-----BEGIN PRIVATE KEY-----\n",
            "MC4CAQAwBQYDK2VwBCIEICoiGzvyEBySU+rVSoNRHeYlGg5LQZianuvMXM8ZAtK0\n",
            "-----END PRIVATE KEY-----\n",
        );
        let key = TeamKey::from_pem(pem).unwrap();
        assert_eq!(key.id().to_string(), "PeloDXXhN8iAZYOpS0d_9jLiok3YXnfOCyKfaDXJj44");
        assert_eq!(*key.to_pem(), pem);
    }
}
