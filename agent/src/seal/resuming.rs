//! The sealed handshake of two who have met before: `Noise_NNpsk0_25519_AESGCM_SHA256`, by `snow`.
//!
//! The helper has left a deposit with the visitor, and in it a secret of 32 random bytes, the psk. Who knocks with it
//! is that visitor and who admits with it is that helper, so neither shows a certificate again. Message 1 can be sent
//! a second time, and who gets hold of the psk can read it at any time: the caller sees to both. What comes after it
//! stays sealed though the psk is lost later.
//!
//! The twin of `web/src/peer/resume-seal.ts`; shared vectors keep the two alike (invariant I8).
//!
//! Source: The Noise Protocol Framework, revision 34, section 9.

use alongside_signaling_proto::id::SessionId;
use snow::{Builder, HandshakeState};

use super::{KEY_BYTES, SealError, SealedChannel, TAG_BYTES, builder, handshake, read, write};

const PATTERN: &str = "Noise_NNpsk0_25519_AESGCM_SHA256";

/// What a handshake message has beside its payload: an ephemeral key and a tag. Units: bytes.
const OVERHEAD_BYTES: usize = KEY_BYTES + TAG_BYTES;

/// What both sides must agree on before they start: another deposit or version, and nothing opens.
///
/// Shape: `"alongside/1 resume\0"` ‖ deposit (16).
#[must_use]
pub fn prologue(deposit: &SessionId) -> Vec<u8> {
    [b"alongside/1 resume\0", &deposit.0[..]].concat()
}

/// The visitor's half of a handshake. It is used up by its answer.
#[derive(Debug)]
pub struct Knock {
    state: HandshakeState,
    message: Vec<u8>,
}

/// Makes message 1 with a payload that only who has the psk can read. The seed is 32 random bytes and becomes the
/// ephemeral key.
///
/// Errors: [`SealError::TooLong`].
pub fn knock(
    deposit: &SessionId,
    psk: &[u8; 32],
    payload: &[u8],
    seed: &[u8; 32],
) -> Result<Knock, SealError> {
    knock_by(&prologue(deposit), psk, payload, seed)
}

fn knock_by(prologue: &[u8], psk: &[u8; 32], payload: &[u8], seed: &[u8; 32]) -> Result<Knock, SealError> {
    let mut state = sharing(psk, prologue, seed)?.build_initiator().map_err(handshake)?;
    let message = write(&mut state, payload, OVERHEAD_BYTES)?;
    Ok(Knock { state, message })
}

impl Knock {
    /// Message 1.
    #[must_use]
    pub fn message(&self) -> &[u8] {
        &self.message
    }

    /// Opens message 2, and gives its payload and the channel.
    ///
    /// Errors: [`SealError::HandshakeFailed`].
    pub fn finish(mut self, message2: &[u8]) -> Result<(Vec<u8>, SealedChannel), SealError> {
        let payload = read(&mut self.state, message2)?;
        Ok((payload, SealedChannel::new(self.state)?))
    }
}

/// A message 1 by who has the psk, for the helper to answer or to drop.
#[derive(Debug)]
pub struct Heard {
    /// The payload of message 1.
    pub payload: Vec<u8>,
    state: HandshakeState,
}

/// Opens message 1: the helper's half of a handshake. The seed is 32 random bytes and becomes the ephemeral key of the
/// answer.
///
/// Errors: [`SealError::HandshakeFailed`].
pub fn hear(
    deposit: &SessionId,
    psk: &[u8; 32],
    message1: &[u8],
    seed: &[u8; 32],
) -> Result<Heard, SealError> {
    hear_by(&prologue(deposit), psk, message1, seed)
}

fn hear_by(prologue: &[u8], psk: &[u8; 32], message1: &[u8], seed: &[u8; 32]) -> Result<Heard, SealError> {
    let mut state = sharing(psk, prologue, seed)?.build_responder().map_err(handshake)?;
    let payload = read(&mut state, message1)?;
    Ok(Heard { payload, state })
}

impl Heard {
    /// Makes message 2, and gives it and the channel.
    ///
    /// Errors: [`SealError::HandshakeFailed`] when the visitor's ephemeral key is of low order, [`SealError::TooLong`].
    pub fn admit(mut self, payload: &[u8]) -> Result<(Vec<u8>, SealedChannel), SealError> {
        let message2 = write(&mut self.state, payload, OVERHEAD_BYTES)?;
        Ok((message2, SealedChannel::new(self.state)?))
    }
}

fn sharing<'a>(psk: &'a [u8; 32], prologue: &'a [u8], seed: &[u8; 32]) -> Result<Builder<'a>, SealError> {
    builder(PATTERN, seed)?.prologue(prologue).and_then(|builder| builder.psk(0, psk)).map_err(handshake)
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::super::tests::hex;
    use super::super::{COUNTER_BYTES, MAX_NOISE_BYTES};
    use super::*;

    const DEPOSIT: SessionId = SessionId([1; 16]);

    #[test]
    fn the_published_vector_holds() {
        let file: Value = serde_json::from_str(include_str!("../../../tests/vectors/noise.json")).unwrap();
        let vector = &file["resuming"];
        assert_eq!(vector["protocol_name"], PATTERN);
        let key = |value: &Value| <[u8; 32]>::try_from(hex(value)).unwrap();
        let message = |at: usize| {
            let message = &vector["messages"][at];
            (hex(&message["payload"]), hex(&message["ciphertext"]))
        };
        let (init, resp) = (hex(&vector["init_prologue"]), hex(&vector["resp_prologue"]));
        let (ours, theirs) = (key(&vector["init_psks"][0]), key(&vector["resp_psks"][0]));

        let (payload, ciphertext) = message(0);
        let knock = knock_by(&init, &ours, &payload, &key(&vector["init_ephemeral"])).unwrap();
        assert_eq!(knock.message(), ciphertext);
        let heard = hear_by(&resp, &theirs, &ciphertext, &key(&vector["resp_ephemeral"])).unwrap();
        assert_eq!(heard.payload, payload);

        let (payload, ciphertext) = message(1);
        let (message2, mut helper) = heard.admit(&payload).unwrap();
        assert_eq!(message2, ciphertext);
        let (opened, mut visitor) = knock.finish(&message2).unwrap();
        assert_eq!(opened, payload);

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
        let longest = vec![0; MAX_NOISE_BYTES - OVERHEAD_BYTES];
        let too_long = [&longest[..], &[0]].concat();
        assert_eq!(knock(&DEPOSIT, &[2; 32], &too_long, &[3; 32]).unwrap_err(), SealError::TooLong);
        let knock = knock(&DEPOSIT, &[2; 32], &longest, &[3; 32]).unwrap();
        let heard = || hear(&DEPOSIT, &[2; 32], knock.message(), &[4; 32]).unwrap();
        assert_eq!(heard().payload, longest);
        assert_eq!(heard().admit(&too_long).unwrap_err(), SealError::TooLong);
        let (message2, _) = heard().admit(&longest).unwrap();
        assert_eq!(knock.finish(&message2).unwrap().0, longest);
    }

    #[test]
    fn what_is_written_for_debugging_shows_no_key() {
        let knock = knock(&DEPOSIT, &[171; 32], b"hello", &[172; 32]).unwrap();
        let heard = hear(&DEPOSIT, &[171; 32], knock.message(), &[173; 32]).unwrap();
        let mut shown = format!("{:?} {heard:?}", knock.state);
        let (_, channel) = heard.admit(b"hello").unwrap();
        shown += &format!("{channel:?}");
        for byte in ["171", "172", "173", "ab, ab", "AB, AB"] {
            assert!(!shown.contains(byte), "{shown}");
        }
    }
}
