//! One side of one session, with what its driver holds and what its person was told.

use std::collections::VecDeque;

use alongside_agent_proto::session::{Session, Snapshot, State};
use alongside_agent_proto::wire::Psk;
use alongside_signaling_proto::id::{Place, SessionId};

/// A session at work.
#[derive(Debug)]
pub(crate) struct Side {
    /// The machine.
    pub(crate) session: Session,
    /// How often this side was begun anew: what was meant for an earlier life is not heard.
    pub(crate) life: u32,
    /// When it wants to be told of the time.
    pub(crate) due: Option<u64>,
    /// The peer connections, by the generation: the one begun last, the one that stays, those in hand.
    pub(crate) current: Option<usize>,
    /// See `current`.
    pub(crate) standing: Option<usize>,
    /// See `current`.
    pub(crate) in_hand: Vec<usize>,
    /// Under which id sealed frames are exchanged, and the number of that handshake.
    pub(crate) link: Option<(SessionId, u64)>,
    /// What was kept last.
    pub(crate) kept: Option<Snapshot>,
    /// What its person wrote to this other side, by number, and how many of the other's messages they were told.
    pub(crate) said: Vec<String>,
    /// See `said`.
    pub(crate) told: usize,
    /// The id that the broker knows it by, and, at a helper, the ticket.
    pub(crate) id: Option<SessionId>,
    /// Visitor: the place in the queue.
    pub(crate) place: Place,
    /// Whether it is gone for good.
    pub(crate) is_gone: bool,
    /// What waits to be told to the machine.
    pub(crate) inputs: VecDeque<alongside_agent_proto::session::Input>,
    /// The last knock: its deposit, its attempt, and the handshake's number.
    pub(crate) knock: Option<(SessionId, u64, u64)>,
}

impl Side {
    /// Begins.
    #[must_use]
    pub(crate) fn new(session: Session, place: Place) -> Self {
        Self {
            session,
            life: 0,
            due: None,
            current: None,
            standing: None,
            in_hand: Vec::new(),
            link: None,
            kept: None,
            said: Vec::new(),
            told: 0,
            id: None,
            place,
            is_gone: false,
            inputs: VecDeque::new(),
            knock: None,
        }
    }

    /// Whether it waits for a helper.
    #[must_use]
    pub(crate) fn is_in_queue(&self) -> bool {
        matches!(
            self.session.state(),
            State::Asking | State::Waiting | State::Unavailable | State::Connecting
        )
    }

    /// Whether it is over.
    #[must_use]
    pub(crate) fn is_over(&self) -> bool {
        matches!(self.session.state(), State::Ended | State::Failed)
    }

    /// Whether it has this peer connection.
    #[must_use]
    pub(crate) fn has(&self, pc: usize) -> bool {
        self.current == Some(pc) || self.standing == Some(pc) || self.in_hand.contains(&pc)
    }
}

/// What sealed bytes stand for.
#[derive(Debug, Clone)]
pub(crate) enum Blob {
    /// Message 1 of an ask.
    First,
    /// Message 2 of a claim: the offer, and the handshake's number.
    Claim(String, u64),
    /// A sealed frame of a handshake.
    Frame(u64, String),
    /// Message 1 of a resume.
    Knock(SessionId, Psk, String, u64),
    /// Message 2 of a resume.
    Admission(u64, String),
}
