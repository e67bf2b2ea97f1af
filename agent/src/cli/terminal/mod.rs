//! A person at a terminal: what they read and what they write.

mod asking;
mod clean;
mod helping;
mod order;
mod said;
mod screen;

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use alongside_agent::{Command, Event};

use self::asking::Asking;
use self::helping::Helping;
use self::said::Said;
pub(super) use self::screen::Room;
use self::screen::{Input, Screen};

/// After how long without a key somebody is no longer writing. Longer than a thinking pause.
const IDLE: Duration = Duration::from_secs(5);

/// What a visitor's line begins with.
const VISITOR_PROMPT: &str = "> ";

/// A person at a terminal.
pub(super) struct Terminal {
    screen: Screen,
    side: Side,
    commands: VecDeque<Command>,
    /// Until when the person counts as writing.
    writing: Option<tokio::time::Instant>,
}

enum Side {
    Asking(Asking),
    Helping(Helping),
}

impl Terminal {
    /// A visitor, who may have a browser that goes where they agree to go.
    pub(super) fn asking(has_browser: bool, has_bell: bool) -> Self {
        Self::new(Side::Asking(Asking::new(has_browser)), VISITOR_PROMPT.to_owned(), has_bell)
    }

    /// A helper, who may take everybody without being asked.
    pub(super) fn helping(accepts_all: bool, has_bell: bool) -> Self {
        let helping = Helping::new(accepts_all);
        let prompt = helping.prompt();
        Self::new(Side::Helping(helping), prompt, has_bell)
    }

    fn new(side: Side, prompt: String, has_bell: bool) -> Self {
        let screen = Screen::open(prompt, has_bell);
        Self { screen, side, commands: VecDeque::new(), writing: None }
    }

    /// Whether a person looks at it, and not a program.
    pub(super) fn is_seen(&self) -> bool {
        self.screen.is_terminal()
    }

    pub(super) fn room(&self) -> Room {
        self.screen.room()
    }

    /// Shows an event; says whether somebody still looks.
    pub(super) fn show(&mut self, event: &Event) -> bool {
        let now = Instant::now();
        let said = match &mut self.side {
            Side::Asking(asking) => asking.event(event, self.writing.is_some(), now),
            Side::Helping(helping) => helping.event(event, now),
        };
        self.say(said)
    }

    /// Shows something of the command's own.
    pub(super) fn note(&mut self, text: &str) {
        let mut said = Said::default();
        said.note(clean::short(text));
        self.say(said);
    }

    /// The next command; [`Command::Quit`] once there are no more.
    pub(super) async fn next(&mut self) -> Command {
        loop {
            if let Some(command) = self.commands.pop_front() {
                return command;
            }
            let idle = self.writing;
            tokio::select! {
                input = self.screen.next() => match input {
                    None => return Command::Quit,
                    Some(Input::Line(line)) => {
                        self.writing = None;
                        let order = order::read(&line);
                        let said = match &mut self.side {
                            Side::Asking(asking) => asking.order(order),
                            Side::Helping(helping) => helping.order(order, Instant::now()),
                        };
                        self.say(said);
                    }
                    Some(Input::Writing(on)) => self.write(on),
                },
                () = tokio::time::sleep_until(idle.unwrap_or_else(tokio::time::Instant::now)), if idle.is_some() => {
                    self.write(false);
                }
            }
        }
    }

    /// Ends it once everything is shown.
    pub(super) async fn close(mut self) {
        self.screen.close().await;
    }

    fn write(&mut self, on: bool) {
        self.writing = on.then(|| tokio::time::Instant::now() + IDLE);
        let addressee = match &self.side {
            Side::Asking(asking) => asking.addressee(),
            Side::Helping(helping) => helping.addressee(),
        };
        self.commands.extend(addressee.map(|session| Command::Typing { session, on }));
    }

    fn say(&mut self, said: Said) -> bool {
        let Said { lines, commands, bell } = said;
        if let Side::Helping(helping) = &self.side {
            self.screen.set_prompt(helping.prompt());
        }
        let is_seen = self.screen.show(&lines, bell);
        self.commands.extend(commands);
        is_seen
    }
}
