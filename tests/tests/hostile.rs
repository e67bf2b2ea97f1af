//! A server that swaps, replays and forges: each attempt ends in a clear code at the victim, and in no channel.
//!
//! The cases are made here by the native side and stand in `tests/vectors/handshake.json` and, for who comes back, in
//! `tests/vectors/resume-handshake.json`; the browser's side is held to both as well. `UPDATE=1 cargo test -p alongside-tests --test hostile` writes them anew.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod hostile_cases;

use alongside_agent::handshake::{Expected, open_introduction};
use alongside_agent::seal::resuming::{Knock, hear, knock};
use alongside_agent::seal::{Initiator, SealError, SealedChannel, prologue, respond};
use hostile_cases::resuming::{Frame, Handshake, Refused, cases as resume_cases};
use hostile_cases::{Bytes, Case, Cases, Enlist, Frames, cases};

fn start(case: &Case) -> Initiator {
    Initiator::start(&prologue(&case.team, &case.session, &case.origin), &case.ephemeral.0).unwrap()
}

fn outcome(case: &Case, message2: &[u8]) -> Result<(String, bool, String, SealedChannel), String> {
    let expected = Expected { team: &case.team, origin: &case.origin, now_s: case.now_s };
    open_introduction(start(case), message2, expected)
        .map(|helper| (helper.name, helper.automated, helper.offer, helper.channel))
        .map_err(|code| serde_json::to_value(code).unwrap().as_str().unwrap().to_owned())
}

fn seal_code(error: SealError) -> &'static str {
    match error {
        SealError::HandshakeFailed => "handshake-failed",
        SealError::FrameInvalid => "frame-invalid",
        SealError::FrameReplayed => "frame-replayed",
        SealError::TooLong => "too-long",
    }
}

#[test]
fn the_vectors_are_what_the_native_side_makes() {
    in_step("handshake.json", &cases());
    in_step("resume-handshake.json", &resume_cases());
}

fn in_step(name: &str, cases: &impl serde::Serialize) {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors").join(name);
    let expected = format!("{}\n", serde_json::to_string_pretty(cases).unwrap());
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, &expected).unwrap();
    }
    let actual = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(actual == expected, "tests/vectors/{name} is out of step: run with UPDATE=1 and commit it");
}

#[test]
fn every_introduction_is_believed_or_refused_as_it_should_be() {
    for case in cases().introductions {
        assert_eq!(start(&case).message(), &case.message1.0[..], "{}: message 1", case.name);
        match (outcome(&case, &case.message2.0), &case.refused) {
            (Ok((name, automated, offer, _)), None) => {
                assert_eq!((name.as_str(), offer.as_str()), ("Dana", "v=0 the offer"), "{}", case.name);
                assert_eq!(automated, case.automated, "{}", case.name);
            }
            (Err(code), Some(refused)) => assert_eq!(&code, refused, "{}", case.name),
            (outcome, refused) => panic!("{}: {outcome:?} instead of {refused:?}", case.name),
        }
    }
}

#[test]
fn a_message_2_with_any_byte_altered_cut_or_added_is_refused() {
    // The fingerprint of the helper's DTLS certificate stands in the offer, and so in message 2.
    let case = cases().introductions.remove(0);
    let whole = case.message2.0.clone();
    for at in 0..whole.len() {
        let mut altered = whole.clone();
        altered[at] ^= 1;
        assert_eq!(outcome(&case, &altered).unwrap_err(), "handshake-failed", "byte {at}");
        assert_eq!(outcome(&case, &whole[..at]).unwrap_err(), "handshake-failed", "cut at {at}");
    }
    assert!(outcome(&case, &[&whole[..], &[0]].concat()).is_err());
    assert!(outcome(&case, &vec![0; 70_000]).is_err());
}

#[test]
fn a_message_1_that_is_none_gets_no_answer() {
    let Cases { weak_points, .. } = cases();
    let answer = |message1: &[u8]| respond(b"", message1, &[5; 32], b"payload", &[6; 32]).map(|_| ());
    for point in weak_points {
        assert_eq!(answer(&point.0), Err(SealError::HandshakeFailed), "{point:?}");
    }
    for wrong in [&[][..], &[9; 31], &[9; 33], &[9; 64]] {
        assert_eq!(answer(wrong), Err(SealError::HandshakeFailed));
    }
    assert_eq!(answer(&[9; 32]), Ok(()));
}

#[test]
fn frames_open_once_in_order_and_for_the_right_side() {
    let Cases { introductions, frames, .. } = cases();
    for Frames { name, frames, opened } in frames {
        let (_, _, _, mut channel) = outcome(&introductions[0], &introductions[0].message2.0).unwrap();
        let actual: Vec<String> = frames
            .iter()
            .map(|frame| match channel.open(&frame.0) {
                Ok(plain) => String::from_utf8(plain).unwrap(),
                Err(error) => seal_code(error).to_owned(),
            })
            .collect();
        assert_eq!(actual, opened, "{name}");
    }
}

#[test]
fn a_frame_with_any_byte_altered_does_not_open_and_does_no_harm() {
    let Cases { introductions, frames, .. } = cases();
    let (_, _, _, mut channel) = outcome(&introductions[0], &introductions[0].message2.0).unwrap();
    let whole = &frames[0].frames[0].0;
    for at in 0..whole.len() {
        let mut altered = whole.clone();
        altered[at] ^= 1;
        assert!(channel.open(&altered).is_err(), "byte {at}");
    }
    assert_eq!(channel.open(whole).unwrap(), frames[0].opened[0].as_bytes());
}

#[test]
fn enlisting_is_good_for_one_server_one_nonce_and_one_certificate() {
    use alongside_signaling_proto::identity::enlisting::is_by;
    for Enlist { name, key, nonce, certificate, origin, signature, good } in cases().enlistings {
        assert_eq!(is_by(&key, &signature, &nonce, &certificate, [origin.as_str()]), good, "{name}");
    }
}

fn key(bytes: &Bytes) -> [u8; 32] {
    bytes.0.as_slice().try_into().unwrap()
}

fn knock_of(case: &Handshake) -> Knock {
    knock(&case.deposit, &key(&case.psk), &case.payload1.0, &key(&case.visitor_ephemeral)).unwrap()
}

/// What comes of a message 1 at this handshake's helper: its payload, message 2 and the channel.
fn admitted(case: &Handshake, message1: &[u8]) -> Result<(Vec<u8>, Vec<u8>, SealedChannel), Refused> {
    let heard = hear(&case.deposit, &key(&case.psk), message1, &key(&case.helper_ephemeral));
    let heard = heard.map_err(|error| {
        assert_eq!(error, SealError::HandshakeFailed);
        Refused::Hear
    })?;
    let payload = heard.payload.clone();
    let (message2, channel) = heard.admit(&case.payload2.0).map_err(|error| {
        assert_eq!(error, SealError::HandshakeFailed);
        Refused::Admit
    })?;
    Ok((payload, message2, channel))
}

/// What comes of a message 2 at this handshake's visitor.
fn finished(case: &Handshake, message2: &[u8]) -> Result<(Vec<u8>, SealedChannel), Refused> {
    knock_of(case).finish(message2).map_err(|error| {
        assert_eq!(error, SealError::HandshakeFailed);
        Refused::Finish
    })
}

#[test]
fn who_comes_back_with_the_psk_has_a_channel_again() {
    for case in resume_cases().handshakes {
        assert_eq!(knock_of(&case).message(), case.message1.0, "{}", case.name);
        let (payload1, message2, mut helper) = admitted(&case, &case.message1.0).unwrap();
        assert_eq!((payload1, &message2), (case.payload1.0.clone(), &case.message2.0), "{}", case.name);
        let (payload2, mut visitor) = finished(&case, &message2).unwrap();
        assert_eq!(payload2, case.payload2.0, "{}", case.name);
        let carried = |from: &mut SealedChannel, to: &mut SealedChannel, frames: &[Frame]| {
            for Frame { text, frame } in frames {
                assert_eq!(from.seal(text.as_bytes()).unwrap(), frame.0, "{}: {text}", case.name);
                assert_eq!(to.open(&frame.0).unwrap(), text.as_bytes(), "{}: {text}", case.name);
            }
        };
        carried(&mut visitor, &mut helper, &case.by_visitor);
        carried(&mut helper, &mut visitor, &case.by_helper);
    }
}

#[test]
fn every_knock_and_every_answer_is_taken_or_refused_as_it_should_be() {
    let cases = resume_cases();
    let good = &cases.handshakes[0];
    for given in cases.knocks {
        assert_eq!(admitted(good, &given.message1.0).err(), given.refused, "{}", given.name);
    }
    for given in cases.answers {
        assert_eq!(finished(good, &given.message2.0).err(), given.refused, "{}", given.name);
    }
}

#[test]
fn a_knock_or_its_answer_with_any_byte_altered_or_cut_is_refused() {
    for case in resume_cases().handshakes {
        let altered = |whole: &Bytes, at: usize| {
            let mut altered = whole.0.clone();
            altered[at] ^= 1;
            altered
        };
        for at in 0..case.message1.0.len() {
            assert_eq!(admitted(&case, &altered(&case.message1, at)).err(), Some(Refused::Hear), "byte {at}");
            assert_eq!(admitted(&case, &case.message1.0[..at]).err(), Some(Refused::Hear), "cut at {at}");
        }
        for at in 0..case.message2.0.len() {
            assert_eq!(
                finished(&case, &altered(&case.message2, at)).err(),
                Some(Refused::Finish),
                "byte {at}"
            );
            assert_eq!(finished(&case, &case.message2.0[..at]).err(), Some(Refused::Finish), "cut at {at}");
        }
        assert_eq!(admitted(&case, &vec![0; 70_000]).err(), Some(Refused::Hear));
        assert_eq!(finished(&case, &vec![0; 70_000]).err(), Some(Refused::Finish));
    }
}
