//! From an address to the people who help there, and from an address to whether it is opened.
//!
//! Two sides, one question: may this machine go where somebody else says? A visitor's agent reads a page to
//! find [whom it names for help](discover); a helper's agent opens [the pages that a visitor
//! reports](openable). Either address may be made to lead to this machine, into its network, or nowhere at
//! all.
//!
//! ```text
//! discover ─ fetch ─ network (resolve → guard → connect; again at each redirect)
//!          │       └ body (unpacked, up to a limit)
//!          └ charset → markup → contact
//! openable ─ guard
//! ```
//!
//! What is found is what a visitor's [`Agent`](crate::Agent) begins with:
//!
//! ```no_run
//! use alongside_agent::discover::{FetchOptions, discover, names_this_machine};
//!
//! # async fn example(typed: &str) -> Result<(), Box<dyn std::error::Error>> {
//! // Who types localhost means it; who is sent there by a page does not.
//! let options = FetchOptions { allow_loopback: names_this_machine(typed), ..FetchOptions::default() };
//! let found = discover(typed, &options).await?;
//! let server = found.contact.server.origin().ascii_serialization();
//! let origin = found.url.origin().ascii_serialization();
//! # Ok(())
//! # }
//! ```

mod body;
mod charset;
mod contact;
mod error;
mod fetch;
mod guard;
mod markup;
mod network;
mod opening;

use std::sync::Arc;
use std::time::Duration;

use tokio::task::spawn_blocking;
use tokio::time::timeout;
use url::Url;

pub use contact::{Contact, find_contact, names_this_machine};
pub use error::DiscoverError;
pub use guard::{Reach, is_blocked_port, reach};
pub use network::{Network, System};
pub use opening::{NotOpened, openable};

/// How a page is read.
#[derive(Debug, Clone)]
pub struct FetchOptions {
    /// Whether this machine and its private networks may be reached.
    pub allow_private: bool,
    /// Whether this machine alone may be reached: where the person who gave the address
    /// [says so in it](names_this_machine).
    pub allow_loopback: bool,
    /// How long all of it may take: names, redirects, and the last byte.
    pub timeout: Duration,
    /// How long one connection may take.
    pub connect_timeout: Duration,
    /// The way to the network.
    pub network: Arc<dyn Network>,
}

impl Default for FetchOptions {
    /// Public pages only, as patient as a person is.
    fn default() -> Self {
        Self {
            allow_private: false,
            allow_loopback: false,
            // Slow pages on slow lines take ten; nobody waits longer.
            timeout: Duration::from_secs(15),
            // Four tries within the above.
            connect_timeout: Duration::from_millis(3500),
            network: Arc::new(System),
        }
    }
}

impl FetchOptions {
    fn allows(&self, reach: Reach) -> bool {
        match reach {
            Reach::Public => true,
            Reach::Loopback => self.allow_loopback || self.allow_private,
            Reach::Private => self.allow_private,
            Reach::Never => false,
        }
    }
}

/// A page and whom it names for help.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Where the page is, after all redirects.
    pub url: Url,
    /// Its title.
    pub title: String,
    /// Whom it names.
    pub contact: Contact,
}

/// Reads a page and finds whom it names for help.
///
/// Units: at most 2 MiB of the page, unpacked; five redirects; the time that `options` give.
///
/// Errors: why there is none, in words for the person who gave the address. [`DiscoverError::NoContact`]
/// and [`DiscoverError::WrongKey`] say that the page was read and has none.
pub async fn discover(url: &str, options: &FetchOptions) -> Result<Found, DiscoverError> {
    let url = Url::parse(url).map_err(|_| DiscoverError::NotAnAddress)?;
    timeout(options.timeout, find(url, options)).await.map_err(|_| DiscoverError::TooSlow)?
}

async fn find(url: Url, options: &FetchOptions) -> Result<Found, DiscoverError> {
    let page = fetch::fetch(&url, options).await?;
    let fetch::Page { url, body, charset, excuse } = page;
    let address = url.clone();
    // Two megabytes keep a processor busy for a while.
    let (title, contact) = spawn_blocking(move || {
        let html = charset::decode(body.bytes(), charset.as_deref());
        contact::read_page(&html, &address)
    })
    .await
    .map_err(|_| DiscoverError::Internal)?;
    let contact = contact.map_err(|none| excuse.unwrap_or(none))?;
    fetch::check_server(&contact.server, options).await?;
    Ok(Found { url, title, contact })
}
