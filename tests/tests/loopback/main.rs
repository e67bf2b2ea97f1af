//! The real server over real sockets on loopback.
//!
//! In process where what agents meet is in question; as the real binary where the process itself is (its printed
//! lines, exit status, memory, log).

#![allow(
    clippy::panic,
    clippy::unwrap_used,
    clippy::wildcard_enum_match_arm,
    clippy::print_stdout,
    reason = "a test ends by panicking, in what it calls as well"
)]

mod agent;
mod binary;
mod hostile;
mod pages;
mod race;
mod raw;
mod relay;
mod shop;
mod stop;
mod stun;

use std::collections::BTreeSet;
use std::path::Path;

use alongside_signaling::{Config, Server};
use alongside_signaling_proto::broker::Teams;

/// A server in this process, for these teams, on free ports.
async fn server(teams: Teams) -> Server {
    let config = Config {
        listen: "127.0.0.1:0".parse().unwrap(),
        stun: Some("127.0.0.1:0".parse().unwrap()),
        stun_url: None,
        public_origins: Vec::new(),
        teams,
        demo_team: None,
        deny: None,
    };
    Server::start(config).await.unwrap()
}

/// A server in this process with the demo, whose team is kept in this folder.
async fn demo(folder: &Path) -> Server {
    let config = Config {
        listen: "127.0.0.1:0".parse().unwrap(),
        stun: None,
        stun_url: None,
        public_origins: Vec::new(),
        teams: Teams::Only(BTreeSet::new()),
        demo_team: Some(folder.join("team.pem")),
        deny: None,
    };
    Server::start(config).await.unwrap()
}

/// A server that serves this team only.
async fn server_for(team: alongside_signaling_proto::id::TeamId) -> Server {
    server(Teams::Only(BTreeSet::from([team]))).await
}
