//! The native side of a session: a visitor or a helper without our web page.
//!
//! An [`Agent`] is one of the two at work. It dials the signaling server, verifies or is verified, connects peer to
//! peer, and keeps the session going; a program gives it [`Command`]s and takes its [`Event`]s. The server sees
//! neither words nor addresses, and no event of a session comes before the helper is verified.
//!
//! # A helper
//!
//! A helper begins with an invite. It is a secret, so it comes from a file or standard input, never from the command
//! line, which every process can read.
//!
//! ```no_run
//! use alongside_agent::{Agent, Command, Event, HelperOptions};
//!
//! # #[tokio::main]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let invite = std::fs::read_to_string("invite")?;
//! let mut agent = Agent::helper(HelperOptions::from_link(&invite)?);
//! let commands = agent.commands();
//! while let Some(event) = agent.next().await {
//!     match event {
//!         Event::Asked { ticket, .. } => commands.send(Command::Accept { ticket }).await,
//!         Event::Page { url, title, .. } => println!("they are on {title} ({url})"),
//!         Event::Message { session, text, .. } => {
//!             let text = format!("You said: {text}");
//!             commands.send(Command::Say { session, text, reference: None }).await;
//!         }
//!         _ => {}
//!     }
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # A visitor
//!
//! A visitor begins with what stands in the page: the server, and the team keys that it pins. Addresses are cleaned of
//! what may be secret before they leave.
//!
//! ```no_run
//! use alongside_agent::{Agent, Event, Location, Receipts, VisitorOptions};
//!
//! # #[tokio::main]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let mut agent = Agent::visitor(VisitorOptions {
//!     server: "https://help.example.org".to_owned(),
//!     teams: vec!["11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo".parse()?],
//!     origin: "https://shop.example".to_owned(),
//!     location: Location::unseen("https://shop.example/cart".to_owned(), "Your cart".to_owned()),
//!     client: alongside_agent::Client {
//!         browser: "kiosk 3".to_owned(),
//!         platform: "Linux".to_owned(),
//!         language: "en".to_owned(),
//!         time_zone: "Europe/Vienna".to_owned(),
//!         screen: alongside_agent::Screen { width: 1080, height: 1920, scale: 1.0 },
//!         attributes: [("hall".to_owned(), "3".to_owned())].into(),
//!     },
//!     urls: Default::default(),
//!     receipts: Receipts::WhenTaken,
//! });
//! while let Some(event) = agent.next().await {
//!     match event {
//!         Event::Waiting { helpers: 0, .. } => println!("Nobody is there right now."),
//!         Event::Waiting { position, .. } => println!("You are number {position} in the line."),
//!         Event::Connected { name, .. } => println!("{} is with you.", name.unwrap_or_default()),
//!         Event::Message { text, .. } => println!("{text}"),
//!         Event::Error { message, .. } => eprintln!("{message}"),
//!         _ => {}
//!     }
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # How it is made
//!
//! ```text
//! Agent ─ commands → visitor | helper → driver → session machine (alongside-agent-proto, pure)
//!       ← events ──                      │  ↖
//!                          signaling ────┘   connection → peer (WebRTC)
//! ```
//!
//! The machine decides; the rest carries out and reports. [`seal`] is the Noise handshake and the channel that comes
//! of it, and [`handshake`] puts the certificate into it and says who the helper is: both do no IO.

mod agent;
pub mod browser;
mod clock;
mod command;
mod connection;
pub mod discover;
pub mod doctor;
mod door;
mod driver;
mod event;
pub mod handshake;
mod helper;
mod network;
mod pace;
mod peer;
mod report;
mod room;
pub mod seal;
mod signaling;
mod state;
mod tls;
mod visitor;
mod words;

pub use agent::{
    Agent, Commands, Failure, HelperOptions, InviteLinkError, Navigations, Receipts, VisitorOptions,
};
pub use alongside_agent_proto::address::Urls;
pub use alongside_agent_proto::session::EndedBy;
pub use alongside_agent_proto::wire::{Client, Screen, Scroll, Viewport};
pub use alongside_signaling_proto::id::{SessionId, TeamId};
pub use command::Command;
pub use event::{Event, ProposalKind};
pub use state::{StateError, StateFile};
pub use visitor::Location;
