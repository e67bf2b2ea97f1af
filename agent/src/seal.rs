//! The sealed handshake and the sealed channel that comes of it: `Noise_NX_25519_AESGCM_SHA256`, by `snow`.
//!
//! The twin of `web/src/peer/seal.ts`; shared vectors keep the two alike (invariant I8). Who has met before comes back
//! by [`resuming`], to a channel of the same kind.
//!
//! Source: The Noise Protocol Framework, revision 34, sections 5 and 7.5.

use alongside_signaling_proto::id::{SessionId, TeamId};
use snow::params::{CipherChoice, DHChoice, HashChoice};
use snow::resolvers::{CryptoResolver, DefaultResolver};
use snow::types::{Cipher, Dh, Hash, Random};
use snow::{Builder, HandshakeState, StatelessTransportState};
use zeroize::Zeroizing;

pub mod resuming;

const PATTERN: &str = "Noise_NX_25519_AESGCM_SHA256";

/// A public key's length. Units: bytes.
const KEY_BYTES: usize = 32;

/// An AES-GCM tag's length. Units: bytes.
const TAG_BYTES: usize = 16;

/// The counter in front of each frame. Units: bytes.
const COUNTER_BYTES: usize = 8;

/// The longest Noise message. Units: bytes. Source: Noise section 3.
const MAX_NOISE_BYTES: usize = 65_535;

/// The largest counter that both languages can count to. It is 2^53 - 1, and nobody honest gets there.
const MAX_COUNTER: u64 = (1 << 53) - 1;

/// Why something could not be sealed or opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// A handshake message is damaged, or made for another handshake.
    #[error("the handshake message is not for this handshake")]
    HandshakeFailed,
    /// A frame is damaged, or not by our peer.
    #[error("the frame is not by our peer")]
    FrameInvalid,
    /// A frame's counter is not above the last.
    #[error("the frame has been here before")]
    FrameReplayed,
    /// More than one message can hold.
    #[error("too long for one message")]
    TooLong,
}

/// What both sides must agree on before they start: another team, session, origin or version, and nothing opens.
///
/// Shape: `"alongside/1\0"` ‖ team (32) ‖ session (16) ‖ u16be length ‖ ASCII origin.
#[must_use]
pub fn prologue(team: &TeamId, session: &SessionId, origin: &str) -> Vec<u8> {
    // An origin has at most 267 bytes; a longer one could never be agreed on anyway.
    let length = u16::try_from(origin.len()).unwrap_or(u16::MAX);
    [b"alongside/1\0", &team.0[..], &session.0, &length.to_be_bytes(), origin.as_bytes()].concat()
}

/// The visitor's half of a handshake. One ephemeral serves one claim, so it is used up by its answer.
#[derive(Debug)]
pub struct Initiator {
    state: HandshakeState,
    message: [u8; KEY_BYTES],
}

/// What the visitor has after message 2.
#[derive(Debug)]
pub struct Finished {
    /// The payload of message 2.
    pub payload: Vec<u8>,
    /// The helper's static key, not yet believed.
    pub remote_static: [u8; KEY_BYTES],
    /// The channel.
    pub channel: SealedChannel,
}

impl Initiator {
    /// Makes message 1. The seed is 32 random bytes and becomes the ephemeral key.
    ///
    /// Errors: [`SealError::HandshakeFailed`] never for a seed of random bytes.
    pub fn start(prologue: &[u8], seed: &[u8; 32]) -> Result<Self, SealError> {
        let mut state = builder(PATTERN, seed)?
            .prologue(prologue)
            .and_then(Builder::build_initiator)
            .map_err(handshake)?;
        // `snow` wants room for a tag, although nothing is sealed yet.
        let mut buffer = [0; KEY_BYTES + TAG_BYTES];
        state.write_message(&[], &mut buffer).map_err(handshake)?;
        let message = *buffer.first_chunk().ok_or(SealError::HandshakeFailed)?;
        Ok(Self { state, message })
    }

    /// Message 1.
    #[must_use]
    pub fn message(&self) -> &[u8; KEY_BYTES] {
        &self.message
    }

    /// Opens message 2.
    ///
    /// Errors: [`SealError::HandshakeFailed`].
    pub fn finish(mut self, message2: &[u8]) -> Result<Finished, SealError> {
        let payload = read(&mut self.state, message2)?;
        let remote_static = self
            .state
            .get_remote_static()
            .and_then(|key| key.try_into().ok())
            .ok_or(SealError::HandshakeFailed)?;
        Ok(Finished { payload, remote_static, channel: SealedChannel::new(self.state)? })
    }
}

/// Answers message 1 with message 2: the helper's half of a handshake. The seed is 32 random bytes.
///
/// Errors: [`SealError::HandshakeFailed`] for a message 1 that is none, [`SealError::TooLong`].
pub fn respond(
    prologue: &[u8],
    message1: &[u8],
    static_key: &[u8; 32],
    payload: &[u8],
    seed: &[u8; 32],
) -> Result<(Vec<u8>, SealedChannel), SealError> {
    let mut state = builder(PATTERN, seed)?
        .prologue(prologue)
        .and_then(|builder| builder.local_private_key(static_key))
        .and_then(Builder::build_responder)
        .map_err(handshake)?;
    if state.read_message(message1, &mut []).map_err(handshake)? != 0 {
        return Err(SealError::HandshakeFailed);
    }
    let message2 = write(&mut state, payload, KEY_BYTES + KEY_BYTES + TAG_BYTES + TAG_BYTES)?;
    Ok((message2, SealedChannel::new(state)?))
}

/// Seals and opens frames after a handshake. Counters rise; gaps are allowed.
///
/// Shape: u64be counter ‖ ciphertext; the counter is the Noise nonce, and there is no associated data.
#[derive(Debug)]
pub struct SealedChannel {
    state: StatelessTransportState,
    next: u64,
    last: Option<u64>,
}

impl SealedChannel {
    fn new(state: HandshakeState) -> Result<Self, SealError> {
        let state = state.into_stateless_transport_mode().map_err(handshake)?;
        Ok(Self { state, next: 0, last: None })
    }

    /// Seals one message.
    ///
    /// Errors: [`SealError::TooLong`].
    pub fn seal(&mut self, plain: &[u8]) -> Result<Vec<u8>, SealError> {
        if plain.len() + TAG_BYTES > MAX_NOISE_BYTES || self.next > MAX_COUNTER {
            return Err(SealError::TooLong);
        }
        let mut frame = vec![0; COUNTER_BYTES + plain.len() + TAG_BYTES];
        let (counter, sealed) = frame.split_at_mut(COUNTER_BYTES);
        counter.copy_from_slice(&self.next.to_be_bytes());
        self.state.write_message(self.next, plain, sealed).map_err(|_| SealError::TooLong)?;
        self.next += 1;
        Ok(frame)
    }

    /// Opens one frame.
    ///
    /// Errors: [`SealError::FrameReplayed`] when its counter is not above the last, else
    /// [`SealError::FrameInvalid`]. The channel stays as it was.
    pub fn open(&mut self, frame: &[u8]) -> Result<Vec<u8>, SealError> {
        let (counter, sealed) = frame.split_first_chunk().ok_or(SealError::FrameInvalid)?;
        let counter = u64::from_be_bytes(*counter);
        if sealed.len() < TAG_BYTES {
            return Err(SealError::FrameInvalid);
        }
        if self.last.is_some_and(|last| counter <= last) {
            return Err(SealError::FrameReplayed);
        }
        if counter > MAX_COUNTER {
            return Err(SealError::FrameInvalid);
        }
        let mut plain = vec![0; sealed.len()];
        let length =
            self.state.read_message(counter, sealed, &mut plain).map_err(|_| SealError::FrameInvalid)?;
        plain.truncate(length);
        self.last = Some(counter);
        Ok(plain)
    }
}

fn handshake(_: snow::Error) -> SealError {
    SealError::HandshakeFailed
}

fn builder(pattern: &str, seed: &[u8; 32]) -> Result<Builder<'static>, SealError> {
    let resolver = Strict { seed: Zeroizing::new(*seed) };
    Ok(Builder::with_resolver(pattern.parse().map_err(handshake)?, Box::new(resolver)))
}

/// Opens the next handshake message and gives its payload.
fn read(state: &mut HandshakeState, message: &[u8]) -> Result<Vec<u8>, SealError> {
    let mut payload = vec![0; message.len()];
    let length = state.read_message(message, &mut payload).map_err(handshake)?;
    payload.truncate(length);
    Ok(payload)
}

/// Makes the next handshake message, in which the overhead is what is not the payload.
fn write(state: &mut HandshakeState, payload: &[u8], overhead: usize) -> Result<Vec<u8>, SealError> {
    if payload.len() + overhead > MAX_NOISE_BYTES {
        return Err(SealError::TooLong);
    }
    let mut message = vec![0; payload.len() + overhead];
    let length = state.write_message(payload, &mut message).map_err(handshake)?;
    message.truncate(length);
    Ok(message)
}

/// `snow`'s own primitives, but for two: randomness is the seed, and a zero DH result is refused.
struct Strict {
    seed: Zeroizing<[u8; 32]>,
}

impl CryptoResolver for Strict {
    fn resolve_rng(&self) -> Option<Box<dyn Random>> {
        Some(Box::new(Seed(Some(self.seed.clone()))))
    }

    fn resolve_dh(&self, choice: &DHChoice) -> Option<Box<dyn Dh>> {
        Some(Box::new(NonZero(DefaultResolver.resolve_dh(choice)?)))
    }

    fn resolve_hash(&self, choice: &HashChoice) -> Option<Box<dyn Hash>> {
        DefaultResolver.resolve_hash(choice)
    }

    fn resolve_cipher(&self, choice: &CipherChoice) -> Option<Box<dyn Cipher>> {
        DefaultResolver.resolve_cipher(choice)
    }
}

/// Gives its 32 bytes once: a handshake of ours draws one ephemeral key and nothing else.
struct Seed(Option<Zeroizing<[u8; 32]>>);

impl Random for Seed {
    fn try_fill_bytes(&mut self, dest: &mut [u8]) -> Result<(), snow::Error> {
        match self.0.take() {
            Some(seed) if dest.len() == seed.len() => {
                dest.copy_from_slice(&*seed);
                Ok(())
            }
            _ => Err(snow::Error::Rng),
        }
    }
}

/// Refuses a shared secret of zeros: the other side's point is of low order, and the outcome would not depend on
/// our key (RFC 7748 section 6.1). `snow` accepts it.
struct NonZero(Box<dyn Dh>);

impl Dh for NonZero {
    fn name(&self) -> &'static str {
        self.0.name()
    }

    fn pub_len(&self) -> usize {
        self.0.pub_len()
    }

    fn priv_len(&self) -> usize {
        self.0.priv_len()
    }

    fn set(&mut self, privkey: &[u8]) {
        self.0.set(privkey);
    }

    fn generate(&mut self, rng: &mut dyn Random) -> Result<(), snow::Error> {
        self.0.generate(rng)
    }

    fn pubkey(&self) -> &[u8] {
        self.0.pubkey()
    }

    fn privkey(&self) -> &[u8] {
        self.0.privkey()
    }

    fn dh(&self, pubkey: &[u8], out: &mut [u8]) -> Result<(), snow::Error> {
        self.0.dh(pubkey, out)?;
        if out[..self.dh_len()].iter().all(|byte| *byte == 0) { Err(snow::Error::Dh) } else { Ok(()) }
    }

    fn dh_len(&self) -> usize {
        self.0.dh_len()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    pub(super) fn hex(value: &Value) -> Vec<u8> {
        let text = value.as_str().unwrap();
        (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
    }

    #[test]
    fn the_published_vector_holds() {
        let file: Value = serde_json::from_str(include_str!("../../tests/vectors/noise.json")).unwrap();
        let vector = &file["vector"];
        assert_eq!(vector["protocol_name"], PATTERN);
        let key = |name: &str| <[u8; 32]>::try_from(hex(&vector[name])).unwrap();
        let message = |at: usize| {
            let message = &vector["messages"][at];
            (hex(&message["payload"]), hex(&message["ciphertext"]))
        };
        // Message 1 of the vector has a payload, which ours never has: so far by hand, the rest is our own.
        let (init, resp) = (hex(&vector["init_prologue"]), hex(&vector["resp_prologue"]));
        let (initiating, responding) = (key("init_ephemeral"), key("resp_ephemeral"));
        let statics = key("resp_static");
        let mut visitor =
            builder(PATTERN, &initiating).unwrap().prologue(&init).unwrap().build_initiator().unwrap();
        let helper = builder(PATTERN, &responding).unwrap().prologue(&resp).unwrap();
        let mut helper = helper.local_private_key(&statics).unwrap().build_responder().unwrap();
        let (mut wire, mut plain) = ([0; 256], [0; 256]);
        let (payload, ciphertext) = message(0);
        let length = visitor.write_message(&payload, &mut wire).unwrap();
        assert_eq!(wire[..length], ciphertext);
        assert_eq!(helper.read_message(&ciphertext, &mut plain).unwrap(), payload.len());

        let (payload, ciphertext) = message(1);
        let length = helper.write_message(&payload, &mut wire).unwrap();
        assert_eq!(wire[..length], ciphertext);
        let finished = Initiator { state: visitor, message: [0; KEY_BYTES] }.finish(&ciphertext).unwrap();
        assert_eq!(finished.payload, payload);
        let (mut visitor, mut helper) = (finished.channel, SealedChannel::new(helper).unwrap());

        for at in 2..vector["messages"].as_array().unwrap().len() {
            let (payload, ciphertext) = message(at);
            let (from, to) =
                if at % 2 == 0 { (&mut visitor, &mut helper) } else { (&mut helper, &mut visitor) };
            let frame = from.seal(&payload).unwrap();
            assert_eq!(frame[COUNTER_BYTES..], ciphertext, "message {at}");
            assert_eq!(to.open(&frame).unwrap(), payload, "message {at}");
        }
    }

    #[test]
    fn what_is_too_long_for_one_message_is_not_sealed() {
        let said = prologue(&TeamId([1; 32]), &SessionId([2; 16]), "https://shop.example.org");
        let visitor = Initiator::start(&said, &[3; 32]).unwrap();
        let longest = vec![0; MAX_NOISE_BYTES - 2 * KEY_BYTES - 2 * TAG_BYTES];
        let too_long = [&longest[..], &[0]].concat();
        let answer = |payload: &[u8]| respond(&said, visitor.message(), &[4; 32], payload, &[5; 32]);
        assert_eq!(answer(&too_long).unwrap_err(), SealError::TooLong);
        let (_, mut helper) = answer(&longest).unwrap();
        assert_eq!(helper.seal(&[0; MAX_NOISE_BYTES - TAG_BYTES + 1]), Err(SealError::TooLong));
        assert_eq!(
            helper.seal(&[0; MAX_NOISE_BYTES - TAG_BYTES]).unwrap()[..COUNTER_BYTES],
            [0; 8],
            "no counter is lost"
        );
    }

    #[test]
    fn what_is_written_for_debugging_shows_no_key() {
        let said = prologue(&TeamId([1; 32]), &SessionId([2; 16]), "https://shop.example.org");
        let visitor = Initiator::start(&said, &[171; 32]).unwrap();
        let (message2, helper) = respond(&said, visitor.message(), &[172; 32], b"hello", &[173; 32]).unwrap();
        let shown = format!("{visitor:?} {helper:?} {:?}", visitor.state);
        for byte in ["171", "172", "173", "ab, ab", "AB, AB"] {
            assert!(!shown.contains(byte), "{shown}");
        }
        assert!(visitor.finish(&message2).is_ok());
    }
}
