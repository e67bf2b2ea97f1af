//! How a helper proves to a server that a certificate is theirs: by a signature that is good for this server alone.

use ed25519_dalek::{Signature as Ed25519Signature, Signer as _, SigningKey, VerifyingKey};
use sha2::{Digest as _, Sha256};

use crate::id::{Nonce, PublicKey, Signature};

const LABEL: &[u8] = b"alongside/1 enlist\0";

/// What a helper signs.
///
/// Shape: `"alongside/1 enlist\0"` ‖ nonce ‖ SHA-256(certificate) ‖ the origin of the address that the helper
/// dialled, in ASCII. A server that passes on another's nonce gets a signature for its own address.
#[must_use]
pub fn message(nonce: &Nonce, certificate: &str, origin: &str) -> Vec<u8> {
    [LABEL, &nonce.0, Sha256::digest(certificate).as_slice(), origin.as_bytes()].concat()
}

/// Signs with the helper's Ed25519 seed.
#[must_use]
pub fn sign(seed: &[u8; 32], nonce: &Nonce, certificate: &str, origin: &str) -> Signature {
    Signature(SigningKey::from_bytes(seed).sign(&message(nonce, certificate, origin)).to_bytes())
}

/// Whether the signature is by the certificate's key, over this nonce, for one of these origins.
#[must_use]
pub fn is_by<'a>(
    key: &PublicKey,
    signature: &Signature,
    nonce: &Nonce,
    certificate: &str,
    origins: impl IntoIterator<Item = &'a str>,
) -> bool {
    let Ok(key) = VerifyingKey::from_bytes(&key.0) else { return false };
    let signature = Ed25519Signature::from_bytes(&signature.0);
    origins
        .into_iter()
        .any(|origin| key.verify_strict(&message(nonce, certificate, origin), &signature).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_is_good_for_one_nonce_one_certificate_and_one_address() {
        let seed = [3; 32];
        let key = PublicKey(SigningKey::from_bytes(&seed).verifying_key().to_bytes());
        let nonce = Nonce([9; 32]);
        let signature = sign(&seed, &nonce, "a.b.c", "https://help.example.org");
        let is_by = |nonce: &Nonce, certificate: &str, origins: &[&str]| {
            super::is_by(&key, &signature, nonce, certificate, origins.iter().copied())
        };
        assert!(is_by(&nonce, "a.b.c", &["https://other.example", "https://help.example.org"]));
        assert!(!is_by(&nonce, "a.b.c", &["https://other.example"]), "another server's address");
        assert!(!is_by(&nonce, "a.b.c", &[]));
        assert!(!is_by(&Nonce([8; 32]), "a.b.c", &["https://help.example.org"]), "another nonce");
        assert!(!is_by(&nonce, "a.b.d", &["https://help.example.org"]), "another certificate");
        let weak = PublicKey([0; 32]);
        assert!(!super::is_by(&weak, &signature, &nonce, "a.b.c", ["https://help.example.org"]));
    }
}
