//! What tells a visitor that the path is lost, and what gives it back.

use alongside_agent_proto::session::{Input, State};
use alongside_agent_proto::wire::{PeerMessage, Role};

use super::{admitted, deposit, deposited, described, lost_visitor, resumed, visitor};
use crate::story::{Story, ack, chat, found, heard, hello, navigated, say, typing};

pub(super) fn paths() -> Vec<Story> {
    vec![
        lost_visitor("visitor-resumes", "The channel closes, and the deposited offer is answered at once.")
            .then(say("Are you there?"))
            .then(found(2, 1))
            .then(described(2))
            .then(found(2, 2))
            .after(20)
            .then(resumed())
            .then(admitted(None))
            .then(heard(9))
            .connects(2)
            .hears(ack(1))
            .hears(chat(1, "Here I am."))
            .after(300)
            .hears(deposit(8)),
        visitor("visitor-dials-to-resume", "The socket was let go of long ago, and is opened again.")
            .waits()
            .then(Input::SocketLost)
            .then(Input::ChannelClosed { generation: 1 })
            .then(described(2))
            .is(State::Reconnecting)
            .after(40)
            .then(Input::SocketOpened)
            .then(resumed())
            .then(admitted(None))
            .connects(2),
        visitor(
            "silent-path",
            "A path that has gone silent stays open, and is taken again when it is heard.",
        )
        .after(5_000)
        .then(Input::Disturbed { generation: 1 })
        .is(State::Reconnecting)
        .then(say("Still here"))
        .then(described(2))
        .hears(PeerMessage::HelloAck)
        .is(State::Connected)
        .hears(ack(1)),
        visitor(
            "half-a-path",
            "What was written before the path went silent is not through: what is heard is not enough, until it is.",
        )
        .then(say("Are you there?"))
        .after(5_000)
        .then(Input::Disturbed { generation: 1 })
        .then(described(2))
        .hears(chat(1, "Hello?"))
        .is(State::Reconnecting)
        .hears(ack(1))
        .is(State::Connected),
        visitor("half-a-path-replaced", "The way that opens is taken, though something was heard on the old one.")
            .then(say("Are you there?"))
            .then(Input::Disturbed { generation: 1 })
            .then(described(2))
            .hears(chat(1, "Hello?"))
            .then(resumed())
            .then(admitted(None))
            .connects(2)
            .hears(ack(1)),
        visitor(
            "unacknowledged",
            "What the visitor wrote is not acknowledged, whatever else is heard: the path counts as silent.",
        )
        .then(say("Are you there?"))
        .after(2_000)
        .hears(typing(true))
        .waits()
        .is(State::Reconnecting)
        .then(described(2))
        .hears(ack(1))
        .is(State::Connected),
        visitor("acknowledged-slowly", "A path that takes one message after another is not silent.")
            .then(say("One"))
            .then(say("Two"))
            .after(2_900)
            .hears(ack(1))
            .after(2_900)
            .then(Input::TimedOut)
            .hears(ack(2))
            .after(2_900)
            .then(Input::TimedOut)
            .is(State::Connected),
        visitor("silent-path-replaced", "A path that has gone silent makes room for the one that opens.")
            .then(Input::Disturbed { generation: 7 })
            .is(State::Connected)
            .then(Input::Disturbed { generation: 1 })
            .then(described(2))
            .then(admitted(None))
            .then(Input::ChannelOpened { generation: 2 })
            .then(Input::ChannelClosed { generation: 1 })
            .is(State::Reconnecting)
            .hears(hello(Role::Helper, 0))
            .hears(PeerMessage::HelloAck)
            .is(State::Connected),
        visitor(
            "network-changed",
            "On another network the other side is asked for a sign of life, and gives none.",
        )
        .then(Input::NetworkChanged)
        .is(State::Connected)
        .waits()
        .is(State::Reconnecting),
        visitor("network-changed-harmlessly", "On another network the other side gives a sign of life.")
            .then(Input::NetworkChanged)
            .hears(PeerMessage::HelloAck)
            .after(2_500)
            .then(Input::TimedOut)
            .is(State::Connected),
        Story::connected_visitor(
            "helper-deposits-too-early",
            "Only helpers deposit, and not before the greeting.",
        )
        .hears(deposited(7))
        .hears(PeerMessage::Return)
        .is(State::Asking),
        visitor("return-on-a-silent-path", "What is heard first is that another helper is to come.")
            .then(say("Are you there?"))
            .then(Input::Disturbed { generation: 1 })
            .hears(PeerMessage::Return)
            .is(State::Asking),
        visitor(
            "pages-are-counted",
            "Where the visitor is now is kept before it is told: the next page counts on from there.",
        )
        .then(navigated("/vases"))
        .then(navigated("/vases/blue"))
        .then(Input::ChannelClosed { generation: 1 })
        .then(navigated("/vases/green"))
        .is(State::Reconnecting),
        Story::connected_visitor("kept-while-quiet", "What is kept is written anew from time to time.")
            .waits()
            .waits()
            .is(State::Connected),
    ]
}
