//! How two who have lost each other find back.

mod deposits;
mod paths;
mod restored;
mod tries;

use alongside_agent_proto::session::{Input, State};
use alongside_agent_proto::wire::{Admission, Deposit, Deposited, Knock, PeerMessage, Psk};
use alongside_signaling_proto::wire::ErrorCode;

use crate::story::{Story, candidate, session};

pub(crate) fn stories() -> Vec<Story> {
    let mut stories = paths::paths();
    stories.extend(tries::tries());
    stories.extend(tries::aways());
    stories.extend(deposits::helpers());
    stories.extend(deposits::knocks());
    stories.extend(restored::restored());
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
