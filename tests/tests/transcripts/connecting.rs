//! From the claim to both greetings.

use alongside_agent_proto::session::{Input, State};
use alongside_agent_proto::wire::{Hello, PeerErrorCode, PeerMessage, Role};
use alongside_signaling_proto::wire::{ErrorCode, LeaveReason};

use crate::story::{
    Story, ack, answer, chat, client, found, heard, hello, navigated, page, prepared, queued, say, session,
    verified,
};

pub(crate) fn stories() -> Vec<Story> {
    let mut stories = helpers();
    stories.extend(visitors());
    stories.extend(greetings());
    stories
}

fn helpers() -> Vec<Story> {
    vec![
        Story::helper("claim-refused", "Another helper was quicker.")
            .then(Input::Accept { session: session(1) })
            .then(Input::Described { generation: 1, sdp: "offer".to_owned() })
            .then(Input::Refused { code: ErrorCode::TicketGone })
            .is(State::Failed),
        Story::helper("claim-refused-otherwise", "The helper has too many sessions.")
            .then(Input::Accept { session: session(1) })
            .then(Input::Described { generation: 1, sdp: "offer".to_owned() })
            .then(Input::Refused { code: ErrorCode::TooManySessions })
            .is(State::Failed),
        Story::helper("disbelieved", "The visitor could not verify the helper.")
            .claims()
            .then(Input::Left { reason: LeaveReason::Unverified })
            .is(State::Failed),
        Story::helper(
            "visitor-cancels-while-connecting",
            "The visitor takes the ask back just after the claim.",
        )
        .claims()
        .then(Input::Left { reason: LeaveReason::Ended })
        .is(State::Ended),
        Story::helper(
            "visitor-gone-while-connecting",
            "The visitor's socket closes before the peers have each other.",
        )
        .claims()
        .then(Input::Left { reason: LeaveReason::Gone })
        .is(State::Failed),
        Story::helper("visitor-could-not-connect", "The visitor says that it did not work.")
            .claims()
            .then(answer())
            .then(Input::Left { reason: LeaveReason::Failed })
            .is(State::Failed),
        Story::helper(
            "end-before-offer",
            "The helper ends before the offer is made: the claim never leaves.",
        )
        .then(Input::Accept { session: session(1) })
        .then(Input::End)
        .then(Input::Described { generation: 1, sdp: "offer".to_owned() })
        .is(State::Ended),
        Story::helper(
            "end-while-claiming",
            "The helper ends while the claim is on its way, and it wins all the same.",
        )
        .then(Input::Accept { session: session(1) })
        .then(Input::Described { generation: 1, sdp: "offer".to_owned() })
        .then(Input::End)
        .is(State::Ended)
        .then(Input::ClaimWon)
        .is(State::Ended),
        Story::helper(
            "helper-socket-lost-while-connecting",
            "The helper's socket breaks: the claim is lost with it.",
        )
        .claims()
        .then(Input::SocketLost)
        .is(State::Failed),
        Story::helper(
            "candidates-of-a-helper",
            "Candidates wait: local ones for the claim, remote ones for the answer.",
        )
        .then(Input::Accept { session: session(1) })
        .then(found(1, 1))
        .then(Input::Described { generation: 1, sdp: "offer".to_owned() })
        .then(found(1, 2))
        .then(Input::ClaimWon)
        .then(found(1, 3))
        .then(heard(11))
        .then(heard(12))
        .then(answer())
        .then(heard(13))
        .then(answer()),
        Story::helper("helper-connect-timeout", "The visitor never answers.")
            .claims()
            .waits()
            .is(State::Failed),
        Story::helper("helper-channel-fails", "The peer connection fails before it opens.")
            .claims()
            .then(answer())
            .then(Input::ChannelClosed { generation: 1 })
            .is(State::Failed),
    ]
}

fn visitors() -> Vec<Story> {
    vec![
        Story::visitor(
            "second-helper",
            "Only one helper is accepted: whatever claims later is not looked at.",
        )
        .asks_and_waits()
        .then_claimed(1)
        .then(verified())
        .then(Input::Unverified { code: alongside_agent_proto::session::UnverifiedCode::KeyMismatch })
        .then(queued(1, 1))
        .is(State::Connecting)
        .connects(1)
        .then(verified())
        .is(State::Connected),
        Story::visitor("candidates-of-a-visitor", "Candidates wait for the answer, in both directions.")
            .asks_and_waits()
            .then(verified())
            .then(heard(11))
            .then(found(1, 1))
            .then(Input::Described { generation: 1, sdp: "answer".to_owned() })
            .then(found(1, 2))
            .then(heard(12))
            .then(answer()),
        Story::visitor("old-generation", "What an older peer connection has to say is dropped.")
            .asks_and_waits()
            .then_claimed(1)
            .then(Input::Left { reason: LeaveReason::Gone })
            .then(prepared(2))
            .then(queued(1, 1))
            .then(verified())
            .then(Input::Described { generation: 1, sdp: "old answer".to_owned() })
            .then(found(1, 9))
            .then(Input::ChannelOpened { generation: 1 })
            .then(Input::ChannelClosed { generation: 1 })
            .is(State::Connecting)
            .then(Input::Described { generation: 2, sdp: "answer".to_owned() })
            .connects(2)
            .then(Input::ChannelClosed { generation: 1 })
            .is(State::Connected),
        Story::visitor("connect-timeout", "The peers do not find each other.")
            .asks_and_waits()
            .then_claimed(1)
            .after(29_000)
            .then(Input::TimedOut)
            .is(State::Connecting)
            .waits()
            .is(State::Failed)
            .then(Input::ChannelClosed { generation: 1 })
            .is(State::Failed),
        Story::visitor("channel-fails", "The peer connection fails before it opens: asked again.")
            .asks_and_waits()
            .then_claimed(1)
            .then(Input::ChannelClosed { generation: 1 })
            .is(State::Asking),
        Story::visitor("seal-broken", "Somebody between the two changed what was sealed.")
            .asks_and_waits()
            .then_claimed(1)
            .then(Input::OpenFailed)
            .is(State::Failed),
        Story::visitor("forward-refused", "The server has no such session any more.")
            .asks_and_waits()
            .then_claimed(1)
            .then(Input::Refused { code: ErrorCode::SessionUnknown })
            .is(State::Asking),
        Story::visitor("forward-refused-otherwise", "The server has a fault of its own.")
            .asks_and_waits()
            .then_claimed(1)
            .then(Input::Refused { code: ErrorCode::Internal })
            .is(State::Failed),
    ]
}

fn greetings() -> Vec<Story> {
    let later = Hello { protocol: 7, role: Role::Helper, stored: 0 };
    vec![
        Story::visitor(
            "hello-lost",
            "The first hello is lost: it is repeated, and nothing of value leaves before.",
        )
        .then(navigated("/vases"))
        .asks_and_waits()
        .then(say("Hello"))
        .then_claimed(1)
        .then(Input::Known { client: client("gold") })
        .then(Input::ChannelOpened { generation: 1 })
        .waits()
        .waits()
        .hears(PeerMessage::HelloAck)
        .is(State::Connecting)
        .then(navigated("/cart"))
        .hears(hello(Role::Helper, 0))
        .is(State::Connected),
        Story::helper(
            "hello-ack-lost",
            "The other side's hello-ack is lost: theirs is heard again, and acknowledged again.",
        )
        .claims()
        .then(answer())
        .then(Input::ChannelOpened { generation: 1 })
        .hears(hello(Role::Visitor, 0))
        .is(State::Connecting)
        .waits()
        .hears(hello(Role::Visitor, 0))
        .is(State::Connecting)
        .hears(PeerMessage::HelloAck)
        .is(State::Connected)
        .hears(hello(Role::Visitor, 0))
        .is(State::Connected),
        Story::helper("value-acknowledges", "The hello-ack is lost, but what comes after it says the same.")
            .claims()
            .then(answer())
            .then(Input::ChannelOpened { generation: 1 })
            .hears(hello(Role::Visitor, 0))
            .hears(chat(1, "Hello"))
            .is(State::Connected),
        Story::visitor("value-before-hello", "Nothing of value is taken before the other's hello.")
            .asks_and_waits()
            .then_claimed(1)
            .then(Input::ChannelOpened { generation: 1 })
            .hears(chat(1, "Hello"))
            .hears(ack(0))
            .is(State::Connecting),
        Story::visitor("hello-of-a-later-version", "A later version is understood by what it has in common.")
            .asks_and_waits()
            .then_claimed(1)
            .then(Input::ChannelOpened { generation: 1 })
            .hears(PeerMessage::Hello(later))
            .hears(PeerMessage::HelloAck)
            .is(State::Connected),
        Story::visitor("hello-of-the-same-role", "Two visitors have nothing to say to each other.")
            .asks_and_waits()
            .then_claimed(1)
            .then(Input::ChannelOpened { generation: 1 })
            .hears(hello(Role::Visitor, 0))
            .hears(hello(Role::Helper, 1))
            .hears(PeerMessage::HelloAck)
            .is(State::Connecting),
        Story::visitor("hello-never-acknowledged", "The channel opens, but nobody answers on it.")
            .asks_and_waits()
            .then_claimed(1)
            .then(Input::ChannelOpened { generation: 1 })
            .waits()
            .after(30_000)
            .then(Input::TimedOut)
            .is(State::Failed)
            .waits(),
        Story::helper("early-words", "Messages that come before the channel is open are no messages.")
            .claims()
            .hears(hello(Role::Visitor, 0))
            .then(Input::ReceivedBad { code: PeerErrorCode::BadJson })
            .then(Input::Seen { seq: 1 })
            .then(Input::Writing { on: true })
            .then(Input::Navigated { page: page("/vases") })
            .is(State::Connecting),
        Story::visitor(
            "socket-lost-with-open-channel",
            "The socket breaks, but the channel is open: the server is not needed.",
        )
        .asks_and_waits()
        .then_claimed(1)
        .then(Input::ChannelOpened { generation: 1 })
        .then(Input::SocketLost)
        .is(State::Connecting)
        .hears(hello(Role::Helper, 0))
        .hears(PeerMessage::HelloAck)
        .is(State::Connected),
    ]
}
