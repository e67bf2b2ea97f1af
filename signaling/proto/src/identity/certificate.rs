//! The helper certificate: a JWT by which a team's key vouches for a helper's keys and name.
//!
//! Source: RFC 7519 (JWT), RFC 8037 (EdDSA), RFC 7800 (`cnf`). The library's own clock is off: time is an argument.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::provider;
use super::team::TeamKey;
use crate::id::TeamId;
use crate::limits::{
    CERTIFICATE_GRACE_S, MAX_CERTIFICATE_BYTES, MAX_CERTIFICATE_LIFETIME_S, MAX_ORIGIN_BYTES,
};

/// The `typ` of a helper certificate: no other JWT of the same key can be taken for one (RFC 8725 section 3.11).
pub const CERTIFICATE_TYPE: &str = "alongside-helper+jwt";

/// The last time that every JSON parser reads exactly. Units: seconds since 1970. Source: RFC 8259 section 6.
const MAX_TIME_S: u64 = (1 << 53) - 1;

/// An Ed25519 signature's length. Units: bytes. Source: RFC 8032 section 5.1.6.
const ED25519_SIGNATURE_BYTES: usize = 64;

/// What a certificate says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    /// The certificate's id, by which it can be denied.
    pub jti: String,
    /// The name that a visitor sees.
    pub sub: String,
    /// When it was made. Units: seconds since 1970.
    pub iat: u64,
    /// When it ends. Units: seconds since 1970.
    pub exp: u64,
    /// The helper's Ed25519 key.
    pub cnf: Confirmation,
    /// The helper's X25519 static key.
    pub noise: PublicKey,
    /// The page origins it is good for; `None` for all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origins: Option<Vec<String>>,
    /// Whether the helper is a program.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub automated: bool,
}

/// The key that the certificate is for.
///
/// Source: RFC 7800 section 3.2.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Confirmation {
    /// The key itself.
    pub jwk: Jwk,
}

/// An Ed25519 public key as a JSON Web Key.
///
/// Source: RFC 8037 section 2.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Jwk {
    /// Always `OKP`.
    pub kty: KeyType,
    /// Always `Ed25519`.
    pub crv: Curve,
    /// The key.
    pub x: PublicKey,
}

impl Jwk {
    /// Names an Ed25519 key.
    #[must_use]
    pub fn ed25519(x: PublicKey) -> Self {
        Self { kty: KeyType::Okp, crv: Curve::Ed25519, x }
    }
}

/// `kty`: the one key type we know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum KeyType {
    /// Octet key pair.
    #[serde(rename = "OKP")]
    Okp,
}

/// `crv`: the one curve we know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Curve {
    /// Ed25519.
    Ed25519,
}

/// 32 bytes of public key, written as base64url.
pub type PublicKey = crate::id::PublicKey;

/// Why a certificate cannot be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MintError {
    /// A claim that the visitor would refuse.
    #[error("{0}")]
    Claim(#[from] ClaimError),
    /// The certificate would be longer than any agent reads.
    #[error("{0} bytes, at most {MAX_CERTIFICATE_BYTES}: name fewer origins")]
    TooLong(usize),
    /// The library could not write it.
    #[error("the claims could not be written")]
    Unwritable,
}

/// Why claims are no good.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ClaimError {
    /// Nobody could deny it.
    #[error("the certificate has no id")]
    NoId,
    /// The visitor would see nobody.
    #[error("the name is empty")]
    NoName,
    /// It ends before it begins, or lives too long.
    #[error("valid for {0} seconds, at least 0 and at most {MAX_CERTIFICATE_LIFETIME_S}")]
    Lifetime(i128),
    /// It ends so late that not every language can count to it.
    #[error("ends {0} seconds after 1970, at most {MAX_TIME_S}")]
    End(u64),
    /// Not the ASCII serialization of an http or https origin.
    #[error("{0:?} is not an origin such as https://shop.example.org")]
    Origin(String),
}

/// Why a certificate is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CertificateError {
    /// Not a certificate: another type or algorithm, a missing claim, or too long.
    #[error("not a helper certificate")]
    Invalid,
    /// Not signed by that team's key.
    #[error("not signed by that team's key")]
    Foreign,
    /// Not valid yet, or no longer.
    #[error("not valid at this time")]
    Expired,
}

impl Claims {
    /// Looks at everything that does not depend on a key or a clock.
    ///
    /// Errors: [`ClaimError`].
    pub fn check(&self) -> Result<(), ClaimError> {
        if self.jti.is_empty() {
            return Err(ClaimError::NoId);
        }
        if self.sub.is_empty() {
            return Err(ClaimError::NoName);
        }
        if self.exp.checked_sub(self.iat).is_none_or(|lifetime| lifetime > MAX_CERTIFICATE_LIFETIME_S) {
            return Err(ClaimError::Lifetime(i128::from(self.exp) - i128::from(self.iat)));
        }
        if self.exp > MAX_TIME_S {
            return Err(ClaimError::End(self.exp));
        }
        match self.origins.iter().flatten().find(|origin| !is_origin(origin)) {
            Some(origin) => Err(ClaimError::Origin(origin.clone())),
            None => Ok(()),
        }
    }

    /// Whether the certificate is good for a page of this origin.
    #[must_use]
    pub fn allows(&self, origin: &str) -> bool {
        self.origins.as_ref().is_none_or(|origins| origins.iter().any(|allowed| allowed == origin))
    }
}

/// Signs a certificate with the team's key.
///
/// Errors: [`MintError`] when an agent would refuse it.
pub fn mint(team: &TeamKey, claims: &Claims) -> Result<String, MintError> {
    provider::install();
    claims.check()?;
    let header = Header { typ: Some(CERTIFICATE_TYPE.to_owned()), ..Header::new(Algorithm::EdDSA) };
    let key = EncodingKey::from_ed_der(&team.to_der());
    let jwt = jsonwebtoken::encode(&header, claims, &key).map_err(|_| MintError::Unwritable)?;
    if jwt.len() > MAX_CERTIFICATE_BYTES { Err(MintError::TooLong(jwt.len())) } else { Ok(jwt) }
}

/// Verifies a certificate against a team key, at a time.
///
/// Units: `now_s` in seconds since 1970; a grace of `CERTIFICATE_GRACE_S` on both ends.
/// Errors: [`CertificateError`], signature before time.
pub fn verify(jwt: &str, team: &TeamId, now_s: u64) -> Result<Claims, CertificateError> {
    provider::install();
    if jwt.len() > MAX_CERTIFICATE_BYTES || !is_formed(jwt) {
        return Err(CertificateError::Invalid);
    }
    let mut validation = Validation::new(Algorithm::EdDSA);
    validation.required_spec_claims.clear();
    validation.validate_exp = false;
    validation.validate_nbf = false;
    validation.validate_aud = false;
    let claims = jsonwebtoken::decode::<Value>(jwt, &DecodingKey::from_ed_der(&team.0), &validation)
        .map_err(|error| {
            let foreign = matches!(error.kind(), ErrorKind::InvalidSignature | ErrorKind::InvalidEddsaKey);
            if foreign { CertificateError::Foreign } else { CertificateError::Invalid }
        })?
        .claims;
    let claims = read(claims).filter(|claims| claims.check().is_ok()).ok_or(CertificateError::Invalid)?;
    let from = claims.iat.saturating_sub(CERTIFICATE_GRACE_S);
    let until = claims.exp.saturating_add(CERTIFICATE_GRACE_S);
    if (from..=until).contains(&now_s) { Ok(claims) } else { Err(CertificateError::Expired) }
}

/// Whether it is three parts in base64url, the first a helper certificate's header, the last as long as a signature.
fn is_formed(jwt: &str) -> bool {
    let mut parts = jwt.split('.').map(|part| URL_SAFE_NO_PAD.decode(part).ok());
    let (Some(Some(header)), Some(Some(_)), Some(Some(signature)), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return false;
    };
    let Ok(Value::Object(header)) = serde_json::from_slice(&header) else { return false };
    let says = |field: &str, value: &str| header.get(field).and_then(Value::as_str) == Some(value);
    // What is critical has to be understood, and there is nothing here that would be (RFC 7515 section 4.1.11).
    let is_ours = says("alg", "EdDSA") && says("typ", CERTIFICATE_TYPE) && !header.contains_key("crit");
    is_ours && signature.len() == ED25519_SIGNATURE_BYTES
}

/// Reads claims as every JSON parser would: a list is no object, and a number is whole in any spelling of it.
fn read(mut claims: Value) -> Option<Claims> {
    let jwk = claims.get("cnf").filter(|cnf| cnf.is_object())?.get("jwk").filter(|jwk| jwk.is_object())?;
    if !(claims.is_object() && jwk.get("kty")?.is_string() && jwk.get("crv")?.is_string()) {
        return None;
    }
    for name in ["iat", "exp"] {
        let time = claims.get_mut(name)?;
        if let Some(whole) = time.as_f64().filter(|_| !time.is_u64()).and_then(whole) {
            *time = Value::from(whole);
        }
    }
    serde_json::from_value(claims).ok()
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "whole, and within the exact range"
)]
fn whole(number: f64) -> Option<u64> {
    (number.fract() == 0.0 && (0.0..=MAX_TIME_S as f64).contains(&number)).then_some(number as u64)
}

/// Whether a text is the ASCII serialization of an http or https origin (RFC 6454 section 6.2).
#[must_use]
pub fn is_origin(text: &str) -> bool {
    text.len() <= MAX_ORIGIN_BYTES
        && (text.starts_with("https://") || text.starts_with("http://"))
        && url::Url::parse(text).is_ok_and(|url| url.origin().ascii_serialization() == text)
}

#[cfg(test)]
#[path = "certificate_tests.rs"]
mod tests;
