//! The shared cases in `tests/vectors`, run against the Rust side. The TypeScript side runs the same files
//! (`web/src/**/*.test.ts`), so that the two never differ (invariant I8).
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use alongside_agent_proto::address::{Urls, clean_address, may_open};
use alongside_agent_proto::decode::{
    DecodeError, decode_admission, decode_broker, decode_introduction, decode_knock, decode_peer,
    decode_sealed_signal,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

#[derive(Deserialize)]
struct Addresses {
    clean: Vec<Cleaning>,
    open: Vec<Opening>,
}

#[derive(Deserialize)]
struct Cleaning {
    name: String,
    href: String,
    urls: Urls,
    url: String,
    omitted: u32,
    redacted: bool,
}

#[derive(Deserialize)]
struct Opening {
    name: String,
    url: String,
    origin: String,
    opens: bool,
}

#[test]
fn addresses() {
    let Addresses { clean, open } = serde_json::from_str(include_str!("../vectors/address.json")).unwrap();
    assert!(clean.len() >= 80 && open.len() >= 25);
    for Cleaning { name, href, urls, url, omitted, redacted } in clean {
        let actual = clean_address(&href, urls);
        assert_eq!((actual.url, actual.omitted, actual.redacted), (url, omitted, redacted), "{name}");
    }
    for Opening { name, url, origin, opens } in open {
        assert_eq!(may_open(&url, &origin), opens, "{name}");
    }
}

/// Either the text itself, or what it is made of. The latter has no value in the table.
#[derive(Deserialize)]
struct Message {
    name: String,
    decoder: String,
    text: Option<String>,
    #[serde(default)]
    before: String,
    #[serde(default)]
    repeat: String,
    #[serde(default)]
    times: usize,
    #[serde(default)]
    after: String,
    code: Option<Value>,
    #[serde(default)]
    value: Value,
}

#[test]
fn messages() {
    let cases: Vec<Message> = serde_json::from_str(include_str!("../vectors/messages.json")).unwrap();
    assert!(cases.len() >= 100);
    for case in cases {
        let is_whole = case.text.is_some();
        let text = case.text.unwrap_or(case.before + &case.repeat.repeat(case.times) + &case.after);
        let decoded = match case.decoder.as_str() {
            "broker" => written(decode_broker(&text)),
            "peer" => written(decode_peer(&text)),
            "sealed-signal" => written(decode_sealed_signal(&text)),
            "introduction" => written(decode_introduction(&text)),
            "knock" => written(decode_knock(&text)),
            "admission" => written(decode_admission(&text)),
            other => panic!("{}: no decoder {other}", case.name),
        };
        match (decoded, case.code) {
            (Err(error), Some(code)) => {
                assert_eq!(serde_json::to_value(error.code()).unwrap(), code, "{}", case.name);
            }
            (Ok(value), None) => assert!(!is_whole || same(&value, &case.value), "{}: {value}", case.name),
            (decoded, code) => panic!("{}: {decoded:?} instead of {code:?}", case.name),
        }
    }
}

fn written<T: Serialize>(decoded: Result<T, DecodeError>) -> Result<Value, DecodeError> {
    decoded.map(|message| serde_json::to_value(message).unwrap())
}

/// Whether two values are the same in JSON, which knows one kind of number.
fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => a.as_f64() == b.as_f64(),
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(name, a)| b.get(name).is_some_and(|b| same(a, b)))
        }
        _ => a == b,
    }
}
