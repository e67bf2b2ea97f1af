//! How what agents and broker say to each other reaches them.
#![expect(clippy::wildcard_enum_match_arm, reason = "what nobody in this world looks at")]

use super::*;

/// With the server.
impl World {
    pub(super) fn ask(&mut self, number: usize, written: Vec<Chat>) {
        let place = self.visitors[number].place;
        self.input(Party::Visitor(number), Input::Ask { place, written });
    }

    pub(super) fn dial(&mut self, party: Party, wait: u64) {
        let life = match party {
            Party::Visitor(number) => self.visitors[number].life,
            Party::Helper(number, _) => self.helpers[number].life,
        };
        let wait = wait + self.delay();
        self.later(wait, Happening::Dial(party, life));
    }

    pub(super) fn socket_of(&mut self, party: Party) -> &mut Option<u64> {
        match party {
            Party::Visitor(number) => &mut self.sockets[number],
            Party::Helper(number, _) => &mut self.helpers[number].socket,
        }
    }

    pub(super) fn dialled(&mut self, party: Party, life: u32) {
        let (current, is_wanted) = match party {
            Party::Visitor(number) => (self.visitors[number].life, !self.visitors[number].is_over()),
            Party::Helper(number, _) => (self.helpers[number].life, true),
        };
        if life != current || !is_wanted || self.socket_of(party).is_some() {
            return;
        }
        if !self.server.is_up() {
            return self.dial(party, 500);
        }
        let socket = self.fresh();
        *self.socket_of(party) = Some(socket);
        self.owners.insert(socket, party);
        self.server.opened(socket, matches!(party, Party::Helper(..)), self.now);
        match party {
            Party::Visitor(_) => self.input(party, Input::SocketOpened),
            Party::Helper(number, _) => self.announce(number),
        }
    }

    /// A socket is gone, and dialled again.
    pub(super) fn lose_socket(&mut self, party: Party) {
        let Some(socket) = self.socket_of(party).take() else { return };
        self.owners.remove(&socket);
        self.server.closed(socket, self.now);
        match party {
            Party::Visitor(_) => self.input(party, Input::SocketLost),
            Party::Helper(helper, _) => {
                self.helpers[helper].asking.clear();
                for number in 0..self.helped.len() {
                    if self.helped[number].0 == helper {
                        self.input(Party::Helper(helper, number), Input::SocketLost);
                    }
                }
            }
        }
        self.dial(party, 300);
    }

    pub(super) fn tell(&mut self, party: Party, message: &AgentToBroker) {
        let Some(socket) = *self.socket_of(party) else { return };
        let text = serde_json::to_string(message).unwrap();
        self.queued(socket, true, Happening::Up(socket, text));
    }

    pub(super) fn announce(&mut self, helper: usize) {
        let deposits = self.helpers[helper].deposits.values().flatten().copied().collect();
        self.tell(Party::Helper(helper, 0), &AgentToBroker::Announce(Announce { deposits }));
    }

    pub(super) fn hear_broker(&mut self) {
        for (socket, message) in self.server.said(self.now) {
            self.queued(socket, false, Happening::Down(socket, Box::new(message)));
        }
    }

    pub(super) fn heard(&mut self, party: Party, message: BrokerToAgent) {
        match party {
            Party::Visitor(number) => self.visitor_heard(number, message),
            Party::Helper(helper, _) => self.helper_heard(helper, message),
        }
    }

    pub(super) fn visitor_heard(&mut self, number: usize, message: BrokerToAgent) {
        let party = Party::Visitor(number);
        let id = self.visitors[number].id;
        let is_ours = |session: SessionId| Some(session) == id;
        let input = match message {
            BrokerToAgent::Queued(queued) if is_ours(queued.session) => {
                Input::Queued { helpers: queued.helpers, position: queued.position }
            }
            BrokerToAgent::Claimed(claimed) if is_ours(claimed.session) => {
                let Some(Blob::Claim(offer, handshake)) = claimed.message.map(|sealed| self.open(&sealed))
                else {
                    return;
                };
                self.visitors[number].link = Some((claimed.session, handshake));
                Input::Verified { name: "Dana".to_owned(), automated: false, offer, ice_servers: Vec::new() }
            }
            BrokerToAgent::Resumed(resumed) if is_ours(resumed.session) => {
                Input::Resumed { ice_servers: resumed.ice_servers }
            }
            BrokerToAgent::Forwarded(forwarded) if is_ours(forwarded.session) => {
                return self.forwarded(party, forwarded.session, &forwarded.message);
            }
            BrokerToAgent::Left(left) if is_ours(left.session) => Input::Left { reason: left.reason },
            BrokerToAgent::Refused(refused) if refused.session.is_some_and(is_ours) => {
                Input::Refused { code: refused.code }
            }
            _ => return,
        };
        self.input(party, input);
    }

    pub(super) fn helper_heard(&mut self, helper: usize, message: BrokerToAgent) {
        let owner = |world: &Self, id: SessionId| {
            let named = |(number, (own, side)): (usize, &(usize, Side))| {
                let has = world.helpers[helper].deposits.get(&number).is_some_and(|all| all.contains(&id));
                (*own == helper && !side.is_gone && (side.id == Some(id) || has)).then_some(number)
            };
            world.helped.iter().enumerate().rev().find_map(named)
        };
        let (number, input) = match message {
            BrokerToAgent::Asked(asked) => return self.helpers[helper].asking.push(asked.ticket),
            BrokerToAgent::Withdrawn(withdrawn) => {
                return self.helpers[helper].asking.retain(|ticket| *ticket != withdrawn.ticket);
            }
            BrokerToAgent::Claimed(claimed) => (owner(self, claimed.session), Input::ClaimWon),
            BrokerToAgent::Left(left) => {
                let is_now = |number: &usize| self.helped[*number].1.session.is_about(left.session);
                (owner(self, left.session).filter(is_now), Input::Left { reason: left.reason })
            }
            BrokerToAgent::Refused(refused) => {
                (refused.session.and_then(|id| owner(self, id)), Input::Refused { code: refused.code })
            }
            BrokerToAgent::Forwarded(forwarded) => {
                if let Some(number) = owner(self, forwarded.session) {
                    self.forwarded(Party::Helper(helper, number), forwarded.session, &forwarded.message);
                }
                return;
            }
            BrokerToAgent::Resumed(resumed) => {
                let number = owner(self, resumed.session);
                return self.knocked(helper, number, resumed.session, resumed.message.as_ref());
            }
            _ => return,
        };
        if let Some(number) = number {
            self.input(Party::Helper(helper, number), input);
        }
    }

    pub(super) fn knocked(
        &mut self,
        helper: usize,
        number: Option<usize>,
        deposit: SessionId,
        message: Option<&Sealed>,
    ) {
        let blob = message.map(|sealed| self.open(sealed));
        let (Some(number), Some(Blob::Knock(id, psk, knock, handshake))) = (number, blob) else {
            let leave =
                alongside_signaling_proto::wire::Leave { session: deposit, reason: LeaveReason::Failed };
            return self.tell(Party::Helper(helper, 0), &AgentToBroker::Leave(leave));
        };
        let side = &mut self.helped[number].1;
        let Some(own) = side.session.psk(deposit) else {
            // It is void by now.
            let leave =
                alongside_signaling_proto::wire::Leave { session: deposit, reason: LeaveReason::Failed };
            return self.tell(Party::Helper(helper, 0), &AgentToBroker::Leave(leave));
        };
        assert!(id == deposit && own == psk, "the server has no keys");
        let knock: alongside_agent_proto::wire::Knock = serde_json::from_str(&knock).unwrap();
        if side.knock.is_none_or(|(_, attempt, _)| knock.attempt > attempt) {
            side.knock = Some((deposit, knock.attempt, handshake));
        }
        self.input(Party::Helper(helper, number), Input::Knocked { deposit, knock });
    }

    pub(super) fn forwarded(&mut self, party: Party, session: SessionId, message: &Sealed) {
        let blob = self.open(message);
        let side = self.side_mut(party);
        match blob {
            Blob::Admission(handshake, admission) => {
                if side.knock.is_some_and(|(deposit, _, own)| deposit == session && own == handshake) {
                    side.link = Some((session, handshake));
                    let admission = serde_json::from_str(&admission).unwrap();
                    self.input(party, Input::Admitted { admission });
                }
            }
            Blob::Frame(handshake, signal) if side.link == Some((session, handshake)) => {
                let signal: SealedSignal = serde_json::from_str(&signal).unwrap();
                self.input(party, Input::Opened { signal });
            }
            Blob::Frame(..) | Blob::First | Blob::Claim(..) | Blob::Knock(..) => {
                if side.link.is_some_and(|(own, _)| own == session) {
                    self.input(party, Input::OpenFailed);
                }
            }
        }
    }

    pub(super) fn seal(&mut self, blob: Blob) -> Sealed {
        self.blobs.push(blob);
        Sealed::new((self.blobs.len() as u64 - 1).to_be_bytes().to_vec()).unwrap()
    }

    pub(super) fn open(&self, sealed: &Sealed) -> Blob {
        let index = u64::from_be_bytes(sealed.as_bytes().try_into().unwrap());
        self.blobs[index as usize].clone()
    }
}
