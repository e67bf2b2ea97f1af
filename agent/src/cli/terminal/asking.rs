//! A visitor at a terminal: where the ask is, who helps, and what they propose. Does no IO.

use std::time::Instant;

use alongside_agent::{Command, EndedBy, Event, ProposalKind, SessionId};

use super::clean;
use super::helping::wanted;
use super::order::Order;
use super::said::{Marks, Said, ended};

const ORDERS: &str = "What you write goes to the helper.
  y, n (or /yes, /no)  answer what the helper proposes
  /go URL TITLE        tell that you are on another page of the site now
  /end, /quit          end the session
  //…                  write something that begins with /";

/// All of it.
#[derive(Debug)]
pub(super) struct Asking {
    /// Whether a browser goes where the visitor agrees to go.
    has_browser: bool,
    told_waiting: Option<(u32, u32)>,
    session: Option<SessionId>,
    name: String,
    proposal: Option<Proposal>,
    marks: Marks,
}

#[derive(Debug)]
struct Proposal {
    id: u32,
    kind: ProposalKind,
    url: Option<String>,
    /// Whether a bare `y` is for it: not when it came while something else was being written.
    is_plain: bool,
}

impl Asking {
    pub(super) fn new(has_browser: bool) -> Self {
        Self {
            has_browser,
            told_waiting: None,
            session: None,
            name: "The helper".to_owned(),
            proposal: None,
            marks: Marks::new(),
        }
    }

    /// Whom what is written is for.
    pub(super) fn addressee(&self) -> Option<SessionId> {
        self.session
    }

    /// Takes what happened, possibly while the person is writing.
    pub(super) fn event(&mut self, event: &Event, is_writing: bool, now: Instant) -> Said {
        let mut said = Said::default();
        #[expect(clippy::wildcard_enum_match_arm, reason = "the rest is a helper's, or of a later version")]
        match event {
            Event::Waiting { helpers, position } => {
                let told = self.told_waiting.replace((*helpers, *position));
                if told != Some((*helpers, *position)) {
                    said.note(match (helpers, position) {
                        (0, _) => {
                            "Nobody is there right now. You stay in the line until somebody comes.".to_owned()
                        }
                        (_, 1) => "You are next. Somebody will be with you soon.".to_owned(),
                        (_, position) => format!("You are number {position} in the line."),
                    });
                }
            }
            Event::Connected { session, name, .. } => {
                self.session = Some(*session);
                if let Some(name) = name {
                    self.name = clean::short(name);
                }
                said.note(format!("{} is with you, verified. What you write goes to them.", self.name));
                said.bell = true;
            }
            Event::Reconnecting { session } => {
                self.session = Some(*session);
                said.note(format!("Finding {} again. Nothing you wrote is lost.", self.name));
            }
            Event::Resumed { .. } => said.note("Your connection is back."),
            Event::Message { session, id, text, .. } => {
                said.message(&self.name, text);
                said.commands.push(Command::Seen { session: *session, id: *id });
                said.bell = true;
            }
            Event::Delivered { id, .. } => self.marks.reached(*id, "delivered", &mut said),
            Event::Read { id, .. } => self.marks.reached(*id, "read", &mut said),
            Event::Typing { on, .. } => self.marks.typing(&self.name, *on, now, &mut said),
            Event::Proposed { id, kind, url, .. } => {
                let (id, kind, url, is_plain) = (*id, *kind, url.clone(), !is_writing);
                let how = if is_plain { "y or n?" } else { "/yes or /no?" };
                said.note(format!("{} proposes {}: {how}", self.name, wanted(kind, url.as_deref())));
                said.bell = true;
                self.proposal = Some(Proposal { id, kind, url, is_plain });
            }
            Event::Ended { by, .. } => {
                self.session = None;
                self.proposal = None;
                said.note(ended(&self.name, *by, EndedBy::Visitor));
            }
            Event::Error { code, message, .. } => {
                said.note(clean::short(message));
                if code == "not-sent" {
                    self.marks.failed();
                }
            }
            _ => {}
        }
        said
    }

    /// Does what was typed.
    pub(super) fn order(&mut self, order: Order) -> Said {
        let mut said = Said::default();
        let is_plain = self.proposal.as_ref().is_some_and(|proposal| proposal.is_plain);
        #[expect(clippy::wildcard_enum_match_arm, reason = "only talk can be an answer")]
        let order = match order {
            Order::Say(text) if is_plain && is_one_of(&text, ["y", "yes"]) => Order::Yes,
            Order::Say(text) if is_plain && is_one_of(&text, ["n", "no"]) => Order::No,
            other => other,
        };
        match order {
            Order::Nothing => {}
            Order::Say(text) => {
                if let Some(session) = self.speaking(&mut said) {
                    self.marks.say(session, text, &mut said);
                }
            }
            Order::Go { url, title } => {
                if let Some(session) = self.speaking(&mut said) {
                    said.commands.push(Command::Go { session, url, title });
                }
            }
            Order::Yes => self.answer(true, &mut said),
            Order::No => self.answer(false, &mut said),
            // Before somebody is there the session is the ask, and quitting takes it back.
            Order::End => said.commands.push(match self.session {
                Some(session) => Command::End { session },
                None => Command::Quit,
            }),
            Order::Quit => said.commands.push(Command::Quit),
            Order::Help => said.note(ORDERS),
            Order::Accept(_)
            | Order::Turn(_)
            | Order::Refresh
            | Order::Return
            | Order::Away
            | Order::Back
            | Order::List => {
                said.note("Only a helper can do that. /help says what there is.");
            }
            Order::Unknown(word) => {
                said.note(format!("There is no /{}. /help says what there is.", clean::short(&word)));
            }
        }
        said
    }

    fn speaking(&self, said: &mut Said) -> Option<SessionId> {
        if self.session.is_none() {
            said.note("Nobody is with you yet.");
        }
        self.session
    }

    fn answer(&mut self, is_yes: bool, said: &mut Said) {
        let Some((session, Proposal { id, kind, url, .. })) = self.session.zip(self.proposal.take()) else {
            return said.note("Nothing is proposed.");
        };
        if !is_yes {
            said.commands.push(Command::Refuse { session, id });
            return said.note("You would rather not.");
        }
        said.commands.push(Command::Allow { session, id });
        let wanted = wanted(kind, url.as_deref());
        said.note(if self.has_browser {
            format!("You agreed {wanted}.")
        } else {
            format!("You agreed {wanted}. Open it yourself; /go URL TITLE tells where you are then.")
        });
    }
}

fn is_one_of(text: &str, words: [&str; 2]) -> bool {
    words.iter().any(|word| text.eq_ignore_ascii_case(word))
}
