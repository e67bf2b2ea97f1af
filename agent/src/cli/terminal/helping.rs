//! A helper at a terminal: who waits, whom they help, and whom they speak to. Does no IO.

use std::time::{Duration, Instant};

use alongside_agent::{Client, Command, EndedBy, Event, ProposalKind, SessionId};
use url::Url;

use super::clean;
use super::order::Order;
use super::said::{Marks, Said, ended, span};

/// How many messages of a session are kept while the helper looks at another. More than anybody reads up on.
const MAX_UNREAD: usize = 200;

const ORDERS: &str = "What you write goes to the visitor.
  /accept N    take visitor N (Enter alone: whoever has waited the longest)
  /N           turn to visitor N
  /list        who waits and whom you help
  /go URL      propose an address of their site
  /refresh     propose to load the page again
  /return      give the visitor back, for somebody else to help
  /end         end the session
  /away /back  not be told of those who ask, and be told again
  /quit        end all sessions and leave
  //…          write something that begins with /";

/// All of it. Everybody has one number from when they ask, and nobody else gets it.
#[derive(Debug)]
pub(super) struct Helping {
    accepts_all: bool,
    last_number: u32,
    waiting: Vec<Waiting>,
    sessions: Vec<Helped>,
    current: Option<SessionId>,
}

#[derive(Debug)]
struct Waiting {
    number: u32,
    ticket: SessionId,
    origin: String,
    since: Instant,
    is_taken: bool,
}

#[derive(Debug)]
struct Helped {
    number: u32,
    id: SessionId,
    origin: String,
    page: Option<(String, String)>,
    about: Vec<String>,
    is_returned: bool,
    unread: std::collections::VecDeque<String>,
    left_out: u32,
    last_id: Option<u32>,
    marks: Marks,
}

impl Helped {
    fn name(&self) -> String {
        format!("Visitor {}", self.number)
    }
}

impl Helping {
    pub(super) fn new(accepts_all: bool) -> Self {
        Self { accepts_all, last_number: 0, waiting: Vec::new(), sessions: Vec::new(), current: None }
    }

    /// What stands before the line that is written. Always as wide, for it changes while somebody writes.
    pub(super) fn prompt(&self) -> String {
        let number = self.current().map_or("-".to_owned(), |helped| (helped.number % 1_000).to_string());
        let unread: usize = self.sessions.iter().map(|helped| helped.unread.len()).sum();
        let unread = if unread == 0 { String::new() } else { format!("+{}", unread.min(999)) };
        format!("{number:>3} {unread:<4}> ")
    }

    /// Whom what is written is for.
    pub(super) fn addressee(&self) -> Option<SessionId> {
        self.current
    }

    fn current(&self) -> Option<&Helped> {
        let id = self.current?;
        self.sessions.iter().find(|helped| helped.id == id)
    }

    fn helped(&mut self, id: &SessionId) -> Option<&mut Helped> {
        self.sessions.iter_mut().find(|helped| helped.id == *id)
    }

    /// Takes what happened.
    pub(super) fn event(&mut self, event: &Event, now: Instant) -> Said {
        let mut said = Said::default();
        let is_current = |session: &SessionId| self.current.as_ref() == Some(session);
        #[expect(clippy::wildcard_enum_match_arm, reason = "the rest is a visitor's, or of a later version")]
        match event {
            Event::Enlisted { name } => {
                said.note(format!("You are there as {}. /help says what you can write.", clean::short(name)));
            }
            Event::Asked { ticket, origin, waiting_ms } => {
                self.asked(*ticket, origin, *waiting_ms, now, &mut said)
            }
            Event::Withdrawn { ticket } => {
                if let Some(at) = self.waiting.iter().position(|waiting| waiting.ticket == *ticket) {
                    said.note(format!("Visitor {} no longer waits.", self.waiting.remove(at).number));
                }
            }
            Event::Connected { session, .. } => self.connected(*session, &mut said),
            Event::Reconnecting { session } => self.lost(*session, &mut said),
            Event::Resumed { session } => self.answered(session, "is with you again", &mut said),
            Event::Page { session, url, title, omitted, .. } => {
                let is_shown = is_current(session);
                let page = (clean::address(url), clean::short(title));
                if let Some(helped) = self.helped(session)
                    && helped.page.as_ref() != Some(&page)
                {
                    if is_shown {
                        said.note(place(&helped.name(), &page, *omitted));
                    }
                    helped.page = Some(page);
                }
            }
            Event::Client { session, client } => {
                let (about, is_shown) = (about(client), is_current(session));
                if let Some(helped) = self.helped(session)
                    && helped.about != about
                {
                    if is_shown {
                        about.iter().for_each(|line| said.aside(line));
                    }
                    helped.about = about;
                }
            }
            Event::Message { session, id, text, .. } => self.message(session, *id, text, &mut said),
            Event::Delivered { session, id, .. } => self.reached(session, *id, "delivered", &mut said),
            Event::Read { session, id, .. } => self.reached(session, *id, "read", &mut said),
            Event::Typing { session, on } => {
                if is_current(session)
                    && let Some(helped) = self.helped(session)
                {
                    let name = helped.name();
                    helped.marks.typing(&name, *on, now, &mut said);
                }
            }
            Event::Allowed { session, .. } => self.answered(session, "agreed, and goes", &mut said),
            Event::Refused { session, unanswered: true, .. } => {
                self.answered(session, "has not answered: their page has changed", &mut said);
            }
            Event::Refused { session, .. } => self.answered(session, "would rather not", &mut said),
            Event::Ended { session, by } => self.ended(session, *by, &mut said),
            Event::Error { code, message, session, .. } => {
                self.failed(code, message, session.as_ref(), &mut said)
            }
            _ => {}
        }
        said
    }

    fn asked(&mut self, ticket: SessionId, origin: &str, waiting_ms: u64, now: Instant, said: &mut Said) {
        let since = now.checked_sub(Duration::from_millis(waiting_ms)).unwrap_or(now);
        let number = if let Some(known) = self.waiting.iter_mut().find(|waiting| waiting.ticket == ticket) {
            (known.since, known.is_taken) = (since, false);
            known.number
        } else {
            self.last_number += 1;
            let origin = clean::address(origin);
            let number = self.last_number;
            self.waiting.push(Waiting { number, ticket, origin, since, is_taken: self.accepts_all });
            number
        };
        let how = if self.accepts_all { String::new() } else { format!(" /accept {number} takes them.") };
        let since = span(Duration::from_millis(waiting_ms));
        said.note(format!(
            "Visitor {number} asks for help on {} (for {since}).{how}",
            clean::address(origin)
        ));
        said.bell = true;
    }

    fn connected(&mut self, id: SessionId, said: &mut Said) {
        let Some(at) = self.waiting.iter().position(|waiting| waiting.ticket == id) else { return };
        let Waiting { number, origin, .. } = self.waiting.remove(at);
        self.begin(number, id, origin);
        if self.current.is_none() {
            self.current = Some(id);
            said.note(format!("Visitor {number} is with you. What you write goes to them."));
        } else {
            said.note(format!("Visitor {number} is with you too. /{number} turns to them."));
        }
    }

    fn begin(&mut self, number: u32, id: SessionId, origin: String) {
        let (unread, marks) = (Default::default(), Marks::new());
        self.sessions.push(Helped {
            number,
            id,
            origin,
            page: None,
            about: Vec::new(),
            is_returned: false,
            unread,
            left_out: 0,
            last_id: None,
            marks,
        });
    }

    /// The two have lost each other; or the session was there before this process.
    fn lost(&mut self, id: SessionId, said: &mut Said) {
        if self.helped(&id).is_some() {
            return self.answered(&id, "opens another page, or has lost the connection", said);
        }
        self.last_number += 1;
        self.begin(self.last_number, id, String::new());
        self.current.get_or_insert(id);
        said.note(format!("Visitor {} was with you before, and is being looked for.", self.last_number));
    }

    fn message(&mut self, session: &SessionId, id: u32, text: &str, said: &mut Said) {
        let is_current = self.current.as_ref() == Some(session);
        let Some(helped) = self.helped(session) else { return };
        said.bell = true;
        helped.last_id = Some(id);
        if is_current {
            said.message(&helped.name(), text);
            said.commands.push(Command::Seen { session: *session, id });
            return;
        }
        if helped.unread.len() == MAX_UNREAD {
            helped.unread.pop_front();
            helped.left_out = helped.left_out.saturating_add(1);
        }
        helped.unread.push_back(text.to_owned());
        let (number, count) = (helped.number, helped.unread.len());
        said.aside(format!("Visitor {number} wrote ({count} unread). /{number} turns to them."));
    }

    fn reached(&self, session: &SessionId, id: u32, what: &str, said: &mut Said) {
        if let Some(helped) = self.current().filter(|helped| helped.id == *session) {
            helped.marks.reached(id, what, said);
        }
    }

    fn answered(&mut self, session: &SessionId, what: &str, said: &mut Said) {
        if let Some(helped) = self.helped(session) {
            said.note(format!("{} {what}.", helped.name()));
        }
    }

    fn ended(&mut self, session: &SessionId, by: EndedBy, said: &mut Said) {
        self.waiting.retain(|waiting| waiting.ticket != *session);
        let Some(at) = self.sessions.iter().position(|helped| helped.id == *session) else { return };
        let mut helped = self.sessions.remove(at);
        catch_up(&mut helped, said);
        said.note(if helped.is_returned && by == EndedBy::Helper {
            format!("{} is in the line again, for somebody else.", helped.name())
        } else {
            ended(&helped.name(), by, EndedBy::Helper)
        });
        if self.current == Some(helped.id) {
            // Turning to somebody else by itself would send them what is half written.
            self.current = None;
            for other in &self.sessions {
                said.aside(format!("/{0} turns to visitor {0}.", other.number));
            }
        }
    }

    fn failed(&mut self, code: &str, message: &str, session: Option<&SessionId>, said: &mut Said) {
        said.note(clean::short(message));
        let Some(session) = session else { return };
        if let Some(helped) = self.helped(session) {
            if code == "not-sent" {
                helped.marks.failed();
            }
        } else if code == "too-many-sessions" {
            self.waiting
                .iter_mut()
                .filter(|other| other.ticket == *session)
                .for_each(|other| other.is_taken = false);
        } else {
            self.waiting.retain(|waiting| waiting.ticket != *session);
        }
    }

    /// Does what was typed.
    pub(super) fn order(&mut self, order: Order, now: Instant) -> Said {
        let mut said = Said::default();
        match order {
            Order::Nothing => self.accept(None, true, &mut said),
            Order::Accept(number) => self.accept(number, false, &mut said),
            Order::Turn(number) => self.turn(number, &mut said),
            Order::Say(text) => {
                if let Some(helped) = self.speaking(&mut said) {
                    helped.marks.say(helped.id, text, &mut said);
                }
            }
            Order::Go { url, .. } => {
                if let Some(helped) = self.speaking(&mut said) {
                    // As a link in their page would be read.
                    let base = helped.page.as_ref().map_or(&helped.origin, |(url, _)| url);
                    let url = Url::parse(base).and_then(|base| base.join(&url)).map_or(url, String::from);
                    said.aside(format!("proposing {}", clean::address(&url)));
                    said.commands.push(Command::Propose { session: helped.id, url, reference: None });
                }
            }
            Order::Refresh => {
                if let Some(helped) = self.speaking(&mut said) {
                    said.aside("proposing to load the page again");
                    said.commands.push(Command::Refresh { session: helped.id, reference: None });
                }
            }
            Order::Return => {
                if let Some(helped) = self.speaking(&mut said) {
                    helped.is_returned = true;
                    said.commands.push(Command::Return { session: helped.id });
                }
            }
            Order::End => {
                if let Some(helped) = self.speaking(&mut said) {
                    helped.is_returned = false;
                    said.commands.push(Command::End { session: helped.id });
                }
            }
            Order::Away => {
                said.note("You are away: nobody new rings. /back changes that.");
                said.commands.push(Command::Away);
            }
            Order::Back => {
                said.note("You are there again.");
                said.commands.push(Command::Available);
            }
            Order::List => self.list(now, &mut said),
            Order::Help => said.note(ORDERS),
            Order::Quit => said.commands.push(Command::Quit),
            Order::Yes | Order::No => said.note("Only a visitor is asked that."),
            Order::Unknown(word) => {
                said.note(format!("There is no /{}. /help says what there is.", clean::short(&word)))
            }
        }
        said
    }

    fn speaking(&mut self, said: &mut Said) -> Option<&mut Helped> {
        let found = self.current.and_then(|id| self.sessions.iter_mut().find(|helped| helped.id == id));
        if found.is_none() {
            said.note("You are with nobody. /list says who is there.");
        }
        found
    }

    fn accept(&mut self, number: Option<u32>, is_enter: bool, said: &mut Said) {
        let free = self.waiting.iter_mut().filter(|waiting| !waiting.is_taken);
        let found = match number {
            Some(number) => free.into_iter().find(|waiting| waiting.number == number),
            None => free.min_by_key(|waiting| waiting.since),
        };
        if let Some(waiting) = found {
            waiting.is_taken = true;
            said.aside(format!("connecting with visitor {} …", waiting.number));
            said.commands.push(Command::Accept { ticket: waiting.ticket });
        } else if !is_enter {
            said.note("There is nobody of that number who waits. /list says who does.");
        }
    }

    fn turn(&mut self, number: u32, said: &mut Said) {
        let Some(helped) = self.sessions.iter_mut().find(|helped| helped.number == number) else {
            return said.note("You are with nobody of that number. /list says who is there.");
        };
        if let Some(before) = self.current.replace(helped.id).filter(|before| *before != helped.id) {
            said.commands.push(Command::Typing { session: before, on: false });
        }
        said.note(format!("You are with visitor {number}."));
        if let Some(page) = &helped.page {
            said.note(place(&helped.name(), page, 0));
        }
        helped.about.iter().for_each(|line| said.aside(line));
        catch_up(helped, said);
        if let Some(id) = helped.last_id {
            said.commands.push(Command::Seen { session: helped.id, id });
        }
    }

    fn list(&self, now: Instant, said: &mut Said) {
        for helped in &self.sessions {
            let mark = if self.current == Some(helped.id) { ", and you are with them" } else { "" };
            let (number, origin, unread) = (helped.number, &helped.origin, helped.unread.len());
            said.note(format!("/{number} is on {origin}, {unread} unread{mark}"));
        }
        let mut waiting: Vec<_> = self.waiting.iter().filter(|waiting| !waiting.is_taken).collect();
        waiting.sort_by_key(|waiting| waiting.since);
        for Waiting { number, origin, since, .. } in waiting {
            let since = span(now.duration_since(*since));
            said.note(format!("/accept {number} takes somebody who waits on {origin}, for {since}"));
        }
        if said.lines.is_empty() {
            said.note("Nobody waits, and you are with nobody.");
        }
    }
}

/// Shows what was not read yet.
fn catch_up(helped: &mut Helped, said: &mut Said) {
    if std::mem::take(&mut helped.left_out) > 0 {
        said.aside("earlier messages are left out");
    }
    let name = helped.name();
    for text in helped.unread.drain(..) {
        said.message(&name, &text);
    }
}

/// What is known about a visitor: of their browser, and what their page says of them.
fn about(client: &Client) -> Vec<String> {
    let parts = [&client.browser, &client.platform, &client.language, &client.time_zone];
    let parts = parts.map(|part| clean::short(part)).into_iter().filter(|part| !part.is_empty());
    let browser = parts.collect::<Vec<_>>().join(", ");
    let attributes = client.attributes.iter();
    let attributes =
        attributes.map(|(name, value)| format!("{}: {}", clean::short(name), clean::short(value)));
    let page = attributes.collect::<Vec<_>>().join(", ");
    [browser, page].into_iter().filter(|line| !line.is_empty()).collect()
}

fn place(name: &str, (url, title): &(String, String), omitted: u32) -> String {
    let left_out = if omitted == 0 { String::new() } else { format!(" ({omitted} parts left out)") };
    format!("{name} is on {title} <{url}>{left_out}")
}

/// What a proposal wants.
pub(super) fn wanted(kind: ProposalKind, url: Option<&str>) -> String {
    match (kind, url) {
        (ProposalKind::Address, Some(url)) => format!("to go to {}", clean::address(url)),
        (ProposalKind::Address, None) => "to go elsewhere".to_owned(),
        (ProposalKind::Refresh, _) => "to load the page again".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use alongside_agent::Screen;

    use super::*;

    fn id(byte: u8) -> SessionId {
        SessionId([byte; 16])
    }

    fn lines(said: &Said) -> Vec<&str> {
        said.lines.iter().map(|line| line.text.trim()).collect()
    }

    /// A helper who is with visitor 1, and with visitor 2 too.
    fn with_two(now: Instant) -> Helping {
        let mut helping = Helping::new(false);
        for ticket in [id(1), id(2)] {
            let origin = "https://shop.example".to_owned();
            helping.event(&Event::Asked { ticket, origin, waiting_ms: 0 }, now);
            helping.event(&Event::Connected { session: ticket, name: None, verified: true }, now);
        }
        helping
    }

    fn client(session: SessionId, customer: &str) -> Event {
        let client = Client {
            browser: "Firefox 153".to_owned(),
            platform: String::new(),
            language: "de".to_owned(),
            time_zone: String::new(),
            screen: Screen { width: 1, height: 1, scale: 1.0 },
            attributes: [("card", "no. 4711"), ("customer", customer)]
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .into(),
        };
        Event::Client { session, client }
    }

    #[test]
    fn what_a_page_says_of_a_visitor_is_shown_once_and_to_whoever_turns_to_them() {
        let now = Instant::now();
        let mut helping = with_two(now);
        let shown = helping.event(&client(id(1), "Regular"), now);
        assert_eq!(lines(&shown), ["Firefox 153, de", "card: no. 4711, customer: Regular"]);
        assert!(lines(&helping.event(&client(id(1), "Regular"), now)).is_empty());
        let changed = helping.event(&client(id(1), "\u{1b}[2JNew\n"), now);
        assert_eq!(lines(&changed)[1], "card: no. 4711, customer: [2JNew");
        assert!(lines(&helping.event(&client(id(2), "Other"), now)).is_empty());
        let turned = helping.order(Order::Turn(2), now);
        assert_eq!(
            lines(&turned),
            ["* You are with visitor 2.", "Firefox 153, de", "card: no. 4711, customer: Other"]
        );
    }

    #[test]
    fn whom_one_gives_back_is_in_the_line_again() {
        let now = Instant::now();
        let mut helping = with_two(now);
        let ended = |by| Event::Ended { session: id(1), by };
        helping.order(Order::Return, now);
        let said = helping.event(&ended(EndedBy::Helper), now);
        assert_eq!(lines(&said)[0], "* Visitor 1 is in the line again, for somebody else.");
        // Who leaves meanwhile is not.
        let mut helping = with_two(now);
        helping.order(Order::Return, now);
        let said = helping.event(&ended(EndedBy::Visitor), now);
        assert_eq!(lines(&said)[0], "* Visitor 1 has ended the session.");
    }
}
