//! The visitor's way into the queue, and out of it.

use alongside_agent_proto::limits::MAX_LOST_CLAIMS;
use alongside_agent_proto::session::{Input, State, UnverifiedCode};
use alongside_signaling_proto::wire::{ErrorCode, LeaveReason};

use crate::story::{PLACE, Story, navigated, prepared, queued, say, verified, written};

pub(crate) fn stories() -> Vec<Story> {
    vec![
        Story::visitor("cancel", "The visitor asks, waits, and takes the ask back.")
            .asks_and_waits()
            .after(9_000)
            .then(queued(2, 1))
            .then(Input::End)
            .is(State::Ended),
        Story::visitor("cancel-before-asking", "The visitor takes the ask back before it has left.")
            .then(Input::Ask { place: PLACE, written: Vec::new() })
            .then(Input::End)
            .is(State::Ended)
            .then(prepared(1))
            .then(Input::SocketOpened)
            .is(State::Ended),
        Story::visitor(
            "slow-key",
            "The socket is open before the key is made, and the page is not told of yet.",
        )
        .then(navigated("/vases?page=2"))
        .then(Input::Ask { place: PLACE, written: Vec::new() })
        .then(navigated("/vases?page=3"))
        .then(Input::SocketOpened)
        .after(3)
        .then(prepared(1))
        .is(State::Asking),
        Story::visitor("slow-socket", "The key is made before the socket is open.")
            .then(Input::Ask { place: PLACE, written: Vec::new() })
            .then(prepared(1))
            .then(prepared(9))
            .after(900)
            .then(Input::SocketOpened)
            .is(State::Asking),
        Story::visitor("asks-on-after-a-page-load", "What was written on the page before comes first.")
            .then(Input::Ask { place: PLACE, written: vec![written(1, "One"), written(2, "Two")] })
            .then(say("Three"))
            .then(prepared(1))
            .then(Input::SocketOpened)
            .is(State::Asking),
        Story::visitor("nobody-there-then-somebody", "Nobody is there, then somebody is, then nobody again.")
            .asks()
            .then(queued(0, 1))
            .is(State::Unavailable)
            .then(say("Hello? Is anybody there?"))
            .after(60_000)
            .then(queued(1, 1))
            .is(State::Waiting)
            .then(queued(0, 1))
            .is(State::Unavailable),
        Story::rollover("rollover", "Nobody of the first team is there, so the second is asked.")
            .asks()
            .then(queued(0, 1))
            .is(State::Asking)
            .then(prepared(2))
            .then(queued(3, 2))
            .is(State::Waiting)
            .then(verified())
            .is(State::Connecting),
        Story::rollover("rollover-nobody", "Nobody of either team is there: the visitor waits in the first.")
            .asks()
            .then(queued(0, 1))
            .then(prepared(2))
            .then(queued(0, 1))
            .is(State::Asking)
            .then(prepared(3))
            .then(queued(0, 1))
            .is(State::Unavailable)
            .then(queued(0, 2))
            .is(State::Unavailable),
        Story::rollover(
            "rollover-later",
            "The helper who comes at last is of the other team, and is found there.",
        )
        .asks()
        .then(queued(0, 1))
        .then(prepared(2))
        .then(queued(0, 1))
        .then(prepared(3))
        .then(queued(0, 1))
        .waits()
        .is(State::Unavailable)
        .then(prepared(4))
        .then(queued(0, 1))
        .waits()
        .then(prepared(5))
        .then(Input::SocketLost)
        .then(Input::SocketOpened)
        .is(State::Asking)
        .then(prepared(6))
        .then(queued(0, 1))
        .waits()
        .then(prepared(7))
        .then(queued(1, 1))
        .is(State::Waiting)
        .then(verified())
        .is(State::Connecting),
        Story::rollover("rollover-unknown-team", "The server does not know the first team, but the second.")
            .asks()
            .then(Input::Refused { code: ErrorCode::UnknownTeam })
            .is(State::Asking)
            .then(prepared(2))
            .then(queued(0, 1))
            .is(State::Unavailable),
        Story::rollover("unknown-teams", "The server knows neither team.")
            .asks()
            .then(Input::Refused { code: ErrorCode::UnknownTeam })
            .then(prepared(2))
            .then(Input::Refused { code: ErrorCode::UnknownTeam })
            .is(State::Failed),
        Story::visitor("queue-full", "Too many wait.")
            .asks()
            .then(Input::Refused { code: ErrorCode::QueueFull })
            .is(State::Failed)
            .then(say("Why?")),
        Story::visitor(
            "unverified",
            "Whoever claims cannot be verified: visibly the end, and nothing was shared.",
        )
        .then(navigated("/vases"))
        .asks_and_waits()
        .then(Input::Unverified { code: UnverifiedCode::CertificateForeign })
        .is(State::Failed)
        .then(verified())
        .then(Input::End)
        .is(State::Failed),
        Story::visitor(
            "helper-leaves-before-verified",
            "The helper is gone before the visitor has verified them.",
        )
        .asks_and_waits()
        .then(Input::Left { reason: LeaveReason::Gone })
        .is(State::Asking)
        .then(verified())
        .is(State::Asking)
        .then(prepared(2))
        .is(State::Asking),
        Story::visitor(
            "lost-claim",
            "The helper is gone while connecting: asked again, with the same place.",
        )
        .asks_and_waits()
        .then(say("Hello"))
        .then_claimed(1)
        .then(Input::Left { reason: LeaveReason::Gone })
        .is(State::Asking)
        .then(prepared(2))
        .then(queued(1, 1))
        .then_claimed(2)
        .connects(2),
        lost_claims(),
        Story::visitor("helper-ends-while-connecting", "The helper accepts and thinks better of it.")
            .asks_and_waits()
            .then_claimed(1)
            .then(Input::Left { reason: LeaveReason::Ended })
            .is(State::Ended),
        Story::visitor("asked-on-elsewhere", "A copy of the tab asks on in the same place.")
            .asks_and_waits()
            .then(Input::Left { reason: LeaveReason::Moved })
            .is(State::Ended),
        Story::visitor("socket-lost-while-asking", "The socket breaks before the ask has left.")
            .then(Input::Ask { place: PLACE, written: Vec::new() })
            .then(Input::SocketLost)
            .then(prepared(1))
            .then(Input::SocketLost)
            .then(Input::SocketOpened)
            .is(State::Asking),
        Story::visitor(
            "socket-lost-while-waiting",
            "The socket breaks: asked again, with the same place and a new key.",
        )
        .asks_and_waits()
        .then(Input::SocketLost)
        .is(State::Asking)
        .then(prepared(2))
        .after(700)
        .then(Input::SocketOpened)
        .then(queued(1, 1))
        .is(State::Waiting),
        Story::visitor(
            "socket-lost-while-connecting",
            "The socket breaks before the peers have found each other.",
        )
        .asks_and_waits()
        .then_claimed(1)
        .then(Input::SocketLost)
        .is(State::Asking)
        .then(prepared(2))
        .then(Input::SocketOpened)
        .is(State::Asking),
        Story::visitor("ticket-exists", "The server has a session of that id already: another is drawn.")
            .asks()
            .then(Input::Refused { code: ErrorCode::TicketExists })
            .then(prepared(2))
            .then(Input::Refused { code: ErrorCode::SessionUnknown })
            .then(queued(1, 1))
            .is(State::Waiting),
        Story::visitor("ask-twice", "Only a fresh session asks, and only a visitor's.")
            .then(Input::Accept { session: crate::story::session(1) })
            .then(Input::End)
            .is(State::Idle)
            .asks_and_waits()
            .then(Input::Ask { place: PLACE, written: Vec::new() })
            .is(State::Waiting),
        Story::helper("helper-asks", "A helper's session asks nobody.")
            .then(Input::Ask { place: PLACE, written: Vec::new() })
            .then(Input::SocketOpened)
            .then(prepared(1))
            .then(verified())
            .is(State::Idle),
    ]
}

fn lost_claims() -> Story {
    let mut story = Story::visitor("lost-claims", "Every claim is lost: the visitor does not ask for ever.")
        .asks_and_waits();
    for generation in 1..=MAX_LOST_CLAIMS + 1 {
        story = story.then_claimed(generation).then(Input::Left { reason: LeaveReason::Failed });
        if generation <= MAX_LOST_CLAIMS {
            story = story.then(prepared(u8::try_from(generation + 1).unwrap())).then(queued(1, 1));
        }
    }
    story.is(State::Failed)
}
