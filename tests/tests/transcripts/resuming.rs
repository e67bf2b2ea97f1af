//! How two who have lost each other find back.

use alongside_agent_proto::session::{Helper, Input, KeptDeposit, Snapshot, State};
use alongside_agent_proto::wire::{Admission, Deposit, Deposited, Knock, PeerMessage, Psk, Role};
use alongside_signaling_proto::wire::{ErrorCode, LeaveReason};

use crate::story::{
    BEGIN, PLACE, Story, ack, answer, candidate, chat, found, heard, hello, navigated, prepared, queued, say,
    session, written,
};

pub(crate) fn stories() -> Vec<Story> {
    let mut stories = visitors();
    stories.extend(tries());
    stories.extend(aways());
    stories.extend(helpers());
    stories.extend(knocks());
    stories.extend(restored());
    stories
}

fn deposit(number: u8) -> PeerMessage {
    let offer = format!("offer {number}");
    PeerMessage::Deposit(Deposit { id: session(number), psk: Psk([number; 32]), offer })
}

fn deposited(number: u8) -> PeerMessage {
    PeerMessage::Deposited(Deposited { id: session(number) })
}

fn made(generation: u32, number: u8) -> Input {
    let offer = format!("offer {number}");
    Input::DepositMade { generation, id: session(number), psk: Psk([number; 32]), offer }
}

fn described(generation: u32) -> Input {
    Input::Described { generation, sdp: format!("description {generation}") }
}

fn admitted(offer: Option<&str>) -> Input {
    Input::Admitted { admission: Admission { offer: offer.map(str::to_owned) } }
}

fn knocked(number: u8, attempt: u64, answer: Option<&str>) -> Input {
    let (answer, candidates) = (answer.map(str::to_owned), vec![candidate(3)]);
    Input::Knocked { deposit: session(number), knock: Knock { attempt, answer, candidates, last_seq: 0 } }
}

fn unknown() -> Input {
    Input::Refused { code: ErrorCode::ResumeUnknown }
}

fn resumed() -> Input {
    Input::Resumed { ice_servers: Vec::new() }
}

/// A visitor who holds a way back.
fn visitor(name: &'static str, about: &'static str) -> Story {
    Story::connected_visitor(name, about).after(400).hears(deposit(7))
}

/// A visitor without their helper, whose socket still stands.
fn lost_visitor(name: &'static str, about: &'static str) -> Story {
    visitor(name, about).after(5_000).then(Input::ChannelClosed { generation: 1 }).is(State::Reconnecting)
}

/// A helper whose visitor holds a way back.
fn helper(name: &'static str, about: &'static str) -> Story {
    Story::connected_helper(name, about).waits().after(90).then(made(2, 7)).after(30).hears(deposited(7))
}

fn lost_helper(name: &'static str, about: &'static str) -> Story {
    helper(name, about).after(5_000).then(Input::ChannelClosed { generation: 1 }).is(State::Reconnecting)
}

fn visitors() -> Vec<Story> {
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
        Story::connected_visitor("kept-while-quiet", "What is kept is written anew from time to time.")
            .waits()
            .waits()
            .is(State::Connected),
    ]
}

fn tries() -> Vec<Story> {
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

fn aways() -> Vec<Story> {
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

fn helpers() -> Vec<Story> {
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

fn knocks() -> Vec<Story> {
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

fn restored() -> Vec<Story> {
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
