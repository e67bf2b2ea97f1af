//! `help`: the helper's side, by an invite.

use std::collections::HashMap;
use std::io::{BufRead as _, Read as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use alongside_agent::browser::{Browser, Tab, TabEvent};
use alongside_agent::discover::openable;
use alongside_agent::{Agent, Command, Event, HelperOptions, SessionId, StateFile};
use anyhow::{Context as _, Result};
use clap::Args;
use tokio::sync::mpsc;
use url::Url;
use zeroize::Zeroizing;

use super::front::Front;
use super::json;
use super::opening::Openings;
use super::secret;
use super::stop::{self, Stop};
use super::terminal::Terminal;

#[derive(Debug, Args)]
pub(super) struct Help {
    /// The invite link: `-` reads it from the first line of standard input, `@FILE` from a file. Given as it is, every
    /// process of this machine can read it.
    invite: String,
    /// Open each visitor's page, and the pages they go to, in the default browser.
    #[arg(long, conflicts_with = "browser")]
    open: bool,
    /// Follow the visitor in a real browser: the address of its DevTools, such as http://127.0.0.1:9222.
    #[arg(long, value_name = "ENDPOINT")]
    browser: Option<String>,
    /// Take everybody who asks.
    #[arg(long)]
    auto_accept: bool,
    /// Keep sessions in this file (mode 0600) until they are over, and go on with those that are in it.
    #[arg(long, value_name = "FILE", env = "ALONGSIDE_STATE")]
    state: Option<PathBuf>,
    /// Speak JSON: an event a line out, a command a line in.
    #[arg(long, conflicts_with = "quiet")]
    json: bool,
    /// Ring no bell.
    #[arg(long)]
    quiet: bool,
}

/// Where the helper's own machine shows the visitor's page.
enum Window {
    None,
    /// In whatever browser opens addresses here.
    Default(Openings),
    /// In a tab that follows the session that moved last.
    Followed {
        browser: Browser,
        tab: Option<(Tab, mpsc::Receiver<TabEvent>)>,
    },
    /// The person has closed it: it stays closed.
    Closed,
}

/// What a window wants.
enum Turn {
    Open(Url),
    Closed,
}

pub(super) async fn run(help: Help) -> Result<ExitCode> {
    let options = match invite(&help.invite) {
        Ok(options) => options,
        Err(error) => {
            if help.json {
                json::fail("invite", &format!("{error:#}"));
            }
            return Err(error);
        }
    };
    let state = help.state.as_deref().map(|path| super::usable(StateFile::of_helper(path, &options)));
    let mut window = match &help.browser {
        Some(endpoint) => Window::Followed { browser: attach(endpoint, help.json).await?, tab: None },
        None if help.open => Window::Default(Openings::default()),
        None => Window::None,
    };
    let mut front = if help.json {
        Front::json()
    } else {
        Front::terminal(Terminal::helping(help.auto_accept, !help.quiet))
    };
    let options = HelperOptions { receipts: front.receipts(), ..options };
    let mut agent = Agent::helper_kept(options, state);
    let commands = agent.commands();
    let mut origins = Origins::default();
    let mut quit = false;
    let room = front.room();
    let mut stop = Stop::new()?;
    let mut reason = None;
    loop {
        tokio::select! {
            event = stop::next(&mut agent, room.as_ref()) => {
                let Some(event) = event else { break };
                if !front.show(&event) {
                    commands.send(Command::Quit).await;
                }
                origins.note(&event);
                #[expect(clippy::wildcard_enum_match_arm, reason = "the rest is for whoever reads")]
                match event {
                    Event::Asked { ticket, .. } if help.auto_accept => {
                        commands.send(Command::Accept { ticket }).await;
                    }
                    Event::Page { session, url, .. } => {
                        if let Some(origin) = origins.of(&session) {
                            window.show(&url, origin, &mut front).await;
                        }
                    }
                    Event::Error { message, .. } => reason = Some(message),
                    _ => {}
                }
            }
            command = front.next(), if !quit => {
                quit = command == Command::Quit;
                if quit {
                    stop.is_wanted();
                }
                commands.send(command).await;
            }
            turn = window.next() => match turn {
                Turn::Open(page) => {
                    if let Err(error) = open::that_detached(page.as_str()) {
                        front.note(&format!("Not opened: {error}"));
                    }
                }
                Turn::Closed => window = Window::Closed,
            },
            () = stop.wanted() => {
                quit = true;
                commands.send(Command::Quit).await;
            }
        }
    }
    let failure = agent.failure();
    front.close(failure.and(reason.as_deref())).await;
    Ok(stop::status(failure))
}

async fn attach(endpoint: &str, is_json: bool) -> Result<Browser> {
    let attached = Browser::attach(endpoint).await;
    if let Err(error) = &attached
        && is_json
    {
        json::fail("browser", &error.to_string());
    }
    Ok(attached?)
}

/// The sites of those who wait and of those who are helped, each as long as they do.
#[derive(Debug, Default)]
struct Origins {
    waiting: HashMap<SessionId, String>,
    helped: HashMap<SessionId, String>,
}

impl Origins {
    fn note(&mut self, event: &Event) {
        #[expect(clippy::wildcard_enum_match_arm, reason = "the rest changes nobody's place")]
        match event {
            Event::Asked { ticket, origin, .. } => {
                self.waiting.insert(*ticket, origin.clone());
            }
            Event::Connected { session, .. } => {
                if let Some(origin) = self.waiting.remove(session) {
                    self.helped.insert(*session, origin);
                }
            }
            Event::Ended { session, .. } => {
                self.helped.remove(session);
            }
            Event::Withdrawn { ticket } => {
                self.waiting.remove(ticket);
            }
            // Whoever was accepted and did not connect is told of by an error, and by nothing else.
            Event::Error { code, session: Some(session), .. } if code != "not-sent" => {
                self.waiting.remove(session);
            }
            _ => {}
        }
    }

    fn of(&self, session: &SessionId) -> Option<&str> {
        self.helped.get(session).map(String::as_str)
    }
}

impl Window {
    /// Shows a page of the session's own site; of any other it says why not.
    async fn show(&mut self, url: &str, origin: &str, front: &mut Front) {
        if matches!(self, Self::None | Self::Closed) {
            return;
        }
        let page = match openable(url, origin) {
            Ok(page) => page,
            Err(error) => return front.note(&format!("Not opened: {error}")),
        };
        let shown = match self {
            Self::None | Self::Closed => Ok::<(), anyhow::Error>(()),
            Self::Default(openings) => {
                openings.want(page);
                Ok(())
            }
            Self::Followed { tab: Some((tab, _)), .. } => tab.go(page.as_str()).await.map_err(Into::into),
            Self::Followed { browser, tab } => match browser.open(&page).await {
                Ok(opened) => {
                    *tab = Some(opened);
                    Ok(())
                }
                Err(error) => Err(error.into()),
            },
        };
        if let Err(error) = shown {
            front.note(&format!("Not opened: {error:#}"));
        }
    }

    /// Waits until a page is to be opened, or the person has closed the tab that follows.
    async fn next(&mut self) -> Turn {
        match self {
            Self::Default(openings) => loop {
                let Some(due) = openings.due() else { return std::future::pending().await };
                tokio::time::sleep_until(due.into()).await;
                if let Some(page) = openings.take(Instant::now()) {
                    return Turn::Open(page);
                }
            },
            Self::Followed { tab: Some((_, events)), .. } => {
                while let Some(TabEvent::Moved(_)) = events.recv().await {}
                Turn::Closed
            }
            Self::None | Self::Closed | Self::Followed { tab: None, .. } => std::future::pending().await,
        }
    }
}

/// Reads the invite from where the argument says.
fn invite(argument: &str) -> Result<HelperOptions> {
    let text = if argument == "-" {
        let mut line = secret::room();
        let mut input = std::io::stdin().lock().take(secret::MAX_SECRET);
        input.read_line(&mut line).context("cannot read the invite from standard input")?;
        line
    } else if let Some(path) = argument.strip_prefix('@') {
        secret::read(Path::new(path)).with_context(|| format!("cannot read the invite {path}"))?
    } else {
        eprintln!(
            "alongside-agent: every process of this machine can read an invite on the command line: `-` or @FILE keeps it"
        );
        Zeroizing::new(argument.to_owned())
    };
    HelperOptions::from_link(&text).context("that is no invite link")
}
