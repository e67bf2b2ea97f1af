//! What sessions decide, carried out as their drivers would; and what people are told.
#![expect(clippy::wildcard_enum_match_arm, reason = "what nobody in this world looks at")]

use super::*;

/// What sessions decide.
impl World {
    pub(super) fn input(&mut self, party: Party, input: Input) {
        let (now, life) = (self.now, self.side_mut(party).life);
        if self.side_mut(party).is_gone {
            return;
        }
        self.side_mut(party).session.handle(input, now);
        let mut count = 0;
        loop {
            let output = self.side_mut(party).session.poll_output();
            if let Output::Timeout { at } = output {
                self.side_mut(party).due = at;
                break;
            }
            self.carry_out(party, output);
            count += 1;
            assert!(count < 2_000, "too much at once");
        }
        while let Some(input) = self.side_mut(party).inputs.pop_front() {
            if self.side_mut(party).life == life {
                self.input(party, input);
            }
        }
    }

    pub(super) fn carry_out(&mut self, party: Party, output: Output) {
        match output {
            Output::Dial => self.dial(party, 0),
            Output::HangUp => {
                if let Some(socket) = self.socket_of(party).take() {
                    self.owners.remove(&socket);
                    self.server.closed(socket, self.now);
                }
            }
            Output::Prepare { .. } => {
                let session = SessionId(bytes(self.fresh()));
                let message = self.seal(Blob::First);
                let side = self.side_mut(party);
                (side.id, side.knock) = (Some(session), None);
                side.inputs.push_back(Input::Prepared { session, message });
            }
            Output::Signal { message } => self.tell(party, &message),
            Output::Claim { offer } => {
                let handshake = self.fresh();
                let message = self.seal(Blob::Claim(offer, handshake));
                let side = self.side_mut(party);
                let ticket = side.id.unwrap();
                side.link = Some((ticket, handshake));
                self.tell(party, &AgentToBroker::Claim(Claim { ticket, message }));
            }
            Output::Seal { signal } => {
                let Some((session, handshake)) = self.side_mut(party).link else { return };
                let message = self.seal(Blob::Frame(handshake, serde_json::to_string(&signal).unwrap()));
                self.tell(party, &AgentToBroker::Forward(Forward { session, message }));
            }
            Output::Offer { generation } => {
                let pc = self.make(party, generation, None);
                self.adopt(party, pc);
                self.soon(Happening::Described(pc));
            }
            Output::Answer { generation, offer, .. } => {
                let pc = self.make(party, generation, described(&offer));
                self.adopt(party, pc);
                self.soon(Happening::Described(pc));
            }
            Output::Deposit { generation } => {
                let pc = self.make(party, generation, None);
                self.side_mut(party).in_hand.push(pc);
                self.soon(Happening::Described(pc));
            }
            Output::Accept { generation, answer } => self.accepted(party, generation, &answer),
            Output::AddCandidate { .. } | Output::Go { .. } | Output::Timeout { .. } => {}
            Output::Close { generation } => self.close(party, generation),
            Output::Send { message } => self.send(party, message),
            Output::Announce { deposits } => {
                if let Party::Helper(helper, number) = party {
                    self.helpers[helper].deposits.insert(number, deposits);
                    self.announce(helper);
                }
            }
            Output::Knock { deposit, psk, knock } => {
                let handshake = self.fresh();
                let attempt = knock.attempt;
                let text = serde_json::to_string(&knock).unwrap();
                let message = self.seal(Blob::Knock(deposit, psk, text, handshake));
                let side = self.side_mut(party);
                (side.id, side.knock) = (Some(deposit), Some((deposit, attempt, handshake)));
                self.tell(party, &AgentToBroker::Resume(Resume { session: deposit, message }));
            }
            Output::Admit { deposit, attempt, admission } => {
                let Some((_, _, handshake)) =
                    self.side_mut(party).knock.filter(|(_, own, _)| *own == attempt)
                else {
                    return;
                };
                let message =
                    self.seal(Blob::Admission(handshake, serde_json::to_string(&admission).unwrap()));
                self.side_mut(party).link = Some((deposit, handshake));
                self.tell(party, &AgentToBroker::Forward(Forward { session: deposit, message }));
            }
            Output::Keep { snapshot } => {
                let side = self.side_mut(party);
                assert!(snapshot.written.len() <= side.said.len(), "nothing grows without end");
                side.kept = Some(snapshot);
            }
            Output::Event { event } => self.event(party, event),
        }
    }

    pub(super) fn soon(&mut self, happening: Happening) {
        let wait = self.delay();
        self.later(wait, happening);
    }

    pub(super) fn make(&mut self, owner: Party, generation: u32, remote: Option<usize>) -> usize {
        let losing = self.chance.below(3);
        let life = self.side_mut(owner).life;
        self.pcs.push(Pc {
            owner,
            life,
            generation,
            remote,
            open: false,
            closed: false,
            losing,
            clear_at: 0,
        });
        self.pcs.len() - 1
    }

    pub(super) fn adopt(&mut self, party: Party, pc: usize) {
        let side = self.side_mut(party);
        if let Some(before) = side.current.replace(pc) {
            side.standing = Some(before);
        }
    }

    pub(super) fn accepted(&mut self, party: Party, generation: u32, answer: &str) {
        let pcs = &self.pcs;
        let side = match party {
            Party::Visitor(_) => panic!("visitors answer"),
            Party::Helper(_, number) => &mut self.helped[number].1,
        };
        if let Some(at) = side.in_hand.iter().position(|pc| pcs[*pc].generation == generation) {
            let pc = side.in_hand.remove(at);
            self.adopt(party, pc);
        }
        let Some(pc) = self.side_mut(party).current.filter(|pc| self.pcs[*pc].generation == generation)
        else {
            return;
        };
        let Some(other) = described(answer) else { return };
        self.pcs[pc].remote = Some(other);
        if self.pcs[other].remote == Some(pc) {
            for side in [pc, other] {
                let wait = self.delay() + self.delay();
                self.later(wait, Happening::Open(side));
            }
        }
    }

    pub(super) fn close(&mut self, party: Party, generation: u32) {
        let is_it = |pc: &usize| self.pcs[*pc].generation == generation;
        let side = self.side(party).unwrap();
        let found =
            side.current.iter().chain(&side.standing).chain(&side.in_hand).find(|pc| is_it(pc)).copied();
        let Some(pc) = found else { return };
        let side = self.side_mut(party);
        side.current.take_if(|own| *own == pc);
        side.standing.take_if(|own| *own == pc);
        side.in_hand.retain(|own| *own != pc);
        self.end_pc(pc, false);
    }

    /// A peer connection is gone; the other side hears of it soon, or only by the silence.
    pub(super) fn end_pc(&mut self, pc: usize, silently: bool) {
        self.pcs[pc].closed = true;
        if let Some(other) = self.pcs[pc].remote {
            let wait = if silently { 10_000 } else { self.delay() };
            // What was sent before still arrives.
            let wait = wait.max(self.pcs[pc].clear_at.saturating_sub(self.now) + 1);
            self.later(wait, Happening::Gone(other));
        }
    }

    pub(super) fn send(&mut self, party: Party, message: PeerMessage) {
        let side = self.side(party).unwrap();
        let Some(pc) = side.standing.or(side.current).filter(|pc| self.pcs[*pc].open) else {
            panic!("sent on a channel that is not open: {message:?}")
        };
        if !matches!(
            message,
            PeerMessage::Hello(_) | PeerMessage::HelloAck | PeerMessage::End | PeerMessage::Return
        ) {
            let state = side.session.state();
            assert!(
                matches!(state, State::Connected | State::Reconnecting),
                "too early: {message:?} in {state:?}"
            );
        }
        assert!(!matches!(message, PeerMessage::Refused(_)), "two of us understand each other: {message:?}");
        if self.pcs[pc].losing > 0 {
            self.pcs[pc].losing -= 1;
            return;
        }
        let Some(other) = self.pcs[pc].remote else { return };
        let at = (self.now + 5 + self.chance.below(SLOW)).max(self.pcs[pc].clear_at);
        self.pcs[pc].clear_at = at;
        let wait = at - self.now;
        self.later(wait, Happening::Arrive(other, Box::new(message)));
    }

    pub(super) fn event(&mut self, party: Party, event: Event) {
        let own = if matches!(party, Party::Visitor(_)) { Role::Visitor } else { Role::Helper };
        match event {
            Event::Message { from, seq, text, .. } if from == own => {
                let side = self.side_mut(party);
                side.said.push(text);
                assert_eq!(seq as usize, side.said.len(), "own messages are numbered in order");
            }
            Event::Message { seq, text, .. } => {
                let other = self.other(party);
                let side = self.side_mut(party);
                side.told += 1;
                assert_eq!(seq as usize, side.told, "{party:?} is told each once, in order");
                if let Some(other) = other {
                    let said = self.side(other).and_then(|other| other.said.get(seq as usize - 1));
                    assert_eq!(said, Some(&text), "{party:?} is told what {other:?} wrote");
                }
            }
            Event::Anew => {
                let side = self.side_mut(party);
                (side.told, side.said) = (0, Vec::new());
            }
            Event::State { state: State::Connected | State::Reconnecting } => {}
            Event::State { .. } => self.side_mut(party).kept = None,
            _ => {}
        }
    }

    /// Who is at the other end of the channel that stands.
    pub(super) fn other(&self, party: Party) -> Option<Party> {
        let side = self.side(party)?;
        let pc = side.current.filter(|pc| self.pcs[*pc].open).or(side.standing)?;
        let other = &self.pcs[self.pcs[pc].remote?];
        self.side(other.owner)
            .filter(|side| side.life == other.life && !side.is_over() && !side.is_in_queue())?;
        Some(other.owner)
    }
}
