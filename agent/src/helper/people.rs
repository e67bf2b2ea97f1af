//! A desk with whoever uses the agent.

use alongside_agent_proto::session::Input;
use alongside_agent_proto::wire::Role;
use alongside_signaling_proto::id::SessionId;
use alongside_signaling_proto::limits::MAX_SESSIONS_PER_HELPER;
use alongside_signaling_proto::wire::{AgentToBroker, Attend, ErrorCode};
use url::Url;

use super::{Desk, Helped};
use crate::command::Command;
use crate::report::{Report, kebab};
use crate::room::QUIT_TIMEOUT_MS;

impl Desk {
    pub(super) fn command(&mut self, command: Command) {
        match command {
            Command::Accept { ticket } => self.accept(ticket),
            Command::Say { session, text, reference } => {
                if let Some(helped) = self.sessions.get_mut(&session) {
                    helped.report.call(reference);
                    self.input(session, Input::Say { text });
                } else {
                    self.room.error("unknown-session", Some(session), reference);
                }
            }
            Command::Seen { session, id } => self.tell(session, Input::Seen { seq: id }),
            Command::Typing { session, on } => self.tell(session, Input::Writing { on }),
            Command::Return { session } => self.tell(session, Input::Return),
            Command::End { session } => self.tell(session, Input::End),
            Command::Available => self.attend(true),
            Command::Away => self.attend(false),
            Command::Quit => self.quit(),
            Command::Propose { session, url, reference } => {
                // As browsers write it: what a person types may lack the slash at its end.
                let url = Url::parse(&url).map_or(url, String::from);
                self.propose(session, Some(url), reference);
            }
            Command::Refresh { session, reference } => self.propose(session, None, reference),
            Command::Allow { session, .. }
            | Command::Refuse { session, .. }
            | Command::Go { session, .. } => self.room.error("wrong-role", Some(session), None),
        }
    }

    pub(super) fn propose(&mut self, session: SessionId, url: Option<String>, reference: Option<String>) {
        if let Some(helped) = self.sessions.get_mut(&session) {
            helped.report.call(reference);
            self.input(session, Input::Propose { url });
        } else {
            self.room.error("unknown-session", Some(session), reference);
        }
    }

    pub(super) fn accept(&mut self, ticket: SessionId) {
        if self.sessions.contains_key(&ticket) {
            return self.room.error("wrong-state", Some(ticket), None);
        }
        if self.sessions.len() >= MAX_SESSIONS_PER_HELPER {
            return self.room.error(&kebab(&ErrorCode::TooManySessions), Some(ticket), None);
        }
        let Some(asked) = self.asking.remove(&ticket) else {
            return self.room.error("unknown-ticket", Some(ticket), None);
        };
        let driver = self.driver(ticket, asked.origin.clone());
        self.sessions.insert(ticket, Helped { asked, driver, report: Report::new(Role::Helper) });
        self.input(ticket, Input::Accept { session: ticket });
    }

    pub(super) fn attend(&mut self, available: bool) {
        if available != self.is_available {
            self.is_available = available;
            // Whoever waits is told of again; who does not, is not.
            self.forget_asking();
            if self.is_enlisted {
                self.signaling.send(AgentToBroker::Attend(Attend { available }));
            }
        }
    }

    pub(super) fn quit(&mut self) {
        self.quit_at = Some(self.room.now() + QUIT_TIMEOUT_MS);
        self.refill_at = None;
        self.in_hand = None;
        if self.is_enlisted {
            self.signaling.send(AgentToBroker::Attend(Attend { available: false }));
        }
        for session in self.sessions.keys().copied().collect::<Vec<_>>() {
            self.input(session, Input::End);
        }
    }

    pub(super) fn tell(&mut self, session: SessionId, input: Input) {
        if self.sessions.contains_key(&session) {
            self.input(session, input);
        } else {
            self.room.error("unknown-session", Some(session), None);
        }
    }
}
