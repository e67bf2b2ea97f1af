//! What the hostile server tries when a visitor comes back, made with fixed keys.

use alongside_agent::seal::resuming::{hear, knock, prologue};
use alongside_agent::seal::{Initiator, SealedChannel};
use alongside_signaling_proto::id::SessionId;
use serde::Serialize;

use super::{Bytes, WEAK_NAMES, Weak, weak_points};

const DEPOSIT: [u8; 16] = [31; 16];
const PSK: [u8; 32] = [32; 32];
const VISITOR: [u8; 32] = [33; 32];
const HELPER: [u8; 32] = [34; 32];
const KNOCKING: &[u8] = br#"{"attempt":1}"#;
const ADMITTING: &[u8] = br#"{"admitted":1}"#;

/// Everything, as it stands in the file. The first handshake is the one that is meddled with.
#[derive(Debug, Serialize)]
pub(crate) struct Cases {
    pub(crate) handshakes: Vec<Handshake>,
    pub(crate) knocks: Vec<KnockCase>,
    pub(crate) answers: Vec<AnswerCase>,
}

/// One handshake that nobody meddles with, and the first frames after it.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Handshake {
    pub(crate) name: &'static str,
    pub(crate) deposit: SessionId,
    pub(crate) psk: Bytes,
    pub(crate) visitor_ephemeral: Bytes,
    pub(crate) helper_ephemeral: Bytes,
    pub(crate) payload1: Bytes,
    pub(crate) message1: Bytes,
    pub(crate) payload2: Bytes,
    pub(crate) message2: Bytes,
    pub(crate) by_visitor: Vec<Frame>,
    pub(crate) by_helper: Vec<Frame>,
}

/// A text and the frame that it is sealed in.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Frame {
    pub(crate) text: &'static str,
    pub(crate) frame: Bytes,
}

/// Where a message is refused, if it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Refused {
    /// By the helper who opens message 1.
    Hear,
    /// By the helper who would answer it.
    Admit,
    /// By the visitor who opens message 2.
    Finish,
}

/// One message 1 that the helper of the first handshake is given.
#[derive(Debug, Serialize)]
pub(crate) struct KnockCase {
    pub(crate) name: &'static str,
    pub(crate) message1: Bytes,
    pub(crate) refused: Option<Refused>,
}

/// One message 2 that the visitor of the first handshake is given.
#[derive(Debug, Serialize)]
pub(crate) struct AnswerCase {
    pub(crate) name: &'static str,
    pub(crate) message2: Bytes,
    pub(crate) refused: Option<Refused>,
}

/// All cases.
pub(crate) fn cases() -> Cases {
    let good = handshake("with something to say", DEPOSIT, PSK, [KNOCKING, ADMITTING]);
    let quiet = handshake("with nothing to say", [35; 16], [0; 32], [b"", b""]);
    let (knocks, answers) = (knocks(&good), answers(&good));
    Cases { handshakes: vec![good, quiet], knocks, answers }
}

fn handshake(name: &'static str, deposit: [u8; 16], psk: [u8; 32], payloads: [&[u8]; 2]) -> Handshake {
    let deposit = SessionId(deposit);
    let knock = knock(&deposit, &psk, payloads[0], &VISITOR).unwrap();
    let message1 = knock.message().to_vec();
    let heard = hear(&deposit, &psk, &message1, &HELPER).unwrap();
    let (message2, mut helper) = heard.admit(payloads[1]).unwrap();
    let (_, mut visitor) = knock.finish(&message2).unwrap();
    let sealed = |channel: &mut SealedChannel, texts: [&'static str; 2]| {
        let seal = |text: &'static str| Frame { text, frame: Bytes(channel.seal(text.as_bytes()).unwrap()) };
        texts.map(seal).into()
    };
    Handshake {
        name,
        deposit,
        psk: Bytes(psk.to_vec()),
        visitor_ephemeral: Bytes(VISITOR.to_vec()),
        helper_ephemeral: Bytes(HELPER.to_vec()),
        payload1: Bytes(payloads[0].to_vec()),
        message1: Bytes(message1),
        payload2: Bytes(payloads[1].to_vec()),
        message2: Bytes(message2),
        by_visitor: sealed(&mut visitor, ["here again", "and still"]),
        by_helper: sealed(&mut helper, ["welcome back", ""]),
    }
}

/// What both messages suffer alike: they have the same shape.
fn damaged(whole: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    let flipped = |at: usize| {
        let mut altered = whole.to_vec();
        altered[at] ^= 1;
        altered
    };
    vec![
        ("first byte of the ephemeral key altered", flipped(0)),
        // X25519 does not look at this bit; what has been said does.
        ("top bit of the ephemeral key altered", {
            let mut altered = whole.to_vec();
            altered[31] ^= 0x80;
            altered
        }),
        ("ciphertext altered", flipped(32)),
        ("first byte of the tag altered", flipped(whole.len() - 16)),
        ("last byte of the tag altered", flipped(whole.len() - 1)),
        ("last byte cut", whole[..whole.len() - 1].to_vec()),
        ("tag cut", whole[..whole.len() - 16].to_vec()),
        ("cut in the tag of nothing", whole[..47].to_vec()),
        ("nothing but the ephemeral key", whole[..32].to_vec()),
        ("cut in the ephemeral key", whole[..31].to_vec()),
        ("a byte added", [whole, &[0]].concat()),
        ("empty", Vec::new()),
        ("zeros", vec![0; whole.len()]),
    ]
}

fn knocks(good: &Handshake) -> Vec<KnockCase> {
    let mut cases = Vec::new();
    let mut add = |name, message1: Vec<u8>, refused| {
        cases.push(KnockCase { name, message1: Bytes(message1), refused });
    };
    let knocking = |deposit: [u8; 16], psk: [u8; 32]| {
        knock(&SessionId(deposit), &psk, KNOCKING, &VISITOR).unwrap().message().to_vec()
    };
    add("good", good.message1.0.clone(), None);
    add("good, of another make", weak_knock(&prologue(&good.deposit), None), None);
    for (name, message1) in damaged(&good.message1.0) {
        add(name, message1, Some(Refused::Hear));
    }
    add("made for another deposit", knocking([35; 16], PSK), Some(Refused::Hear));
    add("made with another psk", knocking(DEPOSIT, [37; 32]), Some(Refused::Hear));
    add("made with a psk of zeros", knocking(DEPOSIT, [0; 32]), Some(Refused::Hear));
    let mut version = prologue(&good.deposit);
    version[10] = b'2';
    add("prologue's version changed", weak_knock(&version, None), Some(Refused::Hear));
    add("message 2 sent back", good.message2.0.clone(), Some(Refused::Hear));
    let first = Initiator::start(&prologue(&good.deposit), &VISITOR).unwrap();
    add("message 1 of who has not met the helper", first.message().to_vec(), Some(Refused::Hear));
    for (names, point) in WEAK_NAMES.into_iter().zip(weak_points()) {
        add(names[0], weak_knock(&prologue(&good.deposit), Some(point)), Some(Refused::Admit));
    }
    cases
}

fn answers(good: &Handshake) -> Vec<AnswerCase> {
    let mut cases = Vec::new();
    let mut add = |name, message2: Vec<u8>, refused| {
        cases.push(AnswerCase { name, message2: Bytes(message2), refused });
    };
    let answer = |deposit: [u8; 16], psk: [u8; 32], visitor: [u8; 32]| {
        let deposit = SessionId(deposit);
        let knock = knock(&deposit, &psk, KNOCKING, &visitor).unwrap();
        hear(&deposit, &psk, knock.message(), &HELPER).unwrap().admit(ADMITTING).unwrap().0
    };
    add("good", good.message2.0.clone(), None);
    for (name, message2) in damaged(&good.message2.0) {
        add(name, message2, Some(Refused::Finish));
    }
    add("made for another deposit", answer([35; 16], PSK, VISITOR), Some(Refused::Finish));
    add("made with another psk", answer(DEPOSIT, [37; 32], VISITOR), Some(Refused::Finish));
    add("made for another knock", answer(DEPOSIT, PSK, [36; 32]), Some(Refused::Finish));
    add("message 1 sent back", good.message1.0.clone(), Some(Refused::Finish));
    for (names, point) in WEAK_NAMES.into_iter().zip(weak_points()) {
        add(names[0], weak_answer(good, point), Some(Refused::Finish));
    }
    cases
}

/// Message 1 by who has the psk, but with this point for an ephemeral key, if any.
fn weak_knock(prologue: &[u8], point: Option<[u8; 32]>) -> Vec<u8> {
    let mut state = weak(prologue, point).build_initiator().unwrap();
    let mut message1 = vec![0; KNOCKING.len() + 48];
    let length = state.write_message(KNOCKING, &mut message1).unwrap();
    message1.truncate(length);
    message1
}

/// Message 2 by who has the psk, but with this point for an ephemeral key, and so a shared secret of zeros.
fn weak_answer(good: &Handshake, point: [u8; 32]) -> Vec<u8> {
    let prologue = prologue(&good.deposit);
    let mut state = weak(&prologue, Some(point)).build_responder().unwrap();
    state.read_message(&good.message1.0, &mut [0; 256]).unwrap();
    let mut message2 = vec![0; ADMITTING.len() + 48];
    let length = state.write_message(ADMITTING, &mut message2).unwrap();
    message2.truncate(length);
    message2
}

fn weak(prologue: &[u8], point: Option<[u8; 32]>) -> snow::Builder<'_> {
    let resolver = Weak { weak: [None, point], made: std::sync::Arc::default() };
    let pattern = "Noise_NNpsk0_25519_AESGCM_SHA256".parse().unwrap();
    snow::Builder::with_resolver(pattern, Box::new(resolver))
        .prologue(prologue)
        .and_then(|builder| builder.psk(0, &PSK))
        .unwrap()
}
