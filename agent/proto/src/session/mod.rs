//! The session: what one side of visitor and helper decides, from *Help* to *End*.
//!
//! ```text
//! visitor  idle → asking → waiting ⇄ unavailable → connecting → connected → ended
//! helper   idle ─────────────────────────────────→ connecting → connected → ended
//!                                    anything that cannot go on → failed
//! ```

mod io;

pub use io::{
    EndedBy, Event, Input, Output, SessionErrorCode, State, UnsupportedCode, UnverifiedCode, Whereabouts,
};
