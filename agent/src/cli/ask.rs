//! `ask`: the visitor's side, for the page at an address or in a browser of one's own.

use std::path::PathBuf;
use std::process::ExitCode;

use alongside_agent::browser::{Browser, Tab, TabEvent};
use alongside_agent::discover::{
    Contact, DiscoverError, FetchOptions, Found, discover, find_contact, names_this_machine,
};
use alongside_agent::{
    Agent, Client, Command, Event, Location, ProposalKind, Receipts, Screen, StateFile, VisitorOptions,
};
use anyhow::{Context as _, Result, bail};
use clap::Args;
use tokio::sync::mpsc;
use url::Url;

use super::front::Front;
use super::json;
use super::stop::{self, Stop};
use super::terminal::Terminal;

#[derive(Debug, Args)]
pub(super) struct Ask {
    /// The page that needs help.
    // As it is typed: once parsed, an odd spelling of this machine is a plain one.
    url: String,
    /// Follow a real browser: the address of its DevTools, such as http://127.0.0.1:9222.
    #[arg(long, value_name = "ENDPOINT")]
    browser: Option<String>,
    /// Read pages of this machine and of private networks too.
    #[arg(long)]
    allow_private: bool,
    /// Keep the session in this file (mode 0600) until it is over, and go on with the one that is in it.
    #[arg(long, value_name = "FILE", env = "ALONGSIDE_STATE")]
    state: Option<PathBuf>,
    /// Speak JSON: an event a line out, a command a line in.
    #[arg(long, conflicts_with = "quiet")]
    json: bool,
    /// Ring no bell.
    #[arg(long)]
    quiet: bool,
}

/// A page that names somebody for help.
struct Page {
    location: Location,
    client: Client,
    contact: Contact,
}

/// A page in a browser that is followed.
struct Followed {
    tab: Tab,
    events: mpsc::Receiver<TabEvent>,
}

pub(super) async fn run(ask: Ask) -> Result<ExitCode> {
    let (page, mut followed) = match find(&ask).await {
        Ok(found) => found,
        Err(error) => {
            let discovered = error.downcast_ref::<DiscoverError>();
            if ask.json {
                let code = discovered.map_or("browser", DiscoverError::code);
                json::fail(code, &format!("{error:#}"));
            }
            return match discovered {
                Some(DiscoverError::NoContact | DiscoverError::WrongKey) => {
                    eprintln!("alongside-agent: {error}");
                    Ok(stop::NO_CONTACT.into())
                }
                _ => Err(error),
            };
        }
    };
    let Page { location, client, contact } = page;
    let Contact { server, teams, urls, .. } = contact;
    let options = VisitorOptions {
        server: server.origin().ascii_serialization(),
        teams,
        origin: Url::parse(&location.url)?.origin().ascii_serialization(),
        location,
        client,
        urls,
        receipts: Receipts::default(),
    };
    let state = ask.state.as_deref().map(|path| super::usable(StateFile::of_visitor(path, &options)));
    let mut front = if ask.json {
        Front::json()
    } else {
        Front::terminal(Terminal::asking(followed.is_some(), !ask.quiet))
    };
    let options = VisitorOptions { receipts: front.receipts(), ..options };
    let mut agent = Agent::visitor_kept(options, state);
    let commands = agent.commands();
    let mut proposals: Vec<(u32, ProposalKind, Option<String>)> = Vec::new();
    let mut quit = false;
    let room = front.room();
    let mut stop = Stop::new()?;
    let mut reason = None;
    loop {
        tokio::select! {
            event = stop::next(&mut agent, room.as_ref()) => {
                let Some(event) = event else { break };
                if let Event::Error { message, .. } = &event {
                    reason = Some(message.clone());
                }
                if let Event::Proposed { id, kind, url, .. } = &event {
                    proposals.retain(|(_, other, _)| other != kind);
                    proposals.push((*id, *kind, url.clone()));
                }
                if !front.show(&event) {
                    commands.send(Command::Quit).await;
                }
            }
            command = front.next(), if !quit => {
                quit = command == Command::Quit;
                if quit {
                    stop.is_wanted();
                }
                let allowed = if let Command::Allow { id, .. } = &command {
                    proposals.iter().position(|(own, ..)| own == id)
                } else {
                    None
                };
                commands.send(command).await;
                if let (Some(index), Some(Followed { tab, .. })) = (allowed, &followed) {
                    go(tab, proposals.swap_remove(index), &mut front).await;
                }
            }
            event = next(&mut followed) => match event {
                TabEvent::Moved(location) => {
                    if let Some(navigations) = agent.navigations() {
                        navigations.report(location).await;
                    }
                }
                TabEvent::Gone => {
                    front.note("The tab is gone; the conversation goes on here.");
                    followed = None;
                }
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

/// Finds the page, and whom it names for help.
async fn find(ask: &Ask) -> Result<(Page, Option<Followed>)> {
    if let Some(endpoint) = &ask.browser {
        let (page, followed) = in_browser(endpoint, &page_of_web(&ask.url)?).await?;
        return Ok((page, Some(followed)));
    }
    let options = FetchOptions {
        allow_private: ask.allow_private,
        allow_loopback: names_this_machine(&ask.url),
        ..FetchOptions::default()
    };
    let Found { url, title, contact } = discover(&ask.url, &options).await?;
    let location = Location::unseen(url.into(), title);
    Ok((Page { location, client: terminal_client(), contact }, None))
}

/// Goes where the helper proposed and the person agreed.
async fn go(tab: &Tab, (_, kind, url): (u32, ProposalKind, Option<String>), front: &mut Front) {
    let gone = match (kind, url) {
        (ProposalKind::Address, Some(url)) => tab.go(&url).await,
        (ProposalKind::Address, None) => Ok(()),
        (ProposalKind::Refresh, _) => tab.reload().await,
    };
    if let Err(error) = gone {
        front.note(&error.to_string());
    }
}

/// The next event of a tab that may not be there.
async fn next(followed: &mut Option<Followed>) -> TabEvent {
    match followed {
        Some(Followed { events, .. }) => events.recv().await.unwrap_or(TabEvent::Gone),
        None => std::future::pending().await,
    }
}

/// Parses the address of a page that a session can have as its site.
fn page_of_web(url: &str) -> Result<Url> {
    let url = Url::parse(url).map_err(|_| DiscoverError::NotAnAddress)?;
    if matches!(url.scheme(), "http" | "https") {
        Ok(url)
    } else {
        Err(DiscoverError::Scheme { scheme: url.scheme().to_owned() }.into())
    }
}

/// Finds the page in a running browser, and whom it names for help.
async fn in_browser(endpoint: &str, url: &Url) -> Result<(Page, Followed)> {
    let browser = Browser::attach(endpoint).await?;
    let (tab, mut events) = browser.tab_at(url).await?;
    let Some(TabEvent::Moved(location)) = events.recv().await else {
        bail!("the tab at that address is gone: open the page again");
    };
    let address = page_of_web(&location.url).context("the browser shows no page of the web")?;
    let html = tab.html().await?;
    let client = tab.client().await?;
    let contact = tokio::task::spawn_blocking(move || find_contact(&html, &address)).await??;
    Ok((Page { location, client, contact }, Followed { tab, events }))
}

/// What is known of a visitor without a browser.
fn terminal_client() -> Client {
    let language = ["LC_ALL", "LC_MESSAGES", "LANG"].iter().find_map(|name| std::env::var(name).ok());
    // `de_AT.UTF-8` is `de-AT`; `C` is no language.
    let language = language.as_deref().and_then(|text| text.split('.').next()).unwrap_or_default();
    let language = if matches!(language, "C" | "POSIX") { "" } else { language };
    Client {
        browser: concat!("alongside-agent ", env!("CARGO_PKG_VERSION")).to_owned(),
        platform: match std::env::consts::OS {
            "linux" => "Linux",
            "macos" => "macOS",
            "windows" => "Windows",
            other => other,
        }
        .to_owned(),
        language: language.replace('_', "-"),
        time_zone: iana_time_zone::get_timezone().unwrap_or_default(),
        screen: Screen { width: 0, height: 0, scale: 1.0 },
        attributes: Default::default(),
    }
}
