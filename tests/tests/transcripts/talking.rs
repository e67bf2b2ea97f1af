//! What is said once both are connected, and how it ends.

use alongside_agent_proto::limits::{MAX_FAULTS, MAX_TEXT_BYTES};
use alongside_agent_proto::session::{Input, State};
use alongside_agent_proto::wire::{PeerErrorCode, PeerMessage, PeerRefused, Role};
use alongside_signaling_proto::wire::{ErrorCode, LeaveReason};

use crate::story::{
    Story, ack, answer, chat, client, heard, hello, navigated, page_message, prepared, queued, read, say,
    typing,
};

pub(crate) fn stories() -> Vec<Story> {
    let mut stories = jobs();
    stories.extend(chats());
    stories.extend(faults());
    stories.extend(ends());
    stories
}

fn jobs() -> Vec<Story> {
    vec![
        Story::visitor(
            "visitor",
            "The visitor's whole way: ask, wait, connect, show the talk, be helped, end.",
        )
        .then(Input::Ask { place: crate::story::PLACE, written: Vec::new() })
        .then(Input::Known { client: client("gold") })
        .then(navigated("/vases"))
        .then(prepared(1))
        .after(60)
        .then(Input::SocketOpened)
        .after(30)
        .then(queued(1, 2))
        .after(5_000)
        .then(queued(1, 1))
        .then(navigated("/vases/blue"))
        .then(say("Does it come in green?"))
        .after(4_000)
        .then_claimed(1)
        .connects(1)
        .after(50)
        .hears(ack(1))
        .after(2_000)
        .hears(read(1))
        .hears(typing(true))
        .after(4_000)
        .hears(chat(1, "It does. Look at the next page."))
        .after(600)
        .then(Input::Seen { seq: 1 })
        .then(navigated("/vases/green"))
        .then(Input::Known { client: client("platinum") })
        .after(2_000)
        .then(Input::Writing { on: true })
        .after(1_500)
        .then(say("Thank you!"))
        .hears(ack(2))
        .after(60_000)
        .then(Input::TimedOut)
        .then(Input::End)
        .is(State::Ended)
        .then(Input::ChannelClosed { generation: 1 })
        .is(State::Ended),
        Story::helper("helper", "The helper's whole way: accept, offer, connect, see the talk, be left.")
            .claims()
            .after(40)
            .then(answer())
            .then(heard(11))
            .connects(1)
            .hears(page_message(2, "/vases/blue"))
            .hears(PeerMessage::Client(client("gold")))
            .hears(chat(1, "Does it come in green?"))
            .after(2_000)
            .then(Input::Seen { seq: 1 })
            .then(Input::Writing { on: true })
            .after(4_000)
            .then(say("It does. Look at the next page."))
            .hears(ack(1))
            .hears(read(1))
            .hears(page_message(3, "/vases/green"))
            .hears(page_message(2, "/vases/blue"))
            .hears(PeerMessage::Client(client("platinum")))
            .hears(chat(2, "Thank you!"))
            .hears(PeerMessage::End)
            .is(State::Ended),
        Story::connected_visitor(
            "socket-dropped",
            "The visitor's socket is dropped a minute after connecting.",
        )
        .waits()
        .is(State::Connected)
        .then(say("Still there?"))
        .then(Input::SocketOpened)
        .then(Input::SocketLost)
        .then(Input::End)
        .hears(ack(1))
        .is(State::Ended),
        Story::connected_visitor(
            "socket-lost-while-connected",
            "The server goes away: the peers have each other.",
        )
        .then(Input::SocketLost)
        .then(Input::Left { reason: LeaveReason::Gone })
        .then(Input::Refused { code: ErrorCode::SessionUnknown })
        .then(Input::OpenFailed)
        .is(State::Connected)
        .then(Input::SocketOpened)
        .waits()
        .is(State::Connected),
        Story::connected_helper("visitor-hangs-up", "The visitor's socket closes, the session goes on.")
            .then(Input::Left { reason: LeaveReason::Gone })
            .then(Input::SocketLost)
            .is(State::Connected)
            .then(Input::End)
            .is(State::Ended),
    ]
}

fn chats() -> Vec<Story> {
    vec![
        Story::visitor("chat-resent", "What was said on the way is sent to whoever comes in the end, once.")
            .asks_and_waits()
            .then(say("One"))
            .then_claimed(1)
            .then(Input::ChannelOpened { generation: 1 })
            .then(say("Two"))
            .then(Input::ChannelClosed { generation: 1 })
            .is(State::Asking)
            .then(say("Three"))
            .then(prepared(2))
            .then(queued(1, 1))
            .then_claimed(2)
            .connects(2)
            .hears(ack(2))
            .hears(ack(3))
            .hears(hello(Role::Helper, 3)),
        Story::connected_helper(
            "chat-duplicate",
            "A message that comes twice is told once and acknowledged twice.",
        )
        .hears(chat(1, "One"))
        .hears(chat(1, "One"))
        .hears(chat(2, "Two"))
        .hears(chat(1, "One")),
        Story::connected_helper("chat-gap", "A message that skips a number is refused.")
            .hears(chat(2, "Two"))
            .hears(chat(1, "One"))
            .hears(chat(3, "Three"))
            .hears(chat(2, "Two"))
            .hears(chat(3, "Three")),
        Story::connected_visitor("acknowledged-too-much", "Nobody has stored or seen what was not written.")
            .then(say("One"))
            .hears(ack(2))
            .hears(read(2))
            .hears(ack(1))
            .hears(ack(1))
            .hears(ack(0))
            .hears(read(1))
            .hears(read(1)),
        Story::connected_visitor("read-implies-delivered", "Who has read a message has stored it.")
            .then(say("One"))
            .then(say("Two"))
            .hears(read(2))
            .hears(ack(2)),
        Story::connected_helper("seen", "Only what came can be seen, and it is told once.")
            .then(Input::Seen { seq: 1 })
            .hears(chat(1, "One"))
            .hears(chat(2, "Two"))
            .then(Input::Seen { seq: 7 })
            .then(Input::Seen { seq: 1 }),
        Story::connected_helper("typing-expires", "Typing that is not repeated is over after a while.")
            .hears(typing(true))
            .after(3_000)
            .hears(typing(true))
            .waits()
            .hears(typing(false))
            .hears(typing(true))
            .hears(typing(false)),
        Story::connected_visitor(
            "typing-is-throttled",
            "Typing is told when it begins, now and then, and when it ends.",
        )
        .then(Input::Writing { on: false })
        .then(Input::Writing { on: true })
        .after(1_000)
        .then(Input::Writing { on: true })
        .after(1_000)
        .then(Input::Writing { on: true })
        .after(1_000)
        .then(Input::Writing { on: true })
        .then(Input::Writing { on: false })
        .then(Input::Writing { on: false })
        .then(Input::Writing { on: true })
        .then(say("Sent"))
        .then(Input::Writing { on: false }),
        Story::connected_visitor("not-sent", "What is empty or too long is not taken.")
            .then(say(""))
            .then(say(&"x".repeat(MAX_TEXT_BYTES + 1)))
            .then(say(&"x".repeat(MAX_TEXT_BYTES)))
            .then(say(&"花".repeat(MAX_TEXT_BYTES / 3 + 1))),
        Story::visitor("say-too-early", "Before a person has asked there is nobody to write to.")
            .then(say("Hello"))
            .is(State::Idle),
    ]
}

fn faults() -> Vec<Story> {
    let mut patience = Story::connected_helper("peer-faults", "A peer that gets too much wrong is left.");
    for _ in 1..MAX_FAULTS {
        patience = patience.then(Input::ReceivedBad { code: PeerErrorCode::BadMessage }).is(State::Connected);
    }
    let refused = || PeerMessage::Refused(PeerRefused { code: PeerErrorCode::TooLarge });
    let mut refusals =
        Story::connected_visitor("peer-refuses", "Refusals are told, never answered, and counted.");
    for _ in 1..MAX_FAULTS {
        refusals = refusals.hears(refused()).is(State::Connected);
    }
    vec![
        patience
            .then(Input::ReceivedBad { code: PeerErrorCode::BadMessage })
            .is(State::Failed)
            .then(Input::ReceivedBad { code: PeerErrorCode::BadMessage })
            .waits()
            .is(State::Failed),
        refusals.hears(refused()).is(State::Failed),
        Story::connected_visitor("role-violation", "A visitor is told no and a helper tells none.")
            .hears(page_message(1, "/vases"))
            .hears(PeerMessage::Client(client("gold")))
            .is(State::Connected),
        Story::connected_helper("helper-navigates", "Where a helper is, nobody is told.")
            .then(navigated("/vases"))
            .then(Input::Known { client: client("gold") }),
    ]
}

fn ends() -> Vec<Story> {
    vec![
        Story::connected_visitor(
            "end-unacknowledged",
            "The last message is acknowledged before the end is said.",
        )
        .then(say("Bye"))
        .then(Input::End)
        .is(State::Connected)
        .then(say("One more thing"))
        .then(Input::End)
        .after(90)
        .hears(ack(1))
        .is(State::Ended)
        .hears(chat(1, "Bye"))
        .then(Input::ChannelClosed { generation: 1 }),
        Story::connected_helper(
            "end-never-acknowledged",
            "The last message is not acknowledged: the end is said all the same.",
        )
        .then(say("Bye"))
        .then(Input::End)
        .waits()
        .is(State::Ended)
        .waits()
        .is(State::Ended),
        Story::connected_helper("end-then-lost", "The channel closes while the last message is on its way.")
            .then(say("Bye"))
            .then(Input::End)
            .then(Input::ChannelClosed { generation: 1 })
            .is(State::Ended),
        Story::connected_visitor("end-on-both-sides", "Both end at once.")
            .then(say("Bye"))
            .then(Input::End)
            .hears(PeerMessage::End)
            .is(State::Ended),
        Story::connected_visitor("helper-ends", "The helper ends.").hears(PeerMessage::End).is(State::Ended),
        Story::connected_visitor("lost", "The channel closes before there is a way back: asked again.")
            .then(say("Hello?"))
            .then(Input::ChannelClosed { generation: 1 })
            .is(State::Asking)
            .then(Input::TimedOut)
            .then(Input::Seen { seq: 1 })
            .then(Input::Writing { on: true })
            .then(navigated("/vases")),
        Story::helper("end-while-greeting", "The helper ends before both greetings are acknowledged.")
            .claims()
            .then(answer())
            .then(Input::ChannelOpened { generation: 1 })
            .then(Input::End)
            .is(State::Ended)
            .hears(hello(Role::Visitor, 0))
            .waits(),
        Story::visitor("ended-while-greeting", "The helper ends before both greetings are acknowledged.")
            .asks_and_waits()
            .then_claimed(1)
            .then(Input::ChannelOpened { generation: 1 })
            .hears(PeerMessage::End)
            .is(State::Ended),
    ]
}
