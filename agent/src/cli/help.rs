//! `help`: the helper's side, by an invite.

use std::io::BufRead as _;
use std::path::Path;
use std::process::ExitCode;

use alongside_agent::browser::{Browser, Tab, TabEvent};
use alongside_agent::discover::openable;
use alongside_agent::{Agent, Command, Event, HelperOptions, Receipts, SessionId};
use anyhow::{Context as _, Result};
use clap::Args;
use tokio::sync::mpsc;
use zeroize::Zeroizing;

use super::front::Front;
use super::stop;

/// The longest invite that is read. Units: bytes. Twice the longest certificate.
const MAX_INVITE: u64 = 8 * 1024;

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
    /// Speak JSON: an event a line out, a command a line in.
    #[arg(long)]
    json: bool,
}

/// Where the helper's own machine shows the visitor's page.
enum Window {
    None,
    /// In whatever browser opens addresses here.
    Default {
        shown: Option<String>,
    },
    /// In a tab that follows the session that moved last.
    Followed {
        browser: Browser,
        tab: Option<(Tab, mpsc::Receiver<TabEvent>)>,
    },
    /// The person has closed it: it stays closed.
    Closed,
}

pub(super) async fn run(help: Help) -> Result<ExitCode> {
    let options = invite(&help.invite)?;
    let mut window = match &help.browser {
        Some(endpoint) => Window::Followed { browser: Browser::attach(endpoint).await?, tab: None },
        None if help.open => Window::Default { shown: None },
        None => Window::None,
    };
    let mut front = Front::json();
    let mut agent = Agent::helper(HelperOptions { receipts: Receipts::WhenTaken, ..options });
    let commands = agent.commands();
    let mut origins = Origins::default();
    let mut quit = false;
    loop {
        tokio::select! {
            event = agent.next() => {
                let Some(event) = event else { return Ok(stop::status(agent.failure())) };
                if !front.show(&event) {
                    commands.send(Command::Quit).await;
                }
                origins.note(&event);
                if let Event::Asked { ticket, .. } = event
                    && help.auto_accept
                {
                    commands.send(Command::Accept { ticket }).await;
                } else if let Event::Page { session, url, .. } = &event
                    && let Some(origin) = origins.of(session)
                {
                    window.show(url, origin).await;
                }
            }
            command = front.next(), if !quit => {
                quit = command == Command::Quit;
                commands.send(command).await;
            }
            () = window.closed() => window = Window::Closed,
            () = stop::wanted(&mut quit) => commands.send(Command::Quit).await,
        }
    }
}

/// The sites of those who wait or are helped.
#[derive(Debug, Default)]
struct Origins(std::collections::HashMap<SessionId, String>);

impl Origins {
    fn note(&mut self, event: &Event) {
        if let Event::Asked { ticket, origin, .. } = event {
            self.0.insert(*ticket, origin.clone());
        } else if let Event::Ended { session: over, .. } = event {
            self.0.remove(over);
        }
    }

    fn of(&self, session: &SessionId) -> Option<&str> {
        self.0.get(session).map(String::as_str)
    }
}

impl Window {
    /// Shows a page of the session's own site; of any other it says why not.
    async fn show(&mut self, url: &str, origin: &str) {
        if matches!(self, Self::None | Self::Closed) {
            return;
        }
        let page = match openable(url, origin) {
            Ok(page) => page,
            Err(error) => return eprintln!("alongside-agent: not opened: {error}"),
        };
        let shown = match self {
            Self::None | Self::Closed => Ok(()),
            Self::Default { shown } if shown.as_deref() == Some(page.as_str()) => Ok(()),
            Self::Default { shown } => {
                *shown = Some(page.to_string());
                open::that_detached(page.as_str()).map_err(anyhow::Error::from)
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
            eprintln!("alongside-agent: not opened: {error:#}");
        }
    }

    /// Waits until the person has closed the tab that follows.
    async fn closed(&mut self) {
        if let Self::Followed { tab: Some((_, events)), .. } = self {
            while let Some(TabEvent::Moved(_)) = events.recv().await {}
        } else {
            std::future::pending().await
        }
    }
}

/// Reads the invite from where the argument says.
fn invite(argument: &str) -> Result<HelperOptions> {
    let text = Zeroizing::new(if argument == "-" {
        let mut line = String::new();
        let mut input = std::io::Read::take(std::io::stdin().lock(), MAX_INVITE);
        input.read_line(&mut line).context("cannot read the invite from standard input")?;
        line
    } else if let Some(path) = argument.strip_prefix('@') {
        from_file(Path::new(path))?
    } else {
        eprintln!(
            "alongside-agent: every process of this machine can read an invite on the command line: `-` or @FILE keeps it"
        );
        argument.to_owned()
    });
    HelperOptions::from_link(&text).context("that is no invite link")
}

fn from_file(path: &Path) -> Result<String> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::metadata(path).map(|file| file.permissions().mode());
        if mode.is_ok_and(|mode| mode & 0o077 != 0) {
            eprintln!("alongside-agent: others can read {0}: `chmod 600 {0}` keeps it", path.display());
        }
    }
    std::fs::read_to_string(path).with_context(|| format!("cannot read the invite {}", path.display()))
}
