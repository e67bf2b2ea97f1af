//! A world in one thread: the real broker, visitors and helpers with the real session machine, a network and a clock
//! that obey chance. Whatever happens, each side is told what the other wrote: once, in order, and nothing else.

mod broker;
mod chance;
mod deciding;
mod misfortune;
mod net;
mod side;
mod signaling;

use std::collections::BTreeMap;

use alongside_agent_proto::limits::RESUME_LIFETIME_MS;
use alongside_agent_proto::session::{Event, Input, Output, Session, State};
use alongside_agent_proto::wire::{Chat, PeerMessage, Psk, Role, SealedSignal};
use alongside_signaling_proto::id::{Place, Sealed, SessionId};
use alongside_signaling_proto::wire::{
    AgentToBroker, Announce, BrokerToAgent, Claim, Forward, LeaveReason, Resume,
};

use broker::{BEGIN, Server};
pub use chance::Chance;
use net::{Happening, Party, Pc, describe, described};
use side::{Blob, Side};

/// The page of all visitors.
const ORIGIN: &str = "https://shop.example";

/// How long the path takes at the most. Units: milliseconds.
const SLOW: u64 = 120;

/// A helper: a socket, and sessions.
#[derive(Debug, Default)]
struct Helper {
    life: u32,
    socket: Option<u64>,
    deposits: BTreeMap<usize, Vec<SessionId>>,
    asking: Vec<SessionId>,
}

/// Everything there is.
#[derive(Debug)]
pub struct World {
    now: u64,
    chance: Chance,
    server: Server,
    order: u64,
    happenings: BTreeMap<(u64, u64), Happening>,
    visitors: Vec<Side>,
    sockets: Vec<Option<u64>>,
    helpers: Vec<Helper>,
    helped: Vec<(usize, Side)>,
    pcs: Vec<Pc>,
    blobs: Vec<Blob>,
    owners: BTreeMap<u64, Party>,
    last_at: BTreeMap<(u64, bool), u64>,
    count: u64,
    calm: bool,
}

impl World {
    /// Makes a world; the seed decides all that happens in it.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        let mut chance = Chance::new(seed);
        let (visitors, helpers) = (1 + chance.below(3), 1 + chance.below(2));
        let mut world = Self {
            now: BEGIN,
            chance,
            server: Server::new(),
            order: 0,
            happenings: BTreeMap::new(),
            visitors: Vec::new(),
            sockets: Vec::new(),
            helpers: Vec::new(),
            helped: Vec::new(),
            pcs: Vec::new(),
            blobs: Vec::new(),
            owners: BTreeMap::new(),
            last_at: BTreeMap::new(),
            count: 0,
            calm: false,
        };
        for number in 0..helpers as usize {
            world.helpers.push(Helper::default());
            world.dial(Party::Helper(number, 0), 0);
        }
        for number in 0..visitors {
            let session = Session::visitor(vec![world.server.team()], ORIGIN.to_owned());
            world.visitors.push(Side::new(session, Place([number as u8 + 1; 16])));
            world.sockets.push(None);
            world.ask(number as usize, Vec::new());
        }
        world
    }

    /// Takes so many steps with everything that can go wrong, then lets everything settle, and looks at what came of
    /// it. Gives how many steps it took in all.
    pub fn run(&mut self, steps: u64) -> u64 {
        for _ in 0..steps {
            if self.chance.once_in(6) { self.act() } else { self.step() }
        }
        self.calm = true;
        if !self.server.is_up() {
            self.server.start();
        }
        let until = self.now + 2 * RESUME_LIFETIME_MS;
        let mut calm = 0;
        while calm < 20_000 {
            // What was asked last is accepted too, when nothing else is left to happen.
            for number in 0..self.helpers.len() {
                self.accept(number);
            }
            if self.next_at().is_none_or(|at| at > until) {
                break;
            }
            self.step();
            calm += 1;
        }
        self.look();
        steps + calm
    }

    fn fresh(&mut self) -> u64 {
        self.count += 1;
        self.count
    }

    fn delay(&mut self) -> u64 {
        5 + self.chance.below(SLOW)
    }

    fn later(&mut self, wait: u64, happening: Happening) {
        self.order += 1;
        self.happenings.insert((self.now + wait, self.order), happening);
    }

    /// As [`later`](Self::later), and behind what went the same way before.
    fn queued(&mut self, socket: u64, is_up: bool, happening: Happening) {
        let wait = self.delay();
        let last = self.last_at.entry((socket, is_up)).or_default();
        *last = (self.now + wait).max(*last);
        let wait = *last - self.now;
        self.later(wait, happening);
    }

    fn next_at(&self) -> Option<u64> {
        let due = self.parties().into_iter().filter_map(|party| self.side(party)?.due);
        due.chain(self.happenings.keys().next().map(|(at, _)| *at)).min()
    }

    fn parties(&self) -> Vec<Party> {
        let visitors = (0..self.visitors.len()).map(Party::Visitor);
        let helped =
            self.helped.iter().enumerate().map(|(number, (helper, _))| Party::Helper(*helper, number));
        visitors.chain(helped).collect()
    }

    fn side(&self, party: Party) -> Option<&Side> {
        match party {
            Party::Visitor(number) => self.visitors.get(number),
            Party::Helper(_, number) => self.helped.get(number).map(|(_, side)| side),
        }
    }

    fn side_mut(&mut self, party: Party) -> &mut Side {
        match party {
            Party::Visitor(number) => &mut self.visitors[number],
            Party::Helper(_, number) => &mut self.helped[number].1,
        }
    }

    /// The next thing comes to pass.
    fn step(&mut self) {
        let Some(at) = self.next_at() else { return };
        self.now = self.now.max(at);
        let late = self
            .parties()
            .into_iter()
            .find(|party| self.side(*party).and_then(|side| side.due).is_some_and(|due| due <= self.now));
        if let Some(party) = late {
            self.side_mut(party).due = None;
            return self.input(party, Input::TimedOut);
        }
        if let Some(entry) = self.happenings.first_entry()
            && entry.key().0 <= self.now
        {
            let happening = entry.remove();
            self.happen(happening);
        }
        self.hear_broker();
    }

    fn happen(&mut self, happening: Happening) {
        match happening {
            Happening::Dial(party, life) => self.dialled(party, life),
            Happening::Up(socket, text) => self.server.text(socket, &text, self.now),
            Happening::Down(socket, message) => {
                if let Some(party) = self.owners.get(&socket).copied() {
                    self.heard(party, *message);
                }
            }
            Happening::Described(pc) => {
                let generation = self.pcs[pc].generation;
                let party = self.pcs[pc].owner;
                if !self.lives(pc) {
                } else if self.side(party).is_some_and(|side| side.in_hand.contains(&pc)) {
                    let number = self.fresh();
                    let (id, psk) = (SessionId(bytes(number)), Psk(bytes(number)));
                    let offer = describe(pc);
                    self.input(party, Input::DepositMade { generation, id, psk, offer });
                } else {
                    self.input(party, Input::Described { generation, sdp: describe(pc) });
                }
            }
            Happening::Open(pc) => {
                let is_there =
                    self.lives(pc) && self.pcs[pc].remote.is_some_and(|other| !self.pcs[other].closed);
                if is_there && !self.pcs[pc].open {
                    self.pcs[pc].open = true;
                    let generation = self.pcs[pc].generation;
                    self.input(self.pcs[pc].owner, Input::ChannelOpened { generation });
                }
            }
            Happening::Arrive(pc, message) => {
                if self.lives(pc) && self.pcs[pc].open {
                    let party = self.pcs[pc].owner;
                    // While a new one comes up, what comes over the old one still counts; once it is open, it is closed.
                    self.input(party, Input::Received { message: *message });
                }
            }
            Happening::Gone(pc) => {
                if self.lives(pc) {
                    let generation = self.pcs[pc].generation;
                    self.input(self.pcs[pc].owner, Input::ChannelClosed { generation });
                }
            }
            Happening::Disturbed(pc) => {
                let is_silent =
                    self.pcs[pc].remote.is_some_and(|other| self.pcs[other].clear_at > self.now + 1_000);
                if self.lives(pc) && is_silent {
                    let generation = self.pcs[pc].generation;
                    self.input(self.pcs[pc].owner, Input::Disturbed { generation });
                }
            }
            Happening::ServerBack => {
                if !self.server.is_up() {
                    self.server.start();
                }
            }
        }
    }

    /// Whether a peer connection is somebody's still.
    fn lives(&self, pc: usize) -> bool {
        let Pc { owner, life, closed, .. } = self.pcs[pc];
        !closed && self.side(owner).is_some_and(|side| side.life == life && !side.is_gone && side.has(pc))
    }
}

fn bytes<const N: usize>(number: u64) -> [u8; N] {
    let mut bytes = [0; N];
    bytes[..8].copy_from_slice(&number.to_be_bytes());
    bytes
}
