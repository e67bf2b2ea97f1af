//! From text to typed messages: total, length-checked, and with the same verdicts as `web/src/wire/decode.ts`.
//!
//! Serde alone takes more than the wire allows (a list for a struct, a map for a name) and less (`1.0` for a
//! whole number, which JSON does not tell apart from `1`). What lies between is decided here.

use alongside_signaling_proto::limits::{
    MAX_CERTIFICATE_BYTES, MAX_FRAME_BYTES, MAX_ORIGIN_BYTES, MAX_SEALED_BYTES,
};
use alongside_signaling_proto::wire::{BrokerToAgent, LeaveReason};
use serde::de::DeserializeOwned;
use serde_json::{Map, Number, Value};

use crate::limits::{
    MAX_ATTRIBUTE_BYTES, MAX_ATTRIBUTES, MAX_CANDIDATE_BYTES, MAX_DESCRIPTION_BYTES, MAX_KNOCK_CANDIDATES,
    MAX_MESSAGE_BYTES, MAX_TEXT_BYTES, MAX_TITLE_BYTES, MAX_URL_BYTES,
};
use crate::wire::{
    Admission, Candidate, Client, Introduction, Knock, PeerErrorCode, PeerMessage, SealedSignal,
};

/// The greatest whole number that every JSON parser reads exactly. Source: RFC 8259 section 6.
const MAX_SAFE: u64 = (1 << 53) - 1;

/// Why a text is no message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// Not a JSON object with a `type`, where there must be one.
    #[error("not a JSON object with a type")]
    BadJson,
    /// A known type with a missing or wrong field.
    #[error("a missing or wrong field")]
    BadMessage,
    /// The text, or a field, is above its limit.
    #[error("above a limit")]
    TooLarge,
}

impl DecodeError {
    /// What the other side is told.
    #[must_use]
    pub fn code(self) -> PeerErrorCode {
        match self {
            Self::BadJson => PeerErrorCode::BadJson,
            Self::BadMessage => PeerErrorCode::BadMessage,
            Self::TooLarge => PeerErrorCode::TooLarge,
        }
    }
}

/// Decodes what the broker says; `None` is a type that this version does not know. A reason to leave that it
/// does not know counts as `failed`.
pub fn decode_broker(text: &str) -> Result<Option<BrokerToAgent>, DecodeError> {
    let fields = typed(text, MAX_FRAME_BYTES)?;
    let sound = match name(&fields) {
        "left" => is_string(&fields, "reason"),
        "refused" => is_string(&fields, "code") && is_safe(&fields, "retryAfterMs"),
        "asked" => is_safe(&fields, "waitingMs"),
        "enlisted" | "claimed" | "resumed" => fields
            .get("iceServers")
            .and_then(Value::as_array)
            .is_some_and(|all| all.iter().all(Value::is_object)),
        _ => true,
    };
    let mut message = message(fields, sound)?;
    match &mut message {
        BrokerToAgent::Unknown => return Ok(None),
        BrokerToAgent::Asked(asked) => within([(asked.origin.as_str(), MAX_ORIGIN_BYTES)])?,
        BrokerToAgent::Left(left) if left.reason == LeaveReason::Unknown => left.reason = LeaveReason::Failed,
        BrokerToAgent::Queued(_)
        | BrokerToAgent::Challenged(_)
        | BrokerToAgent::Enlisted(_)
        | BrokerToAgent::Withdrawn(_)
        | BrokerToAgent::Claimed(_)
        | BrokerToAgent::Resumed(_)
        | BrokerToAgent::Forwarded(_)
        | BrokerToAgent::Left(_)
        | BrokerToAgent::Blocked(_)
        | BrokerToAgent::Refused(_) => {}
    }
    Ok(Some(message))
}

/// Decodes a message of the `control` data channel; `None` is a type that this version does not know.
pub fn decode_peer(text: &str) -> Result<Option<PeerMessage>, DecodeError> {
    let fields = typed(text, MAX_MESSAGE_BYTES)?;
    let sound = match name(&fields) {
        "hello" => is_string(&fields, "role"),
        "refused" => is_string(&fields, "code"),
        "page" => is_object(&fields, "viewport") && is_object(&fields, "scroll"),
        "client" => is_object(&fields, "screen"),
        "chat" => is_safe(&fields, "at"),
        _ => true,
    };
    let message = message(fields, sound)?;
    match &message {
        PeerMessage::Unknown => return Ok(None),
        PeerMessage::Hello(hello) if hello.protocol == 0 => return Err(DecodeError::BadMessage),
        PeerMessage::Chat(chat) if chat.seq == 0 || chat.text.is_empty() => {
            return Err(DecodeError::BadMessage);
        }
        PeerMessage::Chat(chat) => within([(chat.text.as_str(), MAX_TEXT_BYTES)])?,
        PeerMessage::Page(page) => {
            within([(page.url.as_str(), MAX_URL_BYTES), (page.title.as_str(), MAX_TITLE_BYTES)])?;
        }
        PeerMessage::Client(client) => check_client(client)?,
        PeerMessage::Propose(propose) if propose.id == 0 => return Err(DecodeError::BadMessage),
        PeerMessage::Propose(propose) => {
            within(propose.url.as_deref().map(|url| (url, MAX_URL_BYTES)))?;
        }
        PeerMessage::Deposit(deposit) => within([(deposit.offer.as_str(), MAX_DESCRIPTION_BYTES)])?,
        PeerMessage::Hello(_)
        | PeerMessage::HelloAck
        | PeerMessage::Ack(_)
        | PeerMessage::Read(_)
        | PeerMessage::Typing(_)
        | PeerMessage::Allowed(_)
        | PeerMessage::Declined(_)
        | PeerMessage::Deposited(_)
        | PeerMessage::Return
        | PeerMessage::End
        | PeerMessage::Refused(_) => {}
    }
    Ok(Some(message))
}

/// Decodes the payload of a Noise transport message; `None` is a type that this version does not know.
pub fn decode_sealed_signal(text: &str) -> Result<Option<SealedSignal>, DecodeError> {
    let signal = message(typed(text, MAX_SEALED_BYTES)?, true)?;
    match &signal {
        SealedSignal::Unknown => return Ok(None),
        SealedSignal::Answer { sdp } => within([(sdp.as_str(), MAX_DESCRIPTION_BYTES)])?,
        SealedSignal::Candidate(candidate) => check_candidate(candidate)?,
    }
    Ok(Some(signal))
}

/// Decodes the payload of Noise message 2.
pub fn decode_introduction(text: &str) -> Result<Introduction, DecodeError> {
    let introduction: Introduction = message(object(text, MAX_SEALED_BYTES)?, true)?;
    let Introduction { certificate, offer } = &introduction;
    within([(certificate.as_str(), MAX_CERTIFICATE_BYTES), (offer.as_str(), MAX_DESCRIPTION_BYTES)])?;
    Ok(introduction)
}

/// Decodes the payload of message 1 of a resume.
pub fn decode_knock(text: &str) -> Result<Knock, DecodeError> {
    let fields = object(text, MAX_SEALED_BYTES)?;
    let candidates = fields.get("candidates").and_then(Value::as_array);
    let sound = is_safe(&fields, "attempt") && candidates.is_some_and(|all| all.iter().all(Value::is_object));
    let knock: Knock = message(fields, sound)?;
    within(knock.answer.as_deref().map(|answer| (answer, MAX_DESCRIPTION_BYTES)))?;
    if knock.candidates.len() > MAX_KNOCK_CANDIDATES {
        return Err(DecodeError::TooLarge);
    }
    knock.candidates.iter().try_for_each(check_candidate)?;
    Ok(knock)
}

/// Decodes the payload of message 2 of a resume.
pub fn decode_admission(text: &str) -> Result<Admission, DecodeError> {
    let admission: Admission = message(object(text, MAX_SEALED_BYTES)?, true)?;
    within(admission.offer.as_deref().map(|offer| (offer, MAX_DESCRIPTION_BYTES)))?;
    Ok(admission)
}

fn check_candidate(Candidate { candidate, sdp_mid, .. }: &Candidate) -> Result<(), DecodeError> {
    let mid = sdp_mid.as_deref().unwrap_or_default();
    within([(candidate.as_str(), MAX_CANDIDATE_BYTES), (mid, MAX_CANDIDATE_BYTES)])
}

fn object(text: &str, max: usize) -> Result<Map<String, Value>, DecodeError> {
    if text.len() > max {
        return Err(DecodeError::TooLarge);
    }
    match serde_json::from_str(text).map(whole) {
        Ok(Value::Object(fields)) => Ok(fields),
        _ => Err(DecodeError::BadJson),
    }
}

fn typed(text: &str, max: usize) -> Result<Map<String, Value>, DecodeError> {
    let fields = object(text, max)?;
    if is_string(&fields, "type") { Ok(fields) } else { Err(DecodeError::BadJson) }
}

fn message<T: DeserializeOwned>(fields: Map<String, Value>, sound: bool) -> Result<T, DecodeError> {
    if !sound {
        return Err(DecodeError::BadMessage);
    }
    T::deserialize(Value::Object(fields)).map_err(|_| DecodeError::BadMessage)
}

/// Writes each number that is whole as a whole number: `1.0`, `1e0` and `-0.0` are 1, 1 and 0.
fn whole(value: Value) -> Value {
    match value {
        Value::Number(number) => Value::Number(whole_number(number)),
        Value::Array(values) => Value::Array(values.into_iter().map(whole).collect()),
        Value::Object(fields) => {
            Value::Object(fields.into_iter().map(|(name, value)| (name, whole(value))).collect())
        }
        Value::Null | Value::Bool(_) | Value::String(_) => value,
    }
}

fn whole_number(number: Number) -> Number {
    const LIMIT: f64 = MAX_SAFE as f64;
    match number.as_f64() {
        #[expect(clippy::cast_possible_truncation, reason = "whole, and within the exact range of both")]
        Some(float) if number.is_f64() && float.fract() == 0.0 && float.abs() <= LIMIT => {
            Number::from(float as i64)
        }
        _ => number,
    }
}

fn name(fields: &Map<String, Value>) -> &str {
    fields.get("type").and_then(Value::as_str).unwrap_or_default()
}

fn is_string(fields: &Map<String, Value>, name: &str) -> bool {
    fields.get(name).is_some_and(Value::is_string)
}

fn is_object(fields: &Map<String, Value>, name: &str) -> bool {
    fields.get(name).is_some_and(Value::is_object)
}

fn is_safe(fields: &Map<String, Value>, name: &str) -> bool {
    fields.get(name).and_then(Value::as_u64).is_none_or(|number| number <= MAX_SAFE)
}

fn within<'a>(texts: impl IntoIterator<Item = (&'a str, usize)>) -> Result<(), DecodeError> {
    if texts.into_iter().all(|(text, max)| text.len() <= max) { Ok(()) } else { Err(DecodeError::TooLarge) }
}

fn check_client(client: &Client) -> Result<(), DecodeError> {
    if client.attributes.len() > MAX_ATTRIBUTES {
        return Err(DecodeError::TooLarge);
    }
    let Client { browser, platform, language, time_zone, attributes, .. } = client;
    let texts = [browser, platform, language, time_zone].into_iter();
    within(texts.chain(attributes.iter().flat_map(|(name, value)| [name, value])).map(|text| {
        let text = text.as_str();
        (text, MAX_ATTRIBUTE_BYTES)
    }))
}
