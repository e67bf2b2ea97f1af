//! Puts what one session tells into the words of an agent.

use std::collections::VecDeque;

use alongside_agent_proto::session::{self, EndedBy, SessionErrorCode, Snapshot, State};
use alongside_agent_proto::wire::{Chat, Page, Role};
use alongside_signaling_proto::id::SessionId;
use serde::Serialize;

use crate::event::{Event, ProposalKind};
use crate::words;

/// How many of one's own messages are remembered until they are read. With a peer who never says so, marks of older
/// ones are told without what their command called them.
const MAX_MARKS: usize = 2_000;

/// What one session has told so far.
#[derive(Debug)]
pub(crate) struct Report {
    own: Role,
    /// Visitor: who helps.
    name: Option<String>,
    was_connected: bool,
    /// Whether the two have lost each other.
    is_away: bool,
    /// What the command called each own message, from the one numbered `first` on.
    called: VecDeque<Option<String>>,
    first: u32,
    delivered: u32,
    read: u32,
    /// Helper: what is proposed, an address and loading the page again, and what the command called it.
    proposed: [Option<(u32, Option<String>)>; 2],
    /// What the command called the message or the proposal that is being taken.
    calling: Option<String>,
    /// What the commands called the messages that are being told again.
    again: VecDeque<Option<String>>,
}

impl Report {
    pub(crate) fn new(own: Role) -> Self {
        Self {
            own,
            name: None,
            was_connected: false,
            is_away: false,
            called: VecDeque::new(),
            first: 1,
            delivered: 0,
            read: 0,
            proposed: [None, None],
            calling: None,
            again: VecDeque::new(),
        }
    }

    /// Goes on with a session of before: what its messages were called is not known any more.
    pub(crate) fn restored(own: Role, kept: &Snapshot) -> Self {
        let Snapshot { last, delivered, read, helper, .. } = kept;
        Self {
            name: helper.as_ref().map(|helper| helper.name.clone()),
            was_connected: true,
            first: last.saturating_add(1),
            delivered: *delivered,
            read: *read,
            ..Self::new(own)
        }
    }

    /// Notes what the command calls the message or the proposal that the session takes next.
    pub(crate) fn call(&mut self, reference: Option<String>) {
        self.calling = reference;
    }

    /// Puts one event of the session into words.
    pub(crate) fn tell(&mut self, session: SessionId, event: session::Event, out: &mut VecDeque<Event>) {
        match event {
            session::Event::State { state: State::Reconnecting } => {
                self.is_away = true;
                out.push_back(Event::Reconnecting { session });
            }
            session::Event::State { state: State::Connected } if self.is_away => {
                self.is_away = false;
                self.was_connected = true;
                out.push_back(Event::Resumed { session });
            }
            session::Event::State { state: State::Connected } => {
                self.was_connected = true;
                out.push_back(Event::Connected { session, name: self.name.clone(), verified: true });
            }
            session::Event::State { state: State::Asking } => self.is_away = false,
            // What is not delivered is told again, and is called what it was called before.
            session::Event::Anew => {
                let known = self.delivered.saturating_sub(self.first.saturating_sub(1)) as usize;
                self.again = std::mem::take(&mut self.called).into_iter().skip(known).collect();
                (self.first, self.delivered, self.read) = (1, 0, 0);
                self.proposed = [None, None];
            }
            session::Event::State { .. } | session::Event::Away => {}
            session::Event::Waiting { helpers, position } => {
                out.push_back(Event::Waiting { helpers, position });
            }
            session::Event::Helper { name, .. } => self.name = Some(name),
            session::Event::Page { page } => {
                let Page { epoch, url, title, omitted, redacted, .. } = page;
                out.push_back(Event::Page { session, epoch, url, title, omitted, redacted });
            }
            session::Event::Client { client } => out.push_back(Event::Client { session, client }),
            session::Event::Message { from, seq, at, text } if from != self.own => {
                out.push_back(Event::Message { session, id: seq, text, at });
            }
            session::Event::Message { .. } => {
                self.called.push_back(self.again.pop_front().unwrap_or_else(|| self.calling.take()));
                if self.called.len() > MAX_MARKS {
                    self.called.pop_front();
                    self.first += 1;
                }
            }
            session::Event::Delivered { seq } => {
                for id in self.delivered + 1..=seq {
                    out.push_back(Event::Delivered { session, id, reference: self.called(id) });
                }
                self.delivered = self.delivered.max(seq);
            }
            session::Event::Read { seq } => {
                for id in self.read + 1..=seq {
                    out.push_back(Event::Read { session, id, reference: self.called(id) });
                }
                self.read = self.read.max(seq);
                while self.first <= self.read && self.called.pop_front().is_some() {
                    self.first += 1;
                }
            }
            session::Event::Typing { on } => out.push_back(Event::Typing { session, on }),
            session::Event::Proposed { id, url } => {
                let kind = if url.is_some() { ProposalKind::Address } else { ProposalKind::Refresh };
                out.push_back(Event::Proposed { session, id, kind, url });
            }
            session::Event::Proposing { id, url } => {
                let [address, refresh] = &mut self.proposed;
                let kept = if url.is_some() { address } else { refresh };
                *kept = Some((id, self.calling.take()));
            }
            session::Event::Allowed { id } => {
                let reference = self.answered(id);
                out.push_back(Event::Allowed { session, id, reference });
            }
            session::Event::Declined { id } => {
                let reference = self.answered(id);
                out.push_back(Event::Refused { session, id, reference, unanswered: false });
            }
            session::Event::Withdrawn { id } => {
                let reference = self.answered(id);
                out.push_back(Event::Refused { session, id, reference, unanswered: true });
            }
            // Another process that was given the same state has taken it: for those who listen, the visitor's own doing.
            session::Event::Ended { by: EndedBy::Elsewhere } => {
                out.push_back(Event::Ended { session, by: EndedBy::Visitor });
            }
            session::Event::Ended { by } => out.push_back(Event::Ended { session, by }),
            session::Event::Error { code } => {
                let reference = self.calling.take();
                out.push_back(error(flat(&code), Some(session), reference));
            }
        }
    }

    /// Says that the session is over where its last word was an error.
    pub(crate) fn failed(&mut self, session: SessionId, out: &mut VecDeque<Event>) {
        if self.was_connected {
            out.push_back(Event::Ended { session, by: EndedBy::Lost });
        }
    }

    /// What the command called a proposal of ours that is answered now.
    fn answered(&mut self, id: u32) -> Option<String> {
        let open = self.proposed.iter_mut().find(|open| open.as_ref().is_some_and(|(own, _)| *own == id));
        open.and_then(Option::take).and_then(|(_, reference)| reference)
    }

    fn called(&self, id: u32) -> Option<String> {
        let index = usize::try_from(id.checked_sub(self.first)?).ok()?;
        self.called.get(index).cloned().flatten()
    }
}

/// Messages of the other side once more, as an agent that was killed may not have told them.
pub(crate) fn again(session: SessionId, unseen: Vec<Chat>) -> impl Iterator<Item = Event> {
    unseen.into_iter().map(move |Chat { seq, at, text }| Event::Message { session, id: seq, text, at })
}

/// An error with its words.
pub(crate) fn error(code: String, session: Option<SessionId>, reference: Option<String>) -> Event {
    let message = words::explain(&code).to_owned();
    Event::Error { code, message, session, reference }
}

/// The innermost code: of `{ "unverified": "key-mismatch" }` it is `key-mismatch`.
pub(crate) fn flat(code: &SessionErrorCode) -> String {
    match code {
        SessionErrorCode::Unverified(code) => kebab(code),
        SessionErrorCode::Refused(code) => kebab(code),
        SessionErrorCode::PeerRefused(code) => kebab(code),
        SessionErrorCode::Unsupported(code) => kebab(code),
        SessionErrorCode::ConnectTimeout
        | SessionErrorCode::SealBroken
        | SessionErrorCode::PeerFault
        | SessionErrorCode::NotSent
        | SessionErrorCode::NotProposed
        | SessionErrorCode::TicketGone
        | SessionErrorCode::ServerLost => kebab(code),
    }
}

/// A code as the wire has it.
pub(crate) fn kebab(code: &impl Serialize) -> String {
    match serde_json::to_value(code) {
        Ok(serde_json::Value::String(code)) => code,
        // Every code without a field is a string on the wire.
        _ => "internal".to_owned(),
    }
}
