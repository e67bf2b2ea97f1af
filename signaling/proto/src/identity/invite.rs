//! An invite: a helper's keys and the certificate for them, as one text. And the other way round: a request that a
//! helper's browser makes without showing its keys, and the signed certificate that answers it.

use std::str::FromStr;

use ed25519_dalek::SigningKey;
use x25519_dalek::{PublicKey as X25519PublicKey, StaticSecret};
use zeroize::ZeroizeOnDrop;

use super::certificate::{Claims, Confirmation, Jwk, MintError, mint};
use super::team::TeamKey;
use crate::id::{PublicKey, TeamId};

/// The version of invite, request and signed certificate.
const VERSION: &str = "1";
const REQUEST: &str = "alongside-request";
const CERTIFICATE: &str = "alongside-certificate";

/// A helper's private keys.
#[derive(Clone, ZeroizeOnDrop)]
pub struct HelperKeys {
    /// The seed of the Ed25519 key, which enlists.
    pub seed: [u8; 32],
    /// The X25519 static key, which seals.
    pub noise: [u8; 32],
}

/// Shows nothing.
impl std::fmt::Debug for HelperKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("HelperKeys")
    }
}

/// What a certificate is asked for: a helper's public keys.
///
/// Shape: `alongside-request.1.ED25519.X25519`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Request {
    /// The Ed25519 key.
    pub key: PublicKey,
    /// The X25519 static key.
    pub noise: PublicKey,
}

/// What else a certificate says: everything but the keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terms {
    /// The certificate's id.
    pub jti: String,
    /// The name that a visitor sees.
    pub name: String,
    /// When it is made. Units: seconds since 1970.
    pub iat: u64,
    /// When it ends. Units: seconds since 1970.
    pub exp: u64,
    /// The page origins it is good for; `None` for all.
    pub origins: Option<Vec<String>>,
    /// Whether the helper is a program.
    pub automated: bool,
}

/// A helper's keys and the certificate for them. Until it ends, whoever holds it is the helper.
///
/// Shape: `1.TEAM.SEED.STATIC.JWT`; a link carries it as `#invite=…`.
#[derive(Debug, Clone)]
pub struct Invite {
    /// The team.
    pub team: TeamId,
    /// The keys.
    pub keys: HelperKeys,
    /// The certificate, a JWT.
    pub certificate: String,
}

/// The text is no invite, or no request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InviteError {
    /// Something else altogether.
    #[error("not an invite: look for a link with #invite= in it")]
    Unreadable,
    /// Made by a newer version.
    #[error("of a newer kind than this version knows")]
    Version,
    /// Something is missing at its end.
    #[error("part of it is missing: copy all of it")]
    Cut,
}

impl HelperKeys {
    /// The public halves.
    #[must_use]
    pub fn request(&self) -> Request {
        Request {
            key: PublicKey(SigningKey::from_bytes(&self.seed).verifying_key().to_bytes()),
            noise: PublicKey(X25519PublicKey::from(&StaticSecret::from(self.noise)).to_bytes()),
        }
    }
}

impl Request {
    /// Signs a certificate for these keys.
    ///
    /// Errors: [`MintError`] when an agent would refuse it.
    pub fn sign(&self, team: &TeamKey, terms: Terms) -> Result<String, MintError> {
        let Terms { jti, name, iat, exp, origins, automated } = terms;
        let cnf = Confirmation { jwk: Jwk::ed25519(self.key) };
        mint(team, &Claims { jti, sub: name, iat, exp, cnf, noise: self.noise, origins, automated })
    }
}

impl std::fmt::Display for Request {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{REQUEST}.{VERSION}.{}.{}", self.key, self.noise)
    }
}

impl FromStr for Request {
    type Err = InviteError;

    fn from_str(text: &str) -> Result<Self, InviteError> {
        let parts: Vec<&str> = text.trim().split('.').collect();
        match parts[..] {
            [REQUEST, VERSION, key, noise] => Ok(Self { key: part(key)?, noise: part(noise)? }),
            [REQUEST, VERSION, ..] => Err(InviteError::Cut),
            [REQUEST, ..] => Err(InviteError::Version),
            _ => Err(InviteError::Unreadable),
        }
    }
}

/// What answers a request, as the console imports it.
///
/// Shape: `alongside-certificate.1.TEAM.JWT`.
#[must_use]
pub fn answer(team: &TeamId, certificate: &str) -> String {
    format!("{CERTIFICATE}.{VERSION}.{team}.{certificate}")
}

impl Invite {
    /// Makes an invite with keys of its own.
    ///
    /// Errors: [`MintError`] when an agent would refuse the certificate.
    pub fn mint(team: &TeamKey, keys: HelperKeys, terms: Terms) -> Result<Self, MintError> {
        let certificate = keys.request().sign(team, terms)?;
        Ok(Self { team: team.id(), keys, certificate })
    }

    /// The text of the invite, secret.
    #[must_use]
    pub fn to_text(&self) -> String {
        let HelperKeys { seed, noise } = &self.keys;
        format!("{VERSION}.{}.{}.{}.{}", self.team, PublicKey(*seed), PublicKey(*noise), self.certificate)
    }

    /// The link of the invite, secret.
    ///
    /// Shape: `SERVER/console/#invite=…`; `server` without a slash at its end.
    #[must_use]
    pub fn to_link(&self, server: &str) -> String {
        format!("{}/console/#invite={}", server.trim_end_matches('/'), self.to_text())
    }
}

impl FromStr for Invite {
    type Err = InviteError;

    /// Reads a whole link, its fragment, or what stands behind `invite=`.
    fn from_str(text: &str) -> Result<Self, InviteError> {
        let text = text.trim();
        // Mail programs break long lines, and put words behind a link.
        let ends = |char: char| char == '&' || char.is_whitespace();
        let value = text
            .split_once("invite=")
            .map_or(text, |(_, value)| value.find(ends).map_or(value, |end| &value[..end]));
        let mut parts = value.splitn(5, '.');
        let version = parts.next().unwrap_or_default();
        if !value.contains('.') || version.is_empty() || !version.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(InviteError::Unreadable);
        }
        if version != VERSION {
            return Err(InviteError::Version);
        }
        let (Some(team), Some(seed), Some(noise), Some(certificate)) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(InviteError::Cut);
        };
        // A JWT of ours ends in 64 bytes of signature.
        if certificate.split('.').count() != 3 || certificate.rsplit('.').next().map_or(0, str::len) != 86 {
            return Err(InviteError::Cut);
        }
        let team = team.parse().map_err(|_| InviteError::Unreadable)?;
        let keys = HelperKeys { seed: part(seed)?.0, noise: part(noise)?.0 };
        Ok(Self { team, keys, certificate: certificate.to_owned() })
    }
}

fn part(text: &str) -> Result<PublicKey, InviteError> {
    text.parse().map_err(|_| InviteError::Unreadable)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::certificate::verify;

    fn terms() -> Terms {
        Terms {
            jti: "1".into(),
            name: "Dana".into(),
            iat: 1_000_000,
            exp: 1_600_000,
            origins: None,
            automated: false,
        }
    }

    #[test]
    fn an_invite_goes_there_and_back() {
        let team = TeamKey::from_seed(&[1; 32]);
        let invite = Invite::mint(&team, HelperKeys { seed: [2; 32], noise: [3; 32] }, terms()).unwrap();
        let link = invite.to_link("https://help.example.org/");
        assert!(link.starts_with("https://help.example.org/console/#invite=1."));
        for text in [link.as_str(), &link[link.find('#').unwrap()..], &format!("  {}\n", invite.to_text())] {
            let read: Invite = text.parse().unwrap();
            assert_eq!((read.team, &read.certificate), (team.id(), &invite.certificate));
            assert_eq!((read.keys.seed, read.keys.noise), ([2; 32], [3; 32]));
        }
        let cut = &link[..link.len() - 1];
        assert_eq!(cut.parse::<Invite>().unwrap_err(), InviteError::Cut);
        assert_eq!("2.a.b".parse::<Invite>().unwrap_err(), InviteError::Version);
        for text in ["", "hello", "https://help.example.org/console/", "1x.2"] {
            assert_eq!(text.parse::<Invite>().unwrap_err(), InviteError::Unreadable, "{text}");
        }
        assert!(!format!("{invite:?}").contains(&PublicKey([2; 32]).to_string()), "no key is shown");
    }

    #[test]
    fn a_request_is_answered_without_its_keys_being_seen() {
        let team = TeamKey::from_seed(&[1; 32]);
        let keys = HelperKeys { seed: [2; 32], noise: [3; 32] };
        let request: Request = keys.request().to_string().parse().unwrap();
        assert_eq!(request, keys.request());
        let certificate = request.sign(&team, terms()).unwrap();
        let claims = verify(&certificate, &team.id(), 1_100_000).unwrap();
        assert_eq!((claims.cnf.jwk.x, claims.noise), (request.key, request.noise));
        assert!(answer(&team.id(), &certificate).starts_with("alongside-certificate.1."));
        assert_eq!("alongside-request.2.x".parse::<Request>(), Err(InviteError::Version));
        assert_eq!("alongside-request.1.x".parse::<Request>(), Err(InviteError::Cut));
        assert_eq!("else".parse::<Request>(), Err(InviteError::Unreadable));
    }
}
