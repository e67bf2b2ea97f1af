//! Behind a proxy that the operator trusts: whom a socket counts for, and who can be kept away.

use std::net::SocketAddr;

use alongside_signaling::{Config, Server};
use alongside_signaling_proto::limits::{BLOCK_LIFETIME_MS, MAX_CONNECTIONS_PER_ADDRESS};
use alongside_signaling_proto::wire::{AgentToBroker, Block, Blocked, BrokerToAgent, ErrorCode};

use crate::agent::{Agent, ask, claim, invite, session, team};
use crate::raw::{Raw, upgrade};
use crate::{config_for, server_for};

const PROTOCOL: &str = "Sec-WebSocket-Protocol: alongside.v1\r\n";

/// A server that trusts the loopback address as a proxy.
async fn proxied() -> Server {
    let trusted_proxies = vec!["127.0.0.1/32".parse().unwrap()];
    Server::start(Config { trusted_proxies, ..config_for(team(1).id()) }).await.unwrap()
}

/// Opens a socket or a stream in the name of a client; gives the connection and the head of the answer.
fn open(server: SocketAddr, path: &str, client: &str) -> (Raw, String) {
    let mut raw = Raw::connect(server);
    let named = format!("{PROTOCOL}X-Forwarded-For: 192.0.2.9, {client}\r\n");
    let head = raw.request(&upgrade(server, &named).replace("/v1/ws", path));
    (raw, head)
}

#[tokio::test]
async fn sockets_and_streams_of_one_client_count_together() {
    let server = proxied().await;
    let address = server.address();
    let answers = tokio::task::spawn_blocking(move || {
        let mut held: Vec<_> = (0..MAX_CONNECTIONS_PER_ADDRESS)
            .map(|n| open(address, if n % 2 == 0 { "/v1/ws" } else { "/v1/stream" }, "203.0.113.5"))
            .collect();
        let taken =
            held.iter().all(|(_, head)| head.starts_with("HTTP/1.1 101") || head.starts_with("HTTP/1.1 200"));
        assert!(taken);
        let refused = ["/v1/ws", "/v1/stream"].map(|path| open(address, path, "203.0.113.5").1);
        let others = ["/v1/ws", "/v1/stream"].map(|path| open(address, path, "203.0.113.6"));
        // What is no socket and no stream counts for nobody.
        let mut page = Raw::connect(address);
        let page = page.request("GET /healthz HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 203.0.113.5\r\n\r\n");
        held.truncate(2);
        (refused, others.map(|(_, head)| head), page)
    });
    let (refused, others, page) = answers.await.unwrap();
    for head in refused {
        let head = head.to_lowercase();
        assert!(head.starts_with("http/1.1 429 ") && head.contains("\r\nretry-after: 5\r\n"), "{head}");
    }
    assert!(others[0].starts_with("HTTP/1.1 101") && others[1].starts_with("HTTP/1.1 200"), "{others:?}");
    assert!(page.starts_with("HTTP/1.1 200"), "{page}");
    server.stop().await;
}

/// A helper of the team, and a visitor whom they have taken.
async fn met(server: &Server, from: Option<&str>) -> (Agent, Agent) {
    let key = team(1);
    let mut visitor = Agent::dial_as(server.address(), from).await;
    visitor.tell(&ask(key.id(), 1)).await;
    assert!(matches!(visitor.hear().await, BrokerToAgent::Queued(_)));
    let mut helper = Agent::helper(server.address(), &invite(&key, 1), server.origin()).await;
    assert!(matches!(helper.hear().await, BrokerToAgent::Asked(_)));
    helper.tell(&claim(1, 1)).await;
    assert!(matches!(helper.hear().await, BrokerToAgent::Claimed(_)));
    (visitor, helper)
}

#[tokio::test]
async fn who_is_blocked_is_known_by_the_address_that_the_proxy_names() {
    let server = proxied().await;
    let (visitor, mut helper) = met(&server, Some("203.0.113.5")).await;
    // The visitor's own socket is closed a minute after they are connected.
    drop(visitor);
    assert!(matches!(helper.hear().await, BrokerToAgent::Left(_)));
    helper.tell(&AgentToBroker::Block(Block { session: session(1) })).await;
    assert_eq!(helper.hear().await, BrokerToAgent::Blocked(Blocked { session: session(1) }));
    let mut again = Agent::dial_as(server.address(), Some("203.0.113.5")).await;
    again.tell(&ask(team(1).id(), 2)).await;
    let answer = again.hear().await;
    let BrokerToAgent::Refused(refused) = answer else { panic!("{answer:?}") };
    assert_eq!(refused.code, ErrorCode::Blocked);
    assert!(refused.retry_after_ms.is_some_and(|left| left > BLOCK_LIFETIME_MS - 60_000));
    let mut other = Agent::dial_as(server.address(), Some("203.0.113.6")).await;
    other.tell(&ask(team(1).id(), 3)).await;
    assert!(matches!(other.hear().await, BrokerToAgent::Queued(_)));
    server.stop().await;
}

#[tokio::test]
async fn without_a_trusted_proxy_nobody_on_loopback_can_be_told_apart() {
    let server = server_for(team(1).id()).await;
    let (_visitor, mut helper) = met(&server, Some("203.0.113.5")).await;
    helper.tell(&AgentToBroker::Block(Block { session: session(1) })).await;
    let answer = helper.hear().await;
    assert!(
        matches!(&answer, BrokerToAgent::Refused(refused) if refused.code == ErrorCode::SourceUnknown),
        "{answer:?}"
    );
    server.stop().await;
}
