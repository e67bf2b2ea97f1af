//! From the text of one WebSocket message to a typed one, or to the code that refuses it.

use serde::Deserialize;
use serde_json::Value;

use crate::id::SessionId;
use crate::wire::{AgentToBroker, ErrorCode};

/// A text that is no message, and what is known of it all the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Undecodable {
    /// `bad-json` or `bad-message`.
    pub code: ErrorCode,
    /// The session or ticket that the text named, when that much of it could be read.
    pub session: Option<SessionId>,
}

/// Decodes what an agent sent.
///
/// Shape: a JSON object with a `type`; an unknown type is [`AgentToBroker::Unknown`], unknown fields are ignored.
/// Errors: `bad-json` when the text is no such object, `bad-message` when a known type has a wrong field.
pub fn decode(text: &str) -> Result<AgentToBroker, Undecodable> {
    let bad_json = Undecodable { code: ErrorCode::BadJson, session: None };
    let value: Value = serde_json::from_str(text).map_err(|_| bad_json)?;
    if !value.get("type").is_some_and(Value::is_string) {
        return Err(bad_json);
    }
    let session =
        ["session", "ticket"].into_iter().find_map(|field| value.get(field)?.as_str()?.parse().ok());
    AgentToBroker::deserialize(value).map_err(|_| Undecodable { code: ErrorCode::BadMessage, session })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::Challenge;

    #[test]
    fn the_unknown_is_ignored_and_the_wrong_is_refused() {
        let session = "AAECAwQFBgcICQoLDA0ODw";
        let code = |text: &str| decode(text).map_err(|error| error.code);
        for text in [
            "",
            "{",
            "null",
            "[]",
            "\"ask\"",
            "7",
            "{}",
            "{\"type\":7}",
            "[\"challenge\"]",
            "{\"type\":\"ask\"}x",
        ] {
            assert_eq!(code(text), Err(ErrorCode::BadJson), "{text}");
        }
        assert_eq!(
            decode("{\"type\":\"challenge\",\"more\":[1]}"),
            Ok(AgentToBroker::Challenge(Challenge {}))
        );
        assert_eq!(decode("{\"type\":\"dance\",\"session\":7}"), Ok(AgentToBroker::Unknown));
        for text in ["{\"type\":\"attend\"}", "{\"type\":\"attend\",\"available\":1}", "{\"type\":\"ask\"}"] {
            assert_eq!(code(text), Err(ErrorCode::BadMessage), "{text}");
        }
        let error = decode(&format!("{{\"type\":\"forward\",\"session\":\"{session}\"}}")).unwrap_err();
        assert_eq!(error.session, Some(session.parse().unwrap()));
        let error =
            decode(&format!("{{\"type\":\"claim\",\"ticket\":\"{session}\",\"message\":7}}")).unwrap_err();
        assert_eq!(error.session, Some(session.parse().unwrap()));
    }

    #[test]
    fn deep_nesting_is_refused_and_not_followed() {
        let text = format!("{{\"type\":\"ask\",\"x\":{}}}", "[".repeat(8_000));
        assert_eq!(decode(&text).unwrap_err().code, ErrorCode::BadJson);
    }
}
