//! Why no contact was found.

/// Why a page was not read, or has no help in it.
///
/// The text is for people and says what to do; [`code`](DiscoverError::code) is for programs. A host in a
/// text is written as the URL standard serializes it, so that a look-alike shows as what it is (`xn--…`).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DiscoverError {
    /// Not an address at all.
    #[error("That is no web address. Write it in full, like https://shop.example/cart.")]
    NotAnAddress,
    /// An address of another kind than `http` and `https`.
    #[error(
        "Only http and https pages can be read, not `{scheme}:`. Write the address in full, like \
         https://shop.example/cart."
    )]
    Scheme {
        /// What it is instead.
        scheme: String,
    },
    /// User information before the host.
    #[error(
        "There is a name or a password in this address, and it would be sent along. Leave out all \
         before the @."
    )]
    Credentials,
    /// A port of another service.
    #[error(
        "Port {port} is for another service than web pages, and no browser would open it. Look the \
         address up again."
    )]
    BlockedPort {
        /// Which.
        port: u16,
    },
    /// It leads to this machine or its network.
    #[error(
        "{host} is on this machine or in its private network. If you trust that page, allow private \
         addresses (--allow-private)."
    )]
    PrivateAddress {
        /// The host that leads there.
        host: String,
    },
    /// It leads where no page is.
    #[error(
        "{host} leads to a special address of the network, where no web page is. Look the address \
         up again."
    )]
    SpecialAddress {
        /// The host that leads there.
        host: String,
    },
    /// The name has no address.
    #[error("{host} cannot be found. Check how it is written, and that this machine is online.")]
    UnknownHost {
        /// The name.
        host: String,
    },
    /// No connection.
    #[error(
        "{host} cannot be reached. Try again in a moment; if it stays so, the site is down or \
         blocked from here."
    )]
    Unreachable {
        /// The host.
        host: String,
    },
    /// No trusted encryption.
    #[error(
        "{host} could not show a certificate that this machine trusts, so nothing was read. Tell \
         whoever runs the site, or check this machine's clock."
    )]
    Untrusted {
        /// The host.
        host: String,
    },
    /// A secure page sent us to an insecure one.
    #[error(
        "The page sends its visitors on to {host} without encryption, which is not followed. Tell \
         whoever runs the site."
    )]
    InsecureRedirect {
        /// Where to.
        host: String,
    },
    /// A redirect to what is no address.
    #[error("The page sends its visitors on to what is no web address. Tell whoever runs the site.")]
    BrokenRedirect,
    /// From one page to the next without end.
    #[error(
        "The page sends its visitors on more than {limit} times. Give the address where you arrive \
         with a browser."
    )]
    TooManyRedirects {
        /// How many are followed.
        limit: u32,
    },
    /// It took too long.
    #[error("The page did not arrive in time. Try again in a moment.")]
    TooSlow,
    /// Far more header than any page needs.
    #[error(
        "The answer of {host} begins with far more than a page needs, and was not read. Tell \
         whoever runs the site."
    )]
    HeadersTooLarge {
        /// The host.
        host: String,
    },
    /// The answer is no HTTP, or ends before its end.
    #[error("{host} broke off in the middle, or answered what is no web page. Try again in a moment.")]
    BrokenAnswer {
        /// The host.
        host: String,
    },
    /// Compressed in a way that was not asked for.
    #[error("The page is packed in a way that it was not asked for. Tell whoever runs the site.")]
    Packed,
    /// Not a page.
    #[error(
        "What is at this address is no web page but a file of another kind. Give the address of the \
         page."
    )]
    NotHtml,
    /// An error page without a contact.
    #[error(
        "The site answered with status {status} instead of the page. Look the address up again, or \
         sign-in may be needed."
    )]
    Status {
        /// The HTTP status.
        status: u16,
    },
    /// No contact in what was read of a page that goes on.
    #[error(
        "The page is very long, and there is no help contact in its first {limit} bytes. Ask \
         whoever runs the site to put it near the top."
    )]
    TooLarge {
        /// How much is read.
        limit: usize,
    },
    /// A page without a contact.
    #[error(
        "There is no help contact in this page. Check the address, or ask whoever runs the site \
         whether it offers help."
    )]
    NoContact,
    /// A page with a contact whose key is none.
    #[error(
        "There is a help contact in this page, but its data-team is no team key: that has 43 letters, digits, \
         - and _. Tell whoever runs the site."
    )]
    WrongKey,
    /// The contact leads to this machine or its network.
    #[error(
        "The page names {host} for help, which is on this machine, in its private network, or no \
         server at all. If you trust that page, allow private addresses (--allow-private)."
    )]
    PrivateServer {
        /// The server's host.
        host: String,
    },
    /// The page could not be read here.
    #[error(
        "The page could not be read. Try again; if it stays so, this is a fault of this program, \
         and we would like to hear of it."
    )]
    Internal,
}

impl DiscoverError {
    /// Gives the stable name.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotAnAddress => "not-an-address",
            Self::Scheme { .. } => "scheme",
            Self::Credentials => "credentials",
            Self::BlockedPort { .. } => "blocked-port",
            Self::PrivateAddress { .. } => "private-address",
            Self::SpecialAddress { .. } => "special-address",
            Self::UnknownHost { .. } => "unknown-host",
            Self::Unreachable { .. } => "unreachable",
            Self::Untrusted { .. } => "untrusted",
            Self::InsecureRedirect { .. } => "insecure-redirect",
            Self::BrokenRedirect => "broken-redirect",
            Self::TooManyRedirects { .. } => "too-many-redirects",
            Self::TooSlow => "too-slow",
            Self::HeadersTooLarge { .. } => "headers-too-large",
            Self::BrokenAnswer { .. } => "broken-answer",
            Self::Packed => "packed",
            Self::NotHtml => "not-html",
            Self::Status { .. } => "status",
            Self::TooLarge { .. } => "too-large",
            Self::NoContact => "no-contact",
            Self::WrongKey => "wrong-key",
            Self::PrivateServer { .. } => "private-server",
            Self::Internal => "internal",
        }
    }
}
