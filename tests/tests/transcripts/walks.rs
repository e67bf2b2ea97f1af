//! Stories that nobody made up: each session stumbles on by chance, mostly the sensible way, sometimes not.

use alongside_agent_proto::session::{Input, Output, State, UnverifiedCode};
use alongside_agent_proto::wire::{
    Admission, Deposit, Deposited, Knock, PeerErrorCode, PeerMessage, PeerRefused, Psk, Role,
};
use alongside_signaling_proto::wire::{ErrorCode, LeaveReason};

use crate::story::{
    BEGIN, PLACE, Story, ack, answer, chat, client, found, heard, hello, navigated, page_message, prepared,
    queued, read, say, session, typing, verified,
};

/// How many steps each walk has.
const STEPS: usize = 240;

pub(crate) fn stories() -> Vec<Story> {
    const NAMES: [(&str, Role); 10] = [
        ("walk-1", Role::Visitor),
        ("walk-2", Role::Visitor),
        ("walk-3", Role::Visitor),
        ("walk-4", Role::Visitor),
        ("walk-5", Role::Helper),
        ("walk-6", Role::Helper),
        ("walk-7", Role::Visitor),
        ("walk-8", Role::Visitor),
        ("walk-9", Role::Helper),
        ("walk-10", Role::Helper),
    ];
    NAMES.into_iter().zip(1..).map(|((name, role), seed)| walk(name, role, seed)).collect()
}

/// Numbers that look random and are the same each time (Knuth's MMIX generator).
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: u32) -> u32 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        u32::try_from(self.0 >> 33).unwrap() % end
    }

    fn of<T: Clone>(&mut self, all: &[T]) -> T {
        all[self.below(u32::try_from(all.len()).unwrap()) as usize].clone()
    }
}

/// What has happened on the way, as far as the next step needs it.
#[derive(Default)]
struct Walk {
    generation: u32,
    heard: u32,
    said: u32,
    asks: u8,
}

fn knocked(attempt: u64, answer: Option<String>) -> Input {
    let knock = Knock { attempt, answer, candidates: Vec::new(), last_seq: 1 };
    Input::Knocked { deposit: session(8), knock }
}

fn walk(name: &'static str, role: Role, seed: u64) -> Story {
    let about = "A session stumbles on by chance.";
    let mut story = match role {
        Role::Visitor if seed.is_multiple_of(2) => Story::rollover(name, about),
        Role::Visitor => Story::visitor(name, about),
        Role::Helper => Story::helper(name, about),
    };
    let mut chance = Chance(seed);
    let mut walk = Walk { asks: 1, ..Walk::default() };
    for _ in 0..STEPS {
        let pause = u64::from(chance.below(400));
        story = if chance.below(8) == 0 && story.is_waiting() {
            story.waits()
        } else {
            let input = walk.step(&story, &mut chance);
            story.after(pause).then(input)
        };
        for output in story.last_outputs() {
            if let Output::Offer { generation }
            | Output::Answer { generation, .. }
            | Output::Deposit { generation } = output
            {
                walk.generation = *generation;
            }
            if let Output::Prepare { .. } = output {
                walk.asks = walk.asks.wrapping_add(1);
            }
        }
    }
    story
}

impl Walk {
    fn step(&mut self, story: &Story, chance: &mut Chance) -> Input {
        if chance.below(10) < 8 { self.sensible(story, chance) } else { self.odd(story, chance) }
    }

    fn sensible(&mut self, story: &Story, chance: &mut Chance) -> Input {
        let generation = self.generation;
        let received = |message| Input::Received { message };
        match (story.state(), story.other()) {
            (State::Idle, Role::Helper) => Input::Ask { place: PLACE, written: Vec::new() },
            (State::Idle, Role::Visitor) => Input::Accept { session: session(1) },
            (State::Asking, _) => {
                chance.of(&[Input::SocketOpened, prepared(self.asks), queued(1, 1), queued(0, 1)])
            }
            (State::Waiting | State::Unavailable, _) => {
                chance.of(&[queued(2, 1), verified(), verified(), say("Hm")])
            }
            (State::Connecting, other) => chance.of(&[
                Input::Described { generation, sdp: "description".to_owned() },
                Input::Described { generation, sdp: "description".to_owned() },
                Input::ClaimWon,
                answer(),
                found(generation, 1),
                heard(2),
                Input::ChannelOpened { generation },
                Input::ChannelOpened { generation },
                received(hello(other, 0)),
                received(hello(other, 0)),
                received(PeerMessage::HelloAck),
            ]),
            (State::Connected, _) => match chance.below(11) {
                9 => received(PeerMessage::Deposit(Deposit {
                    id: session(9),
                    psk: Psk([9; 32]),
                    offer: "offer".to_owned(),
                })),
                10 => Input::DepositMade {
                    generation,
                    id: session(8),
                    psk: Psk([8; 32]),
                    offer: "offer".to_owned(),
                },
                0 | 1 => {
                    self.heard += 1;
                    received(chat(self.heard, "Hi"))
                }
                2 | 3 => {
                    self.said += 1;
                    say("Ho")
                }
                4 => received(ack(chance.below(self.said + 1))),
                5 => received(read(chance.below(self.said + 1))),
                6 => received(typing(chance.below(2) == 0)),
                7 => Input::Writing { on: chance.below(2) == 0 },
                _ => Input::Seen { seq: self.heard },
            },
            (State::Reconnecting, other) => {
                let (early, late) = (u64::from(chance.below(9)), u64::from(chance.below(99_000)));
                chance.of(&[
                    Input::SocketOpened,
                    Input::Described { generation, sdp: "description".to_owned() },
                    Input::Described { generation, sdp: "description".to_owned() },
                    Input::Admitted { admission: Admission { offer: None } },
                    Input::Admitted { admission: Admission { offer: Some("offer".to_owned()) } },
                    knocked(early, Some("answer".to_owned())),
                    knocked(BEGIN + late, None),
                    Input::Refused { code: ErrorCode::ResumeUnknown },
                    answer(),
                    found(generation, 1),
                    Input::ChannelOpened { generation },
                    Input::ChannelOpened { generation },
                    received(hello(other, 0)),
                    received(PeerMessage::HelloAck),
                ])
            }
            (State::Ended | State::Failed, _) => {
                chance.of(&[Input::ChannelClosed { generation }, Input::TimedOut, say("Too late")])
            }
        }
    }

    fn odd(&self, story: &Story, chance: &mut Chance) -> Input {
        let generation = self.generation.saturating_sub(chance.below(2));
        let received = |message| Input::Received { message };
        let refused = PeerRefused { code: PeerErrorCode::WrongState };
        let is_rare = chance.below(6) == 0;
        let all = if is_rare {
            vec![
                Input::SocketLost,
                Input::ChannelClosed { generation },
                Input::ChannelClosed { generation },
                Input::Disturbed { generation },
                Input::NetworkChanged,
                Input::Return,
                received(PeerMessage::Return),
                received(PeerMessage::Deposited(Deposited { id: session(8) })),
                Input::End,
                received(PeerMessage::End),
                Input::OpenFailed,
                Input::Unverified { code: UnverifiedCode::HandshakeFailed },
                Input::Refused { code: chance.of(&[ErrorCode::SessionUnknown, ErrorCode::UnknownTeam]) },
                Input::Refused { code: chance.of(&[ErrorCode::TicketExists, ErrorCode::TicketGone]) },
                Input::Left {
                    reason: chance.of(&[LeaveReason::Gone, LeaveReason::Failed, LeaveReason::Ended]),
                },
            ]
        } else {
            vec![
                navigated("/vases"),
                Input::Known { client: client("gold") },
                received(page_message(chance.below(3), "/cart")),
                received(PeerMessage::Client(client("gold"))),
                received(chat(chance.below(self.heard + 3), "Again")),
                received(ack(chance.below(self.said + 3))),
                received(read(chance.below(self.said + 3))),
                received(hello(story.other(), chance.below(3))),
                received(hello(chance.of(&[Role::Visitor, Role::Helper]), 0)),
                received(PeerMessage::Refused(refused)),
                Input::ReceivedBad { code: PeerErrorCode::BadJson },
                Input::Seen { seq: chance.below(9) },
                Input::Described { generation, sdp: "again".to_owned() },
                Input::ChannelOpened { generation },
                found(generation, 7),
                heard(8),
                verified(),
                Input::ClaimWon,
                Input::SocketOpened,
                Input::TimedOut,
                say(""),
            ]
        };
        chance.of(&all)
    }
}
