//! Who is who: the team's key, the certificate by which it vouches for a helper, the invite that carries one, and
//! the proof that a helper gives a server.
//!
//! The team key signs certificates and nothing else. The server holds no secret: it verifies here what anybody
//! could (invariant I2).

pub mod certificate;
pub mod enlisting;
pub mod invite;
pub mod team;

mod provider;
