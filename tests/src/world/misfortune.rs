//! What people and misfortune do.

use super::*;

/// What people and misfortune do.
impl World {
    pub(super) fn act(&mut self) {
        let visitor = self.chance.below(self.visitors.len() as u64) as usize;
        let helper = self.chance.below(self.helpers.len() as u64) as usize;
        let party = Party::Visitor(visitor);
        match self.chance.below(40) {
            0..=13 => self.say(party),
            14..=23 => {
                let of_helper = (0..self.helped.len()).filter(|number| !self.helped[*number].1.is_over());
                let all: Vec<_> = of_helper.collect();
                if !all.is_empty() {
                    let number = all[self.chance.below(all.len() as u64) as usize];
                    self.say(Party::Helper(self.helped[number].0, number));
                }
            }
            24..=28 => self.accept(helper),
            29..=31 => self.reload(visitor),
            32 => self.reload_console(helper),
            33 => self.lose_socket(party),
            34 => self.lose_socket(Party::Helper(helper, 0)),
            35 => self.silence(party),
            36 => self.input(party, Input::NetworkChanged),
            37 if self.chance.once_in(3) => self.crash_server(),
            38 if self.chance.once_in(3) => self.give_back(helper),
            39 if self.chance.once_in(12) => self.input(party, Input::End),
            _ => self.begin_again(visitor),
        }
        self.hear_broker();
    }

    pub(super) fn say(&mut self, party: Party) {
        if self.side(party).is_some_and(|side| side.is_over() || side.is_gone || side.said.len() > 300) {
            return;
        }
        let text = format!("{party:?} {}", self.fresh());
        self.input(party, Input::Say { text });
    }

    pub(super) fn accept(&mut self, helper: usize) {
        if self.helpers[helper].socket.is_none() {
            return;
        }
        let Some(ticket) = self.helpers[helper].asking.pop() else { return };
        let mut side = Side::new(Session::helper(ORIGIN.to_owned()), Place([0; 16]));
        side.id = Some(ticket);
        self.helped.push((helper, side));
        let party = Party::Helper(helper, self.helped.len() - 1);
        self.input(party, Input::Accept { session: ticket });
    }

    /// Everything of a side is gone but what was kept.
    pub(super) fn kill(&mut self, party: Party, silently: bool) {
        let side = self.side_mut(party);
        side.life += 1;
        side.due = None;
        side.inputs.clear();
        (side.link, side.knock) = (None, None);
        let pcs: Vec<_> = side
            .current
            .take()
            .into_iter()
            .chain(side.standing.take())
            .chain(side.in_hand.drain(..))
            .collect();
        for pc in pcs {
            self.end_pc(pc, silently);
        }
    }

    pub(super) fn reload(&mut self, number: usize) {
        let party = Party::Visitor(number);
        if self.visitors[number].is_over() {
            return;
        }
        let is_crash = self.chance.once_in(3);
        self.kill(party, is_crash);
        if let Some(socket) = self.sockets[number].take() {
            self.owners.remove(&socket);
            self.server.closed(socket, self.now);
        }
        let side = &mut self.visitors[number];
        side.session = Session::visitor(vec![self.server.team()], ORIGIN.to_owned());
        if let Some(snapshot) = side.kept.clone() {
            assert_eq!(snapshot.stored as usize, side.told, "what was told is stored");
            assert_eq!(snapshot.last as usize, side.said.len(), "what was written is stored");
            self.input(party, Input::Restore { snapshot });
        } else {
            let chats = std::mem::take(&mut side.said).into_iter().zip(1..);
            let written = chats.map(|(text, seq)| Chat { seq, at: self.now, text }).collect();
            self.ask(number, written);
        }
    }

    pub(super) fn reload_console(&mut self, helper: usize) {
        let silently = self.chance.once_in(2);
        let forgets = !self.calm && self.chance.once_in(4);
        self.helpers[helper].life += 1;
        self.helpers[helper].asking.clear();
        if let Some(socket) = self.helpers[helper].socket.take() {
            self.owners.remove(&socket);
            self.server.closed(socket, self.now);
        }
        self.helpers[helper].deposits.clear();
        for number in 0..self.helped.len() {
            if self.helped[number].0 != helper || self.helped[number].1.is_gone {
                continue;
            }
            let party = Party::Helper(helper, number);
            self.kill(party, silently);
            let side = &mut self.helped[number].1;
            let kept = side.kept.clone().filter(|_| !forgets && !side.is_over());
            let Some(snapshot) = kept else {
                side.is_gone = true;
                continue;
            };
            assert_eq!(snapshot.stored as usize, side.told, "what was told is stored");
            side.session = Session::helper(ORIGIN.to_owned());
            self.input(party, Input::Restore { snapshot });
        }
        self.dial(Party::Helper(helper, 0), 500);
    }

    /// The path of a visitor lets nothing through for a while.
    pub(super) fn silence(&mut self, party: Party) {
        let side = self.side(party).unwrap();
        let Some(pc) = side.standing.or(side.current).filter(|pc| self.pcs[*pc].open) else { return };
        let Some(other) = self.pcs[pc].remote else { return };
        let long = 3_000 + self.chance.below(27_000);
        for (pc, other) in [(pc, other), (other, pc)] {
            self.pcs[pc].clear_at = self.pcs[pc].clear_at.max(self.now + long);
            self.later(5_000, Happening::Disturbed(other));
            if long > 15_000 {
                self.later(15_000, Happening::Gone(other));
            }
        }
    }

    pub(super) fn crash_server(&mut self) {
        if !self.server.is_up() {
            return;
        }
        self.server.crash();
        for number in 0..self.visitors.len() {
            self.lose_socket(Party::Visitor(number));
        }
        for number in 0..self.helpers.len() {
            self.lose_socket(Party::Helper(number, 0));
        }
        let wait = 500 + self.chance.below(20_000);
        self.later(wait, Happening::ServerBack);
    }

    pub(super) fn give_back(&mut self, helper: usize) {
        let found = (0..self.helped.len()).find(|number| {
            self.helped[*number].0 == helper && self.helped[*number].1.session.state() == State::Connected
        });
        if let Some(number) = found {
            self.input(Party::Helper(helper, number), Input::Return);
        }
    }

    /// Who was helped may need help again.
    pub(super) fn begin_again(&mut self, number: usize) {
        if !self.visitors[number].is_over() || !self.chance.once_in(2) {
            return;
        }
        let party = Party::Visitor(number);
        self.kill(party, false);
        let (life, place) = (self.visitors[number].life, Place(bytes(self.fresh())));
        let session = Session::visitor(vec![self.server.team()], ORIGIN.to_owned());
        self.visitors[number] = Side { life, ..Side::new(session, place) };
        self.ask(number, Vec::new());
    }

    /// What came of it all.
    pub(super) fn look(&self) {
        for (number, side) in self.visitors.iter().enumerate() {
            let state = side.session.state();
            assert!(
                matches!(state, State::Connected | State::Waiting | State::Ended | State::Failed),
                "visitor {number} is {state:?} in the end"
            );
            if state != State::Connected {
                continue;
            }
            let other = self.other(Party::Visitor(number)).and_then(|other| self.side(other));
            let other = other.unwrap_or_else(|| panic!("visitor {number} is connected with nobody"));
            assert_eq!(other.session.state(), State::Connected, "both are");
            assert_eq!(
                (side.told, other.told),
                (other.said.len(), side.said.len()),
                "all that was written has come"
            );
        }
    }
}
