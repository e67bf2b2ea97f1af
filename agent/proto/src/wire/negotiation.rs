//! What peers tell each other through the server before their data channel is open, sealed.

use serde::{Deserialize, Serialize};

/// The payload of Noise message 2: who the helper is, and the first offer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Introduction {
    /// The helper certificate, a JWT; checked before the offer is looked at.
    pub certificate: String,
    /// The offer (RFC 9429 section 4.1.8), with the candidates gathered so far.
    pub offer: String,
}

/// The payload of every Noise transport message.
///
/// Errors: a description above `MAX_DESCRIPTION_BYTES` or a candidate above `MAX_CANDIDATE_BYTES` ends the
/// session as `failed`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum SealedSignal {
    /// Visitor: the answer (RFC 9429 section 4.1.9).
    Answer {
        /// The session description.
        sdp: String,
    },
    /// Either: one more candidate (RFC 8838).
    Candidate(Candidate),
    /// A type this version does not know: received and ignored, never sent.
    #[serde(other)]
    #[cfg_attr(feature = "ts", ts(skip))]
    Unknown,
}

/// One ICE candidate, as `RTCIceCandidateInit` has it.
///
/// Source: RFC 8839 section 5.1, W3C WebRTC section 4.8.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Candidate {
    /// The candidate attribute; empty for end-of-candidates.
    pub candidate: String,
    /// The media stream identification tag.
    pub sdp_mid: Option<String>,
    /// The index of the media description.
    pub sdp_m_line_index: Option<u16>,
}
