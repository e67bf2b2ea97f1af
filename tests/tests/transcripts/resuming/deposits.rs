//! The helper's deposits, and those who knock at them.

use alongside_agent_proto::session::{Input, State};
use alongside_agent_proto::wire::{PeerMessage, Role};
use alongside_signaling_proto::wire::LeaveReason;

use super::{deposited, described, helper, knocked, lost_helper, made};
use crate::story::{BEGIN, Story, ack, answer, chat, found, heard, hello, say};

impl Story {
    /// A helper whose network has changed makes another way back; it is on its way then.
    fn moves(self, generation: u32, number: u8) -> Self {
        self.then(Input::NetworkChanged).hears(PeerMessage::HelloAck).waits().then(made(generation, number))
    }
}

pub(super) fn helpers() -> Vec<Story> {
    vec![
        lost_helper("helper-resumes", "The visitor is back with an answer.")
            .then(say("Wait for me"))
            .then(found(2, 5))
            .then(knocked(7, BEGIN + 6_000, Some("answer 7")))
            .then(found(2, 6))
            .then(heard(9))
            .connects(2)
            .hears(ack(1))
            .waits()
            .then(made(3, 8))
            .hears(deposited(8)),
        lost_helper("helper-offers-anew", "The visitor has no answer, or its offer was used.")
            .then(knocked(7, BEGIN + 6_000, None))
            .then(found(3, 1))
            .then(described(3))
            .then(answer())
            .connects(3),
        lost_helper("visitor-never-back", "The visitor does not come back.")
            .after(600_000)
            .then(Input::TimedOut)
            .is(State::Ended),
        lost_helper("visitor-left-while-away", "The visitor ends while they are away.")
            .then(knocked(7, BEGIN + 6_000, None))
            .then(Input::Left { reason: LeaveReason::Ended })
            .is(State::Ended),
        lost_helper("helper-ends-while-away", "The helper does not wait.").then(Input::End).is(State::Ended),
        helper("helper-returns", "The helper gives the visitor back, once what was written is delivered.")
            .then(say("A colleague will know."))
            .then(Input::Return)
            .is(State::Connected)
            .hears(ack(1))
            .is(State::Ended)
            .then(Input::ChannelClosed { generation: 1 }),
        lost_helper(
            "helper-returns-while-away",
            "Nobody is there to be told: whoever comes back asks again.",
        )
        .then(Input::Return)
        .is(State::Ended),
        helper(
            "deposit-unacknowledged",
            "What the visitor may have stored is a way back until a later one is known to be.",
        )
        .moves(3, 8)
        .moves(4, 9)
        .then(Input::ChannelClosed { generation: 1 })
        .then(knocked(8, BEGIN + 6_000, Some("answer 8")))
        .then(described(5))
        .then(answer())
        .connects(5)
        .hears(deposited(9)),
        helper("deposits-unacknowledged", "Of too many the oldest is void.")
            .moves(3, 8)
            .moves(4, 9)
            .moves(5, 10)
            .hears(deposited(8))
            .hears(deposited(10))
            .hears(deposited(9)),
        helper("silent-for-a-while", "Whoever is heard again on the old path keeps the way back that waits.")
            .then(Input::Disturbed { generation: 1 })
            .is(State::Reconnecting)
            .hears(PeerMessage::HelloAck)
            .is(State::Connected),
        helper("silent-until-nothing-waits", "What waited is gone by then: there is another.")
            .then(Input::Disturbed { generation: 1 })
            .then(Input::ChannelClosed { generation: 2 })
            .is(State::Reconnecting)
            .hears(PeerMessage::HelloAck)
            .is(State::Connected)
            .waits()
            .then(made(3, 8))
            .hears(deposited(8)),
        Story::connected_helper(
            "silent-without-a-deposit",
            "Without a deposit nobody finds back, however it ends.",
        )
        .then(Input::Disturbed { generation: 1 })
        .is(State::Reconnecting)
        .then(Input::ChannelClosed { generation: 1 })
        .is(State::Ended),
        helper("deposit-grown-old", "What was gathered too long ago is let go of when somebody knocks.")
            .after(700_000)
            .then(knocked(7, BEGIN + 701_000, Some("answer 7")))
            .then(described(3))
            .then(answer())
            .connects(3),
        helper("seen-while-away", "What was read meanwhile is told when they have each other again.")
            .hears(chat(1, "Hello?"))
            .then(Input::ChannelClosed { generation: 1 })
            .then(Input::Seen { seq: 1 })
            .then(knocked(7, BEGIN + 6_000, Some("answer 7")))
            .connects(2),
        helper("helper-network-changed", "What waits in hand was gathered elsewhere, and is made anew.")
            .then(Input::NetworkChanged)
            .hears(PeerMessage::HelloAck)
            .waits()
            .then(made(3, 8))
            .is(State::Connected),
        helper("deposit-lost", "The connection that waits in hand fails, and is made anew.")
            .then(Input::ChannelClosed { generation: 2 })
            .waits()
            .is(State::Connected),
        helper("deposited-wrongly", "The visitor cannot have what was never made.")
            .hears(deposited(9))
            .is(State::Connected),
        helper(
            "proposal-lost",
            "A proposal that nobody has answered is not open any more after finding back.",
        )
        .then(Input::Propose { url: None })
        .then(Input::ChannelClosed { generation: 1 })
        .then(knocked(7, BEGIN + 6_000, Some("answer 7")))
        .connects(2),
        Story::connected_helper("lost-before-a-deposit", "Without a deposit nobody finds back.")
            .then(Input::ChannelClosed { generation: 1 })
            .is(State::Ended),
        Story::connected_helper("lost-while-depositing", "The channel closes before the deposit has left.")
            .waits()
            .then(Input::ChannelClosed { generation: 1 })
            .then(made(2, 7))
            .is(State::Ended),
    ]
}

pub(super) fn knocks() -> Vec<Story> {
    vec![
        helper("knock-while-connected", "The visitor has lost the path before the helper has.")
            .then(knocked(7, BEGIN + 500, Some("answer 7")))
            .is(State::Reconnecting)
            .hears(chat(1, "Late"))
            .is(State::Reconnecting)
            .then(Input::ChannelOpened { generation: 2 })
            .hears(hello(Role::Visitor, 0))
            .hears(PeerMessage::HelloAck)
            .is(State::Connected),
        helper("knock-taken-back", "The visitor hears something on the old path after all.")
            .then(knocked(7, BEGIN + 500, Some("answer 7")))
            .then(Input::Left { reason: LeaveReason::Failed })
            .hears(chat(1, "Late"))
            .is(State::Connected),
        lost_helper(
            "knock-before-both-have-begun",
            "The visitor tries anew while the helper has not begun: nothing overtakes.",
        )
        .then(say("One"))
        .then(knocked(7, BEGIN + 6_000, Some("answer 7")))
        .then(Input::ChannelOpened { generation: 2 })
        .hears(hello(Role::Visitor, 0))
        .then(knocked(7, BEGIN + 6_001, None))
        .hears(PeerMessage::HelloAck)
        .is(State::Reconnecting)
        .then(say("Two"))
        .then(Input::Left { reason: LeaveReason::Failed })
        .is(State::Connected),
        lost_helper("server-lost-while-admitting", "Whoever is let in needs no server any more.")
            .then(knocked(7, BEGIN + 6_000, Some("answer 7")))
            .then(Input::SocketLost)
            .connects(2),
        lost_helper(
            "server-lost-while-away",
            "What was gathered before may not be true any more: whoever knocks gets a new offer.",
        )
        .then(Input::SocketLost)
        .then(knocked(7, BEGIN + 6_000, Some("answer 7")))
        .then(described(3))
        .connects(3),
        helper(
            "server-lost-beside-a-silent-path",
            "The old path is not taken for good because the server is gone.",
        )
        .then(knocked(7, BEGIN + 500, Some("answer 7")))
        .then(Input::SocketLost)
        .is(State::Reconnecting)
        .connects(2),
        lost_helper("visitor-loses-the-server", "That their socket is gone is no word of theirs.")
            .then(knocked(7, BEGIN + 6_000, Some("answer 7")))
            .then(Input::Left { reason: LeaveReason::Gone })
            .is(State::Reconnecting)
            .connects(2),
        lost_helper("knock-to-no-end", "Nobody comes in, and the next try counts.")
            .then(knocked(7, BEGIN + 6_000, Some("answer 7")))
            .waits()
            .then(knocked(7, BEGIN + 15_000, None))
            .then(described(3))
            .then(answer())
            .connects(3),
        helper("knock-forgotten", "The visitor is on the old path, and could not say so: it is asked.")
            .then(knocked(7, BEGIN + 500, Some("answer 7")))
            .waits()
            .hears(hello(Role::Visitor, 0))
            .is(State::Connected),
        helper("end-on-a-silent-path", "What is heard first is that it is over: nothing is sent any more.")
            .then(say("Are you there?"))
            .then(Input::Disturbed { generation: 1 })
            .hears(PeerMessage::End)
            .is(State::Ended),
        helper(
            "knock-while-ending",
            "Who ends waits for the last messages, and no longer than they would have.",
        )
        .then(say("Goodbye"))
        .then(Input::End)
        .then(knocked(7, BEGIN + 500, Some("answer 7")))
        .is(State::Reconnecting)
        .waits()
        .is(State::Ended),
        helper("found-while-ending", "Who ends tells the last messages to whoever is back in time.")
            .then(say("Goodbye"))
            .then(Input::End)
            .then(knocked(7, BEGIN + 500, Some("answer 7")))
            .connects(2)
            .hears(ack(1))
            .is(State::Ended),
        helper(
            "visitor-ended-on-a-silent-path",
            "Nobody is heard there any more: the server has told the truth.",
        )
        .then(Input::Disturbed { generation: 1 })
        .then(knocked(7, BEGIN + 500, Some("answer 7")))
        .then(Input::Left { reason: LeaveReason::Ended })
        .is(State::Reconnecting)
        .waits()
        .is(State::Ended),
        helper("visitor-ended-and-the-path-with-them", "The silent path closes, too.")
            .then(Input::Disturbed { generation: 1 })
            .then(knocked(7, BEGIN + 500, Some("answer 7")))
            .then(Input::Left { reason: LeaveReason::Ended })
            .then(Input::ChannelClosed { generation: 1 })
            .is(State::Ended),
        helper("visitor-not-ended", "Whoever is heard on the path has not ended, whatever the server says.")
            .then(Input::Disturbed { generation: 1 })
            .then(knocked(7, BEGIN + 500, Some("answer 7")))
            .then(Input::Left { reason: LeaveReason::Ended })
            .hears(chat(1, "I am here"))
            .is(State::Connected),
        lost_helper("knock-replayed", "A try that is not above the last is refused.")
            .then(knocked(7, BEGIN + 6_000, Some("answer 7")))
            .then(knocked(7, BEGIN + 6_000, Some("answer 7")))
            .then(knocked(7, BEGIN + 5_999, None))
            .connects(2),
        lost_helper("knock-twice", "Two tries, one session: the later counts.")
            .then(knocked(7, BEGIN + 6_000, Some("answer 7")))
            .then(knocked(7, BEGIN + 6_001, Some("other answer 7")))
            .then(described(3))
            .then(answer())
            .then(Input::ChannelOpened { generation: 2 })
            .is(State::Reconnecting)
            .connects(3),
        lost_helper("knock-at-another", "A deposit that was never made opens nothing.")
            .then(knocked(9, BEGIN + 6_000, Some("answer 9")))
            .is(State::Reconnecting),
        helper("knock-at-the-older", "The visitor's page was gone before it had stored the newer deposit.")
            .then(Input::ChannelClosed { generation: 1 })
            .then(knocked(7, BEGIN + 6_000, Some("answer 7")))
            .connects(2)
            .waits()
            .then(made(3, 8))
            .then(Input::ChannelClosed { generation: 2 })
            .then(knocked(7, BEGIN + 7_000, None))
            .then(described(4))
            .then(answer())
            .connects(4),
        helper("knock-at-the-newer", "The newer deposit was stored, although nobody could say so any more.")
            .then(Input::ChannelClosed { generation: 1 })
            .then(knocked(7, BEGIN + 6_000, Some("answer 7")))
            .connects(2)
            .waits()
            .then(made(3, 8))
            .then(Input::ChannelClosed { generation: 2 })
            .then(knocked(8, BEGIN + 7_000, Some("answer 8")))
            .then(knocked(7, BEGIN + 7_001, None))
            .connects(3),
        helper("stale-offer", "What was gathered ten minutes ago is not used any more.")
            .after(599_000)
            .then(Input::ChannelClosed { generation: 1 })
            .after(1_000)
            .then(knocked(7, BEGIN + 700_000, Some("answer 7")))
            .then(described(3))
            .is(State::Reconnecting),
    ]
}
