//! Clients of other versions at this server: what each kept version said, and what it must be answered.
//!
//! `tests/vectors/clients/VERSION.json` is what the widget and the console of that version said to their server and
//! heard from it, in the order in which it passed; `tests/browser/neighbours.test.mjs` writes this version's. A text that
//! begins with `$` stands for what is different each time. None of these files is ever changed to make a server pass.

use std::collections::BTreeMap;
use std::path::Path;

use alongside_signaling_proto::id::Nonce;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::agent::{Agent, SHOP, enlist, invite, team};
use crate::server_for;

#[derive(Deserialize)]
struct Transcript {
    client: String,
    steps: Vec<Step>,
}

/// One message or close of one socket; a socket opens when it is first named.
#[derive(Debug, Deserialize)]
struct Step {
    socket: String,
    says: Option<Value>,
    hears: Option<Value>,
    #[serde(default)]
    closes: bool,
}

/// How the client says things.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Speech {
    /// As it did.
    Plain,
    /// As one of a version to come might: with fields and messages that this server does not know.
    Newer,
}

fn kept() -> Vec<Transcript> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors/clients");
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    files.map(|path| serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()).collect()
}

#[tokio::test]
async fn every_kept_version_is_answered_as_it_was() {
    let transcripts = kept();
    let own = transcripts.iter().any(|transcript| transcript.client == env!("CARGO_PKG_VERSION"));
    assert!(own, "this version has no transcript: UPDATE=1 in tests/browser/neighbours.test.mjs writes it");
    for transcript in &transcripts {
        for speech in [Speech::Plain, Speech::Newer] {
            replay(transcript, speech).await;
        }
    }
}

async fn replay(transcript: &Transcript, speech: Speech) {
    let key = team(1);
    let invite = invite(&key, 1);
    let server = server_for(key.id()).await;
    let mut sockets: BTreeMap<&str, (Agent, Option<Nonce>)> = BTreeMap::new();
    for (at, step) in transcript.steps.iter().enumerate() {
        let what = format!("client {}, step {at}, {speech:?}", transcript.client);
        if !sockets.contains_key(step.socket.as_str()) {
            sockets.insert(&step.socket, (Agent::dial(server.address()).await, None));
        }
        let (agent, nonce) = sockets.get_mut(step.socket.as_str()).unwrap();
        if let Some(said) = &step.says {
            let mut said = said.clone();
            if said["type"] == "enlist" {
                let nonce = nonce.take().unwrap_or_else(|| panic!("{what}: no nonce was heard"));
                let signed = serde_json::to_value(enlist(&invite, &nonce, server.origin())).unwrap();
                fill(&mut said, &signed);
            }
            fill(&mut said, &json!({ "team": key.id(), "origin": SHOP }));
            if speech == Speech::Newer {
                agent
                    .say(&json!({ "type": "heralded", "session": 7, "of": [said["type"]] }).to_string())
                    .await;
                said["later"] = json!({ "deep": [[{ "type": "ask" }]], "none": null });
                said["zz"] = json!(1e9);
            }
            agent.say(&said.to_string()).await;
        }
        if let Some(expected) = &step.hears {
            let heard = loop {
                let heard: Value = serde_json::from_str(&agent.hear_text().await).unwrap();
                // How often those who wait are told of what has changed is a matter of time.
                if heard["type"] != "queued" || expected["type"] == "queued" {
                    break heard;
                }
            };
            assert!(fits(expected, &heard), "{what}: {heard} instead of {expected}");
            if heard["type"] == "challenged" {
                *nonce = Some(heard["nonce"].as_str().unwrap().parse().unwrap());
            }
        }
        if step.closes {
            sockets.remove(step.socket.as_str());
        }
    }
    server.stop().await;
}

/// Puts what is so this time in the place of what stands for it.
fn fill(said: &mut Value, now: &Value) {
    let Some(fields) = said.as_object_mut() else { return };
    for (name, value) in fields {
        if value.as_str().is_some_and(|text| text.starts_with('$')) && now.get(name).is_some() {
            *value = now[name].clone();
        }
    }
}

/// Whether a client that knows what is expected and no more would read the same.
fn fits(expected: &Value, heard: &Value) -> bool {
    match (expected, heard) {
        (Value::String(text), _) if text.starts_with('$') => !heard.is_null(),
        (Value::Object(expected), Value::Object(heard)) => {
            expected.iter().all(|(name, value)| fits(value, heard.get(name).unwrap_or(&Value::Null)))
        }
        (Value::Array(expected), Value::Array(heard)) => {
            expected.len() == heard.len() && expected.iter().zip(heard).all(|(a, b)| fits(a, b))
        }
        (_, _) => expected == heard,
    }
}
