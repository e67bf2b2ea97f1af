//! What two peers say to each other, and the session that decides.
//!
//! This crate is pure: it does no IO, owns no clock and draws no randomness. Encryption and WebRTC are
//! asynchronous somewhere, so they stay with the driver: the session asks for them as outputs and hears of
//! them as inputs. The same machine stands in TypeScript under `web/src/proto`, file by file; shared
//! transcripts keep the two alike (invariant I8).
//!
//! `PROTOCOL.md` beside this crate is normative.
//!
//! A driver runs a session so:
//!
//! 1. tell it what happened, and the time;
//! 2. do what it says, in order, until it says when to come back;
//! 3. wait for the next thing to happen, or that time.
//!
//! ```
//! use alongside_agent_proto::session::{Event, Input, Output, Session, State};
//! use alongside_signaling_proto::id::{Place, TeamId};
//!
//! let mut session = Session::visitor(vec![TeamId([7; 32])], "https://shop.example".to_owned());
//! let mut due = None;
//! // 1
//! session.handle(Input::Ask { place: Place([9; 16]), written: Vec::new() }, 1_800_000_000_000);
//! // 2
//! loop {
//!     match session.poll_output() {
//!         Output::Event { event: Event::State { state } } => assert_eq!(state, State::Asking),
//!         Output::Dial => { /* open the signaling socket, then `Input::SocketOpened` */ }
//!         Output::Prepare { team: _ } => { /* make an ephemeral key, then `Input::Prepared` */ }
//!         // 3
//!         Output::Timeout { at } => break due = at,
//!         other => unreachable!("{other:?}"),
//!     }
//! }
//! assert_eq!(due, None, "nothing to come back for until one of the two is done");
//! ```

pub mod address;
pub mod decode;
mod deposits;
pub mod limits;
mod negotiation;
mod outbox;
mod proposals;
pub mod session;
mod talk;
pub mod wire;
