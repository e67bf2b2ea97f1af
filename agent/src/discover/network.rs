//! The way to the network.

use std::fmt::Debug;
use std::io;
use std::net::SocketAddr;

use futures_util::future::BoxFuture;
use tokio::net::{TcpStream, lookup_host};

/// How names become addresses and addresses become connections.
///
/// The system's by default. A program that reaches the world in another way (a resolver of its own, a tunnel)
/// gives its own. Whatever [`resolve`](Network::resolve) answers is judged before
/// [`connect`](Network::connect) gets it, and nothing else is ever connected to.
pub trait Network: Debug + Send + Sync {
    /// Finds the addresses of a name, the preferred one first. Addresses that are written as such are not
    /// asked for.
    fn resolve<'a>(&'a self, name: &'a str, port: u16) -> BoxFuture<'a, io::Result<Vec<SocketAddr>>>;

    /// Connects to exactly this address.
    fn connect(&self, address: SocketAddr) -> BoxFuture<'_, io::Result<TcpStream>>;
}

/// The system's network.
#[derive(Debug, Clone, Copy, Default)]
pub struct System;

impl Network for System {
    fn resolve<'a>(&'a self, name: &'a str, port: u16) -> BoxFuture<'a, io::Result<Vec<SocketAddr>>> {
        Box::pin(async move { Ok(lookup_host((name, port)).await?.collect()) })
    }

    fn connect(&self, address: SocketAddr) -> BoxFuture<'_, io::Result<TcpStream>> {
        Box::pin(TcpStream::connect(address))
    }
}
