//! The names of things on the wire: fixed-length bytes, written as base64url without padding.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::limits::MAX_SEALED_BYTES;

/// What was wrong with a text that should have been an id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum IdError {
    /// The text is not canonical base64url without padding.
    #[error("not base64url without padding")]
    Encoding,
    /// The text decodes to another number of bytes.
    #[error("{actual} bytes instead of {expected}")]
    Length {
        /// How many bytes there were.
        actual: usize,
        /// How many bytes there must be.
        expected: usize,
    },
}

fn decode(text: &str) -> Result<Vec<u8>, IdError> {
    URL_SAFE_NO_PAD.decode(text).map_err(|_| IdError::Encoding)
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $bytes:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(type = "string"))]
        pub struct $name(pub [u8; $bytes]);

        impl std::str::FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                let bytes = decode(text)?;
                let actual = bytes.len();
                bytes.try_into().map(Self).map_err(|_| IdError::Length { actual, expected: $bytes })
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&URL_SAFE_NO_PAD.encode(self.0))
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
            }
        }
    };
}

id!(
    /// The public half of a team key (Ed25519): names the team's queue, and is what a visitor trusts.
    ///
    /// Shape: 43 characters of base64url.
    TeamId, 32
);
id!(
    /// One session between a visitor and a helper; drawn by the visitor, and at the same time the ticket
    /// that a helper claims.
    ///
    /// Shape: 22 characters of base64url.
    SessionId, 16
);
id!(
    /// The secret by which a visitor who asks again gets their old place in the queue.
    ///
    /// Shape: 22 characters of base64url; drawn by the visitor, known to the server alone.
    Place, 16
);
id!(
    /// What a helper signs to enlist: drawn by the server, good once and for ten seconds.
    ///
    /// Shape: 43 characters of base64url.
    Nonce, 32
);
id!(
    /// The name of one signaling stream over plain HTTP: drawn by the server, known to its agent alone.
    ///
    /// Shape: 22 characters of base64url.
    StreamName, 16
);
id!(
    /// A public key of 32 bytes: Ed25519 (RFC 8032) or X25519 (RFC 7748), as its place says.
    ///
    /// Shape: 43 characters of base64url.
    PublicKey, 32
);
id!(
    /// An Ed25519 signature.
    ///
    /// Shape: 86 characters of base64url. Source: RFC 8032 section 5.1.6.
    Signature, 64
);

/// Bytes that only the two peers can open; the broker forwards them and nothing else.
///
/// Shape: base64url without padding, at most [`MAX_SEALED_BYTES`] bytes before encoding.
#[derive(Clone, PartialEq, Eq)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(type = "string"))]
pub struct Sealed(Vec<u8>);

impl Sealed {
    /// Wraps sealed bytes for the wire.
    ///
    /// Errors: the bytes themselves when they are more than [`MAX_SEALED_BYTES`].
    pub fn new(bytes: Vec<u8>) -> Result<Self, Vec<u8>> {
        if bytes.len() > MAX_SEALED_BYTES { Err(bytes) } else { Ok(Self(bytes)) }
    }

    /// The sealed bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

/// Shows the length only: sealed bytes are nobody's business.
impl std::fmt::Debug for Sealed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Sealed({} bytes)", self.0.len())
    }
}

impl Serialize for Sealed {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&URL_SAFE_NO_PAD.encode(&self.0))
    }
}

impl<'de> Deserialize<'de> for Sealed {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let bytes = decode(&String::deserialize(deserializer)?).map_err(de::Error::custom)?;
        Self::new(bytes).map_err(|bytes| {
            de::Error::custom(format_args!("{} sealed bytes, at most {MAX_SEALED_BYTES}", bytes.len()))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_canonical_base64url_of_its_length() {
        let id: SessionId = "AAECAwQFBgcICQoLDA0ODw".parse().unwrap();
        assert_eq!(id.to_string(), "AAECAwQFBgcICQoLDA0ODw");
        assert_eq!("AAECAwQFBgcICQoLDA0ODw==".parse::<SessionId>(), Err(IdError::Encoding));
        assert_eq!("AAECAwQFBgcICQoLDA0ODx".parse::<SessionId>(), Err(IdError::Encoding), "stray bits");
        assert_eq!("AA+/".parse::<SessionId>(), Err(IdError::Encoding), "the other alphabet");
        assert_eq!("AAEC".parse::<SessionId>(), Err(IdError::Length { actual: 3, expected: 16 }));
    }

    #[test]
    fn sealed_bytes_have_a_limit_and_are_not_shown() {
        assert!(Sealed::new(vec![0; MAX_SEALED_BYTES]).is_ok());
        assert!(Sealed::new(vec![0; MAX_SEALED_BYTES + 1]).is_err());
        assert_eq!(format!("{:?}", Sealed::new(vec![7; 3]).unwrap()), "Sealed(3 bytes)");
    }
}
