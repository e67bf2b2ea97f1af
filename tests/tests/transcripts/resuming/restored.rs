//! Sessions that go on from what was kept.

use alongside_agent_proto::session::{Helper, Input, KeptDeposit, Snapshot, State};
use alongside_agent_proto::wire::{Knock, PeerMessage, Psk, Role};

use super::{admitted, described, knocked, made, resumed};
use crate::story::{
    BEGIN, PLACE, Story, ack, answer, chat, hello, navigated, prepared, say, session, written,
};

fn snapshot(role: Role) -> Snapshot {
    let is_visitor = role == Role::Visitor;
    let kept = |number: u8, offer: Option<&str>| KeptDeposit {
        id: session(number),
        psk: Psk([number; 32]),
        offer: offer.map(str::to_owned),
    };
    Snapshot {
        at: BEGIN - 2_000,
        deposits: if is_visitor {
            vec![kept(7, Some("offer 7"))]
        } else {
            vec![kept(7, None), kept(8, None)]
        },
        attempt: BEGIN - 90_000,
        place: is_visitor.then_some(PLACE),
        helper: is_visitor.then(|| Helper { name: "Ada".to_owned(), automated: false }),
        ice_servers: Vec::new(),
        written: vec![written(4, "Four"), written(5, "Five")],
        last: 5,
        delivered: 3,
        read: 2,
        stored: 6,
        seen: 5,
        epoch: 3,
        proposal: 2,
    }
}

fn restore(role: Role) -> Input {
    Input::Restore { snapshot: snapshot(role) }
}

pub(super) fn restored() -> Vec<Story> {
    let mut old = snapshot(Role::Visitor);
    old.at = BEGIN - 600_000;
    let mut bare = snapshot(Role::Visitor);
    bare.deposits.clear();
    vec![
        Story::visitor("page-loaded-again", "The next page goes on where the one before has stopped.")
            .then(restore(Role::Visitor))
            .is(State::Reconnecting)
            .then(navigated("/vases"))
            .then(say("Six"))
            .after(20)
            .then(described(1))
            .after(30)
            .then(Input::SocketOpened)
            .after(10)
            .then(resumed())
            .then(admitted(None))
            .connects(1)
            .hears(ack(6))
            .hears(chat(6, "Old"))
            .hears(chat(7, "New"))
            .then(Input::Seen { seq: 7 }),
        Story::visitor(
            "crashed-before-it-was-kept",
            "The last that was written and heard was lost with the browser.",
        )
        .then(restore(Role::Visitor))
        .then(say("Eight"))
        .then(described(1))
        .then(Input::SocketOpened)
        .then(admitted(None))
        .then(Input::ChannelOpened { generation: 1 })
        .hears(hello(Role::Helper, 7))
        .hears(PeerMessage::HelloAck)
        .hears(ack(8))
        .hears(chat(9, "Nine"))
        .hears(chat(11, "Eleven")),
        Story::visitor(
            "written-after-a-crash",
            "One was lost with the browser, and one was written since, before anything was heard.",
        )
        .then(restore(Role::Visitor))
        .then(say("Seven"))
        .then(described(1))
        .then(Input::SocketOpened)
        .then(admitted(None))
        .then(Input::ChannelOpened { generation: 1 })
        .hears(hello(Role::Helper, 6))
        .hears(PeerMessage::HelloAck)
        .hears(hello(Role::Helper, 6))
        .hears(ack(7)),
        Story::helper(
            "written-after-a-crash-at-the-helper",
            "What the knock says is stored was written before.",
        )
        .then(restore(Role::Helper))
        .then(say("Seven"))
        .then(Input::Knocked {
            deposit: session(7),
            knock: Knock { attempt: BEGIN + 100, answer: None, candidates: Vec::new(), last_seq: 6 },
        })
        .then(described(1))
        .then(answer())
        .then(Input::ChannelOpened { generation: 1 })
        .hears(hello(Role::Visitor, 6))
        .hears(PeerMessage::HelloAck)
        .hears(ack(7)),
        Story::visitor("page-loaded-too-late", "Nobody waits any more.")
            .then(Input::Restore { snapshot: old })
            .is(State::Ended),
        Story::visitor("page-loaded-too-soon", "The page before was gone before it had a way back.")
            .then(Input::Restore { snapshot: bare })
            .is(State::Asking)
            .then(prepared(1))
            .then(Input::SocketOpened),
        Story::helper("console-loaded-again", "The helper's page is back, and waits for the visitor.")
            .then(restore(Role::Helper))
            .is(State::Reconnecting)
            .then(knocked(7, BEGIN + 100, Some("answer 7")))
            .then(described(1))
            .then(answer())
            .connects(1)
            .then(Input::Propose { url: None })
            .waits()
            .then(made(2, 9)),
        Story::visitor("restored-twice", "A session begins once.")
            .then(restore(Role::Visitor))
            .then(restore(Role::Visitor))
            .then(Input::Ask { place: PLACE, written: Vec::new() }),
    ]
}
