//! The visitor's tries, and a helper who is away.

use alongside_agent_proto::session::{Input, State};
use alongside_agent_proto::wire::{PeerMessage, Role};
use alongside_signaling_proto::wire::{ErrorCode, LeaveReason};

use super::{admitted, described, lost_visitor, resumed, unknown, visitor};
use crate::story::{Story, ack, chat, found, heard, hello, prepared, queued, say};

pub(super) fn tries() -> Vec<Story> {
    vec![
        lost_visitor("resume-with-a-new-offer", "The helper has no use for the answer, and offers anew.")
            .then(described(2))
            .then(resumed())
            .then(admitted(Some("offer 9")))
            .then(found(3, 1))
            .then(described(3))
            .then(heard(9))
            .connects(3),
        lost_visitor("resume-fails-once", "The first try comes to nothing; the second asks for a new offer.")
            .then(described(2))
            .then(admitted(None))
            .then(Input::ChannelClosed { generation: 2 })
            .waits()
            .then(admitted(Some("offer 9")))
            .then(described(3))
            .connects(3),
        lost_visitor("resume-takes-too-long", "Nobody answers: the next try is made.")
            .then(described(2))
            .waits()
            .then(resumed())
            .then(admitted(Some("offer 9")))
            .is(State::Reconnecting),
        lost_visitor(
            "server-lost-while-resuming",
            "The server goes away and comes back in the middle of it.",
        )
        .then(Input::SocketLost)
        .then(described(2))
        .after(3_000)
        .then(Input::SocketOpened)
        .then(Input::SocketLost)
        .then(Input::SocketOpened)
        .then(admitted(Some("offer 9")))
        .then(Input::SocketLost)
        .then(described(3))
        .is(State::Reconnecting),
        lost_visitor(
            "server-lost-after-admission",
            "The server goes away while the peers connect: what was on its way is asked for again.",
        )
        .then(described(2))
        .then(admitted(None))
        .then(Input::SocketLost)
        .after(3_000)
        .then(Input::SocketOpened)
        .then(admitted(Some("offer 9")))
        .then(described(3))
        .connects(3),
        lost_visitor(
            "connected-after-all",
            "The peers connect without the server, while it is asked again: the second try is left.",
        )
        .then(described(2))
        .then(admitted(None))
        .then(Input::SocketLost)
        .after(3_000)
        .then(Input::SocketOpened)
        .connects(2),
        lost_visitor("answer-of-before", "What answers another knock than the last is no end of trying.")
            .then(described(2))
            .then(Input::OpenFailed)
            .waits()
            .then(admitted(Some("offer 9")))
            .then(described(3))
            .connects(3),
        lost_visitor("resume-in-vain", "Nobody comes for ten minutes.")
            .then(Input::SocketLost)
            .then(described(2))
            .after(599_000)
            .then(Input::TimedOut)
            .is(State::Reconnecting)
            .after(1_001)
            .then(Input::TimedOut)
            .is(State::Ended),
        lost_visitor("end-while-resuming", "The visitor has enough.")
            .then(described(2))
            .then(Input::End)
            .is(State::Ended),
        lost_visitor("network-changed-while-resuming", "A better network is tried at once.")
            .then(described(2))
            .then(Input::NetworkChanged)
            .is(State::Reconnecting),
        lost_visitor("try-given-up", "A try that has no connection yet is left when the old path is heard.")
            .then(described(2))
            .then(admitted(None))
            .then(Input::ChannelOpened { generation: 2 })
            .then(Input::NetworkChanged)
            .hears(hello(Role::Helper, 0))
            .hears(PeerMessage::HelloAck)
            .is(State::Connected),
        lost_visitor("odd-while-resuming", "What nobody asked for changes nothing.")
            .then(admitted(None))
            .then(Input::OpenFailed)
            .then(Input::Left { reason: LeaveReason::Failed })
            .is(State::Reconnecting),
    ]
}

pub(super) fn aways() -> Vec<Story> {
    vec![
        lost_visitor("helper-away-for-a-moment", "The helper's page is loaded again.")
            .then(described(2))
            .after(20)
            .then(unknown())
            .waits()
            .after(20)
            .then(unknown())
            .waits()
            .then(resumed())
            .then(admitted(Some("offer 9")))
            .then(described(3))
            .connects(3),
        lost_visitor("helper-away", "The helper does not come back: the visitor asks again in their place.")
            .then(say("Are you there?"))
            .then(say("Hello?"))
            .then(described(2))
            .then(unknown())
            .after(7_000)
            .then(Input::TimedOut)
            .then(unknown())
            .is(State::Asking)
            .then(prepared(2))
            .then(queued(1, 1))
            .is(State::Waiting)
            .after(3_000)
            .then_claimed(3)
            .connects(3)
            .hears(ack(2))
            .hears(chat(1, "I am another.")),
        lost_visitor("helper-gone-while-resuming", "The helper's socket closes: tried again.")
            .then(described(2))
            .then(Input::Left { reason: LeaveReason::Gone })
            .waits()
            .is(State::Reconnecting),
        lost_visitor("helper-ended-meanwhile", "The helper has ended while the visitor was away.")
            .then(described(2))
            .then(Input::Left { reason: LeaveReason::Ended })
            .is(State::Ended),
        lost_visitor("blocked-while-away", "The helper keeps the visitor away: that ends it.")
            .then(described(2))
            .then(Input::Refused { code: ErrorCode::Blocked })
            .is(State::Ended),
        lost_visitor(
            "taken-over-when-connected",
            "A copy of the tab finds back too: who was first leaves it to the copy.",
        )
        .then(described(2))
        .then(resumed())
        .then(admitted(Some("offer 9")))
        .then(described(3))
        .connects(3)
        .then(Input::Left { reason: LeaveReason::Moved })
        .is(State::Connected)
        .then(Input::ChannelClosed { generation: 3 })
        .is(State::Ended),
        lost_visitor("taken-over", "A copy of the tab has found back first.")
            .then(described(2))
            .then(Input::Left { reason: LeaveReason::Moved })
            .is(State::Ended),
        lost_visitor("helper-too-busy", "The helper cannot take more: tried again.")
            .then(described(2))
            .then(Input::Refused { code: ErrorCode::TooManySessions })
            .waits()
            .is(State::Reconnecting),
        visitor("return", "The helper gives the visitor back to the queue.")
            .then(say("Hm"))
            .hears(PeerMessage::Return)
            .is(State::Asking)
            .then(prepared(2))
            .then(queued(2, 1))
            .is(State::Waiting),
    ]
}
