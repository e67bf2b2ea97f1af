//! How visitors find back to a desk.

use alongside_agent_proto::session::Input;
use alongside_agent_proto::wire::{Admission, Role};
use alongside_signaling_proto::id::{Sealed, SessionId};
use alongside_signaling_proto::wire::{Asked, Resumed};

use super::{Desk, Helped};
use crate::door::Outcome;
use crate::report::{self, Report};
use crate::state::Kept;

impl Desk {
    /// Goes on with what an agent before us has kept.
    pub(super) fn restore(&mut self) {
        for Kept { session, origin, snapshot, unseen } in self.keeper.sessions() {
            let message = Sealed::new(Vec::new()).unwrap_or_else(|_| unreachable!("it is empty"));
            let mut driver = self.driver(session, origin.clone());
            driver.remind(unseen.clone());
            // They have asked long ago.
            let asked = Asked { ticket: session, origin, message, waiting_ms: 0 };
            self.sessions
                .insert(session, Helped { asked, driver, report: Report::restored(Role::Helper, &snapshot) });
            self.input(session, Input::Restore { snapshot });
            self.room.out.extend(report::again(session, unseen));
        }
    }

    /// The session that the server calls by this name: its own, or that of a deposit.
    pub(super) fn named(&self, name: SessionId) -> SessionId {
        if self.sessions.contains_key(&name) { name } else { self.door.owner(name).unwrap_or(name) }
    }

    pub(super) fn announce(&mut self) {
        let now = self.room.now();
        if self.is_enlisted
            && let Some(announcement) = self.door.announcement(now)
        {
            self.signaling.send(announcement);
        }
    }

    pub(super) fn resumed(&mut self, Resumed { session: deposit, message, .. }: Resumed) {
        let Some(message1) = message else { return };
        let session = self.named(deposit);
        let psk = self.sessions.get(&session).and_then(|helped| helped.driver.psk(deposit));
        match self.door.knocked(deposit, message1, psk) {
            Outcome::Knock(knock) => self.input(session, Input::Knocked { deposit, knock }),
            Outcome::Tell(message) => self.signaling.send(message),
            Outcome::Nothing => {}
        }
    }

    pub(super) fn admit(
        &mut self,
        session: SessionId,
        deposit: SessionId,
        attempt: u64,
        admission: &Admission,
    ) {
        if let Some((reply, channel)) = self.door.admit(deposit, attempt, admission)
            && let Some(helped) = self.sessions.get_mut(&session)
        {
            self.signaling.send(reply);
            helped.driver.link(deposit, channel);
        }
    }

    pub(super) fn network_changed(&mut self) {
        self.in_hand = None;
        self.refill_at = Some(self.room.now());
        self.signaling.moved();
        for session in self.sessions.keys().copied().collect::<Vec<_>>() {
            self.input(session, Input::NetworkChanged);
        }
    }
}
