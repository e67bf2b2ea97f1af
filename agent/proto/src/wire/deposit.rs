//! The way back after a page load, a crash or a changed network: what a helper deposits with the visitor while the
//! two are connected, and what they say through the server to find each other again.

use std::fmt;

use alongside_signaling_proto::id::SessionId;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::Candidate;

/// The key of one deposit: random, and never seen by anybody but the two peers.
///
/// Shape: 43 characters of base64url.
#[derive(Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(type = "string"))]
pub struct Psk(pub [u8; 32]);

impl fmt::Debug for Psk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Psk(..)")
    }
}

impl Serialize for Psk {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&URL_SAFE_NO_PAD.encode(self.0))
    }
}

impl<'de> Deserialize<'de> for Psk {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(de::Error::custom)?;
        bytes.try_into().map(Self).map_err(|_| de::Error::custom("a key has 32 bytes"))
    }
}

/// The helper gives the visitor a way back: an offer of a peer connection that nobody has used, and the key that
/// lets the visitor answer it.
///
/// Shape: `id` is fresh for each deposit, and names its offer.
/// Errors: `too-large` for an offer above `MAX_DESCRIPTION_BYTES`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Deposit {
    /// By which the server finds the helper again.
    pub id: SessionId,
    /// By which the helper knows the visitor again.
    pub psk: Psk,
    /// The session description, with the candidates gathered until now.
    pub offer: String,
}

/// The visitor has stored a deposit: those before it are void.
///
/// Errors: `wrong-sequence` for one that was never made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Deposited {
    /// Which.
    pub id: SessionId,
}

/// The payload of message 1 of a resume: the visitor is back.
///
/// Errors: one whose `attempt` is not above the last is refused without a word.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Knock {
    /// Rises with every try of a session. Units: milliseconds since 1970, or one more than the last.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub attempt: u64,
    /// The answer to the deposited offer; `null` when it was answered before: then a new one is asked for.
    pub answer: Option<String>,
    /// What was found since the answer was made; at most `MAX_KNOCK_CANDIDATES`.
    pub candidates: Vec<Candidate>,
    /// The last chat message that the visitor has stored.
    pub last_seq: u32,
}

/// The payload of message 2 of a resume: the helper takes the visitor back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Admission {
    /// A new offer, where the answer was missing or came too late; it is answered by a sealed `answer`.
    pub offer: Option<String>,
}
