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
mod floods;
mod hostile;
mod neighbours;
mod pages;
mod proxied;
mod race;
mod raw;
mod relay;
mod stop;
mod stun;

use std::collections::BTreeSet;

use alongside_signaling::{Config, Server};
use alongside_signaling_proto::broker::Teams;

/// A server in this process, for these teams, on free ports.
async fn server(teams: Teams) -> Server {
    Server::start(config(teams)).await.unwrap()
}

fn config(teams: Teams) -> Config {
    Config {
        listen: "127.0.0.1:0".parse().unwrap(),
        stun: Some("127.0.0.1:0".parse().unwrap()),
        stun_url: None,
        public_origins: Vec::new(),
        teams,
        demo_team: None,
        deny: None,
        metrics: None,
        trusted_proxies: Vec::new(),
    }
}

/// The configuration of a server that serves this team only.
fn config_for(team: alongside_signaling_proto::id::TeamId) -> Config {
    config(Teams::Only(BTreeSet::from([team])))
}

/// A server that serves this team only.
async fn server_for(team: alongside_signaling_proto::id::TeamId) -> Server {
    server(Teams::Only(BTreeSet::from([team]))).await
}
