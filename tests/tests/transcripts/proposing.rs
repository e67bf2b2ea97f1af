//! What the helper proposes, and what the visitor answers.

use alongside_agent_proto::limits::MAX_FAULTS;
use alongside_agent_proto::session::{Input, State};
use alongside_agent_proto::wire::{Answered, PeerMessage, Propose};

use crate::story::{ORIGIN, Story, prepared, queued};

fn propose(url: Option<&str>) -> Input {
    Input::Propose { url: url.map(str::to_owned) }
}

fn proposed(id: u32, url: Option<&str>) -> PeerMessage {
    PeerMessage::Propose(Propose { id, url: url.map(str::to_owned) })
}

fn allowed(id: u32) -> PeerMessage {
    PeerMessage::Allowed(Answered { id })
}

fn declined(id: u32) -> PeerMessage {
    PeerMessage::Declined(Answered { id })
}

pub(crate) fn stories() -> Vec<Story> {
    let page = format!("{ORIGIN}/vases/green");
    let other = format!("{ORIGIN}/cart#total");
    let mut flood = Story::connected_visitor(
        "proposals-of-other-sites",
        "A helper who wants the visitor elsewhere again and again is left.",
    );
    for id in 1..MAX_FAULTS {
        flood = flood.hears(proposed(id, Some("https://elsewhere.example/"))).is(State::Connected);
    }
    vec![
        Story::connected_visitor("proposed", "The visitor allows one proposal and declines another.")
            .hears(proposed(1, Some(&page)))
            .after(3_000)
            .then(Input::Allow { id: 1 })
            .then(Input::Allow { id: 1 })
            .after(2_000)
            .hears(proposed(4, None))
            .after(1_000)
            .hears(proposed(5, Some(&other)))
            .then(Input::Decline { id: 5 })
            .then(Input::Allow { id: 4 })
            .then(Input::Decline { id: 4 })
            .then(Input::Allow { id: 9 }),
        Story::connected_visitor(
            "proposal-replaced",
            "A newer proposal of a kind takes the older one's place.",
        )
        .hears(proposed(1, Some(&page)))
        .after(500)
        .hears(proposed(2, Some(&other)))
        .then(Input::Allow { id: 1 })
        .then(Input::Allow { id: 2 }),
        Story::connected_visitor("proposals-refused", "What may not be proposed is never shown.")
            .hears(proposed(1, Some("https://elsewhere.example/")))
            .hears(proposed(1, Some("javascript:alert(1)")))
            .hears(proposed(1, Some("https://shop.example@elsewhere.example/")))
            .hears(proposed(1, Some("https://shop.example/…/secret")))
            .hears(proposed(1, Some("//shop.example/")))
            .hears(proposed(1, Some("")))
            .hears(proposed(7, None))
            .after(1_000)
            .hears(proposed(7, Some(&page)))
            .hears(proposed(6, Some(&page)))
            .then(propose(Some(&page)))
            .hears(allowed(7))
            .then(Input::Allow { id: 7 })
            .is(State::Connected),
        flood.hears(proposed(1, Some("data:,"))).is(State::Failed).then(Input::Allow { id: 1 }),
        Story::connected_visitor("proposals-of-the-next-helper", "The next helper counts from one, too.")
            .hears(proposed(1, Some(&page)))
            .hears(proposed(2, None))
            .hears(PeerMessage::Return)
            .is(State::Asking)
            .then(prepared(2))
            .then(queued(1, 1))
            .then_claimed(2)
            .connects(2)
            .then(Input::Allow { id: 2 })
            .hears(proposed(1, Some(&other)))
            .then(Input::Allow { id: 1 })
            .is(State::Connected),
        Story::connected_helper("proposing", "The helper proposes, and hears the answers.")
            .then(propose(Some(&page)))
            .hears(declined(1))
            .then(propose(Some(&other)))
            .after(1_000)
            .then(propose(Some(&other)))
            .after(1_000)
            .then(propose(None))
            .hears(allowed(3))
            .hears(allowed(2))
            .hears(declined(2))
            .is(State::Connected),
        Story::connected_helper("not-proposed", "What may not be proposed is not sent.")
            .then(propose(Some("https://elsewhere.example/")))
            .then(propose(Some("javascript:alert(1)")))
            .then(propose(Some("/cart")))
            .then(Input::Allow { id: 1 })
            .then(Input::Decline { id: 1 })
            .hears(proposed(1, None))
            .hears(allowed(1))
            .then(propose(Some(&page)))
            .after(1_000)
            .then(propose(Some(&other)))
            .hears(allowed(1))
            .hears(allowed(2))
            .then(Input::End)
            .then(propose(None))
            .is(State::Ended),
        Story::helper("proposed-too-early", "Nobody is there to propose to.")
            .then(propose(None))
            .is(State::Idle),
    ]
}
